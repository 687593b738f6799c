"""Turns the HTML of a product description into the text that a reader of the page sees."""

import re
import threading
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from shoptune_files.clean_text import is_no_value, without_unseen
from shoptune_files.page_builders import without_shortcodes

__all__ = ["html_to_text"]

_UNSEEN = frozenset({"head", "iframe", "noscript", "object", "script", "style", "svg", "template", "title"})
# fmt: off
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
})
# fmt: on
_CELLS = frozenset({"td", "th"})

_MANY_TAGS, _LONG = 5_000, 2**16
"""From how many tags or characters on a page is flattened first.  The time of a parser that follows the standard grows
with the square of the depth of elements and of the number of attributes: 100,000 nested lists take two minutes."""
_FULL = 2**18
"""Characters that are read into one document."""
_LOCAL = threading.local()
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)[^<>]*>?")
_ESCAPED_TAG = re.compile(r"&lt;/?(?:p|br|ul|ol|li|div|strong|h[1-6]|table|t[rdh])\b(?:[^&<>]|&quot;)*+&gt;", re.I)
_PACKED = re.compile(r"""(<div\b[^<>]*\bdata-content-type=["']html["'][^<>]*>)([^<]*+)""", re.IGNORECASE)
"""Magento's Page Builder keeps HTML that was written by hand escaped."""
_HIDDEN = re.compile(r"\bhidden\b|display\s*:\s*none", re.IGNORECASE)
_ENTITY = re.compile(r"&(?P<twice>amp;(?=(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});))?(?:#?[a-z\d]{1,32};)", re.I)


def html_to_text(html: str) -> str:
    r"""Return the text of `html`: one line per paragraph, list item and table row, white space made one space.

    List items begin with ``- `` or their number.  The cells of a row are parted by `` | ``, but a heading and the one
    cell beside it are ``heading: cell``.  What a reader does not see is left out: scripts, styles, comments, templates,
    shortcodes, soft hyphens, zero-width characters.  What was escaped once too often, all tags or all entities, is read
    as it was meant, and a mark for no value (NULL, n/a) is no text.  A page of more than 65,536 characters or 5,000
    tags is no description any more: its lists and tables are read as paragraphs.  Never raises.

    >>> html_to_text("<p>Pure&nbsp;wool.<br>Warm.</p><ul><li>S</li><li>M</li></ul><script>track()</script>")
    'Pure wool.\nWarm.\n- S\n- M'
    >>> html_to_text("<table><tr><th>Fabric</th><td>wool</td></tr><tr><td>S</td><td>36</td><td>38</td></tr></table>")
    'Fabric: wool\nS | 36 | 38'
    """
    html = _as_meant(_PACKED.sub(_unpacked, without_shortcodes(html, "<br>")))
    if "<" not in html:
        text = " ".join(without_unseen(unescape(html) if "&" in html else html).split())
        return "" if is_no_value(text) else text
    if len(html) > _LONG or html.count("<") > _MANY_TAGS:
        html = _TAG.sub(_flat, html)
    text = _text(_parsed(html.encode(errors="replace").decode()), hides=_HIDDEN.search(html) is not None)
    return "" if is_no_value(text) else text


def _unpacked(block: re.Match[str]) -> str:
    return f"{block[1]}{unescape(block[2])}"


def _as_meant(html: str) -> str:
    """Return `html` with one layer of escapes taken off, where it bears the signs of one too many.

    These are: tags that are all escaped, and entities that are all escaped twice.  A page that shows ``<b>`` or
    ``&amp;`` on purpose has others beside them.
    """
    if "&" not in html:
        return html
    if "<" not in html and _ESCAPED_TAG.search(html):
        return unescape(html)
    if "&amp;" in html and all(entity["twice"] for entity in _ENTITY.finditer(html)):
        return _ENTITY.sub(lambda entity: f"&{entity[0].removeprefix('&').removeprefix(entity['twice'])}", html)
    return html


def _parsed(html: str) -> LexborNode:
    """Return an element with `html` in it, in a document that is used for many pages.

    Making a document takes ten times as long as parsing a description.  It keeps all that was ever in it, so that it is
    replaced from time to time.
    """
    if getattr(_LOCAL, "characters", _FULL) >= _FULL:
        _LOCAL.document = None  # the old one goes before the new one comes: either takes a megabyte
        _LOCAL.document, _LOCAL.characters = LexborHTMLParser("<body>"), 0
    body: LexborNode = _LOCAL.document.body
    body.inner_html = html
    _LOCAL.characters += len(html)
    return body


def _flat(tag: re.Match[str]) -> str:
    """Return what stands for a tag in a page without depth: line breaks for blocks, nothing to see for the others."""
    name = tag[2].lower()
    if name in {"script", "style"}:
        return f"<{tag[1]}{name}>"
    return "<br>" if name in _BLOCKS else "<wbr>"


class _Page:
    """The lines of a page, while it is walked through."""

    __slots__ = ("cells", "joint", "lines", "lists", "marker", "rows")

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.cells: list[list[str]] = [[]]  # pieces of the line that is being written, by table cell
        self.joint = ""  # what stands between them
        self.rows = 0  # open table rows, from the first that has several cells: nothing breaks a line in there
        self.lists: list[int | None] = []  # open lists: how many items so far; None where they bear no numbers
        self.marker = ""  # what the line begins with, if it gets any text

    def enter(self, tag: str, node: LexborNode) -> None:
        if tag in _BLOCKS:
            self.break_line()
            if tag == "li":
                self.marker = self.next_marker()
            elif tag in {"ol", "ul"}:
                self.lists.append(0 if tag == "ol" else None)
            elif tag == "tr":
                self.open_row([child.tag for child in node.iter() if child.tag in _CELLS])
        elif tag in _CELLS and self.rows:
            self.cells.append([])

    def leave(self, tag: str) -> None:
        if tag not in _BLOCKS:
            return
        if tag == "tr" and self.rows:
            self.rows -= 1
        self.break_line()
        if tag == "li":
            self.marker = ""
        elif tag in {"ol", "ul"}:
            self.lists.pop()

    def next_marker(self) -> str:
        if not self.lists or self.lists[-1] is None:
            return "- "
        self.lists[-1] += 1
        return f"{self.lists[-1]}. "

    def open_row(self, cells: list[str | None]) -> None:
        if self.rows:
            self.rows += 1
        elif len(cells) > 1:
            self.rows = 1
            self.joint = ": " if cells == ["th", "td"] else " | "

    def break_line(self) -> None:
        if self.rows:
            self.cells[-1].append(" ")
            return
        texts = [text for cell in self.cells if (text := " ".join(without_unseen("".join(cell)).split()))]
        if len(texts) > 1 and self.joint == ": ":
            texts[0] = texts[0].rstrip(": ")
        if texts:
            self.lines.append(self.marker + self.joint.join(texts))
            self.marker = ""
        self.cells = [[]]


def _is_hidden(node: LexborNode) -> bool:
    """Say whether an element is not shown, by its own attributes."""
    attributes = node.attributes
    style = (attributes.get("style") or "").replace(" ", "").casefold()
    return "hidden" in attributes or "display:none" in style


def _text(node: LexborNode, *, hides: bool) -> str:
    """Walk through a page, without recursion, since depth is the author's choice.

    Where it `hides` nothing, no attributes are looked at, which takes most of the time.
    """
    page = _Page()
    step: LexborNode | None = node
    while step is not None:
        node, tag = step, step.tag or ""
        if tag == "-text":
            page.cells[-1].append(node.text_content or "")
        elif tag not in _UNSEEN and not (hides and _is_hidden(node)):
            page.enter(tag, node)
            if (step := node.child) is not None:
                continue
            page.leave(tag)
        while (step := node.next) is None and (parent := node.parent) is not None:
            node = parent
            page.leave(node.tag or "")
    page.break_line()
    return "\n".join(page.lines)
