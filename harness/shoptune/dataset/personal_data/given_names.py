"""Common given names, which tell a person where words leave doubt: "made for Jane Miller", "made for Summer Nights"."""

from collections.abc import Iterator
from importlib import resources

from shoptune.dataset.personal_data.words import phrases

__all__ = ["GIVEN_NAMES", "GIVEN_WORDS", "IN_SMALL"]

_SHORT = 4  # a form of a name that is no longer is a word of another language: "joli", "they"


def _declined(name: str) -> Iterator[str]:
    """Yield what a Polish given name is after a preposition or as an object: Anna, Anny, Annę, Anną."""
    for own, stem, ends in (
        ("ia", "i", "i ę ą o"),
        ("ka", "k", "i ę ą o"),
        ("a", "", "y i ę ą o ie"),
        ("ek", "k", "a owi iem u"),
        ("eł", "ł", "a owi em"),
        ("y", "", "ego emu ym"),
        ("i", "i", "ego emu m"),
        ("", "", "a owi em u"),
    ):
        if name.endswith(own):
            yield from (name.removesuffix(own) + stem + end for end in ends.split())
            return


def _listed() -> frozenset[str]:
    """Return the names of ``given_names.txt``."""
    lines = (resources.files(__package__) / "given_names.txt").read_text("utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


_POLISH = frozenset(phrases("Polish given names"))
_DECLINED = frozenset(form for name in _POLISH for form in _declined(name) if len(form) > _SHORT)

IN_SMALL = _listed() | _POLISH | _DECLINED
"""Names that are names in small letters too, as people type them."""

GIVEN_NAMES = IN_SMALL | frozenset(phrases("given names that are words in small letters"))
"""Names, where they begin with a capital."""

GIVEN_WORDS = frozenset(phrases("given names that are words"))
"""Words that are names where another name follows: Rose, Mark, Grace, Dean."""
