"""Makes records of plain rows: which column is which field, and what identifies a row."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from shoptune.components import Options
from shoptune.data import Dropped, Record
from shoptune.errors import DataError, RowError, did_you_mean
from shoptune_files.amounts import parse_amount
from shoptune_files.html_text import html_to_text
from shoptune_files.rows import usable
from shoptune_files.text_file import Encoding

__all__ = ["RecordOptions", "make_records", "named_columns"]


class RecordOptions(Options):
    """How rows become records."""

    columns: dict[str, str] = Field(default={}, description="Our field -> the file's column; all columns if not given.")
    id: str | None = Field(
        default=None, description="The column that identifies a row; default: 'id' if there is one, else row numbers."
    )
    group: str | None = Field(
        default=None,
        description="The column whose rows must never be split into training and test; default: the id.",
    )
    attributes: tuple[str, ...] = Field(default=(), description="Columns that are product attributes.")
    html: bool = Field(default=False, description="Whether 'description' is HTML, to be made plain text.")
    encoding: Encoding | None = Field(default=None, description="The file's text encoding; default: UTF-8.")


def named_columns(options: RecordOptions) -> list[str]:
    """Return the columns that `options` name, which the file must have."""
    named = [*options.columns.values(), options.id, options.group, *options.attributes]
    return [column for column in named if column is not None]


def make_records(
    rows: Iterable[tuple[str, Mapping[str, Any]] | Dropped], name: str, options: RecordOptions
) -> Iterator[Record | Dropped]:
    """Turn (origin, cells) rows of the file `name` into records; a row without an id or group comes as a bad `Dropped`.

    ``price`` becomes a number where it looks like one, and None where it is empty.  A named column that a row lacks is
    left out of the record (JSON rows need not have all fields), but one that no row has raises `DataError`.
    """
    named_id = options.id or options.columns.get("id")
    id_column = named_id or "id"
    seen: set[str] = set()
    number = 0

    def make(row: tuple[str, Mapping[str, Any]]) -> Iterator[Record]:
        nonlocal number
        number += 1
        origin, cells = row
        seen.update(cells)
        record_id = _key(cells, id_column, origin) if named_id or id_column in cells else str(number)
        group = record_id if options.group is None else _key(cells, options.group, origin)
        yield Record(id=record_id, group=group, origin=origin, fields=_fields(cells, options))

    yield from usable(rows, make)
    for column in named_columns(options):
        if column not in seen:
            raise DataError(f"{name}: no row has {column!r}.{did_you_mean(column, seen)}")


def _key(cells: Mapping[str, Any], column: str, origin: str) -> str:
    key = _text(cells.get(column))
    if not key:
        raise RowError(origin, f"{column} is empty", "every row needs one")
    return key


def _fields(cells: Mapping[str, Any], options: RecordOptions) -> dict[str, Any]:
    columns = options.columns or {column: column for column in cells if column not in options.attributes}
    fields = {field: cells[column] for field, column in columns.items() if column in cells}
    if options.attributes:
        texts = {column: _text(cells.get(column)) for column in options.attributes}
        fields["attributes"] = {column: text for column, text in texts.items() if text}
    if isinstance(price := fields.get("price"), str):
        amount = parse_amount(price)
        fields["price"] = price.strip() or None if amount is None else amount
    if options.html and isinstance(html := fields.get("description"), str):
        fields |= {"description": html_to_text(html), "description_html": html}
    return fields


def _text(value: Any) -> str:
    """Return a cell as text: a list's items parted by commas, nothing for null."""
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return "" if value is None else str(value).strip()
