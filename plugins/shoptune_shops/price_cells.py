"""Prices that can't be read cost the price, not the product; how many they were is said."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from shoptune.data import Dropped, Note
from shoptune_files.amounts import Prices, is_ambiguous, parse_amount
from shoptune_files.delimited import Table
from shoptune_shops.shop_rows import ShopRow

__all__ = ["PriceCells"]

UNREAD = ("could not be read", "such as")
AMBIGUOUS = ("a thousand and more, or one and a bit: not read", "the first of these")
REMEDY = "write one price of the column with cents (1.299,00 or 1299.00), or each with its currency (1.299 EUR)"
REMEDY_OF_BOTH = "write all prices of a column with the same decimal mark: some have a point, some a comma"


class PriceCells:
    """Reads the prices of a file, and counts those that state no amount.

    ``1.299`` is a thousand and more or one and a bit: which one, the other prices of its column tell, all of which are
    then looked at, or else its currency.  Where neither does, or the others contradict each other, it is no price.
    """

    def __init__(self, open_file: Callable[[], AbstractContextManager[Table]]) -> None:
        """Take what opens the file once more, which is done where a price could be either."""
        self._open = open_file
        self._columns: dict[str, Prices] = {}
        self._counts = {UNREAD: 0, AMBIGUOUS: 0}
        self._first: dict[tuple[str, str], str] = {}

    def read(self, row: ShopRow, name: str = "price", currency: str = "") -> float | None:
        """Return the amount of a cell; None where it is empty, or states none, or might state two."""
        cell = row[name]
        if not cell:
            return None
        either = is_ambiguous(cell)
        amount = self._by_evidence(cell, row.columns.get(name, name), currency) if either else parse_amount(cell)
        if amount is None:
            kind = AMBIGUOUS if either else UNREAD
            self._counts[kind] += 1
            self._first.setdefault(kind, f"{row.origin}: {cell[:40]!r}")
        return amount

    def _by_evidence(self, cell: str, column: str, currency: str) -> float | None:
        if column not in self._columns:
            prices = self._columns[column] = Prices()
            with self._open() as table:
                for row in table.select([column]):
                    if not isinstance(row, Dropped):
                        prices.look_at(row[1][0])
        amount = self._columns[column].read(cell)
        if isinstance(amount, str) and not self._columns[column].contradictory:
            named = f"{cell} {currency}"
            return None if is_ambiguous(named) else parse_amount(named)
        return None if isinstance(amount, str) else amount

    def notes(self) -> Iterator[Note]:
        """Yield how many prices could not be read, and the first of them; nothing where all could."""
        figures: dict[str, str | int | float] = {}
        for kind, count in self._counts.items():
            if count:
                figures |= {kind[0]: count, kind[1]: self._first[kind]}
        if self._counts[AMBIGUOUS]:
            is_contradictory = any(prices.contradictory for prices in self._columns.values())
            figures["what to do"] = REMEDY_OF_BOTH if is_contradictory else REMEDY
        if figures:
            yield Note(topic="prices", figures=figures)
