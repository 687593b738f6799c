"""Refuses a model that would take more memory than there is, before any is taken.

A model's files come from a stranger: a configuration may ask for a million layers beside weights for two, which
transformers would build and fill with random numbers.  What a model takes is reckoned from the headers of its weights
and from the sizes in its configuration, each by itself, and from below: a model that is let through may still be too
large for the machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shoptune.errors import UsageError

__all__ = ["check_needed_memory"]

GIB = 2**30
LAYER_OBJECTS = 30_000
"""Bytes that a layer takes beside its weights, in Python's objects: measured of a Llama's, a simple one."""
SHARE = 4
"""A layer takes at least a fourth of what the weights hold for each: embeddings and an encoder are beside them."""
MOST_REPEATED = 10
"""Layers may share weights, but not so many times as many as the weights are for."""

_LAYERS = ("num_hidden_layers", "num_layers", "num_decoder_layers", "n_layer", "n_layers", "decoder_layers")
_WIDTHS = ("hidden_size", "d_model", "n_embd")
_WIDE = ("vocab_size", "intermediate_size", "d_ff", "n_inner", "ffn_dim", "decoder_ffn_dim", "encoder_ffn_dim")
"""Sizes of matrices whose other side is the width."""
_EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts")
_INDEX = re.compile(r"(?<=\.)\d{1,9}(?=\.)")
_FLOATS = ("F64", "F32", "F16", "BF16")


@dataclass(frozen=True)
class _Held:
    """What the files of weights hold."""

    size: int
    """In bytes, as it is loaded."""
    layers: int
    """Numbered layers, or other parts if these are more; 0 where none has a number."""


def check_needed_memory(folder: Path, *, weight_bytes: int) -> None:
    """Refuse a model folder that `check_folder` passed; each number of its weights takes `weight_bytes`.

    Raises:
        UsageError: Says file, field, what it would take, and what there is.

    """
    there_is = _memory()
    held = _held(folder, weight_bytes)
    if held.size > there_is:
        raise UsageError(
            f"{folder}: this model's weights (*.safetensors) take {_gib(held.size)} of memory, and this machine has "
            f"{_gib(there_is)}. Use a smaller model{', or dtype: bfloat16' if weight_bytes > 2 else ''}."
        )
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for place, sizes in [("", config), *((f"{name}.", part) for name, part in config.items())]:
        if not isinstance(sizes, dict):
            continue
        asked_for = sorted(_asked_for(sizes, held, weight_bytes), key=lambda asked: -asked[1])  # the worst one is named
        for field, value, needed in asked_for:
            is_repeated = field in _LAYERS and value > MOST_REPEATED * held.layers > 0
            if needed > there_is or is_repeated:
                has = f", whose weights are for {held.layers:,}" if is_repeated else ""
                raise UsageError(
                    f"{folder / 'config.json'}: {place}{field} is {value:,}{has}: such a model takes at least "
                    f"{_gib(needed)} of memory, and this machine has {_gib(there_is)}. Don't trust it, or correct "
                    f"{place}{field}."
                )


def _asked_for(sizes: Mapping[str, Any], held: _Held, weight_bytes: int) -> Iterator[tuple[str, int, int]]:
    """Yield (field, its value, the bytes that it takes at the least) of a configuration."""

    def given(names: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        for name in names:
            if isinstance(value := sizes.get(name), int) and value > 0:
                yield name, value

    width = min((value for _, value in given(_WIDTHS)), default=1)
    for field, value in given(_LAYERS):
        yield field, value, value * (held.size // max(held.layers, 1) // SHARE + LAYER_OBJECTS)
    for field, value in given((*_WIDE, *_EXPERTS)):
        yield field, value, value * width * weight_bytes
    words = max((value for _, value in given(("vocab_size",))), default=1)
    for field, value in given(_WIDTHS):
        yield field, value, value * words * weight_bytes


def _held(folder: Path, weight_bytes: int) -> _Held:
    """Read the headers of the weights; of a file that can't be read, whoever loads it tells."""
    from safetensors import SafetensorError, safe_open

    size, layers = 0, 0
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, framework="np") as weights:
                for name in weights.keys():  # noqa: SIM118 - it is no mapping
                    part = weights.get_slice(name)
                    size += _numbers(part.get_shape()) * _bytes_of(part.get_dtype(), weight_bytes)
                    layers = max([layers, *(int(number) + 1 for number in _INDEX.findall(name))])
        except (SafetensorError, OSError):
            continue
    return _Held(size, layers)


def _numbers(shape: list[int]) -> int:
    numbers = 1
    for side in shape:
        numbers *= side
    return numbers


def _bytes_of(dtype: str, weight_bytes: int) -> int:
    """Return what a number takes: floating ones become the dtype that is asked for, those of a quantisation stay."""
    if dtype in _FLOATS:
        return weight_bytes
    digits = re.search(r"\d+", dtype)
    return max(int(digits[0]) // 8, 1) if digits else 1


def _memory() -> int:
    """Return the bytes of memory that the machine has, swap included."""
    import psutil

    return int(psutil.virtual_memory().total + psutil.swap_memory().total)


def _gib(size: int) -> str:
    return f"{size / GIB:,.1f} GiB"
