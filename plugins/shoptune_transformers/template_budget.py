"""Tries a model's chat template on short chats, and renders prompts with it, with little memory and time.

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

from shoptune.errors import StepError, UsageError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["bounded", "try_chat_template"]

SECONDS = 5.0
SECONDS_A_PROMPT = 0.1
"""Far more than a template of a model that is used takes."""
BYTES = 2**30
CHARACTERS = 100_000
"""How much a template may make of a chat of a few words."""
USER = {"role": "user", "content": "word"}
CHATS = (
    [USER],
    [{"role": "system", "content": "word"}, USER],
    [USER, {"role": "assistant", "content": "word"}, USER],
    [USER, {"role": "assistant", "content": "word"}],
)
"""What is asked, what is asked with more before it, and what is learnt."""


class _TooLongError(BaseException):
    """Raised in the middle of a template, which must not catch it."""


def try_chat_template(tokenizer: PreTrainedTokenizerBase, whose: str) -> None:
    """Raise UsageError where the template takes too much; what it refuses, or gets wrong, is said where it is used."""
    too_much = any(_takes_too_much(tokenizer, chat) for chat in CHATS)
    if too_much:
        raise UsageError(
            f"{whose}: the model's chat template takes more than {SECONDS:.0f} s, {BYTES // 2**30} GiB or "
            f"{CHARACTERS:,} characters for a chat of a few words; don't trust it, or give another with `chat_template`"
        )


def _takes_too_much(tokenizer: PreTrainedTokenizerBase, chat: list[dict[str, str]]) -> bool:
    asks = chat[-1]["role"] == "user"
    try:
        with _bounded(SECONDS):
            text = tokenizer.apply_chat_template(chat, add_generation_prompt=asks, tokenize=False)
            return len(text) > CHARACTERS
    except (MemoryError, _TooLongError):
        return True
    except Exception:  # a template may want a system message or tools, or refuse one
        return False


@contextmanager
def bounded(count: int) -> Iterator[None]:
    """Let the block render so many prompts; raises StepError where a template makes too much of them."""
    seconds = SECONDS + count * SECONDS_A_PROMPT
    try:
        with _bounded(seconds):
            yield
    except (MemoryError, _TooLongError):
        raise StepError(
            f"The model's chat template takes more than {seconds:.0f} s or {BYTES // 2**30} GiB for {count} prompts; "
            "don't trust it, or give another with `chat_template`"
        ) from None


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Let the block take `seconds` and `BYTES` more than are in use; raises MemoryError or _TooLongError."""
    try:
        import resource
    except ImportError:  # Windows
        yield
        return
    import psutil

    limits = resource.getrlimit(resource.RLIMIT_AS)
    wanted = psutil.Process().memory_info().vms + BYTES
    lower = wanted if limits[1] == resource.RLIM_INFINITY else min(wanted, limits[1])
    with _timed(seconds):
        resource.setrlimit(resource.RLIMIT_AS, (lower, limits[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, limits)


@contextmanager
def _timed(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
