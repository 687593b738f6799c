"""Tries a model's chat template on a short chat, with little memory and time.

A template comes with the model, from whoever made it, and is a program: in the sandbox that it runs in it can harm
nothing, and still fill the memory (``{{ 'x' * 10**10 }}``) or never end.  The bounds need POSIX and the main thread;
elsewhere the template is tried without.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from shoptune.errors import UsageError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["try_chat_template"]

SECONDS = 5.0
BYTES = 2**30
CHARACTERS = 100_000
"""How much a template may make of a chat of one word."""


class _TooLongError(BaseException):
    """Raised in the middle of a template, which must not catch it."""


def try_chat_template(tokenizer: PreTrainedTokenizerBase, whose: str) -> None:
    """Raise UsageError where the template takes too much; what it refuses, or gets wrong, is said where it is used."""
    try:
        with _bounded():
            text = tokenizer.apply_chat_template(
                [{"role": "user", "content": "word"}], add_generation_prompt=True, tokenize=False
            )
            too_much = len(text) > CHARACTERS
    except (MemoryError, _TooLongError):
        too_much = True
    except Exception:  # a template may want a system message, or tools
        return
    if too_much:
        raise UsageError(
            f"{whose}: the model's chat template takes more than {SECONDS:.0f} s, {BYTES // 2**30} GiB or "
            f"{CHARACTERS:,} characters for a chat of one word; don't trust it, or give another with `chat_template`"
        )


@contextmanager
def _bounded() -> Iterator[None]:
    """Let the block take `SECONDS` and `BYTES` more than are in use; raises MemoryError or _TooLongError."""
    try:
        import resource
    except ImportError:  # Windows
        yield
        return
    import psutil

    limits = resource.getrlimit(resource.RLIMIT_AS)
    wanted = psutil.Process().memory_info().vms + BYTES
    lower = wanted if limits[1] == resource.RLIM_INFINITY else min(wanted, limits[1])
    with _timed():
        resource.setrlimit(resource.RLIMIT_AS, (lower, limits[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, limits)


@contextmanager
def _timed() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
