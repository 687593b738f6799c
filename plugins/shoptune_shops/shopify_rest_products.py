"""The adapter ``shopify_rest_products``: Shopify's ``products.json``, of the Admin REST API or of the storefront."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import RowError
from shoptune_files.html_text import html_to_text
from shoptune_files.json_file import json_items
from shoptune_files.rows import usable
from shoptune_shops.product_parts import choices, snake_case
from shoptune_shops.rest_values import RestOptions, amount, has_keys, objects, short_text, text

__all__ = ["recognises", "shopify_rest_products"]

SIGN = ("body_html", "handle", "variants", "vendor")


def read(path: Path, options: RestOptions) -> Iterator[Record | Dropped]:
    """Read a list of products, one record per product: id and group are the handle.

    Fields: as ``shopify_products``, without metafields, which are no part of the answer.  A product that the online
    store doesn't show (``published_at`` null) is hidden.
    """
    yield from usable(json_items(path, options.encoding), lambda item: [_product(*item, options)])


def _product(origin: str, item: Mapping[str, Any], options: RestOptions) -> Record | Dropped:
    key, html, name = text(item.get("handle")), text(item.get("body_html")), short_text(item.get("title"))
    status = text(item.get("status")).lower() or "active"
    if status == "active" and "published_at" in item and item["published_at"] is None:
        status = "hidden"
    if status not in options.statuses:
        return Dropped(origin=origin, reason=f"{status} product", detail=key)
    for field, value in (("handle", key), ("title", name)):
        if not value:
            raise RowError(origin, f"{field} is empty", "every product needs one")
    called = {
        number: snake_case(short_text(o.get("name"))) for number, o in enumerate(objects(item.get("options")), start=1)
    }
    variants = [_variant(variant, called) for variant in objects(item.get("variants"))]
    main = variants[0] if variants else {"sku": "", "barcode": "", "price": None}
    tags = item.get("tags")
    fields = {
        "name": name,
        "description": html_to_text(html),
        "description_html": html,
        "brand": short_text(item.get("vendor")),
        "category": short_text(item.get("product_type")),
        "type": short_text(item.get("product_type")),
        "status": status,
        "tags": [
            tag for part in (tags if isinstance(tags, list) else text(tags).split(",")) if (tag := short_text(part))
        ],
        "sku": main["sku"],
        "gtin": main["barcode"],
        "price": main["price"],
        "images": [{"url": text(i.get("src")), "alt": short_text(i.get("alt"))} for i in objects(item.get("images"))],
        "variants": variants,
        "options": choices(variants),
        "attributes": {},
    }
    return Record(id=key, group=key, origin=origin, fields=fields)


def _variant(variant: Mapping[str, Any], called: Mapping[int, str]) -> dict[str, Any]:
    options = {name: value for number, name in called.items() if (value := short_text(variant.get(f"option{number}")))}
    return {
        "sku": text(variant.get("sku")),
        "barcode": text(variant.get("barcode")),
        "price": amount(variant.get("price")),
        "options": {} if options == {"title": "Default Title"} else options,
    }


def recognises(path: Path, header: tuple[str, ...]) -> bool:  # noqa: ARG001 - JSON has none
    """Judge by the keys at the file's beginning."""
    return has_keys(path, SIGN)


shopify_rest_products = DataAdapter(
    name="shopify_rest_products",
    table="products",
    summary="Products from Shopify's REST interface or storefront (products.json)",
    options=RestOptions,
    read=read,
)
