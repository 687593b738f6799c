"""The rows of a platform's export, and which of them belong together."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from shoptune.data import Dropped
from shoptune_files.delimited import Table
from shoptune_shops.platform_cells import filled
from shoptune_shops.platform_header import Form
from shoptune_shops.shop_rows import ShopRow

__all__ = ["cell_of", "group_by_product", "parent_of", "read_rows", "variants_elsewhere"]


def read_rows(form: Form, table: Table) -> Iterator[ShopRow | Dropped]:
    """Yield the rows of an open file with the cells that the platform's table asks for, by the file's own names."""
    for row in table.select(form.columns):
        if isinstance(row, Dropped):
            yield row
        else:
            yield ShopRow(row[0], dict(zip(form.columns, map(str.strip, row[1]))), {})  # noqa: B905  (strict is slow)


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
        if not isinstance(row, Dropped) and not _is(form.ignored, row) and parent_of(form, row):
            yield row


def group_by_product(form: Form, rows: Iterable[ShopRow | Dropped]) -> Iterator[list[ShopRow] | Dropped]:
    """Yield the rows of each product, its own first; a row that belongs to none comes as `Dropped`."""
    group: list[ShopRow] = []
    sure = True  # whether no row was lost that may have begun a product
    for row in rows:
        if isinstance(row, Dropped):
            sure = False
            yield row
        elif _is(form.ignored, row):
            yield Dropped(origin=row.origin, reason="row that is no product")
        elif group and _belongs(form, row, group[0], sure):
            group.append(row)
        elif _is(form.variant, row):
            detail = "its product does not stand above it; export both together, in the platform's order"
            yield Dropped(origin=row.origin, reason="variant without its product", detail=detail, bad=True)
        elif form.platform.layout != "parent" or not parent_of(form, row):
            if group:
                yield group
            group, sure = [row], True
    if group:
        yield group


def _is(rule: Mapping[str, Collection[str]], row: ShopRow) -> bool:
    return any(row[column].casefold() in cells for column, cells in rule.items())


def _belongs(form: Form, row: ShopRow, first: ShopRow, sure: bool) -> bool:
    """Say whether a row belongs to the product whose first row is given."""
    variant, key = _is(form.variant, row), cell_of(form, row, "id")
    if form.platform.layout == "following":
        return variant and sure
    if form.platform.layout != "shared_id" or (form.variant and not variant):
        return False
    if key:
        return key == cell_of(form, first, "id")
    return sure and not cell_of(form, row, "name")
