"""The values of an answer that the metrics count: right, wrong and invented ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from textwrap import shorten
from typing import Literal

from shoptune.data import Highlight, Sample
from shoptune_attributes.answers import find_values
from shoptune_attributes.outcomes import Key, Outcome, judge, stated_values

__all__ = ["highlight_values"]

LONGEST = 80
"""Characters of right values that a note repeats."""

_NOTES: Mapping[Outcome, tuple[Literal["good", "bad"], str]] = {
    Outcome.RIGHT: ("good", "right {name}"),
    Outcome.PARTLY: ("bad", "partly right {name}: the text states {stated}"),
    Outcome.WRONG: ("bad", "wrong {name}: the text states {stated}"),
    Outcome.INVENTED: ("bad", "invented {name}: the text states none"),
}


def highlight_values(sample: Sample, key: Key, outcomes: Collection[Outcome]) -> Iterator[Highlight]:
    """Yield the values with one of these outcomes; none where they stand in no JSON object of the prediction."""
    judged = judge(sample, key).outcomes
    stated = stated_values(sample.example)
    places = {key(name): place for name, place in find_values(sample.prediction.text).items()}
    for name, outcome in judged.items():
        if outcome in outcomes and key(name) in places:
            start, end = places[key(name)]
            kind, note = _NOTES[outcome]
            right = shorten(" or ".join(sorted(stated[name])), LONGEST, placeholder=" …")
            yield Highlight(start=start, end=end, kind=kind, note=note.format(name=name, stated=right))
