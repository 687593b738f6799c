"""Keeps the last model in memory, for the next session with the same one.

A run answers all tasks with one candidate before it comes to the next, so that a model is loaded, its adapter merged
and its layers made ready once, and not once per task.  Another model takes its place: two are never kept.

A base under several adapters is loaded anew for each.  To get its own weights back from merged ones, either a copy of
them would have to be kept, which is a second model, or they would have to be read again, which is most of loading.  An
adapter beside the weights needs neither, but makes every pass through the model slower by a tenth to a third.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoptune.components import ModelFiles
from shoptune_transformers.memory import free_memory
from shoptune_transformers.plain import plain
from shoptune_transformers.resolved_files import NOT_IDENTITY

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["LoadedModel", "cached_model", "forget"]


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model that can answer at once."""

    model: Any
    tokenizer: PreTrainedTokenizerBase
    ends: tuple[int, ...]
    """Tokens that end an answer; the first is what padding is made of."""
    onednn: bool
    """Whether oneDNN computes its linear layers."""


_kept: dict[tuple[str, ...], LoadedModel] = {}
"""What a session left, by its identity: nothing, or one."""


@contextmanager
def cached_model(files: ModelFiles, load: Callable[[ModelFiles], LoadedModel]) -> Iterator[LoadedModel]:
    """Lend the model of `files`: the one that is kept if it is the same, else what `load` returns.

    It is kept afterwards, unless an error came up while it was lent.  While it is lent, nobody else gets it.
    """
    identity = _identity(files)
    loaded = _kept.pop(identity, None)
    if loaded is None:
        forget()
        loaded = load(files)
    yield loaded
    forget()
    _kept[identity] = loaded


def forget() -> None:
    """Give up the model that is kept; call this before loading another one."""
    if _kept:
        _kept.clear()
        free_memory()


def _identity(files: ModelFiles) -> tuple[str, ...]:
    """Return what two models have in common only if they are the same: settings, and files as they now are.

    A folder's path is not enough: a tuned model may have been written there again.
    """
    settings = {name: value for name, value in files.settings.items() if name not in NOT_IDENTITY}
    settings["plain"] = plain()
    stamps = [_stamps(folder) for folder in (files.folder, files.adapter) if folder is not None]
    return (json.dumps(settings, sort_keys=True), *stamps)


def _stamps(folder: Path) -> str:
    """Return what changes with any file of a folder; see `shoptune_transformers.disk_cache.sha256_of`."""
    files = sorted(path for path in folder.glob("*") if path.is_file())
    stats = [(path, path.stat()) for path in files]
    return json.dumps([str(folder), *([p.name, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino] for p, s in stats)])
