"""What holds for the lines of orders whatever the shop: which of them are products, and when they were ordered."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from shoptune.data import Dropped
from shoptune.errors import DataError
from shoptune_files.delimited import open_table
from shoptune_shops.dates import DateOrder, ambiguous, order_of
from shoptune_shops.scattered_rows import find_scattered
from shoptune_shops.shop_rows import ShopOptions, ShopRow, select_columns

__all__ = ["find_date_order", "find_scattered_orders", "no_product"]

_AMOUNT = r"(?:\s*[-\u2013:(].*|\s+[\d$€£¥].*)?"
_NO_PRODUCT = {
    "tip": re.compile(
        rf"(?:tip|trinkgeld|pourboire|propina|mancia|fooi|napiwek|gorjeta|gratuity|チップ){_AMOUNT}", re.IGNORECASE
    ),
    "gift card": re.compile(
        r"(?:e-?)?(?:gift ?cards?|gift (?:certificate|voucher)|geschenkkarte|geschenkgutschein|gutschein|"
        r"carte[- ]cadeau|tarjeta (?:de )?regalo|carta regalo|buono regalo|cadeaubon|cadeaukaart|karta podarunkowa|"
        rf"bon podarunkowy|cartão[- ]presente|vale[- ]presente|ギフトカード){_AMOUNT}",
        re.IGNORECASE,
    ),
}


def no_product(name: str) -> str:
    """Return what a line is that sells no product; "" for one that does.

    >>> no_product("Tip"), no_product("Gift card - 50"), no_product("Gift card holder"), no_product("Tipi tent")
    ('tip', 'gift card', '', '')
    """
    return next((what for what, pattern in _NO_PRODUCT.items() if pattern.fullmatch(name)), "")


def find_date_order(
    path: Path, options: ShopOptions, wanted: Mapping[str, Sequence[str]], names: Sequence[str]
) -> DateOrder | None:
    """Return whether the dates in the columns `names` (of `wanted`) have the day or the month first.

    None where dates are unambiguous by themselves.  Raises `DataError` where no date of the file tells.
    """
    with open_table(path, encoding=options.encoding) as table:
        rows = select_columns(table, {name: wanted[name] for name in names if name in wanted})
        first: tuple[ShopRow, str] | None = None
        for row in rows:
            if isinstance(row, Dropped):
                continue
            for name in names:
                if text := row[name]:
                    order = order_of([text])
                    if order is not None:
                        return order
                    if not ambiguous(text):
                        return None
                    first = first or (row, name)
    if first is None:
        return None
    row, name = first
    raise DataError(
        f"{row.origin}: {row.columns.get(name, name)} is {row[name]!r}, and no date in the file tells whether the day "
        "or the month comes first. A spreadsheet rewrote the dates, most likely: export the file again and don't open "
        "it in one, or save its dates as text such as 2026-01-31."
    )


def find_scattered_orders(path: Path, options: ShopOptions, wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the orders whose lines don't stand together, though one order is meant (`find_scattered`)."""
    with open_table(path, encoding=options.encoding) as table:
        rows = select_columns(table, {name: wanted[name] for name in ("order", "status")})
        return find_scattered(rows, "order", "status")
