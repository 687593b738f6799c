"""What weighing needs to know of every product, a few bytes each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from shoptune.components import FloatArray
from shoptune.data import Record

__all__ = ["Listing", "day_number"]


@dataclass(slots=True)
class Listing:
    """Products in the order in which they were watched."""

    ids: list[str] = field(default_factory=list)
    categories: dict[str, int] = field(default_factory=dict)
    """Category -> its number."""
    _category: array[int] = field(default_factory=lambda: array("q"))
    _price: array[float] = field(default_factory=lambda: array("d"))
    _created: array[int] = field(default_factory=lambda: array("q"))

    def watch(self, products: Iterable[Record]) -> Iterator[Record]:
        """Pass the products on, and remember what is needed of them."""
        for record in products:
            fields = record.fields
            price = fields.get("price")
            self.ids.append(record.id)
            self._category.append(self.categories.setdefault(str(fields.get("category") or ""), len(self.categories)))
            self._price.append(float(price) if isinstance(price, (int, float)) else float("nan"))
            self._created.append(day_number(str(fields.get("created_at") or "")))
            yield record

    @property
    def category(self) -> npt.NDArray[np.int64]:
        """Each product's category, by number."""
        return np.array(self._category, dtype=np.int64)

    @property
    def price(self) -> FloatArray:
        """Each product's price; NaN where none is known."""
        return np.array(self._price, dtype=np.float64)

    @property
    def created(self) -> npt.NDArray[np.int64]:
        """The number of the day on which each product was created; 0 where it isn't known."""
        return np.array(self._created, dtype=np.int64)


def day_number(day: str) -> int:
    """Return the number of an ISO date's day, such that days can be subtracted; 0 where it is none."""
    try:
        return date.fromisoformat(day[:10]).toordinal()
    except ValueError:
        return 0
