"""Invented examples that are quick to train on, and the weights that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shoptune.data import Example
from shoptune.testing.samples import COLOURS, THINGS, ask_for

__all__ = ["examples", "tensors"]


def examples(n: int = 16) -> list[Example]:
    """Make examples whose answers differ in length."""
    return [
        Example(
            id=f"e{i}",
            messages=ask_for(THINGS[i % 8], COLOURS[i % 4]),
            references=(f"A {COLOURS[i % 4]} {THINGS[i % 8]} " + "for a calm home " * (1 + i % 3) + ".",),
            group=f"g{i}",
        )
        for i in range(n)
    ]


def tensors(folder: Path) -> Mapping[str, Any]:
    """Read the weights that a job wrote."""
    from safetensors.torch import load_file

    (path,) = folder.glob("*.safetensors")
    weights: Mapping[str, Any] = load_file(path)
    return weights
