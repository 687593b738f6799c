"""The backend as a component; whatever needs torch is imported when it is called."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from shoptune.components import ChatLengths, ModelBackend, ModelFiles, ModelSession, Progress, ResolvedModel
from shoptune.data import Message
from shoptune_transformers.options import TransformersOptions
from shoptune_transformers.resolving import resolve

__all__ = ["BACKEND"]


def _materialise(located: ResolvedModel, progress: Progress) -> ModelFiles:
    """See `shoptune_transformers.fetching.fetch`."""
    from shoptune_transformers.fetching import fetch
    from shoptune_transformers.process import prepare_process

    prepare_process()  # what follows, tuning or answering, imports torch
    return fetch(located, progress)


def _open(files: ModelFiles) -> AbstractContextManager[ModelSession]:
    """See `shoptune_transformers.session.open_session`."""
    from shoptune_transformers.process import import_libraries

    import_libraries()
    from shoptune_transformers.session import open_session

    return open_session(files)


def _count_tokens(files: ModelFiles, texts: Sequence[str]) -> list[int]:
    """See `shoptune_transformers.counting.count_tokens`."""
    from shoptune_transformers.counting import count_tokens

    return count_tokens(files, texts)


def _measure_chats(files: ModelFiles, chats: Sequence[Sequence[Message]]) -> ChatLengths | None:
    """See `shoptune_transformers.chat_lengths.measure_chats`."""
    from shoptune_transformers.chat_lengths import measure_chats

    return measure_chats(files, chats)


BACKEND = ModelBackend(
    name="transformers",
    summary="Language models, causal or with an encoder (T5), from a folder, a GGUF file or the Hugging Face hub",
    options=TransformersOptions,
    abilities=frozenset({"write", "choose", "constrain", "tune", "repeat"}),
    resolve=resolve,
    fetch=_materialise,
    open=_open,
    count_tokens=_count_tokens,
    measure_chats=_measure_chats,
    distributions=("torch", "transformers", "peft", "tokenizers"),
)
