"""The adapter ``woocommerce_products``: the product export that WooCommerce itself offers, in English.

One row stands for a product or for one variation of a product, which names its parent.  An export is in the order of
ids, so that a variation may stand anywhere after its parent: the file is read twice, first for the variations.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune_files.delimited import Table, open_table
from shoptune_files.html_text import html_to_text
from shoptune_files.rows import usable
from shoptune_shops.product_parts import choices, most_specific, snake_case
from shoptune_shops.shop_rows import ShopOptions, ShopRow, select_columns
from shoptune_shops.woocommerce_cells import decoded, line_breaks, split_list, unprotected

__all__ = ["WooCommerceOptions", "woocommerce_products"]

Status = Literal["active", "private", "draft", "pending"]


class WooCommerceOptions(ShopOptions):
    """Which products are read, and what beside WooCommerce's own columns."""

    statuses: tuple[Status, ...] = ("active",)
    """Products with another status are dropped; one without a status is active."""
    attributes: tuple[str, ...] = ()
    """Further columns that are product attributes, such as ``Meta: care``."""


COLUMNS = {
    "id": ("id",),
    "type": ("type",),
    "sku": ("sku",),
    "gtin": ("gtin, upc, ean, or isbn",),
    "name": ("name",),
    "status": ("published",),
    "short_description": ("short description",),
    "description": ("description",),
    "price": ("regular price",),
    "category": ("categories",),
    "brand": ("brands",),
    "tags": ("tags",),
    "images": ("images",),
    "parent": ("parent",),
}
VARIATION = ("type", "sku", "gtin", "price", "parent")
"""The columns that say what a variation is, beside its attributes."""

STATUSES: Mapping[str, Status] = {"1": "active", "0": "private", "-1": "draft", "2": "pending", "": "active"}
ATTRIBUTE = re.compile(r"(attribute \d+) name")
MEASURE = re.compile(r"(weight|length|width|height) \((.+)\)")


class _Variation(NamedTuple):
    """What is held of a variation until its parent comes: none of its texts."""

    origin: str
    sku: str
    barcode: str
    price: float | None
    options: tuple[tuple[str, str], ...]


_Variations = dict[str, list[_Variation]]
"""Parent, as variations name it (its SKU, or ``id:44``) -> its variations."""


def read(path: Path, options: WooCommerceOptions) -> Iterator[Record | Dropped]:
    """Read a product export, one record per product with its variations: id and group are its ID, or else its SKU.

    Fields: ``name``, ``description`` (plain text; the short one where there is no other), ``description_html``,
    ``short_description``, ``brand``, ``category`` (the deepest), ``status``, ``tags`` (list), ``sku``, ``gtin``,
    ``price`` (outside of sales), ``images``, ``weight``, ``length``, ``width`` and ``height`` with their units (where
    the file has the column), ``variants``, ``options`` (what variations differ in: name -> values) and ``attributes``
    (the others that the product's page shows).  A product without variations is its own only variant.  A variation
    whose parent is not in the file is a bad row.
    """
    variations: _Variations = defaultdict(list)
    with open_table(path, encoding=options.encoding) as table:
        yield from _hold_variations(table, variations)
    with open_table(path, encoding=options.encoding) as table:
        yield from _products(table, variations, options)
    for parent, orphans in variations.items():
        for orphan in orphans:
            detail = f"found {parent!r}; export the variations together with their products"
            yield Dropped(origin=orphan.origin, reason="Parent is no product of this file", detail=detail, bad=True)


def _is_variation(row: ShopRow) -> bool:
    return "variation" in row["type"].lower()  # or "variation, virtual", or "subscription_variation"


def _attribute_prefixes(header: Iterable[str]) -> list[str]:
    """Return what the columns of each attribute begin with: ``attribute 1``, ``attribute 2``, ..."""
    return [match[1] for column in header if (match := ATTRIBUTE.fullmatch(column.casefold()))]


def _attribute_columns(prefixes: Iterable[str]) -> dict[str, tuple[str]]:
    return {
        f"{prefix} {part}": (f"{prefix} {part}",) for prefix in prefixes for part in ("name", "value(s)", "visible")
    }


def _measures(header: Iterable[str]) -> dict[str, str]:
    """Return measure -> its unit: ``{"weight": "kg"}`` for a column ``Weight (kg)``."""
    return {match[1]: match[2] for column in header if (match := MEASURE.fullmatch(column.casefold()))}


def _hold_variations(table: Table, variations: _Variations) -> Iterator[Record | Dropped]:
    """Fill `variations`; those that can't be used come as bad `Dropped`."""
    prefixes = _attribute_prefixes(table.header)
    wanted = {name: COLUMNS[name] for name in VARIATION} | _attribute_columns(prefixes)

    def hold(row: ShopRow) -> tuple[()]:
        options = [(name, values[0]) for name, values, _ in _attributes(row, prefixes) if values]  # none: any will do
        sku, barcode = unprotected(row["sku"]), unprotected(row["gtin"])
        variation = _Variation(row.origin, sku, barcode, _price(row), tuple(options))
        variations[unprotected(row.text("parent"))].append(variation)
        return ()

    rows = select_columns(table, wanted)  # of rows that are broken the second reading tells
    return usable((row for row in rows if not isinstance(row, Dropped) and _is_variation(row)), hold)


def _products(table: Table, variations: _Variations, options: WooCommerceOptions) -> Iterator[Record | Dropped]:
    table.need(options.attributes)
    prefixes, measures = _attribute_prefixes(table.header), _measures(table.header)
    further = {f"further {column}": (column.casefold(),) for column in options.attributes}
    columns = {measure: (f"{measure} ({unit})",) for measure, unit in measures.items()}
    wanted = COLUMNS | _attribute_columns(prefixes) | columns | further
    rows = select_columns(table, wanted, needed=("name", "description"))

    def make(row: ShopRow) -> list[Record | Dropped]:
        return [_product(row, variations, list(_attributes(row, prefixes)), measures, options)]

    return usable((row for row in rows if isinstance(row, Dropped) or not _is_variation(row)), make)


class _Attribute(NamedTuple):
    name: str
    values: list[str]
    shown: bool
    """Whether the product's page shows it."""


def _attributes(row: ShopRow, prefixes: Iterable[str]) -> Iterator[_Attribute]:
    for prefix in prefixes:
        if name := snake_case(unprotected(row[f"{prefix} name"])):
            values = split_list(unprotected(row[f"{prefix} value(s)"]))
            yield _Attribute(name, values, row[f"{prefix} visible"] != "0")


def _price(row: ShopRow) -> float | None:
    return row.amount("price") if row["price"] else None


def _product(
    row: ShopRow,
    held: _Variations,
    attributes: Sequence[_Attribute],
    measures: Mapping[str, str],
    options: WooCommerceOptions,
) -> Record | Dropped:
    sku, number = unprotected(row["sku"]), row["id"]
    variations = [*held.pop(sku, ()), *held.pop(f"id:{number}", ())]
    key = number or sku or row.text("sku")
    status = STATUSES.get(unprotected(row["status"]))
    if status is None:
        raise row.error("status", "is unknown", f"found {row['status']!r}; WooCommerce writes 1, 0, -1 or 2")
    if status not in options.statuses:
        return Dropped(origin=row.origin, reason=f"{status} product", detail=key)
    own = _variant(_Variation(row.origin, sku, unprotected(row["gtin"]), _price(row), ()))
    variants = [_variant(variation) for variation in variations] or [own]
    differing = choices(variants)
    html, short_html = decoded(row["description"]), decoded(row["short_description"])
    fields = {
        "name": unprotected(row.text("name")),
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
        **{measure: f"{row[measure]} {unit}" if row[measure] else "" for measure, unit in measures.items()},
        "variants": variants,
        "options": differing | {name: values for name, values, _ in attributes if name in differing and values},
        "attributes": {
            **{
                name: ", ".join(values)
                for name, values, shown in attributes
                if shown and values and name not in differing
            },
            **{
                snake_case(column.removeprefix("Meta:")): unprotected(text)
                for column in options.attributes
                if (text := row[f"further {column}"])
            },
        },
    }
    return Record(id=key, group=key, origin=row.origin, fields=fields)


def _levels(path: str) -> list[str]:
    return [level.strip() for level in path.split(">")]


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
    read=read,
)
