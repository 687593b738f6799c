"""Takes out of a page's source what its shop system would have replaced before a shopper saw it.

Shortcodes of WordPress and its page builders (``[vc_row]``, ``[gallery ids="1,2"]``), Magento's directives
(``{{widget type="..."}}``) and PrestaShop's (``{hook h="..."}``), templates' placeholders, BBCode.  All in time in
proportion to the source's length.
"""

import re

__all__ = ["without_shortcodes"]

_NAME = r"[A-Za-z][A-Za-z0-9]*+(?:[_-][A-Za-z0-9]++)*+"
_ATTRIBUTE = r"""\s++[\w:.-]++\s*+=\s*+(?:"[^"\[\]]*+"|'[^'\[\]]*+'|[“”″][^“”″\[\]]*+[“”″]|[^\s"'\[\]]++)"""
_CODE = re.compile(
    rf"\[\[?+(?P<close>/?)(?P<name>{_NAME})(?P<attributes>(?:{_ATTRIBUTE})*+)(?P<more>[^\[\]]*+)\]\]?+", re.DOTALL
)
_KNOWN = frozenset({"audio", "caption", "embed", "gallery", "playlist", "products", "video"})
"""Shortcodes that a text may hold without attributes and without an end, and whose names are words."""
_NOT_TEXT = frozenset({"audio", "embed", "playlist", "vc_raw_html", "vc_raw_js", "video"})
"""Shortcodes around what is no text: addresses, packed code."""
_INLINE = frozenset(
    {"b", "color", "dropcap", "em", "font", "highlight", "i", "s", "size", "strong", "tooltip", "u", "url"}
)
"""Shortcodes within a line."""
_DIRECTIVE = re.compile(
    r"""\{\{[^{}]*+\}\}|\{%[^{}%]*+%\}|%%[a-z_]{1,40}%%
    |\{\$\w[^{}\n]{0,200}\}|\{/?(?:if|else|elseif|foreach|literal|block)\b[^{}\n]{0,200}\}
    |\{(?:hook|widget|include|l|url|assign)\s+\w+\s*=[^{}\n]{0,300}\}""",
    re.VERBOSE,
)
"""Of Magento, Twig and Liquid; of SEO plugins; of Smarty."""
_ITEM = re.compile(r"\[\*\]")
"""A list's item in BBCode."""


def without_shortcodes(source: str, line_break: str = "\n") -> str:
    """Return `source` without shortcodes, directives and placeholders; the words around and between them stay.

    A bracket is a shortcode if its name is written as no word is (``et_pb_text``), if it has attributes, if it is
    closed somewhere (``[/col]``), or if WordPress itself brings it.  Any other stays as it is.  Where one stood, a line
    ends, unless it is one that stands within lines; a label (``[[tab:Care]]``) becomes a line.

    >>> without_shortcodes('[vc_row css="a"][vc_column]Warm.[/vc_column][/vc_row] [2 pieces] [new]', "").strip()
    'Warm. [2 pieces] [new]'
    """
    if "{" in source or "%%" in source:
        source = _DIRECTIVE.sub("", source)
    if "[" not in source:
        return source
    source = _ITEM.sub(f"{line_break}- ", source)
    closed = {code["name"].lower() for code in _CODE.finditer(source) if code["close"]}
    pieces, end, opened = [], 0, ""
    for code in _CODE.finditer(source):
        name = code["name"].lower()
        if not _is_shortcode(code, name, closed):
            continue
        if not (code["close"] and name in _NOT_TEXT and name == opened):
            pieces.append(source[end : code.start()])
            pieces.append("" if name in _INLINE else line_break)
            if code["more"].startswith(":"):
                pieces.append(code["more"][1:].strip() + line_break)
        end, opened = code.end(), "" if code["close"] else name
    return "".join(pieces) + source[end:]


def _is_shortcode(code: re.Match[str], name: str, closed: set[str]) -> bool:
    if "_" in name:
        return True
    more = code["more"].strip(" /\t\r\n")
    if more[:1] in (":", "="):  # [[tab:Care]], [url=https://shop.example]
        return name in closed
    return not more and (bool(code["close"] or code["attributes"]) or name in closed or name in _KNOWN)
