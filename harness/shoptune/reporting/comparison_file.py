"""Reads a ``comparison.json`` that a run wrote."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from shoptune.comparison import SCHEMA_VERSION, Comparison
from shoptune.errors import UsageError

__all__ = ["read_comparison"]


def read_comparison(path: Path) -> Comparison:
    """Read a ``comparison.json`` without its samples; raises UsageError for one that can't be used."""
    again = "render it again with `shoptune report`"
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no {path}; `shoptune run` with the report format `json` writes it") from None
    except OSError as error:
        raise UsageError(f"can't read {path}: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}: not JSON ({error.msg}); {again}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not text in UTF-8 ({error.reason}); {again}") from None
    version = content.get("schema_version") if isinstance(content, dict) else None
    if version != SCHEMA_VERSION:
        raise UsageError(f"{path} has schema version {version!r}, this shoptune reads {SCHEMA_VERSION!r}; {again}")
    try:
        return Comparison.model_validate({**content, "samples": []})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}; {again}") from None
