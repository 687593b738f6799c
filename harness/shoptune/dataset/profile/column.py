"""What is remembered of one field while a table streams by: how it is spread, and the records at its edges."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from heapq import heappush, heapreplace

from shoptune.data import is_original_html
from shoptune.dataset.profile.figures import Figures, Trait, figures_of, presence_of
from shoptune.dataset.profile.histogram import Histogram

__all__ = ["RUNNING_TEXT", "Column", "Row", "Top"]

KEPT = 10
"""Records that are kept for each figure that may be extreme."""
RUNNING_TEXT = 3
"""Words that half of a field's texts have at least where it holds running text."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A record in figures."""

    origin: str
    draw: int
    """A hash of its id: which of many records that are alike is kept, whatever the order."""
    figures: dict[str, Figures] = field(default_factory=dict)
    """Field -> what its value shows; empty fields are absent."""

    def __lt__(self, other: Row) -> bool:
        return self.origin < other.origin


class Top:
    """The records with the greatest figures."""

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Row]] = []

    def offer(self, figure: float, row: Row) -> None:
        """Keep `row` if its figure is among the greatest so far."""
        heap = self._heap
        if len(heap) < KEPT:
            heappush(heap, (figure, row.draw, row))
            return
        least = heap[0]
        if figure > least[0] or (figure == least[0] and row.draw > least[1]):
            heapreplace(heap, (figure, row.draw, row))

    def rows(self) -> list[Row]:
        """Return the records, in no order that means anything."""
        return [row for _, _, row in self._heap]


class Column:
    """One field of a table."""

    __slots__ = ("_bare", "_by_trait", "_edges", "filled", "measure", "numbers", "traits", "watched", "words")

    def __init__(self, name: str, *, watched: bool) -> None:
        self.measure = presence_of if is_original_html(name) else figures_of
        self.watched = watched
        """Whether records at its edges are kept."""
        self.filled = 0
        self.words, self.numbers = Histogram(), Histogram()
        self.traits: Counter[Trait] = Counter()
        """Trait -> how many values have it."""
        self._edges = (Top(), Top(), Top(), Top())
        self._by_trait: defaultdict[Trait, Top] = defaultdict(Top)
        self._bare = Top()

    def add(self, figures: Figures, row: Row) -> None:
        """Count a filled value, and keep its record if it stands at an edge."""
        self.filled += 1
        watched, (fewest, most, least, greatest) = self.watched, self._edges
        if words := figures.words:
            self.words.add(words)
            if watched:
                fewest.offer(-words, row)
                if words > RUNNING_TEXT:  # none else is long for running text; saves time on codes
                    most.offer(words, row)
        elif number := figures.number:
            self.numbers.add(number)
            if watched:
                least.offer(-number, row)
                greatest.offer(number, row)
        for trait, amount in figures.traits.items():
            self.traits[trait] += 1
            if watched:
                self._by_trait[trait].offer(amount, row)

    def add_empty(self, row: Row) -> None:
        """Keep a record that has no value; one that has few others before one that has many."""
        self._bare.offer(-len(row.figures), row)

    @property
    def running_text(self) -> bool:
        """Whether it holds running text."""
        return 2 * self.words.total >= self.filled > 0 and self.words.quantile(50) >= RUNNING_TEXT

    def rows(self) -> list[Row]:
        """Return the records at the edges; some more than once."""
        return [row for top in (*self._edges, *self._by_trait.values(), self._bare) for row in top.rows()]
