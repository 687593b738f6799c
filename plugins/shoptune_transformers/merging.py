"""Loads a model with its adapter merged into the weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from shoptune.components import ModelFiles
from shoptune.errors import UsageError
from shoptune_transformers.loading import load
from shoptune_transformers.plain import plain
from shoptune_transformers.quiet import quiet

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["load_merged"]


def load_merged(files: ModelFiles) -> tuple[Any, PreTrainedTokenizerBase]:
    """Load a model with its adapter merged into the weights.

    The sum is formed in float32 and rounded once, so that it loses nothing against an adapter beside the weights, and
    generates as quickly as the base model.
    """
    if files.adapter is None:
        return load(files)
    dtype = files.settings.get("dtype", "float32")
    model, tokenizer = load(replace(files, settings={**files.settings, "dtype": "float32"}))
    if not _is_soft_prompt(files.adapter):
        with quiet():
            model = model.merge_and_unload()
    elif model.config.is_encoder_decoder:
        raise UsageError(f"{files.adapter}: soft prompts can't be used with an encoder-decoder. Tune a LoRA adapter.")
    elif plain():
        return load(files)
    if plain() and dtype != "float32":
        return _saved_and_loaded(model, tokenizer, files), tokenizer
    _round(model, dtype)
    return model, tokenizer


def _is_soft_prompt(adapter: Path) -> bool:
    """Whether an adapter is a prompt of vectors, which can't be merged into weights."""
    from peft import PeftConfig

    return bool(PeftConfig.from_pretrained(str(adapter)).is_prompt_learning)


def _saved_and_loaded(model: Any, tokenizer: PreTrainedTokenizerBase, files: ModelFiles) -> Any:
    """Round a model's weights in the public way, which is to save it and to load it in another dtype."""
    with TemporaryDirectory(prefix="shoptune-merged-") as folder, quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return load(replace(files, folder=Path(folder), adapter=None))[0]


def _round(model: Any, dtype: str) -> None:
    """Round a model's weights as loading does.

    Buffers, such as the frequencies of rotary positions, stay in float32, and so do weights that the model says must.
    """
    import torch

    from shoptune_transformers._compat.models import weights_in_float32

    exact = frozenset() if dtype == "float32" else weights_in_float32(model)
    for name, weight in model.named_parameters():
        if exact.isdisjoint(name.split(".")):
            weight.data = weight.data.to(getattr(torch, dtype))
