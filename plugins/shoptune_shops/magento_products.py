"""The adapter ``magento_products``: a Magento (Adobe Commerce) product export.

One row stands for a product.  A configurable product names its variations, which are rows of their own and stand
before or after it; the file is read a first time for which they are, and a second time for what they cost.  Further
rows with a ``store_view_code`` hold what another store view, most often another language, says differently; they follow
the product's row.

Attributes are packed into one cell, or have a column each, as Magento 1 and extensions (Firebear, Xtento) write them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, NamedTuple

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError, did_you_mean
from shoptune_files.delimited import Table, open_table
from shoptune_files.html_text import html_to_text
from shoptune_files.rows import usable
from shoptune_files.workbook import with_workbooks
from shoptune_shops.fact_names import is_fact_name
from shoptune_shops.facts import Facts, named_columns
from shoptune_shops.magento1_rows import COLUMNS as MAGENTO_1
from shoptune_shops.magento1_rows import as_magento2
from shoptune_shops.magento_cells import parse_attributes, parse_categories, parse_date, parse_variations
from shoptune_shops.price_cells import PriceCells
from shoptune_shops.product_parts import choices, most_specific
from shoptune_shops.shop_rows import RAW, ProductFileOptions, ShopRow, group_rows, select_columns

__all__ = ["MagentoOptions", "magento_products"]

Status = Literal["active", "disabled"]


class MagentoOptions(ProductFileOptions):
    """Which products are read, in which language, and what beside the attributes that are facts."""

    statuses: tuple[Status, ...] = ("active",)
    """Products with another status are dropped; one without a status is active."""
    store_view: str | None = None
    """The code of the store view whose texts count; default: those of all store views."""


COLUMNS = {
    "sku": ("sku",),
    "store_view": ("store_view_code", "_store"),
    "category": ("categories", "_category"),
    "name": ("name",),
    "description": ("description",),
    "short_description": ("short_description",),
    "status": ("product_online", "status"),
    "visibility": ("visibility",),
    "price": ("price",),
    "image": ("base_image", "image"),
    "image_label": ("base_image_label", "image_label"),
    "images": ("additional_images",),
    "image_labels": ("additional_image_labels",),
    "created_at": ("created_at",),
    "attributes": ("additional_attributes",),
    "variations": ("configurable_variations",),
    "seo_title": ("meta_title",),
    "seo_description": ("meta_description",),
}
STATUSES: Mapping[str, Status] = {
    **dict.fromkeys(("1", "", "enabled"), "active"),
    **dict.fromkeys(("0", "2", "disabled"), "disabled"),
}
NOT_SHOWN = {"not visible individually", "1"}
OWN_FIELDS = {
    "brand": ("brand", "manufacturer"),
    "gtin": ("gtin", "ean", "upc", "barcode", "isbn"),
    "mpn": ("mpn",),
}
"""Field -> the attributes that it is found under, and which are then none of the others."""
_OWN = re.compile(
    r"_.*|store|type|type_id|category_ids?|attribute_set.*|product_type|weight|price.*|.*_price|.*_price_.*|tax_.*|url_.*|"
    r"meta_.*|.*_image|.*_image_label|.*_images|.*_image_labels|media_.*|image|created_at|updated_at|new_from.*|new_to.*|"
    r"display_product.*|map_.*|msrp.*|custom_(?:design|layout|options).*|page_layout|product_(?:options|websites).*|"
    r"qty|.*_qty|.*_qty_.*|use_config.*|.*backorders.*|notify_on.*|manage_stock|is_(?:qty|in_stock|decimal).*|website.*|"
    r".*_skus|.*_position|hide_from.*|bundle_.*|configurable_.*|downloadable_.*|giftcard_.*|low_stock_date|stock_status.*|"
    r"samples_title|links_.*|options_container|.*_options|gift_.*|enable_googlecheckout|stock_id|min_sale.*|max_sale.*"
)
"""Magento's own columns, in small letters, beside `COLUMNS`: they say how it handles a product, not what it is."""


class _Child(NamedTuple):
    """What is held of a variation's own row."""

    price: float | None
    barcode: str


@dataclass(frozen=True)
class _Reading:
    """How a file is read, and what was found on the way."""

    options: MagentoOptions
    children: Mapping[str, _Child]
    attributes: Mapping[str, str]
    """Our name of a column that holds an attribute -> what the file calls it."""
    facts: Facts
    prices: PriceCells
    views: dict[str, None] = field(default_factory=dict)


def read(path: Path, options: MagentoOptions) -> Iterator[Record | Dropped | Note]:
    """Read a product export, one record per product with its variations: id and group are the SKU.

    Fields: ``name``, ``description`` (plain text; the short one where there is no other), ``description_html``,
    ``short_description``, ``brand``, ``gtin`` and ``mpn`` (from the attributes), ``category`` (the deepest, without the
    root), ``status``, ``sku``, ``price`` (outside of sales; of the first variation), ``images``, ``created_at`` (where
    its date can be told), ``variants``, ``options``, ``attributes``, ``seo_title`` and ``seo_description``.  A product
    without variations is its own only variant.  Rows of other store views are dropped; so are products that no page
    shows and no other product names.
    """
    children = _children(path, options)
    with open_table(path, encoding=options.encoding) as table:
        table.need(options.attributes)
        attributes = _attribute_columns(table.header, options)
        prices = PriceCells(partial(open_table, path, encoding=options.encoding))
        reading = _Reading(options, children, attributes, Facts(asked_for=options.attributes), prices)
        rows = _rows(table, COLUMNS | _aliases(attributes), needed=("sku", "name", "description"))
        yield from usable(group_rows(rows, "sku"), lambda group: _products(group, reading))
        if options.store_view not in (None, *reading.views):
            hint = did_you_mean(str(options.store_view), reading.views)
            raise DataError(f"{table.origin}: there is no row of a store view {options.store_view!r}.{hint}")
        yield from (*reading.facts.notes(), *reading.prices.notes())
        yield from named_columns("columns that were not read", _unread(table.header, attributes.values()))


def _attribute_columns(header: Iterable[str], options: MagentoOptions) -> dict[str, str]:
    """Return the columns that hold an attribute each: all that are none of Magento's, and whose names may be facts."""
    own_fields = {name for names in OWN_FIELDS.values() for name in names}
    asked_for = frozenset(options.attributes)
    found = (
        column
        for column in header
        if column in asked_for or column.casefold() in own_fields or (_is_foreign(column) and is_fact_name(column))
    )
    return {f"attribute {column}": column for column in found}


def _is_foreign(column: str) -> bool:
    name = column.casefold()
    return bool(name) and not _OWN.fullmatch(name) and not any(name in aliases for aliases in COLUMNS.values())


def _unread(header: Iterable[str], read_columns: Collection[str]) -> list[str]:
    known = set(read_columns)
    return [column for column in header if _is_foreign(column) and column not in known]


def _aliases(columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {ours: (column.casefold(),) for ours, column in columns.items()}


def _rows(table: Table, wanted: Mapping[str, Sequence[str]], needed: Iterable[str] = ()) -> Iterator[ShopRow | Dropped]:
    raw = RAW.union(name for name in wanted if name.startswith("attribute "))
    is_magento_1 = "_type" in {column.casefold() for column in table.header}
    if is_magento_1:
        return as_magento2(select_columns(table, {**wanted, **MAGENTO_1}, needed, raw))
    return select_columns(table, wanted, needed, raw)


def _cells(row: ShopRow, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return what a row says of attributes, by what it calls them: those with a column each, then those packed."""
    return {
        **{column: cell.replace("|", ", ") for ours, column in attributes.items() if (cell := row[ours])},
        **parse_attributes(row["attributes"]),
    }


def _children(path: Path, options: MagentoOptions) -> dict[str, _Child]:
    """Return what the rows of all variations say, by SKU; a variation without a row is there too."""
    named: set[str] = set()
    parents: set[str] = set()
    for row, _ in _main_rows(path, options):
        if variations := parse_variations(row["variations"]):
            parents.add(row["sku"])
            named.update(sku for sku, _ in variations)
    found = dict.fromkeys(named - parents, _Child(None, ""))
    if found:
        # The last reading tells of those that can't be read.
        prices = PriceCells(partial(open_table, path, encoding=options.encoding))
        for row, attributes in _main_rows(path, options):
            if row["sku"] in found:
                found[row["sku"]] = _Child(prices.read(row), _own_fields(_cells(row, attributes))["gtin"])
    return found


def _main_rows(path: Path, options: MagentoOptions) -> Iterator[tuple[ShopRow, Mapping[str, str]]]:
    """Yield the rows of products as all store views have them; the last reading tells of rows that are broken."""
    wanted = {name: COLUMNS[name] for name in ("sku", "store_view", "price", "attributes", "variations")}
    with open_table(path, encoding=options.encoding) as table:
        found = {column.casefold(): column for column in table.header}
        attributes = {f"attribute {name}": found[name] for name in OWN_FIELDS["gtin"] if name in found}
        for row in _rows(table, wanted | _aliases(attributes)):
            if not isinstance(row, Dropped) and not row["store_view"]:
                yield row, attributes


def _products(group: Sequence[ShopRow], reading: _Reading) -> Iterator[Record | Dropped]:
    """Yield the product of the rows of one SKU; nothing for a variation, which its parent's record names."""
    main = [row for row in group if not row["store_view"]]
    translated: list[ShopRow] = []
    for row in group:
        if view := row["store_view"]:
            reading.views[view] = None
            if view == reading.options.store_view:
                translated.append(row)
            else:
                yield Dropped(origin=row.origin, reason="row of another store view", detail=f"{view}, {row['sku']}")
    if not main and translated:
        raise translated[0].error("store_view", "row stands apart from its product", "sort the file by sku")
    for number, row in enumerate(main):
        if number:
            raise row.error("sku", "stands twice", f"found {row['sku']!r} at {main[0].origin} too")
        if row["sku"] in reading.children:
            reading.prices.read(row)  # tells of one that is none
        else:
            yield _product([row, *translated], reading)


def _product(rows: Sequence[ShopRow], reading: _Reading) -> Record | Dropped:
    """Make the product of its row and those of the store view asked for, whose cells count where they aren't empty."""
    main, sku = rows[0], rows[0]["sku"]

    def cell(name: str) -> str:
        return next((row[name] for row in reversed(rows) if row[name]), "")

    status = STATUSES.get(cell("status").lower())
    if status is None:
        raise main.error("status", "is unknown", f"found {cell('status')!r}; Magento writes 1 or 2")
    if status not in reading.options.statuses:
        return Dropped(origin=main.origin, reason=f"{status} product", detail=sku)
    if cell("visibility").lower() in NOT_SHOWN:
        return Dropped(origin=main.origin, reason="product without a page of its own", detail=sku)
    attributes = {name: value for row in rows for name, value in _cells(row, reading.attributes).items()}
    price = reading.prices.read(main)
    own = _own_fields(attributes)
    variants = _variants(main, reading.children) or [
        {"sku": sku, "barcode": own["gtin"], "price": price, "options": {}}
    ]
    differing = choices(variants)
    html = cell("description") or cell("short_description")
    created_at = parse_date(cell("created_at"))
    used = {name for names in OWN_FIELDS.values() for name in names}.union(differing)
    fields = {
        "name": cell("name") or main.text("name"),
        "description": html_to_text(html),
        "description_html": html,
        "short_description": html_to_text(cell("short_description")),
        "category": most_specific(parse_categories(cell("category"))),
        "status": status,
        "sku": sku,
        **own,
        "price": variants[0]["price"] if price is None else price,
        "images": _images(cell),
        **({"created_at": created_at} if created_at else {}),
        "variants": variants,
        "options": differing,
        "attributes": reading.facts.of((name, of) for name, of in attributes.items() if name.casefold() not in used),
        "seo_title": cell("seo_title"),
        "seo_description": cell("seo_description"),
    }
    return Record(id=sku, group=sku, origin=main.origin, fields=fields)


def _own_fields(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that Magento keeps among the attributes, "" where it has none."""
    found = {name.casefold(): value for name, value in attributes.items()}
    return {field: next(filter(None, map(found.get, names)), "") for field, names in OWN_FIELDS.items()}


def _variants(row: ShopRow, children: Mapping[str, _Child]) -> list[dict[str, Any]]:
    variants = []
    for sku, options in parse_variations(row["variations"]):
        if not sku:
            raise row.error("variations", "names a variation without its sku", f"found {options}")
        child = children.get(sku, _Child(None, ""))
        variants.append({"sku": sku, "barcode": child.barcode, "price": child.price, "options": options})
    return variants


def _images(cell: Callable[[str], str]) -> list[dict[str, str]]:
    urls = [cell("image"), *cell("images").split(",")]
    alts = [cell("image_label"), *cell("image_labels").split(",")]
    found = dict(zip_longest(urls, alts[: len(urls)], fillvalue=""))
    return [{"url": url.strip(), "alt": alt.strip()} for url, alt in found.items() if url.strip()]


magento_products = DataAdapter(
    name="magento_products",
    table="products",
    summary="A Magento product export (CSV)",
    options=MagentoOptions,
    read=with_workbooks(read),
)
