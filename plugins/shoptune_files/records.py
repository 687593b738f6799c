"""Makes records of plain rows: which column is which field, and what identifies a row."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, TypeVar

from pydantic import Field

from shoptune.components import Options
from shoptune.data import Dropped, Record
from shoptune.errors import DataError, RowError, did_you_mean
from shoptune_files.amounts import Prices
from shoptune_files.clean_text import clean_text, is_no_value, without_unseen
from shoptune_files.html_text import html_to_text
from shoptune_files.page_builders import without_shortcodes
from shoptune_files.published import says_published
from shoptune_files.text_file import Encoding

__all__ = ["ColumnOptions", "RecordOptions", "in_spelling_of", "make_records", "needed_columns"]

SHORT_TEXTS = frozenset(
    {"name", "brand", "category", "type", "color", "size", "material", "pattern", "gender", "age_group", "condition"}
    | {"tags", "sku", "gtin", "mpn", "currency"}
)
"""Fields of products that hold short texts; those of other tasks (a label, a chat) may hold anything."""
EVIDENCE = 200
"""Rows whose prices tell what a point in a price means."""


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
    published: str | None = None
    """The column that says which products the shop shows (active, no, draft, ...); others are left out and counted.
    With a word in it that says neither, a product is left out as well."""
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
    names = frozenset(header)

    def spelt(column: str) -> str:
        if column in names:
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
            "published": options.published and spelt(options.published),
        }
    )


def needed_columns(header: Columns, options: ColumnOptions) -> list[str]:
    """Return those of a file's columns that a record is made of, in its order; a column without a name never is."""
    needed = {*_named(options), "id"} if options.columns else set(header) - {""}
    return [column for column in header if column in needed]


def make_records(rows: Rows, name: str, options: ColumnOptions) -> Iterator[Record | Dropped]:
    """Turn the rows of the file `name` into records; a row without an id or group comes as a bad `Dropped`.

    Names, attributes and other short texts of products are made clean text (`clean_text`); a description without HTML
    loses what no reader sees.  ``price`` becomes a number where it states one amount, None where it is empty, and stays
    text where it can't be read, which the data report counts.  A named column that a row lacks is
    left out of the record (JSON rows need not have all fields), but one that no row has raises `DataError`, and so does
    a file without rows.
    """
    named_id = options.id or options.columns.get("id")
    unseen = set(_named(options))
    seen: set[str] = set()
    empty = True
    rows, prices = _with_prices(rows, options)
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
            fields = _fields(cells, options, prices)
            _refuse_other_attributes(fields, origin)
            if (column := options.published) and not says_published(column, cells.get(column)):
                what = f"{column}: {_text(cells.get(column))[:40]}"
                yield Dropped(origin=origin, reason="unpublished product", detail=what)
                continue
        except RowError as error:
            yield Dropped(origin=origin, reason=error.reason, detail=error.detail, bad=True)
            continue
        yield Record(id=record_id, fields=fields, origin=origin, group=group)
    if empty:
        raise DataError(f"{name}: there are no rows.")
    for column in _named(options):
        if column in unseen and seen:
            raise DataError(f"{name}: no row has {column!r}.{did_you_mean(column, seen)}")


def _with_prices(rows: Rows, options: ColumnOptions) -> tuple[Rows, Prices]:
    """Return the rows, and a reader of prices that has seen the first of them, if they have a price."""
    prices = Prices()
    column = options.columns.get("price") if options.columns else "price"
    rest = iter(rows)
    first = list(islice(rest, 1))
    if any(not isinstance(row, Dropped) and column in row[1] for row in first):
        first += islice(rest, EVIDENCE - 1)
    for row in first:
        if not isinstance(row, Dropped) and isinstance(price := row[1].get(column or ""), str):
            prices.look_at(price)
    return chain(first, rest), prices


def _named(options: ColumnOptions) -> list[str]:
    named = [*options.columns.values(), options.id, options.group, options.published, *options.attributes]
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


def _fields(cells: Mapping[str, Any], options: ColumnOptions, prices: Prices) -> dict[str, Any]:
    if options.columns:
        fields = {field: cells[column] for field, column in options.columns.items() if column in cells}
    elif options.attributes:
        fields = dict(cells)
        for column in options.attributes:
            fields.pop(column, None)
    else:
        fields = dict(cells)
    if options.attributes:
        fields["attributes"] = {column: text for column in options.attributes if (text := _text(cells.get(column)))}
    for field in SHORT_TEXTS & fields.keys():
        fields[field] = _clean(fields[field])
    if isinstance(price := fields.get("price"), str):
        prices.look_at(price)
        fields["price"] = prices.read(clean_text(price))
    if isinstance(description := fields.get("description"), str):
        fields |= _described(description, options)
    return fields


def _described(text: str, options: ColumnOptions) -> dict[str, str]:
    if options.html:
        return {"description": html_to_text(text), "description_html": text}
    return {"description": "" if is_no_value(text.strip()) else without_unseen(without_shortcodes(text))}


def _clean(value: Any) -> Any:
    """Return a short text, or a list of them, as a shopper reads it; another value as it is."""
    if isinstance(value, list):
        return [text for item in value if (text := _clean(item)) != ""]
    return clean_text(value) if isinstance(value, str) else value


def _text(value: Any) -> str:
    """Return a cell as clean text: a list's items parted by commas, nothing for null."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    return "" if value is None else str(value).strip()
