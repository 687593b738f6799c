"""Reads a Merchant Center feed in rows, and what Google packs into a single cell of it.

https://support.google.com/merchants/answer/9218260 shows such a cell: commas part the values of an attribute, colons
the sub-attributes of a value, and double quotes, written twice inside, stand around what has a comma or colon itself.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from shoptune.data import Dropped
from shoptune_files.delimited import open_table
from shoptune_shops.merchant_item import FeedItem
from shoptune_shops.shop_rows import RAW, ShopRow, select_columns

__all__ = ["attribute_name", "split_values", "table_items"]

LISTS = ("additional_image_link", "product_highlight")
"""Attributes with several values to a cell.  `product_type` may have some too, but shops seldom quote its commas."""

PARTS: Mapping[str, Sequence[str]] = {
    "product_detail": ("section_name", "attribute_name", "attribute_value"),
    "structured_title": ("digital_source_type", "content"),
    "structured_description": ("digital_source_type", "content"),
}
"""The sub-attributes of an attribute, in the order that holds unless the header gives another in parentheses."""

HEADER = re.compile(r"(?:g:)?(?P<name>[^(]*)(?:\((?P<parts>.*)\))?")


def attribute_name(column: str) -> str:
    """Return Google's name of a column: ``Item group ID`` and ``g:item_group_id`` are ``item_group_id``."""
    match = HEADER.fullmatch(column.strip().lower())
    return re.sub(r"\s+", "_", match["name"].rstrip()) if match else ""


def table_items(path: Path, encoding: str | None, wanted: Collection[str]) -> Iterator[FeedItem | Dropped]:
    """Yield the items of a feed in TSV or CSV, with the `wanted` attributes alone.

    Raises `DataError` for a file that can't be cut into rows, or has no column ``id``.
    """
    with open_table(path, encoding=encoding) as table:
        columns = {attribute_name(column): column for column in table.header}
        order = {name: _order(name, column) for name, column in columns.items() if name in PARTS}
        selected = {name: (columns.get(name, name).casefold(),) for name in wanted}
        for row in select_columns(table, selected, needed=("id",), raw=(*RAW, *PARTS, *LISTS)):
            yield row if isinstance(row, Dropped) else _item(row, order, wanted)


def _order(name: str, column: str) -> Sequence[str]:
    """Return the order of sub-attributes that a header such as ``product_detail(attribute_name:...)`` gives."""
    match = HEADER.fullmatch(column.strip().lower())
    given = match["parts"] if match else None
    return [part.strip() for part in given.split(":")] if given else PARTS[name]


def _item(row: ShopRow, order: Mapping[str, Sequence[str]], wanted: Collection[str]) -> FeedItem:
    texts: dict[str, Sequence[str]] = {}
    parts: dict[str, Sequence[Mapping[str, str]]] = {}
    for name in wanted:
        if not (cell := row[name]):
            continue
        if name in PARTS:
            parts[name] = _split_parts(cell, order[name], ",:" if name == "product_detail" else ":")
        elif name in LISTS:
            texts[name] = split_values(cell)
        else:
            texts[name] = (cell,)
    return FeedItem(row.origin, texts, parts)


def split_values(cell: str) -> list[str]:
    """Return the values of a cell, without empty ones.

    >>> split_values('Dry in an hour,"Folds up, small",')
    ['Dry in an hour', 'Folds up, small']
    """
    return [piece for piece, _ in _pieces(cell, ",") if piece]


def _split_parts(cell: str, names: Sequence[str], separators: str) -> list[dict[str, str]]:
    """Return the values of a cell, each as sub-attribute -> text.

    Of a value with too few parts the first ones are taken to be missing (a detail without a section); with too many,
    the last one was to be quoted and is put together again (``Screen:Ratio:16:9``).
    """
    values, parts = [], []
    for piece, separator in _pieces(cell, separators):
        parts.append(piece)
        if separator == ":":
            continue
        extra = len(names) - 1
        parts = [*parts[:extra], ":".join(parts[extra:])] if len(parts) > len(names) else parts
        values.append(dict(zip(names[-len(parts) :], parts, strict=True)))
        parts = []
    return values


def _pieces(text: str, separators: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of `text` without the quotes around them, each with the separator after it ("" at the end)."""
    piece = re.compile(rf'\s*(?:"((?:[^"]|"")*)"|([^{separators}]*))\s*([{separators}]|\Z)')
    position, separator = 0, separators
    while separator and (match := piece.match(text, position)):
        quoted, plain, separator = match.groups()
        yield (plain if quoted is None else quoted.replace('""', '"')).strip(), separator
        position = match.end()
