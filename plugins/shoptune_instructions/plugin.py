"""What this plugin brings: the adapter ``instructions``, and the export formats of TRL and OpenAI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shoptune.deferred import Deferred

__all__ = ["register_data_adapters", "register_export_formats", "select_data_adapter"]


@hookimpl
def register_data_adapters() -> Iterable[Deferred]:
    """Bring `instructions`."""
    from shoptune.deferred import Deferred

    return [Deferred(name="instructions", place="shoptune_instructions.adapter:instructions")]


@hookimpl
def register_export_formats() -> Iterable[Deferred]:
    """Bring `chat`, `prompt_completion` and `openai`."""
    from shoptune.deferred import Deferred

    names = ("chat", "prompt_completion", "openai")
    return [Deferred(name=name, place=f"shoptune_instructions.exports:{name}") for name in names]


@hookimpl
def select_data_adapter(path: Path) -> str | None:
    """Judge by the first row of JSON and Parquet files."""
    from shoptune_instructions.recognition import holds_instructions

    return "instructions" if holds_instructions(path) else None
