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

__all__ = ["Judged", "Key", "Outcome", "judge", "stated_values"]

Key = Callable[[str], str]
"""Makes of a value what is compared (`shoptune_attributes.matching`)."""


class Outcome(Enum):
    """What became of one attribute, as (true positives, false positives, false negatives)."""

    RIGHT = (1, 0, 0)
    """The value that the text states (VC)."""
    WRONG = (0, 1, 1)
    """Another one: the right value is missed, and one that isn't there is given (VW)."""
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
    outcomes = {name: _outcome(given.pop(key(name), None), values, key) for name, values in stated.items()}
    return Judged(outcomes, others=len(given))


def _outcome(given: str | None, stated: frozenset[str], key: Key) -> Outcome:
    if given is None:
        return Outcome.MISSED if stated else Outcome.NOTHING
    if not stated:
        return Outcome.INVENTED
    return Outcome.RIGHT if key(given) in map(key, stated) else Outcome.WRONG
