"""Reads invented rows with the adapter ``instructions``."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shoptune.data import Dropped, Message, Note, Record
from shoptune_instructions.adapter import InstructionOptions, instructions

__all__ = ["ASK", "assistant", "read", "records", "system", "user"]


def system(text: str) -> Message:
    return {"role": "system", "content": text}


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}


ASK = [system("Answer for the shop."), user("Is the mug safe for a dishwasher?")]


def read(folder: Path, rows: Iterable[Mapping[str, Any]], **options: Any) -> list[Record | Dropped]:
    """Write rows as JSON Lines and read them."""
    path = folder / "chats.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return [row for row in instructions.read(path, InstructionOptions(**options)) if not isinstance(row, Note)]


def records(folder: Path, *rows: Mapping[str, Any], **options: Any) -> list[Record]:
    """Read rows of which each must become a record."""
    found = read(folder, rows, **options)
    assert not [row for row in found if isinstance(row, Dropped)]
    return [row for row in found if isinstance(row, Record)]
