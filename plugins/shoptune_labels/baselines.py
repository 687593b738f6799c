"""Candidates for tasks with choices that are no model: what any model has to beat."""

from collections.abc import Callable, Mapping

from shoptune.data import Example
from shoptune.errors import DataError

__all__ = ["ALWAYS"]


def _always(place: int) -> Callable[[Example], str]:
    """Make the candidate that gives every example the same choice; the majority baseline is one of these."""

    def answer(example: Example) -> str:
        if place >= len(example.choices):
            raise DataError(
                f"{example.origin or example.id}: there are {len(example.choices)} choices, so none could always be "
                f"number {place + 1}"
            )
        return example.choices[place]

    return answer


ALWAYS: Mapping[str, Callable[[Example], str]] = {
    "always_first": _always(0),
    "always_second": _always(1),
    "always_third": _always(2),
    "always_fourth": _always(3),
}
"""Each gives all examples one of their choices."""
