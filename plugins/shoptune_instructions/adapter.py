"""The adapter ``instructions``: prompts with their answers, and preferences, whatever form each row has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter, Options
from shoptune.data import Dropped, Message, Record
from shoptune_files.json_file import json_adapter, jsonl_adapter
from shoptune_files.parquet_file import parquet_adapter
from shoptune_files.text_file import Encoding, inner_name
from shoptune_instructions.forms import Instruction, read_row
from shoptune_instructions.recognition import is_row_by_row
from shoptune_instructions.turns import Unusable

__all__ = ["InstructionOptions", "instructions"]

GROUPS = ("group", "product_id")
"""Columns that say which rows belong together."""


class InstructionOptions(Options):
    """How rows become records."""

    encoding: Encoding | None = None
    """The file's text encoding; default: UTF-8."""
    id: str | None = None
    """The column that identifies a row; default: ``id`` if there is one, else file and line."""
    group: str | None = None
    """The column whose rows must never be split into training and test; default: ``group`` or ``product_id`` if there
    is one, else the prompt."""


def read(path: Path, options: InstructionOptions) -> Iterator[Record | Dropped]:
    """Read JSON Lines, a JSON list or Parquet, one record per row.

    Fields: ``messages`` (the prompt: a list of turns, the last of which is the user's), ``completion`` (text) or
    ``chosen`` and ``rejected`` (texts), ``form`` (see `shoptune_instructions.forms`), and ``category`` where the row
    names one.  Of a longer chat only the last turn is an answer to learn.
    """
    for row in _rows(path, options):
        yield row if isinstance(row, Dropped) else _record(row, options)


def _rows(path: Path, options: InstructionOptions) -> Iterator[Record | Dropped]:
    """Yield the file's rows as the general adapters read them, all columns under their own names."""
    general: dict[str, Any] = {"id": options.id, "group": options.group}
    if inner_name(path).lower().endswith(".parquet"):
        yield from parquet_adapter.read(path, parquet_adapter.options(**general))
    else:
        adapter = jsonl_adapter if is_row_by_row(path) else json_adapter  # both kinds are called .json
        yield from adapter.read(path, adapter.options(**general, encoding=options.encoding))


def _record(row: Record, options: InstructionOptions) -> Record | Dropped:
    try:
        instruction = read_row(row.fields)
    except Unusable as why:
        return Dropped(origin=row.origin, reason=why.reason, detail=why.detail, bad=why.bad)
    has_id = options.id is not None or "id" in row.fields
    named = row.group if options.group else next((g for c in GROUPS if (g := _text(row.fields.get(c)))), "")
    return Record(
        id=row.id if has_id else row.origin,
        group=named or _hash(instruction.messages),
        origin=row.origin,
        fields=_fields(instruction, _text(row.fields.get("category"))),
    )


def _fields(instruction: Instruction, category: str) -> dict[str, Any]:
    names = ("completion",) if len(instruction.answers) == 1 else ("chosen", "rejected")
    fields = {"messages": instruction.messages, **dict(zip(names, instruction.answers, strict=True))}
    return {**fields, "form": instruction.form} | ({"category": category} if category else {})


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) else ""


def _hash(messages: Sequence[Message]) -> str:
    return hashlib.blake2b(json.dumps(messages).encode(), digest_size=8).hexdigest()


instructions = DataAdapter(
    name="instructions",
    table="instructions",
    summary="Instruction data of TRL, OpenAI and Alpaca (JSON Lines, JSON, Parquet): chats, prompts with completions, "
    "preferences",
    options=InstructionOptions,
    read=read,
)
