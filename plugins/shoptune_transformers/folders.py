"""What a model folder is: which of its files decide answers, and whether it can be loaded at all.

One list of files (`model_files`) is what is downloaded, fingerprinted, checked and, through `sealed`, all that can be
loaded: a library that follows a name in some configuration to another file finds none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shoptune.errors import UsageError

__all__ = ["CODE_PATTERN", "MODEL_PATTERNS", "check_folder", "files_of", "model_files", "sealed"]

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
    "vocab-*.json",
    "*.model",  # sentencepiece
    "*.spm",
    "*.tiktoken",
    "tekken.json",
    "bpe.codes",
    "dict.txt",
    "emoji.json",
    "normalizer.json",
    "chat_template.*",
)
"""Weights, configuration, tokenizer, chat template: what is downloaded and fingerprinted, never a pickle.  Read with
`fnmatch`, in the model's own folder and not in folders below it, where other formats of the same weights lie."""

CODE_PATTERN = "*.py"
"""Decides answers too where the experiment trusts remote code."""

SAFE_WEIGHTS = "*.safetensors"

PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle")


def model_files(names: Iterable[str], *, trust_remote_code: bool) -> list[str]:
    """Return, sorted, those of the file names in a model's folder that decide what the model answers."""
    patterns = (*MODEL_PATTERNS, CODE_PATTERN) if trust_remote_code else MODEL_PATTERNS
    return sorted(
        name for name in names if "/" not in name and _matches(name, patterns) and not _matches(name, PICKLES)
    )


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def files_of(folder: Path, *, trust_remote_code: bool) -> list[str]:
    """Return `model_files` of a folder on the disk."""
    return model_files((path.name for path in folder.iterdir() if path.is_file()), trust_remote_code=trust_remote_code)


@contextmanager
def sealed(folder: Path, *, trust_remote_code: bool) -> Iterator[Path]:
    """Lend a folder of the same name that holds links to `files_of` the folder, and nothing else."""
    with TemporaryDirectory(prefix="shoptune-model-") as beside:
        place = Path(beside) / folder.resolve().name
        place.mkdir()
        for name in files_of(folder, trust_remote_code=trust_remote_code):
            _link(place / name, (folder / name).resolve())
        yield place


def _link(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target)
    except OSError:  # Windows grants it to few
        link.hardlink_to(target)


def check_folder(folder: Path) -> None:
    """Refuse a folder without a configuration, without all of its weights, or whose weights are not all safetensors.

    Raises:
        UsageError: Says what is missing and what to do.

    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such model folder.")
    if not (folder / "config.json").is_file():
        raise UsageError(
            f"{folder}: this model folder has no config.json. Name a folder that save_pretrained wrote, or a hub name."
        )
    if kernel := next(_hub_kernels(_json(folder / "config.json", "configuration")), None):
        raise UsageError(
            f"{folder}: this model's configuration asks for the code {kernel!r}, which would be fetched from the hub "
            "and run. Take that line out of its config.json."
        )
    for weights in _named_weights(folder):
        if not isinstance(weights, str) or "/" in weights or not fnmatchcase(weights, SAFE_WEIGHTS):
            raise UsageError(
                f"{folder}: this model names {weights!r} among its weights; only safetensors in its own folder are "
                "loaded, since a pickle can run code when it is read. Save the model again with save_pretrained."
            )
    named = {str(name) for name in _named_weights(folder)}
    if missing := sorted(name for name in named if not (folder / name).is_file()):
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


def _named_weights(folder: Path) -> Iterator[Any]:
    """Yield what a model's files name as its weights: any JSON value, since whoever made the model wrote it."""
    explicit = _json(folder / "config.json", "configuration").get("transformers_weights")
    if explicit is not None and not (isinstance(explicit, str) and explicit.endswith(".safetensors.index.json")):
        yield explicit
    for index in filter(Path.is_file, folder.glob("*.safetensors.index.json")):
        shards = _json(index, "index of a model's weights").get("weight_map")
        if not isinstance(shards, dict):
            raise UsageError(f"{index}: this index of a model's weights can't be read: it has no `weight_map`")
        yield from shards.values()
    if (folder / "adapter_config.json").is_file():  # transformers would look for a pickle next
        yield "adapter_model.safetensors"


def _hub_kernels(value: Any) -> Iterator[str]:
    """Yield what a configuration names as the code of a layer where that is no name but a place on the hub."""
    for key, part in value.items() if isinstance(value, dict) else ():
        if key.endswith("implementation"):
            yield from (name for name in _strings(part) if "/" in name)
        yield from _hub_kernels(part)


def _strings(value: Any) -> Iterator[str]:
    """Yield a text, or the texts in a mapping such as that of a model's parts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)


def _json(path: Path, what: str) -> dict[str, Any]:
    """Return a file's JSON object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: this {what} can't be read: {error}") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path}: this {what} can't be read: it is no JSON object")
    return found
