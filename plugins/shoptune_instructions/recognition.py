"""Tells instruction data from other files by their first row."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from shoptune_files.text_file import inner_name, peek_text
from shoptune_instructions.forms import form_of

__all__ = ["holds_instructions", "is_row_by_row"]

_WRAPPED = re.compile(r"\{[^{\[]{0,200}:\s*\[\s*(?=\{)")
"""A list within an object: ``{"data": [{...``."""


def holds_instructions(path: Path) -> bool:
    """Return whether a file's first row has a form of instruction data.  Never raises."""
    suffix = PurePath(inner_name(path)).suffix.lower()
    if suffix in {".jsonl", ".ndjson", ".json"}:
        return form_of(_first_object(peek_text(path))) is not None
    return suffix == ".parquet" and form_of(dict.fromkeys(_columns(path), "")) is not None


def is_row_by_row(path: Path) -> bool:
    """Return whether a JSON file holds one row after the other, rather than a list of them.  Never raises."""
    text = peek_text(path).lstrip()
    return not (text.startswith("[") or (_WRAPPED.match(text) and form_of(_decoded(text)) is None))


def _first_object(text: str) -> Mapping[str, Any]:
    """Return the first object of JSON Lines or of a JSON list, which may be wrapped; empty where there is none."""
    first = _decoded(text.lstrip("[ \t\r\n"))
    if form_of(first) is None and (wrapped := _WRAPPED.match(text.lstrip())):
        return _decoded(text.lstrip()[wrapped.end() :])
    return first


def _decoded(text: str) -> Mapping[str, Any]:
    """Return the object that `text` begins with; empty where none can be made out."""
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
