"""The adapters ``jsonl`` (one JSON object per line) and ``json`` (one list of objects)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_files.records import RecordOptions, make_records
from shoptune_files.text_file import open_text

__all__ = ["json_adapter", "jsonl_adapter"]

_Rows = Iterator[tuple[str, dict[str, Any]]]


def read_lines(path: Path, options: RecordOptions) -> Iterator[Record | Dropped]:
    """Read JSON Lines; an origin is ``products.jsonl:118``."""
    return make_records(_filled(_lines(path, options.encoding), path.name), path.name, options)


def read_list(path: Path, options: RecordOptions) -> Iterator[Record | Dropped]:
    """Read a JSON list, which is held in memory; an origin is ``products.json[117]``, counted from 0 as jq counts."""
    return make_records(_filled(_items(path, options.encoding), path.name), path.name, options)


def _lines(path: Path, encoding: str | None) -> _Rows:
    with open_text(path, encoding) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                origin = f"{path.name}:{number}"
                yield origin, _object(_parse(line, origin), origin)


def _items(path: Path, encoding: str | None) -> _Rows:
    with open_text(path, encoding) as file:
        text = file.read()
    value = _parse(text, path.name) if text.strip() else []
    for index, item in enumerate(_list(value, path.name)):
        origin = f"{path.name}[{index}]"
        yield origin, _object(item, origin)


def _list(value: Any, name: str) -> list[Any]:
    """Return the list of rows, which shops' interfaces like to wrap: ``{"products": [...], "total": 194}``."""
    if isinstance(value, list):
        return value
    lists = [v for v in value.values() if isinstance(v, list)] if isinstance(value, dict) else []
    if len(lists) != 1:
        raise DataError(f"{name}: this should be a list of objects, or an object that holds one such list.")
    return lists[0]


def _filled(rows: _Rows, name: str) -> _Rows:
    empty = True
    for row in rows:
        yield row
        empty = False
    if empty:
        raise DataError(f"{name}: there are no rows.")


def _parse(text: str, origin: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}" if "\n" in text.strip() else f"column {error.colno}"
        raise DataError(f"{origin}: this is no JSON: {error.msg} ({place}).") from error
    except (ValueError, RecursionError) as error:  # an endless number, a tower of brackets
        raise DataError(f"{origin}: this JSON can't be read: {error}.") from error


def _object(value: Any, origin: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{origin}: this should be a JSON object ({{...}}), and is {json.dumps(value)[:60]}.")
    return value


jsonl_adapter = DataAdapter(
    name="jsonl", summary="JSON Lines: one JSON object per line", options=RecordOptions, read=read_lines
)
json_adapter = DataAdapter(name="json", summary="JSON: one list of objects", options=RecordOptions, read=read_list)
