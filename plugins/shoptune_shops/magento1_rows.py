"""Rows of a Magento 1 export in the form of Magento 2.

Magento 1 writes what a product has several of (categories, store views, variations) into further rows without a SKU.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from shoptune.data import Dropped
from shoptune_shops.shop_rows import ShopRow

__all__ = ["COLUMNS", "as_magento2"]

COLUMNS = {
    "root": ("_root_category",),
    "variation sku": ("_super_products_sku",),
    "variation option": ("_super_attribute_code",),
    "variation value": ("_super_attribute_option",),
}
"""What Magento 2 has no columns for."""


def as_magento2(rows: Iterable[ShopRow | Dropped]) -> Iterator[ShopRow | Dropped]:
    """Yield one row for each product and one for each of its store views, all with its SKU."""
    together: list[ShopRow] = []
    for row in rows:
        if isinstance(row, Dropped):
            yield row
        elif row["sku"] or not together:
            yield from _merged(together)
            together = [row]
        else:
            together.append(row)
    yield from _merged(together)


def _merged(rows: list[ShopRow]) -> Iterator[ShopRow]:
    if not rows:
        return
    main, sku = rows[0], rows[0]["sku"]
    paths = [f"{row['root'] or 'root'}/{row['category']}" for row in rows if row["category"]]
    merged = {"category": ",".join(dict.fromkeys(paths)), "variations": main["variations"] or _variations(rows)}
    yield replace(main, cells={**main.cells, **merged})
    yield from (replace(row, cells={**row.cells, "sku": sku}) for row in rows[1:] if row["store_view"])


def _variations(rows: Iterable[ShopRow]) -> str:
    """Return the variations as Magento 2 packs them into one cell."""
    options: dict[str, dict[str, str]] = {}
    for row in rows:
        if sku := row["variation sku"]:
            of = options.setdefault(sku, {})
            if row["variation option"]:
                of[row["variation option"]] = row["variation value"]
    return "|".join(
        ",".join([f"sku={sku}", *(f"{of}={value}" for of, value in has.items())]) for sku, has in options.items()
    )
