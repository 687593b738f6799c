"""How WooCommerce writes text, lists and HTML into the cells of an export, undone.

Source: ``WC_CSV_Exporter`` and ``WC_Product_CSV_Exporter`` of WooCommerce (functions ``escape_data``,
``implode_values`` and ``filter_description_field``).
"""

import re

__all__ = ["decoded", "line_breaks", "split_list", "unprotected"]

_PROTECTED = re.compile(r"'[=+\-@\t\r]")
_COMMA = re.compile(r"(?<!\\),")
_NEWLINE = re.compile(r"\\\\n|\\n|\r\n?")
_TAG_OR_NEWLINE = re.compile(r"<[^<>]*>|\n")


def unprotected(cell: str) -> str:
    """Return a cell without the quote that keeps a spreadsheet from taking it for a formula.

    >>> unprotected("'+1 for comfort")
    '+1 for comfort'
    """
    return cell[1:] if cell.startswith("'") and _PROTECTED.match(cell) else cell


def split_list(cell: str) -> list[str]:
    r"""Return the items of a list, which commas part; a comma in an item has a backslash before it.

    >>> split_list(r"Home > Bed\, Bath, Gifts")
    ['Home > Bed, Bath', 'Gifts']
    """
    if "," not in cell:
        return [cell] if cell else []
    return [item for part in _COMMA.split(cell) if (item := part.replace("\\,", ",").strip())]


def decoded(cell: str) -> str:
    r"""Return a description with its newlines, which WooCommerce writes as backslash and n.

    A backslash before an n that is part of the text stands twice.

    >>> decoded(r"<b>Warm.</b>\nSee C:\\new")
    '<b>Warm.</b>\nSee C:\\new'
    """
    return _NEWLINE.sub(lambda match: "\\n" if match[0] == "\\\\n" else "\n", unprotected(cell))


def line_breaks(text: str) -> str:
    r"""Return a description as the shop's page shows it: as HTML in which a newline breaks the line.

    >>> line_breaks("<b\nclass='x'>Warm.</b>\nKind.")
    "<b\nclass='x'>Warm.</b><br>Kind."
    """
    return _TAG_OR_NEWLINE.sub(lambda match: "<br>" if match[0] == "\n" else match[0], text)
