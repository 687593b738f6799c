"""Puts the rows of a product together again where a spreadsheet has sorted them apart."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from shoptune.data import Dropped
from shoptune_shops.shop_rows import ShopRow

__all__ = ["find_scattered", "put_together"]


def find_scattered(rows: Iterable[ShopRow | Dropped], key: str, name: str) -> dict[str, int]:
    """Return the keys whose rows don't stand together though one product is meant -> in how many places they stand.

    One product is meant where at most one of the places has a `name`: two exports in one file name it in both, and
    contradict each other.
    """
    places: Counter[int] = Counter()
    named: Counter[int] = Counter()
    again: dict[str, None] = {}
    last, has_name = "", False
    for row in rows:
        if isinstance(row, Dropped) or not row[key]:
            continue
        if row[key] != last:
            last, has_name = row[key], False
            places[hash(last)] += 1
            if places[hash(last)] > 1:
                again[last] = None
        if row[name] and not has_name:
            has_name = True
            named[hash(last)] += 1
    return {value: places[hash(value)] for value in again if named[hash(value)] <= 1}


def put_together(
    rows: Iterable[ShopRow | Dropped], scattered: Iterable[str], key: str, name: str
) -> Iterator[ShopRow | Dropped]:
    """Yield the rows, those of `scattered` keys at the end: key by key, the row with the name first."""
    held: dict[str, list[ShopRow]] = {value: [] for value in scattered}
    for row in rows:
        if not isinstance(row, Dropped) and row[key] in held:
            held[row[key]].append(row)
        else:
            yield row
    yield from chain.from_iterable(sorted(of, key=lambda row: not row[name]) for of in held.values())
