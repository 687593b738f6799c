"""Numbers of a table that are not what they seem.

Prices that could not be read, long numbers that a spreadsheet shortened, SKUs that several products share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shoptune.data import Record

__all__ = ["NumberCheck"]

PRICES = ("price", "sale_price", "compare_at_price")
KEYS = ("sku", "gtin", "mpn", "product_id")
LOOKED_AT = 5_000
"""Records whose SKUs are compared, the first ones: a spreadsheet spoils a whole column, and memory must not grow."""
_EITHER = re.compile(r"\s*[1-9][0-9]{0,2}\.[0-9]{3}\s*")
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]{1,14})?[eE]\+?[0-9]{1,3}")


class _Finding:
    """How often something was found, and where first."""

    def __init__(self) -> None:
        self.count = 0
        self.first = ""

    def add(self, record: Record, value: object) -> None:
        self.count += 1
        self.first = self.first or f"{record.origin}: {str(value)[:40]!r}"


class NumberCheck:
    """Looks at the numbers of a table's records, one after the other."""

    def __init__(self) -> None:
        self._unread = {field: _Finding() for field in PRICES}
        self._either = {field: _Finding() for field in PRICES}
        self._shortened = {field: _Finding() for field in ("id", *KEYS)}
        self._groups: dict[int, int] = {}
        """SKU -> the group of the product that has it (hashes)."""
        self._shared: dict[int, set[int]] = {}
        """SKU of several products -> their groups."""
        self._first_shared = ""
        self._skus = 0

    def add(self, record: Record) -> None:
        """Look at one record."""
        fields = record.fields
        for field, unread in self._unread.items():
            if isinstance(price := fields.get(field), str) and price.strip():
                (self._either[field] if _EITHER.fullmatch(price) else unread).add(record, price)
        for field, shortened in self._shortened.items():
            value = record.id if field == "id" else fields.get(field)
            if isinstance(value, str) and _SCIENTIFIC.fullmatch(value):
                shortened.add(record, value)
        if self._skus < LOOKED_AT and (sku := fields.get("sku")) and "description" in fields:
            self._skus += 1
            self._add_sku(str(sku), record)

    def _add_sku(self, sku: str, record: Record) -> None:
        key, group = hash(sku), hash(record.group)
        other = self._groups.setdefault(key, group)
        if other != group:
            self._shared.setdefault(key, {other}).add(group)
            self._first_shared = self._first_shared or f"{record.origin}: {sku[:40]!r}"

    def warnings(self) -> Iterator[str]:
        """Yield what should be known of the table's numbers, in sentences."""
        for field, found in self._unread.items():
            if found.count:
                yield f"{field}: {_records(found)} without one amount that can be read (first: {found.first})"
        for field, found in self._either.items():
            if found.count:
                yield (
                    f"{field}: {_records(found)} with a thousand and more, or one and a bit, which are not read "
                    f"(first: {found.first}); write all prices with one decimal mark, and one of them with its cents "
                    "(1.299,00 or 1299.00), or each with its currency (1.299 EUR)"
                )
        for field, found in self._shortened.items():
            if found.count:
                yield (
                    f"{field}: {_records(found)} with a number in scientific notation, to which a spreadsheet "
                    f"shortened a long one (first: {found.first}); export again, with the column formatted as text"
                )
        if self._shared:
            products = sum(map(len, self._shared.values()))
            skus = f"{len(self._shared):,} SKU{'' if len(self._shared) == 1 else 's'}"
            among = f" of the first {LOOKED_AT:,}" if self._skus == LOOKED_AT else ""
            yield (
                f"sku: {products:,} products{among} share {skus} (first: {self._first_shared}), so that what was sold "
                "can't be told by SKU"
            )


def _records(found: _Finding) -> str:
    return f"{found.count:,} record{'' if found.count == 1 else 's'}"
