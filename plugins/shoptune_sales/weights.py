"""Example weights from sales: a description counts more in training where its product sells better than its like.

The rate of a product is its units per view or, where no views are known, per day listed.  Rates are shrunk towards the
mean of the product's category and price band, then ranked within it, and the rank is the weight.  Raw revenue is never
used: it mostly measures price, traffic and brand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from shoptune.components import FloatArray
from shoptune.data import Note, Tables
from shoptune_sales.bands import Bands, price_bands
from shoptune_sales.exposure import EXPOSURES, exposed
from shoptune_sales.join import join
from shoptune_sales.lines import read_lines
from shoptune_sales.listing import Listing
from shoptune_sales.spread import pooled_rates, relative_variance

__all__ = ["Standing", "Standings", "sales_standings", "shrink"]

DEFAULT_VARIANCE = 1.0
"""Relative variance of the rates within a band where a shop has too few products to tell: rates as large as they
differ."""

HEAD = 0.2
"""The share of products that sell most."""

WORDS = dict(enumerate(("units per view", "units per day listed", "units")))
"""What products are compared by, for each of `EXPOSURES`."""

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one product sells."""

    weight: float
    evidence: Mapping[str, Any]
    slice: Literal["head", "tail"]


@dataclass(frozen=True, slots=True)
class Standings:
    """How a shop's products sell, as columns."""

    row: Mapping[str, int]
    """Product id -> row, for the products of which there are figures."""
    units: FloatArray
    exposure: FloatArray
    per: IntArray
    """What the exposure is, by place in `EXPOSURES`."""
    shrunk_rate: FloatArray
    rank: FloatArray
    """Share of the band's products that sell worse; half of those that sell as well count as worse."""
    weight: FloatArray
    head: npt.NDArray[np.bool_]
    bands: Bands
    notes: tuple[Note, ...]

    def of(self, product: str) -> Standing | None:
        """Return a product's standing; None where there are no figures, which leaves its weight at 1."""
        i = self.row.get(product)
        if i is None:
            return None
        evidence = {
            "units": int(self.units[i]),
            EXPOSURES[self.per[i]]: int(self.exposure[i]),
            "rate": float(self.units[i] / self.exposure[i]),
            "shrunk_rate": float(self.shrunk_rate[i]),
            "band": self.bands.labels[self.bands.number[i]],
            "rank": round(float(self.rank[i]), 3),
        }
        return Standing(float(self.weight[i]), evidence, "head" if self.head[i] else "tail")


def sales_standings(tables: Tables, *, low: float = 0.5, high: float = 1.5, keep: float = 1.0) -> Standings | None:
    """Return how the products sell; None where the shop has neither ``orders`` nor ``sales``.

    A weight grows with the rank in the band, from `low` for the worst to `high` for the best, so their mean is the mean
    of the two.  Of each band the share `keep` that sells best keeps its weight; the others get 0.

    There are no figures of a product that was never viewed, or that came after the last sale.
    """
    lines = read_lines(tables)
    if not lines:
        return None
    listing = Listing()
    joined = join(lines, listing.watch(tables["products"]))
    everything = exposed(listing, joined)
    known = np.flatnonzero(everything.exposure > 0)
    units, exposure, per = everything.units[known], everything.exposure[known], everything.per[known]
    bands = price_bands(tuple(listing.categories), listing.category[known], listing.price[known])
    # Rates per view and rates per day can't be compared: they make cells of their own.
    _, cell = np.unique(bands.number * len(EXPOSURES) + per, return_inverse=True)
    shrunk = shrink(units, exposure, cell, per)
    rank, as_good = _ranks(shrunk, cell)
    weight = np.where(as_good > 1 - keep + 1e-9, low + (high - low) * rank, 0.0)
    return Standings(
        row={listing.ids[product]: row for row, product in enumerate(known.tolist())},
        units=units,
        exposure=exposure,
        per=per,
        shrunk_rate=shrunk,
        rank=rank,
        weight=weight,
        head=_head(units),
        bands=bands,
        notes=(*joined.notes, _note(weight, per, len(listing.ids))),
    )


def shrink(units: FloatArray, exposure: FloatArray, cell: IntArray, per: IntArray) -> FloatArray:
    """Return rates (units per exposure), each shrunk towards the pooled rate m of its cell; all of shape [n].

    Units are Poisson with a rate that is Gamma-distributed around m with relative variance v, so the posterior's mean
    is m + B (units / exposure - m) with B = v m exposure / (1 + v m exposure): few expected units, little trust
    (Gamma-Poisson; R. J. Marshall, "Mapping disease and mortality rates using empirical Bayes estimators", Applied
    Statistics 40, 1991).  v is estimated for each kind of exposure (`per`) from all of its cells.
    """
    mean = pooled_rates(units, exposure, cell)[cell]
    variance = np.empty_like(exposure)
    for kind in np.unique(per):
        mine = per == kind
        found = relative_variance(units[mine], exposure[mine], cell[mine], "poisson")
        variance[mine] = DEFAULT_VARIANCE if found is None else found
    trust = variance * mean * exposure
    return mean + trust / (1 + trust) * (units / exposure - mean)


def _ranks(value: FloatArray, cell: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return each value's rank within its cell, from 0 to 1: the share below it, and the share not above it.

    Equal values share what is between the two: the first is the mean of both ends, so that a cell's ranks have the mean
    one half.
    """
    order = np.lexsort((value, cell))
    in_order, values = cell[order], value[order]
    new_cell = np.concatenate(([True], np.diff(in_order) > 0))[: len(order)]
    new_run = new_cell | np.concatenate(([True], np.diff(values) > 0))[: len(order)]
    run = np.cumsum(new_run) - 1
    starts = np.flatnonzero(new_run)
    ends = np.append(starts[1:], len(order))
    before = np.flatnonzero(new_cell)[np.cumsum(new_cell) - 1]
    size = np.bincount(cell)[in_order]
    below, not_above = np.empty_like(value), np.empty_like(value)
    below[order] = (starts[run] - before) / size
    not_above[order] = (ends[run] - before) / size
    return (below + not_above) / 2, not_above


def _head(units: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell which products are among the share `HEAD` that sold most units, with those that sold as many as its last."""
    if not len(units):
        return np.zeros(0, dtype=np.bool_)
    place = math.ceil(HEAD * len(units))
    least = np.partition(units, len(units) - place)[len(units) - place]
    return np.asarray(units >= max(least, 1))


def _note(weight: FloatArray, per: IntArray, products: int) -> Note:
    used = weight[weight > 0]
    figures: dict[str, str | int | float] = {
        "products": products,
        "products with figures": len(weight),
        **{f"of these by {what}": int((per == kind).sum()) for kind, what in WORDS.items() if (per == kind).any()},
        "left out (weight 0)": int((weight == 0).sum()),
    }
    if len(used):
        figures |= {"lowest weight above 0": round(float(used.min()), 3), "highest weight": round(float(used.max()), 3)}
    return Note(topic="sales as weights", figures=figures)
