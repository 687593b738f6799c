"""Prices that can't be read cost the price, not the product; how many they were is said."""

from collections.abc import Iterator

from shoptune.data import Note
from shoptune_files.amounts import parse_amount
from shoptune_shops.shop_rows import ShopRow

__all__ = ["PriceCells"]


class PriceCells:
    """Reads the prices of a file, and counts those that state no amount."""

    def __init__(self) -> None:
        self._unread = 0
        self._first = ""

    def read(self, row: ShopRow, name: str = "price") -> float | None:
        """Return the amount of a cell; None where it is empty, or states none."""
        cell = row[name]
        amount = parse_amount(cell) if cell else None
        if cell and amount is None:
            self._unread += 1
            self._first = self._first or f"{row.origin}: {cell[:40]!r}"
        return amount

    def notes(self) -> Iterator[Note]:
        """Yield how many prices could not be read, and the first of them; nothing where all could."""
        if self._unread:
            yield Note(topic="prices", figures={"could not be read": self._unread, "such as": self._first})
