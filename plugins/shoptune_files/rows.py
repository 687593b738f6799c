"""Makes records of rows, and counts the rows that can't be used instead of stopping at the first."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from shoptune.data import Dropped, Record
from shoptune.errors import RowError

__all__ = ["usable"]

T = TypeVar("T")


def usable(rows: Iterable[T | Dropped], make: Callable[[T], Iterable[Record | Dropped]]) -> Iterator[Record | Dropped]:
    """Yield what `make` makes of each row; a row for which it raises `RowError` comes as a bad `Dropped`.

    Nothing of a row is yielded unless all of it could be made.
    """
    for row in rows:
        if isinstance(row, Dropped):
            yield row
            continue
        try:
            made = tuple(make(row))
        except RowError as error:
            yield Dropped(origin=error.origin, reason=error.reason, detail=error.detail, bad=True)
        else:
            yield from made
