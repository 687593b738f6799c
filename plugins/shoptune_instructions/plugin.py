"""What this plugin brings: the adapter ``instructions``, and the export formats of TRL and OpenAI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shoptune.components import DataAdapter, ExportFormat

__all__ = ["register_data_adapters", "register_export_formats", "select_data_adapter"]


@hookimpl
def register_data_adapters() -> Iterable[DataAdapter[Any]]:
    """Bring `instructions`."""
    from shoptune_instructions.adapter import instructions

    return [instructions]


@hookimpl
def register_export_formats() -> Iterable[ExportFormat]:
    """Bring `chat`, `prompt_completion` and `openai`."""
    from shoptune_instructions.exports import chat, openai, prompt_completion

    return [chat, prompt_completion, openai]


@hookimpl
def select_data_adapter(path: Path) -> str | None:
    """Judge by the first row of JSON and Parquet files."""
    from shoptune_instructions.recognition import holds_instructions

    return "instructions" if holds_instructions(path) else None
