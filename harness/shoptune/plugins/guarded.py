"""What plugins can't do while they are at work: end the command, or take its streams."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from shoptune.errors import PluginError
from shoptune.plugins.streams import stdout_to_stderr

__all__ = ["guarded", "kept_going"]


@contextmanager
def guarded() -> Iterator[None]:
    """Let what would end the process (``SystemExit``, ``KeyboardInterrupt``, ...) be a PluginError, as an error is.

    An interruption that a person asked for stays one.  Standard output and error are the command's own meanwhile.
    """
    with stdout_to_stderr(), kept_going():
        yield


@contextmanager
def kept_going() -> Iterator[None]:
    """Let what would end the process be a PluginError, and nothing else; see `guarded`."""
    with _interruptions() as interrupted:
        try:
            yield
        except Exception:
            raise
        except BaseException as error:
            if interrupted():
                raise
            raise PluginError(f"{type(error).__name__}: {error}".removesuffix(": ")) from error


@contextmanager
def _interruptions() -> Iterator[Callable[[], bool]]:
    """Yield what says whether Ctrl-C was pressed meanwhile."""
    came: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield lambda: False  # only the main thread is ever interrupted
        return

    def note(number: int, frame: FrameType | None) -> object:
        came.append(number)
        return before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(came)
    finally:
        if signal.getsignal(signal.SIGINT) is note:
            signal.signal(signal.SIGINT, before)
