"""What a piece of work took: seconds, and the peaks of this process's memory and of an accelerator's while it ran."""

import sys
import threading
import time
from types import ModuleType, TracebackType

import psutil

__all__ = ["ResourceMonitor"]

INTERVAL = 0.05
"""Seconds between two looks at the memory in use."""


class ResourceMonitor:
    """Measures what the block takes; look at `seconds` and the peaks at any time.

    The operating system's own peak counts from the start of the process, so that the first step's peak would hide all
    later ones: a thread looks instead.
    """

    def __init__(self) -> None:
        self.peak_memory_bytes = 0
        self._peak_on_accelerator: int | None = None
        self._started = 0.0
        self._stopped: float | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)

    @property
    def seconds(self) -> float:
        """Wall-clock seconds since the start, or of the whole block when it has ended."""
        return (self._stopped or time.perf_counter()) - self._started

    @property
    def peak_accelerator_bytes(self) -> int | None:
        """What the block took of a CUDA device's memory at its peak; of the fullest one; None where none is used."""
        return _peak_on_cuda() if self._stopped is None else self._peak_on_accelerator

    def __enter__(self) -> "ResourceMonitor":
        self._started = time.perf_counter()
        if cuda := _cuda():
            for device in range(cuda.device_count()):
                cuda.reset_peak_memory_stats(device)
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopped = time.perf_counter()
        self._peak_on_accelerator = _peak_on_cuda()
        self._end.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._end.wait(INTERVAL):
            self._look()

    def _look(self) -> None:
        self.peak_memory_bytes = max(self.peak_memory_bytes, psutil.Process().memory_info().rss)


def _cuda() -> ModuleType | None:
    """Return `torch.cuda` where a plugin has begun to compute with it, else None: the core imports no such library."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_initialized() else None


def _peak_on_cuda() -> int | None:
    """Return the most bytes that tensors took on one device since the block began."""
    cuda = _cuda()
    return max(cuda.max_memory_allocated(device) for device in range(cuda.device_count())) if cuda else None
