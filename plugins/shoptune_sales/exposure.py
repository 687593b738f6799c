"""What a product's units are counted per: views where they are known, else days listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from shoptune.components import FloatArray
from shoptune_sales.join import Joined
from shoptune_sales.lines import Figures, Source
from shoptune_sales.listing import Listing, day_number

__all__ = ["EXPOSURES", "Exposed", "Exposure", "exposed"]

Exposure = Literal["views", "days", "reports"]
"""A report without dates tells of one time, which is the same for all of its products."""

EXPOSURES: tuple[Exposure, ...] = get_args(Exposure)


NOTHING = Figures()


@dataclass(frozen=True, slots=True)
class Exposed:
    """What was sold of each product of a listing, and per what; shape [products] each."""

    units: FloatArray
    exposure: FloatArray
    """0 where nothing is known."""
    per: npt.NDArray[np.int64]
    """What the exposure is, by place in `EXPOSURES`."""


def exposed(listing: Listing, joined: Joined) -> Exposed:
    """Return units and exposure of each product.

    A product that no line names sold nothing in the days that it was listed, if there are orders, or a sales report
    without views; a report with views that doesn't name it says nothing of it.
    """
    n = len(listing.ids)
    units, exposure, per = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int64)
    silent: Source = next((source for source in ("orders", "sales") if source in joined.period), "views")
    days = {source: (day_number(first), day_number(last)) for source, (first, last) in joined.period.items()}
    for row, (product, created) in enumerate(zip(listing.ids, listing.created.tolist(), strict=True)):
        source, figures = joined.figures.get(product) or (silent, NOTHING)
        units[row] = figures.units
        if source == "views":
            exposure[row] = figures.views or 0
        elif all(days[source]):
            exposure[row] = _days_listed(created, day_number(figures.first), *days[source])
            per[row] = EXPOSURES.index("days")
        else:
            exposure[row] = 1
            per[row] = EXPOSURES.index("reports")
    return Exposed(units, exposure, per)


def _days_listed(created: int, first_sold: int, first: int, last: int) -> int:
    """Return on how many of the days `first` to `last`, which the figures tell of, a product was listed.

    It is listed from the day on which it was created, or from the first day where that isn't known, and in any case
    from its first sale.
    """
    listed = min(filter(None, (created, first_sold)), default=first)
    return max(0, last - max(listed, first) + 1)
