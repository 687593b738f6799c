"""One item of a Merchant Center feed, under Google's names, whatever file it stands in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoptune.errors import RowError

__all__ = ["FeedItem"]


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An item: what it says of each attribute, as text or in parts; what is empty is left out."""

    origin: str
    texts: Mapping[str, Sequence[str]]
    """``color`` -> its values; most attributes have one, ``product_highlight`` has several."""
    parts: Mapping[str, Sequence[Mapping[str, str]]]
    """``product_detail`` -> its values, each made of sub-attributes: ``{"attribute_name": "Capacity", ...}``."""

    def text(self, name: str) -> str:
        """Return an attribute's first value; "" if it has none."""
        return next(iter(self.texts.get(name, ())), "")

    def part(self, name: str, part: str) -> str:
        """Return a sub-attribute of an attribute's first value; "" if there is none."""
        return next((value.get(part, "") for value in self.parts.get(name, ())), "")

    def error(self, name: str, problem: str, detail: str) -> RowError:
        """Return an error about an attribute: `problem` completes its name ("is empty") and is counted."""
        return RowError(self.origin, f"{name} {problem}", detail)
