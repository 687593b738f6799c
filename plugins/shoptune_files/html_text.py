"""Turns the HTML of a product description into the text that a reader of the page sees."""

import re
from html import unescape

__all__ = ["html_to_text"]

_UNSEEN = ["script", "style", "template", "noscript", "head", "iframe", "object", "svg"]
_BLOCKS = re.compile(
    "^(address|article|aside|blockquote|br|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|"
    "header|hr|legend|li|main|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul)$"
)
_CELLS = ["td", "th"]
_DECLARATIONS = re.compile(r"<!--.*?(?:-->|\Z)|<![^>]*(?:>|\Z)", re.DOTALL)
"""Comments, and what HTML calls bogus comments (Word's ``<![endif]>``), on which html.parser may give up."""
_BREAK = "\x1e"  # a character that no text holds, since the source's own newlines mean no more than a space


def html_to_text(html: str) -> str:
    r"""Return the text of `html`: one line per paragraph, list item and table row, white space made one space.

    >>> html_to_text("<p>Pure&nbsp;wool.<br>Warm.</p><ul><li>S</li><li>M</li></ul><script>track()</script>")
    'Pure wool.\nWarm.\nS\nM'
    """
    text = _marked_text(html) if "<" in html else unescape(html)
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split(_BREAK))
    return "\n".join(filter(None, paragraphs))


def _marked_text(html: str) -> str:
    """Return the text of `html` with `_BREAK` at the edges of blocks and a space between cells."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(_DECLARATIONS.sub("", html), "html.parser")
    for tag in soup(_UNSEEN):
        tag.decompose()
    for tag in soup(_BLOCKS):
        tag.insert_before(_BREAK)
        tag.insert_after(_BREAK)
    for tag in soup(_CELLS):
        tag.insert_after(" ")
    return soup.get_text()
