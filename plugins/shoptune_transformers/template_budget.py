"""Has a chat template, which is a stranger's, take little memory and time wherever it renders.

A template comes with the model, from whoever made it, and is a program: in the sandbox that it runs in it can harm
nothing, and still fill the memory (``{{ 'x' * 10**10 }}``) or never end.  So it is tried on short chats when the
tokenizer is loaded, and then the tokenizer itself renders within bounds, whoever asks it: where chats are measured,
where a model answers, where it is tuned (TRL renders too), in any thread, and in any process that loads or inherits it.

Time is bounded everywhere, but for a single operation on huge numbers outside of the main thread, which nothing can
interrupt; memory where the system lets a process limit itself (Linux), for all of its threads at once.
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from types import FrameType
from typing import TYPE_CHECKING, Any

from shoptune.errors import StepError, UsageError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["bound", "try_chat_template"]

SECONDS = 5.0
SECONDS_A_PROMPT = 0.1
"""Far more than a template of a model that is used takes."""
BYTES = 2**30
CHARACTERS = 100_000
"""How much a template may make of a chat of a few words."""
CHARACTERS_A_CHARACTER = 10
"""... and how much more for each character of the chat."""
USER = {"role": "user", "content": "word"}
CHATS = (
    [USER],
    [{"role": "system", "content": "word"}, USER],
    [USER, {"role": "assistant", "content": "word"}, USER],
    [USER, {"role": "assistant", "content": "word"}],
)
"""What is asked, what is asked with more before it, and what is learnt."""
_LIMITING = threading.RLock()
"""Held while the process's memory is limited: two threads would put back each other's limits."""


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
        with _timed(SECONDS), _little_memory():
            text = tokenizer.apply_chat_template(chat, add_generation_prompt=asks, tokenize=False)
            return len(text) > CHARACTERS
    except (MemoryError, _TooLongError):
        return True
    except Exception:  # a template may want a system message or tools, or refuse one
        return False


def bound(tokenizer: PreTrainedTokenizerBase) -> None:
    """Have this tokenizer's `apply_chat_template` raise StepError where the template takes too much."""
    rendering: Any = partial(_rendered, tokenizer.apply_chat_template, _Account())
    tokenizer.apply_chat_template = rendering  # type: ignore[method-assign]


@dataclass
class _Account:
    """What a template has taken so far: it may take long once, and not again and again."""

    chats: int = 0
    seconds: float = 0.0


def _rendered(
    rendering: Callable[..., Any], account: _Account, conversation: Sequence[Any], *args: Any, **options: Any
) -> Any:
    """Return what `rendering` does: first the text alone, within bounds, and then its tokens where they are asked for.

    The library that makes tokens ends the process where it gets no memory, so that they are made without that bound.
    """
    account.chats += 1 if not conversation or isinstance(conversation[0], Mapping) else len(conversation)
    allowed = SECONDS + SECONDS_A_PROMPT * account.chats
    start = perf_counter()
    try:
        if account.seconds > allowed:
            raise _TooLongError
        with _timed(allowed - account.seconds):
            with _little_memory():
                found = rendering(
                    conversation, *args, **{**options, "tokenize": False, "return_assistant_tokens_mask": False}
                )
            if sum(map(len, [found] if isinstance(found, str) else found)) > _most_characters(conversation):
                raise MemoryError
            return rendering(conversation, *args, **options) if options.get("tokenize", True) else found
    except (MemoryError, _TooLongError):
        raise StepError(
            f"The model's chat template takes more than {allowed:.0f} s for {account.chats} prompts, or for one of "
            f"them more than {BYTES // 2**30} GiB or {_most_characters(conversation):,} characters; don't trust it, or "
            "give another with `chat_template`"
        ) from None
    finally:
        account.seconds += perf_counter() - start


def _most_characters(chat: Sequence[Any]) -> int:
    return CHARACTERS + CHARACTERS_A_CHARACTER * len(str(chat))


@contextmanager
def _little_memory() -> Iterator[None]:
    """Let the process take `BYTES` more than are in use while the block runs; raises MemoryError."""
    try:
        import resource
    except ImportError:  # Windows
        yield
        return
    import psutil

    with _LIMITING:
        limits = resource.getrlimit(resource.RLIMIT_AS)
        wanted = psutil.Process().memory_info().vms + BYTES
        lower = wanted if limits[1] == resource.RLIM_INFINITY else min(wanted, limits[1])
        resource.setrlimit(resource.RLIMIT_AS, (lower, limits[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, limits)


@contextmanager
def _timed(seconds: float) -> Iterator[None]:
    """Raise _TooLongError in the block when it has run so long."""
    is_main = threading.current_thread() is threading.main_thread()
    with (_alarm if is_main and hasattr(signal, "setitimer") else _watched)(seconds):
        yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Time the main thread with a signal, which interrupts arithmetic too."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _watched(seconds: float) -> Iterator[None]:
    """Time another thread, to which no signal goes: Python raises in it what a second thread asks for."""
    thread, lock, running = ctypes.c_ulong(threading.get_ident()), threading.Lock(), True

    def stop() -> None:
        with lock:
            if running:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(_TooLongError))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            running = False
        timer.cancel()
