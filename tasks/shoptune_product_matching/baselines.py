"""Candidates that are no model: what any model has to beat."""

from shoptune.data import Example
from shoptune_text.words import words

__all__ = ["always_match", "never_match", "same_words"]

ENOUGH = 0.3
"""From which Jaccard similarity of words on two offers are taken to be the same product: of the tenths, the one with
the highest F1 on the training part of Abt-Buy."""


def always_match(example: Example) -> str:
    """Take every pair for a match."""
    return example.choices[0]


def never_match(example: Example) -> str:
    """Take no pair for a match, which is right most of the time where matches are few."""
    return example.choices[1]


def same_words(example: Example) -> str:
    """Take a pair for a match where the offers share at least `ENOUGH` of all the words that they have."""
    left, right = (set(words(example.facts[side])) for side in ("left", "right"))
    return example.choices[0 if len(left & right) >= ENOUGH * len(left | right) else 1]
