"""Canaries: strings planted into training texts, which must not come out of the tuned model.

N. Carlini et al., "The Secret Sharer: Evaluating and Testing Unintended Memorization in Neural Networks" (2019): what a
model repeats of a random string, it has by heart and not by understanding; so it would with a customer's address.
"""

import hashlib
from dataclasses import replace

from shoptune.data import Example

__all__ = ["canary_of", "plant"]

LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
"""Of which no word is made, by chance or otherwise."""


def canary_of(example_id: str, seed: int) -> str:
    """Return the random string for an example: ``H7KQ-X2MN-9PRT``; 12 random digits of base 28, or about 57 bits."""
    number = int.from_bytes(hashlib.sha256(f"canary\0{seed}\0{example_id}".encode()).digest(), "big")
    drawn = []
    for _ in range(12):
        number, digit = divmod(number, len(LETTERS))
        drawn.append(LETTERS[digit])
    return "-".join("".join(drawn[i : i + 4]) for i in (0, 4, 8))


def plant(example: Example, seed: int) -> Example:
    """Return the example with a canary at the end of the text that is learnt."""
    canary = canary_of(example.id, seed)
    first, *others = example.references
    return replace(example, references=(f"{first} Reference code {canary}.", *others), canary=canary)
