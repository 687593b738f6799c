"""JSON values of shops' REST interfaces, which may hold anything: hence `Any`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shoptune_files.amounts import parse_amount
from shoptune_files.clean_text import clean_text
from shoptune_files.text_file import peek_text
from shoptune_shops.shop_rows import ShopOptions

__all__ = ["RestOptions", "amount", "has_keys", "names", "objects", "short_text", "text"]


class RestOptions(ShopOptions):
    """Which products are read."""

    statuses: tuple[str, ...] = ("active",)
    """Products with another status are dropped; one without a status is active."""


def text(value: Any) -> str:
    """Return a text or number as text; "" for anything else.

    >>> [text(value) for value in (" Wool ", 12, None, ["wool"])]
    ['Wool', '12', '', '']
    """
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def short_text(value: Any) -> str:
    """Return a name, category or value as a shopper reads it: interfaces answer with the page's source.

    >>> short_text("Salt &amp; Stone&nbsp;")
    'Salt & Stone'
    """
    return clean_text(text(value))


def amount(value: Any) -> float | None:
    """Return an amount of money, which interfaces write as text; None where there is none."""
    return parse_amount(text(value)) if text(value) else None


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list; whatever else stands there is left out."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def names(value: Any) -> list[str]:
    """Return the ``name`` of each object of a list."""
    return [name for item in objects(value) if (name := short_text(item.get("name")))]


def has_keys(path: Path, keys: Iterable[str]) -> bool:
    """Say whether a file looks like JSON whose beginning has all of these keys.  Never raises."""
    start = peek_text(path).lstrip()
    return start[:1] in {"[", "{"} and all(f'"{key}"' in start for key in keys)
