"""What this plugin brings: adapters for the products, orders, sales and A/B tests of shops."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shoptune.deferred import Deferred

__all__ = ["register_data_adapters", "select_data_adapter"]

ADAPTERS = (
    *("shopify_products", "woocommerce_products", "magento_products", "merchant_feed"),
    *("shopify_orders", "woocommerce_orders"),
    *("ga4_items", "shopify_sales", "generic_sales"),
    "ab_tests",
    *("shopify_rest_products", "woocommerce_rest_products", "platform_products"),
)
"""Each is in a module of its name; the others are tables of `platforms`."""
SIGNS = {
    "shopify_orders": ({"name", "lineitem name", "lineitem quantity"},),
    "shopify_products": ({"title", "body (html)"}, {"url handle", "title", "description"}),
    "woocommerce_products": ({"type", "sku", "name", "published", "regular price"},),
    "woocommerce_orders": (
        {"order number", "order status", "item cost"},
        {"order_id", "status", "item_name", "item_quantity"},
        {"order_id", "status", "line_items"},
        {"order_id", "order_status", "item_name"},
    ),
    "magento_products": (
        {"sku", "product_type", "attribute_set_code"},
        {"sku", "additional_attributes"},
        {"sku", "configurable_variations"},
        {"sku", "name", "product_online"},
        {"sku", "_type", "_attribute_set"},
        {"sku", "type", "attribute_set", "websites"},
    ),
    "ab_tests": ({"product_id", "variant_id", "text", "exposures", "conversions"},),
}
"""Adapter -> the sets of columns (in lower case), each of which gives its kind of file away."""
LOOKING = (
    *("woocommerce_products", "merchant_feed", "ga4_items", "shopify_sales", "generic_sales"),
    *("shopify_rest_products", "woocommerce_rest_products"),
)
"""Adapters for whose files columns don't suffice: their modules have a function ``recognises``; asked in this order."""


@hookimpl
def register_data_adapters() -> Iterable[Deferred]:
    """Bring the adapters for what shops can download."""
    from shoptune.deferred import Deferred
    from shoptune_shops.platform_files import shipped

    return [
        *(Deferred(name=name, place=f"shoptune_shops.{name}:{name}") for name in ADAPTERS),
        *(Deferred(name=name, place=f"shoptune_shops.shipped_platforms:{name}") for name in shipped()),
    ]


@hookimpl
def select_data_adapter(path: Path) -> str | None:
    """Judge by the header, upper and lower case alike; where that doesn't suffice, the adapter's module has a look."""
    from shoptune_files.delimited import peek_header
    from shoptune_shops.shipped_platforms import recognise

    header = tuple(column.casefold() for column in peek_header(path))
    for adapter, signs in SIGNS.items():
        if any(sign <= set(header) for sign in signs):
            return adapter
    if platform := recognise(path):
        return platform
    return next((name for name in LOOKING if import_module(f"shoptune_shops.{name}").recognises(path, header)), None)
