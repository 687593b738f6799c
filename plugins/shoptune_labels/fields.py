"""What a prompt shows of a record: chosen fields, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shoptune.data import Record
from shoptune.errors import UsageError, did_you_mean
from shoptune.formatting import format_value, label

__all__ = ["refuse_unknown_fields", "shown"]


def shown(record: Record, names: Iterable[str], side: str = "") -> list[tuple[str, str]]:
    """Return (name for people, text) of those of the fields that have a text, in the order of `names`.

    A mapping shows its own fields.  `side` is what fields are named after where a record has two of each: ``left_name``
    of the side ``left`` is shown as "Name", and the field ``left`` itself without any name.
    """
    cells = (cell for field in names for cell in _cells(field, record.fields.get(field), side))
    return [(name, text) for name, value in cells if (text := format_value(value))]


def _cells(name: str, value: Any, side: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for inner, cell in value.items():
            yield label(str(inner)), cell
    else:
        yield "" if name == side else label(name.removeprefix(f"{side}_")), value


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
