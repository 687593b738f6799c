"""What stands in the cells of a platform's export: properties, lists, categories, texts.

All of it takes time in proportion to a cell's length.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from shoptune.flags import flag_of
from shoptune_files.clean_text import clean_lines, clean_text
from shoptune_files.html_text import html_to_text
from shoptune_shops.platform_header import Found
from shoptune_shops.platform_table import Packed, Platform
from shoptune_shops.product_parts import most_specific, snake_case
from shoptune_shops.shop_rows import ShopRow
from shoptune_shops.woocommerce_cells import line_breaks

__all__ = [
    "category_of",
    "filled",
    "items",
    "options_of",
    "plain_text",
    "properties_of",
    "state_of",
    "unguarded",
    "unpacked",
]

_SWITCHES = {"1": True, "on": True, "0": False, "off": False}
_COLOUR_CODE = re.compile(r"\[?#[0-9a-fA-F]{6}\]?:?")
_KEY = re.compile(r"[0-9]+|[0-9a-f]{32}")
"""What stands for a category in place of its name."""
_NUMBERED = re.compile(r"\s*\([#A-Z0-9]{16,}\)\Z")
"""The key that stands behind a category's name: ``Books (T2B3ROTJ3HFGVBO22QLOOJDE)``."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def filled(row: ShopRow, columns: Iterable[str]) -> list[str]:
    """Return the cells of a row that aren't empty."""
    return [cell for column in columns if (cell := row[column])]


def unguarded(cell: str) -> str:
    """Return a cell without what keeps a spreadsheet from taking it for a number.

    >>> [unguarded(cell) for cell in ('="4012345678901"', "'0123", "Baker's")]
    ['4012345678901', '0123', "Baker's"]
    """
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 3:
        return cell[2:-1].replace('""', '"').strip()
    return cell[1:] if cell.startswith("'") and cell[1:].isdecimal() else cell


def items(cell: str, separator: str | None) -> list[str]:
    """Return the items of a list; without a separator the cell is the only one."""
    parts = cell.split(separator) if separator else [cell]
    return list(dict.fromkeys(item for part in parts if (item := part.strip())))


def category_of(cells: Iterable[str], platform: Platform) -> str:
    """Return the category of the first cell that names any; numbers and other keys are no names."""
    for cell in cells:
        named = [_NUMBERED.sub("", item) for item in items(cell, platform.separators.category)]
        paths = [items(name, platform.separators.path) for name in named]
        known = [path for levels in paths if (path := [level for level in levels if not _KEY.fullmatch(level)])]
        if known:
            return most_specific(known if platform.category == "deepest" else known[-1:])
    return ""


def plain_text(text: str) -> str:
    r"""Return a text that is no HTML with its lines; one with tags in it as a page would show it.

    >>> plain_text("Warm. \r\n\r\nKind."), plain_text("<b>Warm.</b>\nKind.")
    ('Warm.\nKind.', 'Warm.\nKind.')
    """
    return html_to_text(line_breaks(text)) if _TAG.search(text) else clean_lines(text)


def state_of(cell: str, states: Mapping[str, str]) -> str:
    """Return what a cell says of a product's state; a word that `states` do not know is a state of its own."""
    word = cell.strip().lower()
    if word in states or not word:
        return states.get(word, "active")
    is_so = _SWITCHES.get(word, flag_of(word))
    return word if is_so is None else states.get(str(is_so).lower(), word)


def options_of(row: ShopRow, found: Found, first: ShopRow) -> dict[str, list[str]]:
    """Return what a row says of each option: name, in snake case, -> its values.

    Names that stand in cells may stand in the product's `first` row alone.
    """
    options: dict[str, dict[str, None]] = {}
    for name, text in properties_of(row, found, first):
        key, value = snake_case(clean_text(name)), clean_text(_COLOUR_CODE.sub("", text))
        if key and value and value.casefold() not in found.none:
            options.setdefault(key, {})[value] = None
    return {name: list(values) for name, values in options.items()}


def properties_of(row: ShopRow, found: Found, first: ShopRow) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of each property of a row as the file writes it."""
    for name, cell in _properties(row, found, first):
        for value in items(cell, found.between):
            yield name, value


def _properties(row: ShopRow, found: Found, first: ShopRow) -> Iterator[tuple[str, str]]:
    for name, columns in found.named:
        yield from ((name, cell) for cell in filled(row, columns)[:1])
    for name, value in found.pairs:
        if row[value]:
            yield row[name] or first[name], row[value]
    for column, packed in found.packed:
        yield from unpacked(row[column], packed)


def unpacked(cell: str, packed: Packed) -> list[tuple[str, str]]:
    """Return the properties that one cell holds.

    >>> features = Packed(column="Feature", between=",", equals=":", numbered=True)
    >>> unpacked("Colour:red:1,Wood:oak, walnut:2", features)
    [('Colour', 'red'), ('Wood', 'oak, walnut')]
    """
    parts: list[list[str]] = []
    numbers = packed.numbered and any(_is_numbered(part, packed) for part in cell.split(packed.between))
    whole = True  # whether what came before is a property to its end
    for part in cell.split(packed.between):
        begins = whole if numbers else packed.equals in part
        if begins or not parts:
            parts.append([part])
        else:
            parts[-1].append(part)
        whole = _is_numbered(part, packed)
    pairs = (_pair(packed.between.join(part), packed, numbers) for part in parts)
    return [(name, value) for name, value in pairs if name and value]


def _is_numbered(part: str, packed: Packed) -> bool:
    return part.rpartition(packed.equals)[2].strip().isdecimal() and packed.equals in part


def _pair(text: str, packed: Packed, numbered: bool) -> tuple[str, str]:
    if packed.before:
        text = text.partition(packed.before)[2]
    name, _, value = text.partition(packed.equals)
    if numbered and value.rpartition(packed.equals)[2].strip().isdecimal():
        value = value.rpartition(packed.equals)[0]
    return name.strip(' "'), value.strip(' "|,;')
