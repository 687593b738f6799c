"""Invented titles and descriptions of things on sale that look like personal data and are none."""

from __future__ import annotations

from random import Random

from tests.harness.dataset.personal_data.invented import sections

__all__ = ["descriptions", "titles"]

_THINGS = sections("things.txt")
_WORDS = {
    "thing": ("Kettle", "Zoo", "Umbrella", "Lantern", "Basket", "Clock", "Murder", "Coffee", "Novel"),
    "place": ("Jump", "Cloverfield", "Faubourg", "Nam", "Roma", "Chaos", "Martens", "Dior", "Harbour", "Hoffnung"),
    "kin": ("Mama", "Opa", "Grandma", "Papa", "Oma"),
}


def _filled(rng: Random, form: str) -> str:
    words = {name: rng.choice(choices) for name, choices in _WORDS.items()}
    return form.format(**words, n=rng.randrange(1, 10), m=rng.randrange(1, 10), k=rng.randrange(1, 10))


def titles(count: int = 1200, seed: int = 12) -> list[str]:
    """Return invented titles; the same for the same seed."""
    rng = Random(seed)
    return [_filled(rng, rng.choice(_THINGS["titles"])) for _ in range(count)]


def descriptions(count: int = 1200, seed: int = 12) -> list[str]:
    """Return invented descriptions of a few sentences each; the same for the same seed."""
    rng = Random(seed)
    return [_filled(rng, ". ".join(rng.sample(_THINGS["descriptions"], 3))) for _ in range(count)]
