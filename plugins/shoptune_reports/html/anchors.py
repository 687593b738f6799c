"""Names for places in a page, so that a link can lead to one section or one row."""

from __future__ import annotations

import re

__all__ = ["Anchors"]

_LONGEST = 80


class Anchors:
    """Gives out ids that are made of names, the same in every run, and each once in a page.

    >>> anchor = Anchors()
    >>> anchor("metric", "description", "rouge_l"), anchor("slice", "Home & Garden"), anchor("slice", "Home; Garden")
    ('metric.description.rouge_l', 'slice.Home-Garden', 'slice.Home-Garden.2')
    """

    def __init__(self) -> None:
        self._given: set[str] = set()

    def __call__(self, *names: str) -> str:
        """Return an id of letters of any script, digits, ``_``, ``-`` and ``.``, at most some 80 characters."""
        plain = ".".join(re.sub(r"[^\w.-]+", "-", name).strip("-") for name in names)[:_LONGEST] or "place"
        id_, count = plain, 1
        while id_ in self._given:
            count += 1
            id_ = f"{plain}.{count}"
        self._given.add(id_)
        return id_
