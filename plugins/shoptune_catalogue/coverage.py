"""Which of a product's attributes a text states."""

from __future__ import annotations

from collections.abc import Mapping

import regex

from shoptune_catalogue.phrases import occurs, plain_words
from shoptune_catalogue.quantities import Quantity, bare_numbers, find_numbers, find_quantities, gives, numbers_agree

__all__ = ["covered"]


def covered(text: str, facts: Mapping[str, str]) -> dict[str, bool]:
    """Tell for each attribute with a value whether the text states the value.

    - Words: the value's words occur in sequence, whatever their hyphens, plurals and British or American spelling.
    - Quantities: an equal quantity occurs in any unit and spelling, and the words around the value's occur too ("6 cm
      twisted": 60 mm, and "twisted").  The numbers of dimensions may stand apart ("31 cm wide and 47 cm tall").
    - A number alone is stated wherever the number is.
    - Several values (parted by comma, semicolon or bar) are stated when all are, in any order.
    """
    words = plain_words(text)
    quantities = [found.quantity for found in find_quantities(text)]
    return {
        name: all(_states(part, text, words, quantities) for part in regex.split(r"[,;|](?!\d)", value) if part.strip())
        for name, value in facts.items()
        if value.strip()
    }


def _states(value: str, text: str, words: list[str], quantities: list[Quantity]) -> bool:
    if occurs(plain_words(value), words):
        return True
    if numbers := bare_numbers(value):
        stated = find_numbers(text)
        return all(any(numbers_agree(number, other) for other in stated) for number in numbers)
    wanted = find_quantities(value)
    if not wanted:
        return False
    rest = value
    for found in reversed(wanted):
        rest = rest[: found.start] + rest[found.end :]
    around = plain_words(rest)
    return (not around or occurs(around, words)) and all(_given(found.quantity, quantities) for found in wanted)


def _given(wanted: Quantity, stated: list[Quantity]) -> bool:
    """Tell whether each number of the wanted quantity is among the stated ones."""
    single = [Quantity((number,), wanted.unit) for number in wanted.numbers]
    return all(any(any(gives(quantity, number)) for quantity in stated) for number in single)
