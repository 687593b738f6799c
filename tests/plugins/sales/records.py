"""Invented products, order lines and sales reports."""

from itertools import count
from typing import Any

from shoptune.data import Record

__all__ = ["line", "product", "sold"]

_numbers = count(1)


def product(name: str, *skus: str, price: float | None = 10.0, category: str = "Bags", created_at: str = "") -> Record:
    """Return a product called as its id, with a variant for each SKU."""
    fields = {
        "name": name,
        "category": category,
        "price": price,
        "created_at": created_at,
        "sku": skus[0] if skus else "",
        "variants": [{"sku": sku} for sku in skus],
    }
    handle = name.casefold().replace(" ", "-")
    return Record(id=handle, group=handle, origin=f"products.csv:{next(_numbers)}", fields=fields)


def line(sku: str = "", name: str = "", quantity: Any = 1, created_at: str = "2026-01-01", **fields: Any) -> Record:
    """Return a line of an order."""
    row = {"sku": sku, "name": name, "quantity": quantity, "price": 10.0, "created_at": created_at, **fields}
    number = next(_numbers)
    return Record(id=f"#{number}", group=f"#{number}", origin=f"orders.csv:{number}", fields=row)


def sold(product_id: str = "", units: Any = 1, views: int | None = None, **fields: Any) -> Record:
    """Return a row of a sales report."""
    row = {"product_id": product_id, "sku": "", "name": "", "units": units, "views": views, "revenue": None, **fields}
    number = next(_numbers)
    return Record(id=str(number), group=product_id, origin=f"sales.csv:{number}", fields=row)
