"""The adapter ``instructions``: prompts with their answers, and preferences, whatever form each row has."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any

from shoptune.components import DataAdapter, Options
from shoptune.data import Dropped, Message, Note, Record
from shoptune_files.csv_file import csv_adapter
from shoptune_files.json_file import json_adapter, jsonl_adapter
from shoptune_files.parquet_file import parquet_adapter
from shoptune_files.text_file import Encoding, inner_name
from shoptune_instructions.forms import Instruction, read_row
from shoptune_instructions.recognition import is_one_json
from shoptune_instructions.turns import Unusable

__all__ = ["InstructionOptions", "instructions"]

GROUPS = ("group", "product_id")
"""Columns that say which rows belong together."""
NAMED = 12
"""So many keys that were not read are named."""


class InstructionOptions(Options):
    """How rows become records."""

    encoding: Encoding | None = None
    """The file's text encoding; default: UTF-8."""
    id: str | None = None
    """The column that identifies a row; default: ``id`` if there is one, else file and line."""
    group: str | None = None
    """The column whose rows must never be split into training and test; default: ``group`` or ``product_id`` if there
    is one, else the prompt, whatever its case, blanks and punctuation."""


def read(path: Path, options: InstructionOptions) -> Iterator[Record | Dropped | Note]:
    """Read JSON Lines, a JSON list, CSV or Parquet, one record per row.

    Fields: ``messages`` (the prompt: a list of turns, the last of which is the user's), ``completion`` (text) or
    ``chosen`` and ``rejected`` (texts), ``form`` (see `shoptune_instructions.forms`), ``category`` where the row names
    one, and ``not_learnt`` where a longer chat has earlier answers: how many, since only the last turn is learnt.
    """
    unread: Counter[str] = Counter()
    for row in _rows(path, options):
        yield _record(row, options, unread) if isinstance(row, Record) else row
    if unread:
        yield Note(topic="keys that were not read", figures=dict(unread.most_common(NAMED)))


def _rows(path: Path, options: InstructionOptions) -> Iterator[Record | Dropped | Note]:
    """Yield the file's rows as the general adapters read them, all columns under their own names."""
    general: dict[str, Any] = {"id": options.id, "group": options.group}
    suffix = PurePath(inner_name(path)).suffix.lower()
    if suffix == ".parquet":
        yield from parquet_adapter.read(path, parquet_adapter.options(**general))
        return
    adapter: DataAdapter[Any] = jsonl_adapter
    if suffix in {".csv", ".tsv"}:
        adapter = csv_adapter
    elif is_one_json(path, options.encoding):
        adapter = json_adapter
    yield from adapter.read(path, adapter.options(**general, encoding=options.encoding))


def _record(row: Record, options: InstructionOptions, unread: Counter[str]) -> Record | Dropped:
    try:
        instruction = read_row(row.fields)
    except Unusable as why:
        return Dropped(origin=row.origin, reason=why.reason, detail=why.detail, bad=why.bad)
    unread.update(sorted(instruction.unread - {"id", "category", *GROUPS, options.id or "", options.group or ""}))
    has_id = options.id is not None or "id" in row.fields
    named = row.group if options.group else next((g for c in GROUPS if (g := _text(row.fields.get(c)))), "")
    return Record(
        id=row.id if has_id else row.origin,
        group=named or _group_of(instruction.messages),
        origin=row.origin,
        fields=_fields(instruction, _text(row.fields.get("category"))),
    )


def _fields(instruction: Instruction, category: str) -> dict[str, Any]:
    names = ("completion",) if len(instruction.answers) == 1 else ("chosen", "rejected")
    fields: dict[str, Any] = {"messages": instruction.messages, **dict(zip(names, instruction.answers, strict=True))}
    fields["form"] = instruction.form
    if category:
        fields["category"] = category
    if instruction.not_learnt:
        fields["not_learnt"] = instruction.not_learnt
    return fields


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) else ""


def _group_of(messages: Sequence[Message]) -> str:
    """Name a prompt, the same whatever its case, blanks and punctuation."""
    turns = [(message["role"], _words(message["content"])) for message in messages]
    return hashlib.blake2b(json.dumps(turns).encode(), digest_size=8).hexdigest()


def _words(text: str) -> str:
    """Return what a text says, in one spelling; one without any letter or digit as it is."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())) or text


instructions = DataAdapter(
    name="instructions",
    table="instructions",
    summary="Instruction data of TRL, OpenAI, Alpaca, ShareGPT and Dolly (JSON Lines, JSON, CSV, Parquet): chats, "
    "prompts with answers, preferences",
    options=InstructionOptions,
    read=read,
)
