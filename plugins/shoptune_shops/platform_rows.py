"""The rows of a platform's export, and which of them belong together."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from shoptune.data import Dropped
from shoptune_files.clean_text import clean_text, is_no_value
from shoptune_files.delimited import Table
from shoptune_shops.platform_cells import filled, unguarded
from shoptune_shops.platform_header import Form
from shoptune_shops.shop_rows import RAW, ShopRow

__all__ = ["cell_of", "group_by_product", "parent_of", "read_rows", "variants_elsewhere"]


def read_rows(form: Form, table: Table) -> Iterator[ShopRow | Dropped]:
    """Yield the rows of an open file with the cells that the platform's table asks for, by the file's own names.

    Cells are made clean text, but for descriptions and those that hold attributes, which may be HTML or several values.
    """
    raw = {column for field in RAW for column in form.fields.get(field, ())} | form.attributes.columns
    clean = tuple(_stripped if column in raw else _cleaned for column in form.columns)
    for row in table.select(form.columns):
        if isinstance(row, Dropped):
            yield row
        else:
            origin, cells = row
            texts = (cleaned(cell) for cleaned, cell in zip(clean, cells))  # noqa: B905  (strict is slow)
            yield ShopRow(origin, dict(zip(form.columns, texts)), {})  # noqa: B905


def _stripped(cell: str) -> str:
    text = unguarded(cell.strip())
    return "" if is_no_value(text) else text


def _cleaned(cell: str) -> str:
    return clean_text(unguarded(cell.strip()))


def cell_of(form: Form, row: ShopRow, field: str) -> str:
    """Return the first of a field's cells that the row fills; "" if there is none."""
    return next(iter(filled(row, form.fields[field])), "")


def parent_of(form: Form, row: ShopRow) -> str:
    """Return the id of the product that a row is a variant of; "" for a product's own row."""
    parent = cell_of(form, row, "parent")
    return parent if parent != cell_of(form, row, "id") else ""


def variants_elsewhere(form: Form, table: Table) -> Iterator[ShopRow]:
    """Yield the rows that name their product, wherever they stand; of rows that are broken, nothing is said."""
    for row in read_rows(form, table):
        if not isinstance(row, Dropped) and not _said(form.ignored, row) and parent_of(form, row):
            yield row


def group_by_product(form: Form, rows: Iterable[ShopRow | Dropped]) -> Iterator[list[ShopRow] | Dropped]:
    """Yield the rows of each product, its own first; a row that belongs to none comes as `Dropped`."""
    group: list[ShopRow] = []
    sure = True  # whether no row was lost that may have begun a product
    for row in rows:
        if isinstance(row, Dropped):
            sure = False
            yield row
        elif said := _said(form.ignored, row):
            yield Dropped(origin=row.origin, reason="row that is no product", detail=said)
        elif group and _belongs(form, row, group[0], sure):
            group.append(row)
        elif _said(form.variant, row):
            detail = "its product does not stand above it; export both together, in the platform's order"
            yield Dropped(origin=row.origin, reason="variant without its product", detail=detail, bad=True)
        elif form.platform.layout != "parent" or not parent_of(form, row):
            if group:
                yield group
            group, sure = [row], True
    if group:
        yield group


def _said(rule: Mapping[str, Collection[str]], row: ShopRow) -> str:
    """Return what a row says by which a rule holds for it: ``Item Type 'SKU'``; "" if it does not."""
    said = (f"{column} {row[column]!r}" for column, cells in rule.items() if row[column].casefold() in cells)
    return next(said, "")


def _belongs(form: Form, row: ShopRow, first: ShopRow, sure: bool) -> bool:
    """Say whether a row belongs to the product whose first row is given."""
    variant, key = bool(_said(form.variant, row)), cell_of(form, row, "id")
    if form.platform.layout == "following":
        return variant and sure
    if form.platform.layout != "shared_id" or (form.variant and not variant):
        return False
    if key:
        return key == cell_of(form, first, "id")
    return sure and not cell_of(form, row, "name")
