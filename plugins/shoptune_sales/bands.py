"""Which products may be compared by how they sell: those of one category and price band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoptune.components import FloatArray

__all__ = ["MIN_PRODUCTS", "Bands", "price_bands"]

MIN_PRODUCTS = 9
"""Categories with fewer products are taken together: a third of them would be no band."""


@dataclass(frozen=True, slots=True)
class Bands:
    """The band of each product."""

    number: npt.NDArray[np.int64]
    """Shape [products]; bands are numbered from 0."""
    labels: Sequence[str]
    """``Bags, 40 to 80``, with the lowest and highest price in the band."""


def price_bands(categories: Sequence[str], category: npt.NDArray[np.int64], price: FloatArray) -> Bands:
    """Part each category's products by terciles of price.

    `category` [products] gives each product's place in `categories`; a `price` that isn't known is NaN, and makes a
    band of its own.  Small categories (`MIN_PRODUCTS`) are taken together, and parted by the whole shop's terciles.
    """
    small = np.bincount(category, minlength=len(categories)) < MIN_PRODUCTS
    shelf = np.where(small[category], len(categories), category)
    names = [*(name.rsplit(" > ", 1)[-1] or "no category" for name in categories), "small categories"]
    number = np.empty(len(category), dtype=np.int64)
    labels: list[str] = []
    by_shelf = np.argsort(shelf, kind="stable")
    for members in np.split(by_shelf, np.flatnonzero(np.diff(shelf[by_shelf])) + 1):
        if not len(members):  # no product at all
            break
        place = int(shelf[members[0]])
        third = _thirds(price[members], price if place == len(categories) else price[members])
        for band in np.unique(third):
            inside = members[third == band]
            number[inside] = len(labels)
            labels.append(f"{names[place]}, {_range(price[inside])}")
    return Bands(number, labels)


def _thirds(price: FloatArray, shop: FloatArray) -> npt.NDArray[np.int64]:
    """Return 0, 1 or 2 for the terciles of `shop` that prices lie in, 3 where there is none."""
    known = shop[~np.isnan(shop)]
    terciles = np.quantile(known, (1 / 3, 2 / 3)) if len(known) else np.zeros(2)
    return np.where(np.isnan(price), 3, np.searchsorted(terciles, price, side="left"))


def _range(price: FloatArray) -> str:
    if np.isnan(price).any():
        return "no price"
    low, high = (f"{end:.2f}".removesuffix(".00") for end in (price.min(), price.max()))
    return low if low == high else f"{low} to {high}"
