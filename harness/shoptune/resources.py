"""What a piece of work took: seconds, and the peak of this process's memory while it ran."""

import threading
import time
from types import TracebackType

import psutil

__all__ = ["Usage"]

INTERVAL = 0.05
"""Seconds between two looks at the memory in use."""


class Usage:
    """Measures what the block takes; look at `seconds` and `peak_memory_bytes` at any time.

    The operating system's own peak counts from the start of the process, so that the first step's peak would hide all
    later ones: a thread looks instead.
    """

    def __init__(self) -> None:
        self.peak_memory_bytes = 0
        self._started = 0.0
        self._stopped: float | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)

    @property
    def seconds(self) -> float:
        """Wall-clock seconds since the start, or of the whole block when it has ended."""
        return (self._stopped or time.perf_counter()) - self._started

    def __enter__(self) -> "Usage":
        self._started = time.perf_counter()
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopped = time.perf_counter()
        self._end.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._end.wait(INTERVAL):
            self._look()

    def _look(self) -> None:
        self.peak_memory_bytes = max(self.peak_memory_bytes, psutil.Process().memory_info().rss)
