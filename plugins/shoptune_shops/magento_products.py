"""The adapter ``magento_products``: a Magento 2 (Adobe Commerce) product export.

One row stands for a product.  A configurable product names its variations, which are rows of their own and stand
before or after it; the file is read a first time for which they are, and a second time for what they cost.  Further
rows with a ``store_view_code`` hold what another store view, most often another language, says differently; they follow
the product's row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, NamedTuple

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError, did_you_mean
from shoptune_files.amounts import parse_amount
from shoptune_files.delimited import open_table
from shoptune_files.html_text import html_to_text
from shoptune_files.rows import usable
from shoptune_shops.magento_cells import parse_attributes, parse_categories, parse_date, parse_variations
from shoptune_shops.product_parts import choices, most_specific
from shoptune_shops.shop_rows import ShopOptions, ShopRow, group_rows, select_columns

__all__ = ["MagentoOptions", "magento_products"]

Status = Literal["active", "disabled"]


class MagentoOptions(ShopOptions):
    """Which products are read, and in which language."""

    statuses: tuple[Status, ...] = ("active",)
    """Products with another status are dropped; one without a status is active."""
    store_view: str | None = None
    """The code of the store view whose texts count; default: those of all store views."""


COLUMNS = {
    "sku": ("sku",),
    "store_view": ("store_view_code",),
    "category": ("categories",),
    "name": ("name",),
    "description": ("description",),
    "short_description": ("short_description",),
    "status": ("product_online",),
    "visibility": ("visibility",),
    "price": ("price",),
    "image": ("base_image",),
    "image_label": ("base_image_label",),
    "images": ("additional_images",),
    "image_labels": ("additional_image_labels",),
    "created_at": ("created_at",),
    "attributes": ("additional_attributes",),
    "variations": ("configurable_variations",),
}
STATUSES: Mapping[str, Status] = {"1": "active", "": "active", "0": "disabled", "2": "disabled"}
OWN_FIELDS = {
    "brand": ("brand", "manufacturer"),
    "gtin": ("gtin", "ean", "upc", "barcode", "isbn"),
    "mpn": ("mpn",),
}
"""Field -> the attributes that it is found under, and which are then none of the others."""
TECHNICAL = frozenset(
    (
        *("has_options", "required_options", "quantity_and_stock_status", "shipment_type", "options_container"),
        *("gift_message_available", "gift_wrapping_available", "is_returnable", "swatch_image"),
        *("links_purchased_separately", "links_title", "samples_title"),
    )
)
"""Attributes that say how Magento handles a product, not what it is."""


class _Child(NamedTuple):
    """What is held of a variation's own row."""

    price: float | None
    barcode: str


def read(path: Path, options: MagentoOptions) -> Iterator[Record | Dropped]:
    """Read a product export, one record per product with its variations: id and group are the SKU.

    Fields: ``name``, ``description`` (plain text; the short one where there is no other), ``description_html``,
    ``short_description``, ``brand``, ``gtin`` and ``mpn`` (from the attributes), ``category`` (the deepest, without the
    root), ``status``, ``sku``, ``price`` (outside of sales; of the first variation), ``images``, ``created_at`` (where
    its date can be told), ``variants``, ``options`` and ``attributes``.  A product without variations is its own only
    variant.  Rows of other store views are dropped; so are products that no page shows and no other product names.
    """
    children = _children(path, options)
    views: dict[str, None] = {}
    with open_table(path, encoding=options.encoding) as table:
        rows = select_columns(table, COLUMNS, needed=("sku", "name", "description"))
        yield from usable(group_rows(rows, "sku"), lambda group: _products(group, children, views, options))
        if options.store_view not in (None, *views):
            hint = did_you_mean(str(options.store_view), views)
            raise DataError(f"{table.origin}: there is no row of a store view {options.store_view!r}.{hint}")


def _children(path: Path, options: MagentoOptions) -> dict[str, _Child]:
    """Return what the rows of all variations say, by SKU; a variation without a row is there too."""
    named: set[str] = set()
    parents: set[str] = set()
    for row in _main_rows(path, options):
        if variations := parse_variations(row["variations"]):
            parents.add(row["sku"])
            named.update(sku for sku, _ in variations)
    found = dict.fromkeys(named - parents, _Child(None, ""))
    if found:
        for row in _main_rows(path, options):
            if row["sku"] in found:
                found[row["sku"]] = _Child(
                    parse_amount(row["price"]), _own_fields(parse_attributes(row["attributes"]))["gtin"]
                )
    return found


def _main_rows(path: Path, options: MagentoOptions) -> Iterator[ShopRow]:
    """Yield the rows of products as all store views have them; the last reading tells of rows that are broken."""
    wanted = {name: COLUMNS[name] for name in ("sku", "store_view", "price", "attributes", "variations")}
    with open_table(path, encoding=options.encoding) as table:
        for row in select_columns(table, wanted):
            if not isinstance(row, Dropped) and not row["store_view"]:
                yield row


def _products(
    group: Sequence[ShopRow], children: Mapping[str, _Child], views: dict[str, None], options: MagentoOptions
) -> Iterator[Record | Dropped]:
    """Yield the product of the rows of one SKU; nothing for a variation, which its parent's record names."""
    main = [row for row in group if not row["store_view"]]
    translated: list[ShopRow] = []
    for row in group:
        if view := row["store_view"]:
            views[view] = None
            if view == options.store_view:
                translated.append(row)
            else:
                yield Dropped(origin=row.origin, reason="row of another store view", detail=f"{view}, {row['sku']}")
    if not main and translated:
        raise translated[0].error("store_view", "row stands apart from its product", "sort the file by sku")
    for number, row in enumerate(main):
        if number:
            raise row.error("sku", "stands twice", f"found {row['sku']!r} at {main[0].origin} too")
        if row["sku"] in children:
            _price(row)  # tells of one that is none
        else:
            yield _product([row, *translated], children, options)


def _product(rows: Sequence[ShopRow], children: Mapping[str, _Child], options: MagentoOptions) -> Record | Dropped:
    """Make the product of its row and those of the store view asked for, whose cells count where they aren't empty."""
    main, sku = rows[0], rows[0]["sku"]

    def cell(name: str) -> str:
        return next((row[name] for row in reversed(rows) if row[name]), "")

    status = STATUSES.get(cell("status"))
    if status is None:
        raise main.error("status", "is unknown", f"found {cell('status')!r}; Magento writes 1 or 2")
    if status not in options.statuses:
        return Dropped(origin=main.origin, reason=f"{status} product", detail=sku)
    if cell("visibility").lower() == "not visible individually":
        return Dropped(origin=main.origin, reason="product without a page of its own", detail=sku)
    attributes = {name: value for row in rows for name, value in parse_attributes(row["attributes"]).items()}
    own = _own_fields(attributes)
    variants = _variants(main, children) or [{"sku": sku, "barcode": own["gtin"], "price": _price(main), "options": {}}]
    differing = choices(variants)
    html = cell("description") or cell("short_description")
    created_at = parse_date(cell("created_at"))
    used = TECHNICAL.union(differing, *OWN_FIELDS.values())
    fields = {
        "name": cell("name") or main.text("name"),
        "description": html_to_text(html),
        "description_html": html,
        "short_description": html_to_text(cell("short_description")),
        "category": most_specific(parse_categories(cell("category"))),
        "status": status,
        "sku": sku,
        **own,
        "price": variants[0]["price"] if _price(main) is None else _price(main),
        "images": _images(cell),
        **({"created_at": created_at} if created_at else {}),
        "variants": variants,
        "options": differing,
        "attributes": {name: value for name, value in attributes.items() if name not in used},
    }
    return Record(id=sku, group=sku, origin=main.origin, fields=fields)


def _own_fields(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that Magento keeps among the attributes, "" where it has none."""
    return {field: next(filter(None, map(attributes.get, names)), "") for field, names in OWN_FIELDS.items()}


def _price(row: ShopRow) -> float | None:
    return row.amount("price") if row["price"] else None


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
    summary="A Magento 2 product export (CSV)",
    options=MagentoOptions,
    read=read,
)
