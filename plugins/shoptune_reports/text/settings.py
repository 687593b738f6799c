"""Settings that any plugin may name, in words: ``dtype bfloat16, lora (r 16, alpha 32), threads 2``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shoptune_reports.text.numbers import plain

__all__ = ["in_words"]


def in_words(settings: Mapping[str, Any]) -> str:
    """Write names with their values, as one line."""
    return ", ".join(f"{str(name).replace('_', ' ')} {_value(value)}" for name, value in settings.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({in_words(value)})"
    if isinstance(value, list | tuple):
        return " and ".join(map(_value, value)) or "none"
    return plain(value)
