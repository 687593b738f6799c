"""Tells instruction data from other files by their first row, and a whole JSON text from JSON Lines."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from shoptune_files.text_file import inner_name, open_text, peek_text, text_lines
from shoptune_instructions.forms import certain_form_of, form_of

__all__ = ["holds_instructions", "is_one_json"]

_WRAPPING = re.compile(r'\s*\{\s*"[^"]{1,40}"\s*:\s*(?=\[\s*\{)')
"""What stands before the list where rows are wrapped: ``{"data": [``."""


def holds_instructions(path: Path) -> bool:
    """Return whether a file's first row has a form of instruction data.  Never raises."""
    suffix = PurePath(inner_name(path)).suffix.lower()
    if suffix in {".jsonl", ".ndjson", ".json"}:
        start = peek_text(path)
        objects = _first_object(start), _first_object(_WRAPPING.sub("", start, count=1))
        return any(certain_form_of(found) for found in objects)
    return suffix == ".parquet" and certain_form_of(dict.fromkeys(_columns(path), "")) is not None


def is_one_json(path: Path, encoding: str | None) -> bool:
    """Return whether a file is one JSON text, a list or an object that wraps one, and no JSON Lines.

    Both kinds are called .json: the first line decides.  One that can't be read is left to JSON Lines to complain of,
    unless the file's name says that it is JSON.
    """
    with open_text(path, encoding) as file:
        lines = (text for text in map(str.strip, text_lines(file, path.name)) if text)
        line, second = next(lines, ""), next(lines, "")
    if not line.startswith("{"):
        return line.startswith("[")
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        return PurePath(inner_name(path)).suffix.lower() == ".json"
    lists = [value for value in first.values() if isinstance(value, list)]
    if form_of(first) is not None or len(lists) != 1 or second.startswith("{"):
        return False
    # A line of JSON Lines may have a list as well; what it wraps is rows.
    rows = [row for row in lists[0][:1] if isinstance(row, dict)]
    return PurePath(inner_name(path)).suffix.lower() == ".json" or any(map(form_of, rows))


def _first_object(text: str) -> Mapping[str, Any]:
    """Return the first object of JSON Lines or of a JSON list; empty where none can be made out."""
    text = text.lstrip("[ \t\r\n")
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _columns(path: Path) -> list[str]:
    import pyarrow as pa
    from pyarrow.parquet import read_schema

    try:
        names: list[str] = read_schema(path).names
    except (pa.ArrowException, OSError):
        return []
    return names
