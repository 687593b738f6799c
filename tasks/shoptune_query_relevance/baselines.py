"""Candidates that are no model: what any model has to beat."""

from collections.abc import Callable, Mapping

from shoptune.data import Example
from shoptune_labels.baselines import ALWAYS
from shoptune_text.words import words

__all__ = ["BASELINES"]


def word_overlap(example: Example) -> str:
    """Judge by the share of the query's words that the product's text has.

    All of them: the first choice; none: the last; in between evenly, rounded to the better side.
    """
    wanted = set(words(example.facts["query"]))
    missing = len(wanted - set(words(example.facts["product"])))
    return example.choices[missing * (len(example.choices) - 1) // max(len(wanted), 1)]


BASELINES: Mapping[str, Callable[[Example], str]] = {**ALWAYS, "word_overlap": word_overlap}
