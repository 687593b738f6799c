"""What a prompt shows of a record: chosen fields, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shoptune.data import Record
from shoptune.errors import UsageError, did_you_mean

__all__ = ["as_text", "refuse_unknown_fields", "shown"]


def shown(record: Record, names: Iterable[str], side: str = "") -> list[tuple[str, str]]:
    """Return (name for people, text) of those of the fields that have a text, in the order of `names`.

    A mapping shows its own fields.  `side` is what fields are named after where a record has two of each: ``left_name``
    of the side ``left`` is shown as "Name", and the field ``left`` itself without any name.
    """
    cells = (cell for name in names for cell in _cells(name, record.fields.get(name), side))
    return [(label, text) for label, value in cells if (text := as_text(value))]


def _cells(name: str, value: Any, side: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for inner, cell in value.items():
            yield _label(str(inner)), cell
    else:
        yield "" if name == side else _label(name.removeprefix(f"{side}_")), value


def _label(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def as_text(value: Any) -> str:
    """Return a cell as one line: 1.0 as ``1``, True as ``true``, the items of a list between commas."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(as_text, value))
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) else ""


def refuse_unknown_fields(records: Iterable[Record], wanted: Sequence[str]) -> None:
    """Raise `UsageError` with the nearest match for the first of the `wanted` fields that no record has."""
    missing, known = set(wanted), set[str]()
    for record in records:
        missing -= record.fields.keys()
        if not missing:
            return
        known |= record.fields.keys()
    name = next(name for name in wanted if name in missing)
    raise UsageError(f"no row has a field {name!r}.{did_you_mean(name, known)}")
