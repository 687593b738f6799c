"""Makes records of plain rows: which column is which field, and what identifies a row."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import Field

from shoptune.components import Options
from shoptune.data import Dropped, Record
from shoptune.errors import DataError, RowError, did_you_mean
from shoptune_files.amounts import parse_amount
from shoptune_files.html_text import html_to_text
from shoptune_files.text_file import Encoding

__all__ = ["ColumnOptions", "RecordOptions", "in_spelling_of", "make_records", "needed_columns"]


class ColumnOptions(Options):
    """How rows become records."""

    columns: dict[str, str] = Field(default_factory=dict)
    """Our field -> the file's column; all columns if not given."""
    id: str | None = None
    """The column that identifies a row; default: ``id`` if there is one, else where the row stands."""
    group: str | None = None
    """The column whose rows must never be split into training and test; default: the id."""
    attributes: tuple[str, ...] = ()
    """Columns that are product attributes."""
    html: bool = False
    """Whether ``description`` is HTML, to be made plain text (``description_html`` keeps it)."""


class RecordOptions(ColumnOptions):
    """How the rows of a text file become records."""

    encoding: Encoding | None = None
    """The file's text encoding; default: UTF-8."""


OptionsT = TypeVar("OptionsT", bound=ColumnOptions)
Columns = Collection[str]
Rows = Iterable[tuple[str, Mapping[str, Any]] | Dropped]
"""(origin, cells by column), or why there are none."""


def in_spelling_of(header: Columns, options: OptionsT, origin: str) -> OptionsT:
    """Return `options` with columns named as a file's header does, where it differs in upper and lower case only.

    Raises `DataError` with the nearest match for a column that the header does not name, or names more than once.
    """

    def spelt(column: str) -> str:
        if column in header:
            return column
        alike = [name for name in header if name.casefold() == column.casefold()]
        if len(alike) != 1:
            raise DataError(f"{origin}: there is no column {column!r}.{did_you_mean(column, header)}")
        return alike[0]

    return options.model_copy(
        update={
            "columns": {field: spelt(column) for field, column in options.columns.items()},
            "id": options.id and spelt(options.id),
            "group": options.group and spelt(options.group),
            "attributes": tuple(map(spelt, options.attributes)),
        }
    )


def needed_columns(header: Columns, options: ColumnOptions) -> list[str]:
    """Return those of a file's columns that a record is made of, in its order; a column without a name never is."""
    needed = {*_named(options), "id"} if options.columns else set(header) - {""}
    return [column for column in header if column in needed]


def make_records(rows: Rows, name: str, options: ColumnOptions) -> Iterator[Record | Dropped]:
    """Turn the rows of the file `name` into records; a row without an id or group comes as a bad `Dropped`.

    ``price`` becomes a number where it looks like one, and None where it is empty.  A named column that a row lacks is
    left out of the record (JSON rows need not have all fields), but one that no row has raises `DataError`, and so does
    a file without rows.
    """
    named_id = options.id or options.columns.get("id")
    unseen = set(_named(options))
    seen: set[str] = set()
    empty = True
    for row in rows:
        empty = False
        if isinstance(row, Dropped):
            yield row
            continue
        origin, cells = row
        if unseen:
            seen.update(cells)
            unseen.difference_update(cells)
        try:
            has_id = named_id is not None or "id" in cells
            record_id = _key(cells, named_id or "id", origin) if has_id else origin
            group = record_id if options.group is None else _key(cells, options.group, origin)
            fields = _fields(cells, options)
            _refuse_other_attributes(fields, origin)
        except RowError as error:
            yield Dropped(origin=origin, reason=error.reason, detail=error.detail, bad=True)
            continue
        yield Record(id=record_id, fields=fields, origin=origin, group=group)
    if empty:
        raise DataError(f"{name}: there are no rows.")
    for column in _named(options):
        if column in unseen and seen:
            raise DataError(f"{name}: no row has {column!r}.{did_you_mean(column, seen)}")


def _named(options: ColumnOptions) -> list[str]:
    named = [*options.columns.values(), options.id, options.group, *options.attributes]
    return [column for column in named if column is not None]


def _key(cells: Mapping[str, Any], column: str, origin: str) -> str:
    key = _text(cells.get(column))
    if not key:
        raise RowError(origin, f"{column} is empty", "every row needs one")
    return key


def _refuse_other_attributes(fields: Mapping[str, Any], origin: str) -> None:
    """Raise RowError where the field that holds a product's free attributes holds something else."""
    attributes = fields.get("attributes")
    if attributes and not isinstance(attributes, Mapping):
        found = f"found {_text(attributes)[:60]!r}; give the column another name with `columns`, or leave it out"
        raise RowError(origin, "`attributes` is no mapping of names to values", found)


def _fields(cells: Mapping[str, Any], options: ColumnOptions) -> dict[str, Any]:
    if options.columns:
        fields = {field: cells[column] for field, column in options.columns.items() if column in cells}
    elif options.attributes:
        fields = {column: cell for column, cell in cells.items() if column not in options.attributes}
    else:
        fields = dict(cells)
    if options.attributes:
        fields["attributes"] = {column: text for column in options.attributes if (text := _text(cells.get(column)))}
    if isinstance(price := fields.get("price"), str):
        amount = parse_amount(price)
        fields["price"] = price.strip() or None if amount is None else amount
    if options.html and isinstance(html := fields.get("description"), str):
        fields |= {"description": html_to_text(html), "description_html": html}
    return fields


def _text(value: Any) -> str:
    """Return a cell as text: a list's items parted by commas, nothing for null."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return "" if value is None else str(value).strip()
