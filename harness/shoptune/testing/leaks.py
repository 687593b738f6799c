"""Finds a prompt that gives its answer away.

Two signs: an open question's answer stands in its prompt word for word; or a value in a record was exchanged for
another record's, and the answer changed with it and so did the prompt.  The second finds what the first can't: short
answers, and labels, which stand in the prompt among the choices in any case.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shoptune.data import Example, Record
from shoptune.errors import ShoptuneError

__all__ = ["find_leak"]

VERBATIM = 25
"""Characters from which an answer that stands in its prompt does not stand there by chance."""
RECORDS = 4
"""Records of each table whose values are exchanged."""

Make = Callable[[Mapping[str, Sequence[Record]]], list[Example]]
Path = tuple[str | int, ...]


def find_leak(make: Make, tables: Mapping[str, Sequence[Record]], examples: Sequence[Example]) -> str | None:
    """Return in words how a prompt gives its answer away, or None; `make` makes examples of tables."""
    return _verbatim(examples) or next(_by_exchange(make, tables, examples), None)


def _verbatim(examples: Sequence[Example]) -> str | None:
    for example in examples:
        prompt = _prompt(example)
        for reference in () if example.choices else example.references:
            if len(reference) >= VERBATIM and _plain(reference) in prompt:
                return f"the prompt of example {example.id!r} contains its reference word for word"
    return None


def _by_exchange(make: Make, tables: Mapping[str, Sequence[Record]], examples: Sequence[Example]) -> Iterator[str]:
    before = {example.id: example for example in examples}
    for table, records in tables.items():
        for place in range(0, len(records), max(1, len(records) // RECORDS)):
            for path, value in _exchanges(records, place):
                changed = [*records]
                changed[place] = replace(records[place], fields=_with(records[place].fields, path, value))
                try:
                    made = make({**tables, table: changed})
                except ShoptuneError:  # a record without this value can't be used, which is no leak
                    continue
                for example in made:
                    old = before.get(example.id)
                    if old is not None and _gives_away(old, example, _plain(str(value))):
                        field = ".".join(map(str, path))
                        yield (
                            f"the field {field!r} of {table} decides the reference of example {example.id!r} and shows "
                            "in its prompt"
                        )


def _gives_away(old: Example, new: Example, value: str) -> bool:
    if new.references == old.references or new.messages == old.messages:
        return False
    if new.choices:
        return new.choices == old.choices
    shown = value in _prompt(new) and value not in _prompt(old)
    return shown and any(value in _plain(reference) for reference in new.references)


def _exchanges(records: Sequence[Record], place: int) -> Iterator[tuple[Path, str | float]]:
    """Yield each path to a value of the record, with another value that stands there in another record."""
    others = [dict(_leaves(record.fields)) for i, record in enumerate(records) if i != place]
    for path, value in _leaves(records[place].fields):
        found = (other[path] for other in others if path in other and other[path] != value)
        if (other_value := next(found, None)) is not None:
            yield path, other_value


def _leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, str | float]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _leaves(inner, (*path, place))
    elif isinstance(value, str | int | float) and value != "":
        yield path, value


def _with(fields: Mapping[str, object], path: Path, value: object) -> dict[str, object]:
    """Return a copy of `fields` with `value` at `path`."""
    changed = copy.deepcopy(dict(fields))
    here: Any = changed  # lists and mappings, however deep
    for key in path[:-1]:
        if isinstance(here[key], tuple):
            here[key] = list(here[key])
        here = here[key]
    here[path[-1]] = value
    return changed


def _prompt(example: Example) -> str:
    return _plain("\n".join(message["content"] for message in example.messages))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
