"""What became of each attribute that a model was asked for: the five cases that attribute value extraction counts.

They are those of the reference evaluation of A. Brinkmann, R. Shraga, C. Bizer, "ExtractGPT: Exploring the Potential of
Large Language Models for Product Attribute Value Extraction" (2023), whose names stand in brackets below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from shoptune.data import Example, Sample
from shoptune_attributes.answers import NOT_STATED, read_attributes
from shoptune_attributes.matching import items_of

__all__ = ["Counts", "Judged", "Key", "Outcome", "judge", "stated_values"]

Counts = tuple[int, int, int]

Key = Callable[[str], str]
"""Makes of a value what is compared (`shoptune_attributes.matching`)."""


class Outcome(Enum):
    """What became of one attribute; for a single value as (true positives, false positives, false negatives)."""

    RIGHT = (1, 0, 0)
    """The value that the text states (VC)."""
    WRONG = (0, 1, 1)
    """Another one: the right value is missed, and one that isn't there is given (VW)."""
    PARTLY = (1, 1, 1)
    """Some of several that the text states, or others beside them: `Judged.counts` has how many."""
    MISSED = (0, 0, 1)
    """None, although the text states one (VN)."""
    INVENTED = (0, 1, 0)
    """One, although the text states none (NV)."""
    NOTHING = (0, 0, 0)
    """None, as is right (NN): it counts in no F1."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, judged."""

    outcomes: Mapping[str, Outcome]
    """One per attribute that was asked for."""
    counts: Mapping[str, Counts]
    """The same attributes -> (true positives, false positives, false negatives): of a list item by item."""
    others: int
    """Values for attributes that nobody asked for, which count in no F1 either."""


def stated_values(example: Example) -> dict[str, frozenset[str]]:
    """Return attribute -> the values that are right, none where the text states none, from the references.

    The references are objects, of which each is a good answer: an attribute that several give different values has
    several right ones.  Attributes that none of them names were not asked for.
    """
    values: dict[str, frozenset[str]] = {}
    for reference in example.references:
        given = read_attributes(reference)
        for name, value in given.items() if isinstance(given, dict) else ():
            stated = frozenset() if value == NOT_STATED else frozenset({value})
            values[name] = values.get(name, frozenset()) | stated
    return values


def judge(sample: Sample, key: Key) -> Judged:
    """Compare an answer with the references; one that is invalid or no mapping states nothing.

    Names of attributes are compared as values are.
    """
    answer = sample.answer if isinstance(sample.answer, Mapping) else {}
    given = {key(name): value for name, value in answer.items() if value != NOT_STATED}
    stated = stated_values(sample.example)
    counts = {name: _counts(given.pop(key(name), None), values, key) for name, values in stated.items()}
    return Judged({name: _outcome(found) for name, found in counts.items()}, counts, others=len(given))


def _counts(given: str | None, stated: frozenset[str], key: Key) -> Counts:
    """Count the items of a value that are right, wrong and missed, by the stated value that is nearest to it."""
    ours = _keys(given, key)
    compared = [
        (len(ours & theirs), len(ours - theirs), len(theirs - ours))
        for theirs in ([_keys(value, key) for value in sorted(stated)] or [set()])
    ]
    return max(compared, key=lambda counts: (counts[0], -counts[1] - counts[2]))


def _keys(value: str | None, key: Key) -> set[str]:
    return {key(item) for item in items_of(value or "")} or ({key(value)} if value else set())


def _outcome(counts: Counts) -> Outcome:
    right, wrong, missed = counts
    if right:
        return Outcome.PARTLY if wrong or missed else Outcome.RIGHT
    if wrong:
        return Outcome.WRONG if missed else Outcome.INVENTED
    return Outcome.MISSED if missed else Outcome.NOTHING
