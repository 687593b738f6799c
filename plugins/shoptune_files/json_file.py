"""The adapters ``jsonl`` (one JSON object per line) and ``json`` (one list of objects)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_files.records import RecordOptions, make_records
from shoptune_files.text_file import open_text, text_lines

__all__ = ["json_adapter", "json_items", "jsonl_adapter"]

_Rows = Iterator[tuple[str, dict[str, Any]] | Dropped]
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
"""``NaN`` and ``Infinity``, which some programs write, are no numbers: None."""


def read_lines(path: Path, options: RecordOptions) -> Iterator[Record | Dropped]:
    """Read JSON Lines; an origin is ``products.jsonl:118``.  A line that is no JSON object comes as a bad `Dropped`."""
    return make_records(_lines(path, options.encoding), path.name, options)


def read_list(path: Path, options: RecordOptions) -> Iterator[Record | Dropped]:
    """Read a JSON list, which is held in memory; an origin is ``products.json[117]``, counted from 0 as jq counts.

    An item that is no object comes as a bad `Dropped`; text that is no JSON raises `DataError`.
    """
    return make_records(json_items(path, options.encoding), path.name, options)


def _lines(path: Path, encoding: str | None) -> _Rows:
    with open_text(path, encoding) as file:
        for number, line in enumerate(text_lines(file, path.name), start=1):
            if not (text := line.strip()):
                continue
            origin = f"{path.name}:{number}"
            try:
                value = _DECODER.decode(text)
            except (ValueError, RecursionError) as error:
                yield Dropped(origin=origin, reason="this is no JSON", detail=_fault(error), bad=True)
            else:
                yield _row(value, origin)


def json_items(path: Path, encoding: str | None) -> _Rows:
    """Yield (origin, object) for each item of a JSON list, which is held in memory; others come as `Dropped`."""
    with open_text(path, encoding) as file:
        text = file.read().strip()
    if not text:
        return
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path.name}: this is no JSON: {_fault(error)}.") from error
    for index, item in enumerate(_list(value, path.name)):
        yield _row(item, f"{path.name}[{index}]")


def _list(value: Any, name: str) -> list[Any]:
    """Return the list of rows, which shops' interfaces like to wrap: ``{"products": [...], "total": 194}``."""
    if isinstance(value, list):
        return value
    lists = [v for v in value.values() if isinstance(v, list)] if isinstance(value, dict) else []
    if len(lists) != 1:
        raise DataError(f"{name}: this should be a list of objects, or an object that holds one such list.")
    return lists[0]


def _row(value: Any, origin: str) -> tuple[str, dict[str, Any]] | Dropped:
    if isinstance(value, dict):
        return origin, value
    return Dropped(origin=origin, reason="this is no JSON object", detail=f"found {json.dumps(value)[:60]}", bad=True)


def _fault(error: Exception) -> str:
    """Return what is wrong with JSON text, and where."""
    if not isinstance(error, json.JSONDecodeError):  # an endless number, a tower of brackets
        return str(error)
    place = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
    return f"{error.msg} ({place})"


jsonl_adapter = DataAdapter(
    name="jsonl", summary="JSON Lines: one JSON object per line", options=RecordOptions, read=read_lines
)
json_adapter = DataAdapter(name="json", summary="JSON: one list of objects", options=RecordOptions, read=read_list)
