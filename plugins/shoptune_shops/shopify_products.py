"""The adapter ``shopify_products``: a Shopify product export, with the header in use since 2024 or the one before.

One row stands for a variant or an image.  The rows of a product share its handle and stand together, unless a
spreadsheet has sorted them; what is said of the product as a whole stands in the first of them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Note, Record
from shoptune.errors import did_you_mean
from shoptune_files.amounts import parse_amount
from shoptune_files.delimited import Table, open_table
from shoptune_files.html_text import html_to_text
from shoptune_files.rows import usable
from shoptune_files.workbook import with_workbooks
from shoptune_shops.fact_names import METAFIELD, is_fact_name
from shoptune_shops.facts import Facts, named_columns
from shoptune_shops.price_cells import PriceCells
from shoptune_shops.product_parts import choices, snake_case
from shoptune_shops.scattered_rows import find_scattered, put_together
from shoptune_shops.shop_rows import RAW, ProductFileOptions, ShopRow, group_rows, select_columns

__all__ = ["ProductOptions", "shopify_products"]

Status = Literal["active", "draft", "archived", "unlisted", "hidden"]


class ProductOptions(ProductFileOptions):
    """Which products are read, and what beside Shopify's own columns and metafields."""

    statuses: tuple[Status, ...] = ("active",)
    """Products with another status are dropped; one without a status is active, and one that the online store does not
    show is ``hidden``."""


COLUMNS = {
    "handle": ("url handle", "handle"),
    "name": ("title",),
    "description": ("description", "body (html)"),
    "brand": ("vendor",),
    "category": ("product category",),
    "type": ("type",),
    "tags": ("tags",),
    "status": ("status",),
    "published": ("published on online store", "published"),
    "sku": ("sku", "variant sku"),
    "barcode": ("barcode", "variant barcode"),
    "price": ("price", "variant price"),
    "grams": ("weight value (grams)", "variant grams"),
    "image": ("product image url", "image src"),
    "alt": ("image alt text",),
    "seo_title": ("seo title",),
    "seo_description": ("seo description",),
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

OWN = re.compile(
    r"variant .* | option\d .* | image .* | google shopping / .* | included / .* | (?:compare[- ]at )?price / .* | "
    r"(?:sku|barcode|price|tags|charge tax|tax code|requires shipping|fulfillment service|gift card|cost per item) | "
    r"compare-at price | unit price .* | inventory .* | continue selling .* | weight .* | custom product | "
    r"published .* | template suffix | collection".replace(" | ", "|")
)
"""Shopify's own columns, in lower case, that are no attributes; the others are read or named."""


@dataclass(frozen=True)
class _Reading:
    """How a file is read, and what was found on the way."""

    options: ProductOptions
    attributes: Mapping[str, str]
    """Our name of a column -> what the file calls it."""
    facts: Facts
    prices: PriceCells


def read(path: Path, options: ProductOptions) -> Iterator[Record | Dropped | Note]:
    """Read a product export, one record per product: id and group are the handle, or the name in a file without.

    Fields: ``name``, ``description`` (plain text), ``description_html``, ``brand``, ``category`` (or, without one, the
    type), ``type``, ``status``, ``tags`` (list), ``sku``, ``gtin`` and ``price`` (of the first variant), ``weight``
    (``450 g``, where all variants that state one weigh the same), ``images`` (each with ``url`` and ``alt``),
    ``variants`` (each with ``sku``, ``barcode``, ``price``, ``options``), ``options`` (name -> values), ``attributes``
    (product metafields that are facts), ``seo_title`` and ``seo_description``.  An empty text is "", a price that isn't
    given or can't be read None.
    """
    with open_table(path, encoding=options.encoding) as table:
        scattered = find_scattered(_handles(table), "handle", "name") if _has_handles(table) else {}
    with open_table(path, encoding=options.encoding) as table:
        table.need(options.attributes)
        metafields = _metafields(table.header)
        attributes = {f"attribute {column}": column for column in (*metafields, *options.attributes)}
        wanted = COLUMNS | {ours: (column.casefold(),) for ours, column in attributes.items()}
        prices = PriceCells(partial(open_table, path, encoding=options.encoding))
        reading = _Reading(options, attributes, Facts(metafields, options.attributes), prices)
        groups = group_rows(_rows(table, wanted, scattered), "handle")
        yield from usable(groups, lambda group: [_product(group, reading)])
        yield from (*reading.facts.notes(), *reading.prices.notes())
        if scattered:
            figures = {"products whose rows did not stand together": len(scattered)}
            yield Note(topic="sorted file, put together again", figures=figures)
        yield from named_columns("columns that were not read", _unread(table.header, wanted))


def _rows(table: Table, wanted: Mapping[str, Sequence[str]], scattered: Iterable[str]) -> Iterator[ShopRow | Dropped]:
    """Yield the rows, those of a product one after the other."""
    misspelt = any("Did you mean" in did_you_mean(name, table.header) for name in COLUMNS["handle"])
    has_handles = misspelt or _has_handles(table)
    needed = ("handle", "name", "description") if has_handles else ("name", "description")
    raw = RAW.union(name for name in wanted if name not in COLUMNS)
    rows = select_columns(table, wanted, needed=needed, raw=raw)
    return put_together(rows if has_handles else _with_handles(rows), scattered, "handle", "name")


def _has_handles(table: Table) -> bool:
    return not {column.casefold() for column in table.header}.isdisjoint(COLUMNS["handle"])


def _handles(table: Table) -> Iterator[ShopRow | Dropped]:
    return select_columns(table, {name: COLUMNS[name] for name in ("handle", "name")})


def _with_handles(rows: Iterable[ShopRow | Dropped]) -> Iterator[ShopRow | Dropped]:
    """Give the rows of a file without handles those of their product: its name, which stands in the first of them."""
    name = ""
    for row in rows:
        if isinstance(row, Dropped):
            yield row
        else:
            name = row["name"] or name
            yield replace(row, cells={**row.cells, "handle": name}, columns={**row.columns, "handle": "Title"})


def _unread(header: Iterable[str], wanted: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the columns that may be facts about the product and are not read."""
    known = {alias for aliases in wanted.values() for alias in aliases}
    others = (column for column in header if column.casefold() not in known and not METAFIELD.search(column))
    return [column for column in others if column and not OWN.fullmatch(column.casefold()) and is_fact_name(column)]


def _metafields(header: Iterable[str]) -> dict[str, str]:
    """Return column -> attribute name for the product metafields of a header.

    ``Material (product.metafields.custom.material)`` is ``material``; where two namespaces have the key, the namespace
    stands before it: ``custom.material``.
    """
    matches = [(METAFIELD.search(column), column) for column in header]
    found = [(match["namespace"].lower(), snake_case(match["key"]), column) for match, column in matches if match]
    times = Counter(key for _, key, _ in found)
    return {column: key if times[key] == 1 else f"{namespace}.{key}" for namespace, key, column in found}


def _status(first: ShopRow) -> str:
    status = (first["status"] or "active").lower()
    return "hidden" if status == "active" and first["published"].lower() == "false" else status


def _product(rows: Sequence[ShopRow], reading: _Reading) -> Record | Dropped:
    first, handle = rows[0], rows[0]["handle"]
    status = _status(first)
    if status not in reading.options.statuses:
        return Dropped(origin=first.origin, reason=f"{status} product", detail=handle)
    name = first.text("name")
    for row in rows[1:]:
        if row["name"] not in ("", name):
            raise row.error("name", "differs within a product", f"found {row['name']!r}, at {first.origin} {name!r}")
    names = {value: snake_case(first[name]) for name, value in OPTIONS.items() if first[name]}
    variants = [_variant(row, names, reading.prices) for row in rows if any(row[column] for column in VARIANT)]
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
        "attributes": reading.facts.of((column, first[ours]) for ours, column in reading.attributes.items()),
        "seo_title": first["seo_title"],
        "seo_description": first["seo_description"],
    }
    return Record(id=handle, group=handle, origin=first.origin, fields=fields)


def _variant(row: ShopRow, names: Mapping[str, str], prices: PriceCells) -> dict[str, Any]:
    options = {name: value for column, name in names.items() if (value := row[column])}
    if options == {"title": "Default Title"}:  # how Shopify writes that a product has no options
        options = {}
    barcode = row["barcode"].removeprefix("'")  # which keeps a spreadsheet from rounding it
    return {"sku": row["sku"], "barcode": barcode, "price": prices.read(row), "options": options}


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
    read=with_workbooks(read),
)
