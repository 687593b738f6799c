"""The adapter ``woocommerce_products``: the product export that WooCommerce itself offers, in nine languages.

One row stands for a product or for one variation of a product, which names its parent.  An export is in the order of
ids, so that a variation may stand anywhere after its parent: the file is read twice, first for the variations.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError, did_you_mean
from shoptune_files.delimited import Table, open_table
from shoptune_files.html_text import html_to_text
from shoptune_files.rows import usable
from shoptune_files.workbook import with_workbooks
from shoptune_shops.fact_names import fact_name, is_fact_name
from shoptune_shops.facts import Facts, fact_value, named_columns
from shoptune_shops.price_cells import PriceCells
from shoptune_shops.product_parts import choices, most_specific
from shoptune_shops.shop_rows import ProductFileOptions, ShopRow, select_columns
from shoptune_shops.woocommerce_cells import decoded, line_breaks, split_list, unprotected
from shoptune_shops.woocommerce_headers import (
    FIELDS,
    attribute_part,
    columns_of,
    has_product_types,
    is_meta,
    is_own,
    looks_like_export,
    measure_of,
    plain_name,
)

__all__ = ["WooCommerceOptions", "recognises", "woocommerce_products"]

Status = Literal["active", "hidden", "private", "draft", "pending"]


class WooCommerceOptions(ProductFileOptions):
    """Which products are read, and what beside WooCommerce's own columns."""

    statuses: tuple[Status, ...] = ("active",)
    """Products with another status are dropped; one without a status is active, and one that neither the catalogue nor
    the search shows is ``hidden``."""


COLUMNS = {ours: names[:1] for ours, names in FIELDS.items()}
"""In English; `woocommerce_headers` has all languages."""
STATUSES: Mapping[str, Status] = {"1": "active", "0": "private", "-1": "draft", "2": "pending", "": "active"}
SEO = {
    "seo_title": ("_yoast_wpseo_title", "rank_math_title", "_aioseo_title", "_seopress_titles_title"),
    "seo_description": (
        "_yoast_wpseo_metadesc",
        "rank_math_description",
        "_aioseo_description",
        "_seopress_titles_desc",
    ),
}
"""Our field -> the field of a plugin's in which shops keep it."""
VARIATION = ("type", "sku", "gtin", "price", "parent")
"""The columns that say what a variation is, beside its attributes."""
SHOWN, VALUES, NAME = "visible", "value(s)", "name"


class _Columns(NamedTuple):
    """What the columns of a header are: our name -> the file's column."""

    fields: Mapping[str, str]
    attributes: Mapping[str, str]
    """``1 name``, ``1 value(s)``, ``1 visible``, ``2 name``, ..."""
    measures: Mapping[str, str]
    units: Mapping[str, str]
    seo: Mapping[str, str]
    unread: Sequence[str]
    """The columns that may be facts and are none of WooCommerce's."""

    @property
    def numbers(self) -> list[str]:
        """The numbers of the attributes."""
        return [name.partition(" ")[0] for name in self.attributes if name.endswith(f" {NAME}")]


@dataclass(frozen=True)
class _Reading:
    """How a file is read, and what was found on the way."""

    options: WooCommerceOptions
    columns: _Columns
    facts: Facts
    variations: "_Variations"
    prices: PriceCells


class _Variation(NamedTuple):
    """What is held of a variation until its parent comes: none of its texts."""

    origin: str
    sku: str
    barcode: str
    price: float | None
    options: tuple[tuple[str, str], ...]


_Variations = dict[str, list[_Variation]]
"""Parent, as variations name it (its SKU, or ``id:44``) -> its variations."""


def read(path: Path, options: WooCommerceOptions) -> Iterator[Record | Dropped | Note]:
    """Read a product export, one record per product with its variations: id and group are its ID, else SKU, else name.

    Fields: ``name``, ``description`` (plain text; the short one where there is no other), ``description_html``,
    ``short_description``, ``brand``, ``category`` (the deepest), ``status``, ``tags`` (list), ``sku``, ``gtin``,
    ``price`` (outside of sales), ``images``, ``weight``, ``length``, ``width`` and ``height`` with their units (where
    the file has the column), ``variants``, ``options`` (what variations differ in: name -> values), ``attributes``
    (the others that the product's page shows), ``seo_title`` and ``seo_description`` (where a plugin keeps them).  A
    product without variations is its own only variant.  A variation whose parent is not in the file is a bad row.
    """
    with open_table(path, encoding=options.encoding) as table:
        columns = _columns(table.header, options)
        _refuse_other_language(table, columns.fields)
        prices = PriceCells(partial(open_table, path, encoding=options.encoding))
        reading = _Reading(options, columns, Facts(asked_for=options.attributes), defaultdict(list), prices)
        yield from _hold_variations(table, reading)
    with open_table(path, encoding=options.encoding) as table:
        yield from _products(table, reading)
    for parent, orphans in reading.variations.items():
        for orphan in orphans:
            detail = f"found {parent!r}; export the variations together with their products"
            yield Dropped(origin=orphan.origin, reason="Parent is no product of this file", detail=detail, bad=True)
    yield from (*reading.facts.notes(), *reading.prices.notes())
    yield from named_columns("columns that were not read", columns.unread)


def recognises(path: Path, header: Sequence[str]) -> bool:
    """Say whether a file is a product export, in any language and with whichever columns were chosen.

    One whose columns are called in a language that is not known is told by its types, which are never translated.
    """
    return looks_like_export(header) or has_product_types(path)


def _refuse_other_language(table: Table, fields: Mapping[str, str]) -> None:
    """Raise `DataError` where the columns are called in a language that is not read."""
    if not fields.keys().isdisjoint(("name", "description", "short_description")):
        return  # where one of them is missing all the same, that is said where it is looked for
    found = ", ".join(repr(column) for column in table.header[:8])
    raise DataError(
        f"{table.origin}: this is a WooCommerce product export with columns in a language that is not read: {found}, "
        "... Read are English, German, French, Spanish, Italian, Dutch, Polish, Portuguese and Japanese. In WordPress, "
        "set Users > Profile > Language to English and export again, with the columns Name and Description."
    )


def _columns(header: Sequence[str], options: WooCommerceOptions) -> _Columns:
    parts = [(attribute_part(column), column) for column in header]
    measures = [(measure_of(column), column) for column in header]
    seo = {ours: column for column in header for ours, keys in SEO.items() if plain_name(column).endswith(keys)}
    asked_for = {*options.attributes, *seo.values()}
    return _Columns(
        fields=columns_of(header),
        attributes={f"{part[0]} {part[1]}": column for part, column in parts if part},
        measures={measure[0]: column for measure, column in measures if measure},
        units={measure[0]: measure[1] for measure, _ in measures if measure},
        seo=seo,
        unread=[column for column in header if column not in asked_for and _may_be_a_fact(column)],
    )


def _may_be_a_fact(column: str) -> bool:
    """Say whether a column that is none of WooCommerce's own may be a fact; plugins' own affairs begin with ``_``."""
    key = plain_name(column).partition(":")[2].strip() if is_meta(column) else column
    return bool(key) and not is_own(column) and not key.startswith("_") and is_fact_name(key)


def _is_variation(row: ShopRow) -> bool:
    """Say whether a row is a variation's; "variation, virtual" and "subscription_variation" are."""
    return "variation" in row["type"].lower() if row["type"] else bool(row["parent"])


def _select(table: Table, columns: Mapping[str, str], needed: Iterable[str] = ()) -> Iterator[ShopRow | Dropped]:
    return select_columns(table, {ours: (column.casefold(),) for ours, column in columns.items()}, needed)


def _hold_variations(table: Table, reading: _Reading) -> Iterator[Record | Dropped]:
    """Hold the variations; those that can't be used come as bad `Dropped`."""
    columns = reading.columns
    wanted = {ours: columns.fields[ours] for ours in VARIATION if ours in columns.fields} | dict(columns.attributes)

    def hold(row: ShopRow) -> tuple[Dropped, ...]:
        if "parent" not in columns.fields:
            return (Dropped(origin=row.origin, reason="variation in an export without the column Parent"),)
        options = [(of.name, of.values[0]) for of in _attributes(row, columns) if of.values]  # none: any will do
        sku, barcode = unprotected(row["sku"]), unprotected(row["gtin"])
        variation = _Variation(row.origin, sku, barcode, reading.prices.read(row), tuple(options))
        reading.variations[unprotected(row.text("parent"))].append(variation)
        return ()

    rows = _select(table, wanted)  # of rows that are broken the second reading tells
    return usable((row for row in rows if not isinstance(row, Dropped) and _is_variation(row)), hold)


def _products(table: Table, reading: _Reading) -> Iterator[Record | Dropped]:
    columns, options = reading.columns, reading.options
    table.need(options.attributes)
    _need(table, "name", columns.fields, ("name",))
    _need(table, "description", columns.fields, ("description", "short_description"))
    further = {f"further {column}": column for column in options.attributes}
    wanted = {**columns.fields, **columns.attributes, **columns.measures, **columns.seo, **further}
    rows = _select(table, wanted)
    return usable(
        (row for row in rows if isinstance(row, Dropped) or not _is_variation(row)),
        lambda row: [_product(row, reading)],
    )


def _need(table: Table, name: str, fields: Iterable[str], one_of: Sequence[str]) -> None:
    if set(fields).isdisjoint(one_of):
        hint = did_you_mean(name, table.header)
        raise DataError(f"{table.origin}: there is no column {name!r} (upper or lower case).{hint}")


class _Attribute(NamedTuple):
    label: str
    """What the shop calls it."""
    name: str
    values: list[str]
    shown: bool
    """Whether the product's page shows it."""


def _attributes(row: ShopRow, columns: _Columns) -> Iterator[_Attribute]:
    for number in columns.numbers:
        label = unprotected(row[f"{number} {NAME}"])
        if name := fact_name(label):
            items = split_list(unprotected(row[f"{number} {VALUES}"]))
            values = [value for item in items if (value := fact_value(item))]
            yield _Attribute(label, name, values, row[f"{number} {SHOWN}"] != "0")


def _status(row: ShopRow) -> Status:
    status = STATUSES.get(unprotected(row["status"]))
    if status is None:
        raise row.error("status", "is unknown", f"found {row['status']!r}; WooCommerce writes 1, 0, -1 or 2")
    return "hidden" if status == "active" and row["visibility"].lower() == "hidden" else status


def _product(row: ShopRow, reading: _Reading) -> Record | Dropped:
    sku, number = unprotected(row["sku"]), row["id"]
    held = reading.variations
    variations = [*held.pop(sku, ()), *held.pop(f"id:{number}", ())]
    name = unprotected(row.text("name"))
    key = number or sku or name
    status = _status(row)
    if status not in reading.options.statuses:
        return Dropped(origin=row.origin, reason=f"{status} product", detail=key)
    own = _variant(_Variation(row.origin, sku, unprotected(row["gtin"]), reading.prices.read(row), ()))
    variants = [_variant(variation) for variation in variations] or [own]
    attributes = list(_attributes(row, reading.columns))
    differing = choices(variants)
    html, short_html = decoded(row["description"]), decoded(row["short_description"])
    fields = {
        "name": name,
        "description": html_to_text(line_breaks(html or short_html)),
        "description_html": html or short_html,
        "short_description": html_to_text(line_breaks(short_html)),
        "brand": ", ".join(split_list(unprotected(row["brand"]))),
        "category": most_specific(_levels(path) for path in split_list(unprotected(row["category"]))),
        "status": status,
        "tags": split_list(unprotected(row["tags"])),
        "sku": sku or variants[0]["sku"],
        "gtin": own["barcode"] or variants[0]["barcode"],
        "price": variants[0]["price"] if own["price"] is None else own["price"],
        "images": [{"url": url, "alt": ""} for url in split_list(row["images"])],
        **{of: f"{row[of]} {unit}" if row[of] else "" for of, unit in reading.columns.units.items()},
        "variants": variants,
        "options": differing | {of.name: of.values for of in attributes if of.name in differing and of.values},
        "attributes": _free_attributes(row, reading, [of for of in attributes if of.name not in differing]),
        **{ours: unprotected(row[ours]) for ours in reading.columns.seo},
    }
    return Record(id=key, group=key, origin=row.origin, fields=fields)


def _levels(path: str) -> list[str]:
    return [level.strip() for level in path.split(">")]


def _free_attributes(row: ShopRow, reading: _Reading, attributes: Iterable[_Attribute]) -> dict[str, str]:
    cells = []
    for of in attributes:
        if of.shown:
            cells.append((of.label, ", ".join(of.values)))
        elif of.values:
            reading.facts.leave_out(of.label)
    further = [(column, unprotected(row[f"further {column}"])) for column in reading.options.attributes]
    return reading.facts.of((*cells, *further))


def _variant(variation: _Variation) -> dict[str, Any]:
    return {
        "sku": variation.sku,
        "barcode": variation.barcode,
        "price": variation.price,
        "options": dict(variation.options),
    }


woocommerce_products = DataAdapter(
    name="woocommerce_products",
    table="products",
    summary="A WooCommerce product export (CSV)",
    options=WooCommerceOptions,
    read=with_workbooks(read),
)
