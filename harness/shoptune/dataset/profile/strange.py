"""The records that differ most from the others, and in what.

Each reason has a weight in bits, of which one more means half as likely, and the weights of a record add up:

- A value that only a share s of the records have (no description, tags in clean text, another script) weighs -log2(s);
  tags and entities weigh one more for each doubling of their number.
- A length in words or a number weighs `BITS_PER_DEVIATION` for each robust standard deviation of the logarithm (see
  `Histogram.log_deviations`) between it and the median.  It counts if it is at least three times the median or at most
  a third, and so far out that `BY_CHANCE` such figures would be expected in the whole field were the logarithms normal:
  from 3.8 deviations on among 300 figures, from 5.5 among a million.  A number much below the median only counts in a
  field with fractions: whole numbers may be numbering, in which 1 is nothing strange.

A reason below `FLOOR` isn't one: what one record in thirty has is variety.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from statistics import NormalDist

from shoptune.data_report import StrangeRow
from shoptune.dataset.profile.column import Column, Row
from shoptune.dataset.profile.figures import Trait
from shoptune.dataset.profile.histogram import Histogram
from shoptune.formatting import share

__all__ = ["strange_rows"]

SHOWN = 10
REASONS = 5
"""Reasons that are shown of a record; all count."""
FLOOR = 5.0
"""Bits from which a reason counts: one record in 32."""
BY_CHANCE = 0.05
BITS_PER_DEVIATION = 2.0
MIN_FACTOR = 3.0
ENOUGH = 20
"""Values that a median and a deviation need."""

Reason = tuple[float, str]
"""Weight in bits, and the words for it."""


def strange_rows(rows: Iterable[Row], columns: Mapping[str, Column], records: int) -> list[StrangeRow]:
    """Return those of `rows` that are strange in a table of `records` records, at most `SHOWN`, the strangest first."""
    running = {name for name, column in columns.items() if column.running_text}
    judges = [_Judge(name, column, running, records) for name, column in columns.items()]
    found = []
    for row in {id(row): row for row in rows}.values():
        reasons = sorted((reason for judge in judges for reason in judge.reasons(row)), key=lambda r: (-r[0], r[1]))
        if reasons:
            # Shorter origins first: products.csv:9 stands before products.csv:10.
            key = (-math.fsum(bits for bits, _ in reasons), len(row.origin), row.origin, row.draw)
            found.append((key, StrangeRow(origin=row.origin, why=[why for _, why in reasons[:REASONS]])))
    found.sort(key=lambda item: item[0])
    return [strange for _, strange in found[:SHOWN]]


class _Judge:
    """Says what is strange in one field of a record."""

    def __init__(self, name: str, column: Column, running: Set[str], records: int) -> None:
        self._name, self._column, self._running = name, column, running
        self._words = _Spread.of(column.words, both_sides=True) if name in running else None
        self._numbers = _Spread.of(column.numbers, both_sides=column.numbers.fractions)
        self._empty = _Share(column.filled, records)

    def reasons(self, row: Row) -> Iterator[Reason]:
        """Yield what is strange in the field, where its weight reaches `FLOOR`."""
        name, figures = self._name, row.figures.get(self._name)
        if figures is None:
            if self._empty.bits_of_others >= FLOOR:
                yield self._empty.bits_of_others, f"{name} is empty ({self._empty} have one)"
            return
        if self._words and figures.words and (found := self._words.beyond(figures.words)):
            words = f"{figures.words:,} word{'' if figures.words == 1 else 's'}"
            yield found[0], f"{name} has {words} (half have {found[1]})"
        if self._numbers and figures.number and (found := self._numbers.beyond(figures.number)):
            yield found[0], f"{name} is {_in_words(figures.number)} (half are {found[1]})"
        for trait, amount in figures.traits.items():
            bits = -math.log2(self._column.traits[trait] / self._column.filled)
            if bits >= FLOOR and (why := self._says(trait, amount)):
                yield bits + (math.log2(amount) if trait[0] == "markup" else 0), why

    def _says(self, trait: Trait, amount: float) -> str:
        """Return a trait in words; empty where it means nothing in this field."""
        name, column, (kind, detail) = self._name, self._column, trait
        if kind == "markup":
            things = "tag or entity" if amount == 1 else "tags or entities"
            return f"{name} holds {amount:,.0f} HTML {things}"
        if kind == "capitals":
            return f"{share(amount)} of the words of {name} are in capitals" if name in self._running else ""
        if kind == "formula":
            return f"{name} looks like a spreadsheet formula"
        if kind == "same":
            return f"{detail} and {name} are the same" if {detail, name} <= self._running else ""
        if kind == "number":
            return f"{name} is {detail} ({_Share(column.numbers.total, column.filled)} are above 0)"
        usual = max((t for t in column.traits if t[0] == "script"), key=lambda t: (column.traits[t], t))
        return f"{name} is in {detail} script ({_Share(column.traits[usual], column.filled)} are in {usual[1]})"


@dataclass(frozen=True, slots=True)
class _Spread:
    """Where the figures of a field lie, on a scale of logarithms."""

    median: float
    below: float
    """The standard deviation of the logarithms below the median."""
    above: float
    limit: float
    """So many deviations from the median a figure is strange."""
    both_sides: bool

    @classmethod
    def of(cls, histogram: Histogram, *, both_sides: bool) -> _Spread | None:
        """Return the spread; None where there are too few figures."""
        if histogram.total < ENOUGH:
            return None
        limit = -NormalDist().inv_cdf(BY_CHANCE / histogram.total / 2)
        least = math.log(MIN_FACTOR) / limit
        below, above = (max(deviation, least) for deviation in histogram.log_deviations())
        return cls(histogram.quantile(50), below, above, limit, both_sides)

    def beyond(self, figure: float) -> tuple[float, str] | None:
        """Return the weight of a strange figure, and on which side of it half of the figures lie; None for another."""
        distance = math.log(figure / self.median)
        deviations = distance / self.above if distance > 0 else -distance / self.below
        if deviations < self.limit or (distance < 0 and not self.both_sides):
            return None
        return BITS_PER_DEVIATION * deviations, f"at {'most' if distance > 0 else 'least'} {_in_words(self.median)}"


@dataclass(frozen=True, slots=True)
class _Share:
    """Part of a whole, and in words: ``97 %``, never rounded up to all."""

    part: int
    whole: int

    @property
    def bits_of_others(self) -> float:
        """How surprising the rest of the whole is."""
        return -math.log2(1 - self.part / self.whole) if self.part < self.whole else 0.0

    def __str__(self) -> str:
        return f"{math.floor(1000 * self.part / self.whole) / 10:g} %"


def _in_words(figure: float) -> str:
    return f"{figure:,.10g}"
