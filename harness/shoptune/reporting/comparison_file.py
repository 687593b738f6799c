"""Reads a ``comparison.json`` that a run wrote."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from shoptune.comparison import SCHEMA_VERSION, Comparison
from shoptune.errors import UsageError

__all__ = ["parse_comparison", "read_comparison"]


def read_comparison(path: Path) -> Comparison:
    """Read a ``comparison.json`` without its samples; raises UsageError for one that can't be used."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no {path}; `shoptune run` with the report format `json` writes it") from None
    except OSError as error:
        raise UsageError(f"can't read {path}: {error.strerror}") from None
    return parse_comparison(content, path, "render it again with `shoptune report`")


def parse_comparison(content: bytes, path: Path, remedy: str) -> Comparison:
    """Parse the content of the ``comparison.json`` at `path`; raises UsageError that ends with `remedy`."""
    try:
        comparison = Comparison.model_validate_json(content)
    except ValidationError as error:
        raise UsageError(f"{path}{_fault(content, error)}; {remedy}") from None
    if comparison.schema_version != SCHEMA_VERSION:
        raise UsageError(f"{path}{_other_version(comparison.schema_version)}; {remedy}")
    return comparison


def _fault(content: bytes, error: ValidationError) -> str:
    """Say what is wrong with a file that is no comparison of this version; it goes on after the file's path."""
    try:
        found = json.loads(content.decode())
    except json.JSONDecodeError as syntax:
        return f":{syntax.lineno}: not JSON ({syntax.msg})"
    except UnicodeDecodeError as coding:
        return f": not text in UTF-8 ({coding.reason})"
    version = found.get("schema_version") if isinstance(found, dict) else None
    if version != SCHEMA_VERSION:
        return _other_version(version)
    first = error.errors()[0]
    return f": {'.'.join(map(str, first['loc']))}: {first['msg']}"


def _other_version(version: object) -> str:
    return f" has schema version {version!r}, this shoptune reads {SCHEMA_VERSION!r}"
