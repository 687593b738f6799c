"""The adapter ``shopify_products``: a Shopify product export, with the header in use since 2024 or the one before.

One row stands for a variant or an image.  The rows of a product share its handle and stand together; what is said of
the product as a whole stands in the first of them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune_files.amounts import parse_amount
from shoptune_files.delimited import open_table
from shoptune_files.html_text import html_to_text
from shoptune_files.rows import usable
from shoptune_shops.product_parts import choices, snake_case
from shoptune_shops.shop_rows import ShopOptions, ShopRow, group_rows, select_columns

__all__ = ["ProductOptions", "shopify_products"]

Status = Literal["active", "draft", "archived", "unlisted"]


class ProductOptions(ShopOptions):
    """Which products are read."""

    statuses: tuple[Status, ...] = ("active",)
    """Products with another status are dropped; one without a status is active."""


COLUMNS = {
    "handle": ("url handle", "handle"),
    "name": ("title",),
    "description": ("description", "body (html)"),
    "brand": ("vendor",),
    "category": ("product category",),
    "type": ("type",),
    "tags": ("tags",),
    "status": ("status",),
    "sku": ("sku", "variant sku"),
    "barcode": ("barcode", "variant barcode"),
    "price": ("price", "variant price"),
    "grams": ("weight value (grams)", "variant grams"),
    "image": ("product image url", "image src"),
    "alt": ("image alt text",),
    "option1 name": ("option1 name",),
    "option1 value": ("option1 value",),
    "option2 name": ("option2 name",),
    "option2 value": ("option2 value",),
    "option3 name": ("option3 name",),
    "option3 value": ("option3 value",),
}
OPTIONS = {f"option{number} name": f"option{number} value" for number in (1, 2, 3)}
VARIANT = ("sku", "barcode", "price", "option1 value")
"""A row with none of these is an image."""

METAFIELD = re.compile(r"\(product\.metafields\.(?P<namespace>[^.()]+)\.(?P<key>[^()]+)\)$")


def read(path: Path, options: ProductOptions) -> Iterator[Record | Dropped]:
    """Read a product export, one record per product: id and group are the handle.

    Fields: ``name``, ``description`` (plain text), ``description_html``, ``brand``, ``category`` (or, without one, the
    type), ``type``, ``status``, ``tags`` (list), ``sku``, ``gtin`` and ``price`` (of the first variant), ``weight``
    (``450 g``, where all variants that state one weigh the same), ``images`` (each with ``url`` and ``alt``),
    ``variants`` (each with ``sku``, ``barcode``, ``price``, ``options``), ``options`` (name -> values) and
    ``attributes`` (product metafields that aren't empty).  An empty text is "", a price that isn't given None.
    """
    with open_table(path, encoding=options.encoding) as table:
        metafields = _metafields(table.header)
        wanted = COLUMNS | {column: (column.casefold(),) for column in metafields.values()}
        rows = select_columns(table, wanted, needed=("handle", "name", "description"))
        yield from usable(group_rows(rows, "handle"), lambda group: [_product(group, options, metafields)])


def _metafields(header: Iterable[str]) -> dict[str, str]:
    """Return attribute name -> column for the product metafields of a header.

    ``Material (product.metafields.custom.material)`` is ``material``; where two namespaces have the key, the namespace
    stands before it: ``custom.material``.
    """
    matches = [(METAFIELD.search(column.lower()), column) for column in header]
    found = [(match["namespace"], snake_case(match["key"]), column) for match, column in matches if match]
    times = Counter(key for _, key, _ in found)
    return {key if times[key] == 1 else f"{namespace}.{key}": column for namespace, key, column in found}


def _product(rows: Sequence[ShopRow], options: ProductOptions, metafields: Mapping[str, str]) -> Record | Dropped:
    first, handle = rows[0], rows[0]["handle"]
    status = (first["status"] or "active").lower()
    if status not in options.statuses:
        return Dropped(origin=first.origin, reason=f"{status} product", detail=handle)
    name = first.text("name")
    for row in rows[1:]:
        if row["name"] not in ("", name):
            raise row.error("name", "differs within a product", f"found {row['name']!r}, at {first.origin} {name!r}")
    names = {value: snake_case(first[name]) for name, value in OPTIONS.items() if first[name]}
    variants = [_variant(row, names) for row in rows if any(row[column] for column in VARIANT)]
    main = variants[0] if variants else {"sku": "", "barcode": "", "price": None}
    fields = {
        "name": name,
        "description": html_to_text(first["description"]),
        "description_html": first["description"],
        "brand": first["brand"],
        "category": first["category"] or first["type"],
        "type": first["type"],
        "status": status,
        "tags": [tag.strip() for tag in first["tags"].split(",") if tag.strip()],
        "sku": main["sku"],
        "gtin": main["barcode"],
        "price": main["price"],
        "weight": _weight(rows),
        "images": _images(rows),
        "variants": variants,
        "options": choices(variants),
        "attributes": {key: first[column] for key, column in metafields.items() if first[column]},
    }
    return Record(id=handle, group=handle, origin=first.origin, fields=fields)


def _variant(row: ShopRow, names: Mapping[str, str]) -> dict[str, Any]:
    options = {name: value for column, name in names.items() if (value := row[column])}
    if options == {"title": "Default Title"}:  # how Shopify writes that a product has no options
        options = {}
    barcode = row["barcode"].removeprefix("'")  # which keeps a spreadsheet from rounding it
    price = row.amount("price") if row["price"] else None
    return {"sku": row["sku"], "barcode": barcode, "price": price, "options": options}


def _weight(rows: Iterable[ShopRow]) -> str:
    """Return what the variants weigh, if it is the same for all; Shopify writes 0 where nobody said."""
    weights = set(filter(None, map(parse_amount, {row["grams"] for row in rows})))
    return f"{weights.pop():.15g} g" if len(weights) == 1 else ""


def _images(rows: Iterable[ShopRow]) -> list[dict[str, str]]:
    alts: dict[str, str] = {}
    for row in rows:
        if row["image"]:
            alts.setdefault(row["image"], row["alt"])
    return [{"url": url, "alt": alt} for url, alt in alts.items()]


shopify_products = DataAdapter(
    name="shopify_products",
    table="products",
    summary="A Shopify product export (CSV)",
    options=ProductOptions,
    read=read,
)
