"""What a model folder is: which of its files decide answers, and whether it can be loaded at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from shoptune.errors import UsageError

__all__ = ["CODE_PATTERN", "MODEL_PATTERNS", "check_folder", "model_files"]

MODEL_PATTERNS = (
    "*.safetensors",
    "*.safetensors.index.json",
    "config.json",
    "adapter_config.json",  # transformers puts an adapter that lies beside the weights on top of them
    "generation_config.json",
    "tokenizer*",
    "*token*.json",  # special_tokens_map.json, added_tokens.json
    "vocab.*",
    "merges.txt",
    "*.model",  # sentencepiece
    "*.tiktoken",
    "chat_template.*",
)
"""Weights, configuration, tokenizer, chat template: what is downloaded and fingerprinted, never a pickle.  Read with
`fnmatch`, in the model's own folder and not in folders below it, where other formats of the same weights lie."""

CODE_PATTERN = "*.py"
"""Decides answers too where the experiment trusts remote code."""

PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")


def model_files(names: Iterable[str], *, trust_remote_code: bool) -> list[str]:
    """Return, sorted, those of the file names in a model's folder that decide what the model answers."""
    patterns = (*MODEL_PATTERNS, CODE_PATTERN) if trust_remote_code else MODEL_PATTERNS
    return sorted(name for name in names if "/" not in name and any(fnmatchcase(name, pattern) for pattern in patterns))


def check_folder(folder: Path) -> None:
    """Refuse a folder without a configuration, without all of its weights, or with pickled weights only.

    Raises:
        UsageError: Says what is missing and what to do.

    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such model folder.")
    if not (folder / "config.json").is_file():
        raise UsageError(
            f"{folder}: this model folder has no config.json. Name a folder that save_pretrained wrote, or a hub name."
        )
    for index in folder.glob("*.safetensors.index.json"):
        missing = sorted(shard for shard in _shards(index) if not (folder / shard).is_file())
        if missing:
            raise UsageError(f"{folder}: part of this model's weights is missing: {', '.join(missing)}.")
    if any(folder.glob("*.safetensors")):
        return
    pickles = sorted(path.name for pattern in PICKLES for path in folder.glob(pattern))
    if pickles:
        raise UsageError(
            f"{folder}: this model folder has its weights as pickles only ({', '.join(pickles)}), which can run code "
            "when they are read; only safetensors are loaded. Save the model again with save_pretrained."
        )
    raise UsageError(f"{folder}: this model folder has a config.json but no weights (*.safetensors). Copy them there.")


def _shards(index: Path) -> set[str]:
    """Return the weight files that an index names."""
    try:
        return set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, AttributeError) as error:
        raise UsageError(f"{index}: this index of a model's weights can't be read: {error}") from error
