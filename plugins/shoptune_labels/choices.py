"""How the answer of a task with choices is read."""

from shoptune.data import Example, Invalid

__all__ = ["listed", "parse_choice"]


def parse_choice(text: str, example: Example) -> str | Invalid:
    """Return the choice that `text` is, whatever its case and the white space around it; `Invalid` if it is none."""
    folded = text.strip().casefold()
    return next((choice for choice in example.choices if choice.casefold() == folded), Invalid("none of the choices"))


def listed(choices: tuple[str, ...]) -> str:
    """Return the choices as a sentence lists them.

    >>> listed(("exact", "substitute", "irrelevant"))
    'exact, substitute or irrelevant'
    """
    return f"{', '.join(choices[:-1])} or {choices[-1]}"
