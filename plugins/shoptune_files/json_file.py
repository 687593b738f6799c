"""The adapters ``jsonl`` (one JSON object per line) and ``json`` (one list of objects)."""

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_files.records import RecordOptions, make_records
from shoptune_files.text_file import open_text, text_lines

__all__ = ["json_adapter", "json_items", "json_rows", "jsonl_adapter"]

Rows = Iterator[tuple[str, dict[str, Any]] | Dropped]
_BETWEEN = re.compile(r"[\s,]*")
_LOOKED_AT = 20
"""Lines after one that is no object, to see whether these are lines of objects at all."""
_DEEPEST = 3
"""Objects in objects in which a list of rows is looked for."""
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
"""``NaN`` and ``Infinity``, which some programs write, are no numbers: None."""


def read_lines(path: Path, options: RecordOptions) -> Iterator[Record | Dropped]:
    """Read JSON Lines; an origin is ``products.jsonl:118``.  A line that is no JSON object comes as a bad `Dropped`."""
    return make_records(json_rows(path, options.encoding), path.name, options)


def read_list(path: Path, options: RecordOptions) -> Iterator[Record | Dropped]:
    """Read a JSON list, which is held in memory; an origin is ``products.json[117]``, counted from 0 as jq counts.

    An item that is no object comes as a bad `Dropped`; text that is no JSON raises `DataError`.
    """
    return make_records(json_items(path, options.encoding), path.name, options)


def json_rows(path: Path, encoding: str | None) -> Rows:
    """Yield (origin, object) of a file of JSON objects, whatever holds them together.

    One object per line is read as a stream.  A list, objects one after the other that run over several lines, and a
    list within an object (``{"products": [...], "total": 194}``) are held in memory.  Raises `DataError` for other
    text.
    """
    with open_text(path, encoding) as file:
        lines = enumerate(text_lines(file, path.name), start=1)
        rows = (
            (text, _line(text, f"{path.name}:{number}")) for number, line in lines if (text := line.strip().rstrip(","))
        )
        first = list(islice(rows, 1))
        if first and isinstance(first[0][1], Dropped):
            first += islice(rows, _LOOKED_AT)
        if not first:
            return
        if first[0][0] not in {"{", "["} and not all(isinstance(row, Dropped) for _, row in first):
            yield from (row for _, row in chain(first, rows))
            return
    yield from json_items(path, encoding)  # no line alone is a row


def _line(text: str, origin: str) -> tuple[str, dict[str, Any]] | Dropped:
    try:
        return _row(_DECODER.decode(text), origin)
    except (ValueError, RecursionError) as error:
        return Dropped(origin=origin, reason="this is no JSON", detail=_fault(error), bad=True)


def json_items(path: Path, encoding: str | None) -> Rows:
    """Yield (origin, object) of a file that is a list, which is held in memory, or objects one after the other.

    An item that is no object comes as a bad `Dropped`.
    """
    with open_text(path, encoding) as file:
        text = file.read().strip().removeprefix("\ufeff")
    if not text:
        return
    try:
        values = _values(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path.name}: this is no JSON: {_fault(error)}.{_remedy(text, error)}") from error
    rows = values if len(values) > 1 else _list(values[0], path.name)
    for index, item in enumerate(rows):
        yield _row(item, f"{path.name}[{index}]")


def _remedy(text: str, error: Exception) -> str:
    """Say what text that is no JSON looks like, and what to do."""
    if text[:2] in ("[{", "{'") and text[:3].strip("[{ ")[:1] == "'":
        return " Its texts stand in single quotes, as Python prints them: write it with `json.dumps`."
    if re.match(r"[\w.]+\s*\(", text):
        return " It is a call of a function (JSONP): keep what stands between the brackets."
    if isinstance(error, json.JSONDecodeError) and (error.pos >= len(text) - 1 or error.msg.startswith("Unterminated")):
        return " It ends in the middle: was the download or the export cut off? Fetch it again."
    return " Export it again; `python -m json.tool` shows whether a file is JSON." if text else ""


def _values(text: str) -> list[Any]:
    """Return the values of a text, or those of the list that it is; commas between them and at the end may be missing.

    Raises what the decoder raises of JSON by the book, where this reading fails as well.
    """
    try:
        return [_DECODER.decode(text)]
    except json.JSONDecodeError as strict:
        end = text.rstrip(", \t\r\n")
        is_list = text.startswith("[") and end.endswith("]")
        position, stop = _next_value(text, int(is_list)), len(end) - int(is_list)
        values = []
        while position < stop:
            try:
                value, position = _DECODER.raw_decode(text, position)
            except json.JSONDecodeError:
                raise strict from None
            values.append(value)
            position = _next_value(text, position)
        return [values] if is_list else values


def _next_value(text: str, position: int) -> int:
    """Return where the next value begins, behind blanks and commas."""
    between = _BETWEEN.match(text, position)
    return between.end() if between else position


def _list(value: Any, name: str) -> list[Any]:
    """Return the list of rows, which shops' interfaces like to wrap: ``{"data": {"products": [...]}, "total": 9}``."""
    if isinstance(value, list):
        return value
    lists = list(_lists_in(value, "", _DEEPEST))
    if len(lists) == 1:
        ((_, rows),) = lists
        return [row["node"] if isinstance(row, dict) and row.keys() == {"node"} else row for row in rows]
    if (
        not lists
        and isinstance(value, dict)
        and len(value) > 1
        and all(isinstance(row, dict) for row in value.values())
    ):
        return [{"id": key, **row} for key, row in value.items()]  # {"SKU-1": {...}, "SKU-2": {...}}
    found = f" It holds several: {', '.join(where for where, _ in lists)}; keep one." if lists else ""
    raise DataError(f"{name}: this should be a list of objects, or an object that holds one such list.{found}")


def _lists_in(value: Any, where: str, deep: int) -> Iterator[tuple[str, list[Any]]]:
    """Yield the lists of objects in an object, with their names; none that stands in a list itself."""
    if not isinstance(value, dict) or not deep:
        return
    for key, inner in value.items():
        place = f"{where}.{key}" if where else str(key)
        if isinstance(inner, list) and any(isinstance(item, dict) for item in inner):
            yield place, inner
        else:
            yield from _lists_in(inner, place, deep - 1)


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
