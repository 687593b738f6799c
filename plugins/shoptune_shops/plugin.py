"""What this plugin brings: ``shopify_products``, ``shopify_orders`` and ``ab_tests``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shoptune.components import DataAdapter

__all__ = ["register_data_adapters", "select_data_adapter"]

SIGNS = {
    "shopify_orders": ({"name", "lineitem name", "lineitem quantity"},),
    "shopify_products": ({"handle", "title", "body (html)"}, {"url handle", "title", "description"}),
    "ab_tests": ({"product_id", "variant_id", "text", "exposures", "conversions"},),
}
"""Adapter -> the sets of columns (in lower case), each of which gives its kind of file away."""


@hookimpl
def register_data_adapters() -> Iterable[DataAdapter[Any]]:
    """Bring the adapters for what shops can download."""
    from shoptune_shops.ab_tests import ab_tests
    from shoptune_shops.shopify_orders import shopify_orders
    from shoptune_shops.shopify_products import shopify_products

    return [shopify_products, shopify_orders, ab_tests]


@hookimpl
def select_data_adapter(path: Path) -> str | None:
    """Judge by the header, upper and lower case alike."""
    from shoptune_files.delimited import peek_header

    header = {column.casefold() for column in peek_header(path)}
    for adapter, signs in SIGNS.items():
        if any(sign <= header for sign in signs):
            return adapter
    return None
