"""Tells instruction data from other files by their first row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from shoptune_files.text_file import inner_name, peek_text
from shoptune_instructions.forms import form_of

__all__ = ["holds_instructions"]


def holds_instructions(path: Path) -> bool:
    """Return whether a file's first row has a form of instruction data.  Never raises."""
    suffix = PurePath(inner_name(path)).suffix.lower()
    if suffix in {".jsonl", ".ndjson", ".json"}:
        return form_of(_first_object(peek_text(path))) is not None
    return suffix == ".parquet" and form_of(dict.fromkeys(_columns(path), "")) is not None


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
