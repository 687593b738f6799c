"""Candidates that are no model: what any model has to beat."""

from collections.abc import Callable, Mapping

from shoptune.data import Example
from shoptune.errors import DataError
from shoptune_text.words import words

__all__ = ["BASELINES"]


def _always(place: int) -> Callable[[Example], str]:
    """Make the candidate that gives every product the same choice; the majority baseline is one of these."""

    def answer(example: Example) -> str:
        if place >= len(example.choices):
            raise DataError(
                f"{example.origin or example.id}: there are {len(example.choices)} choices, so none could always be "
                f"number {place + 1}"
            )
        return example.choices[place]

    return answer


def word_overlap(example: Example) -> str:
    """Judge by the share of the query's words that the product's text has.

    All of them: the first choice; none: the last; in between evenly, rounded to the better side.
    """
    wanted = set(words(example.facts["query"]))
    missing = len(wanted - set(words(example.facts["product"])))
    return example.choices[missing * (len(example.choices) - 1) // max(len(wanted), 1)]


BASELINES: Mapping[str, Callable[[Example], str]] = {
    "always_first": _always(0),
    "always_second": _always(1),
    "always_third": _always(2),
    "always_fourth": _always(3),
    "word_overlap": word_overlap,
}
