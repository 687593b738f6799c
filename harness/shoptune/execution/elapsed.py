"""How long a step has run, over all runs that were killed on the way."""

import time
from pathlib import Path

from shoptune.components import Progress

__all__ = ["ResumableTimer"]

INTERVAL = 1.0
"""Seconds between two notes on the disk."""


class ResumableTimer:
    """Adds this run's seconds to those that earlier, interrupted runs noted in `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._before = float(path.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            self._before = 0.0
        self._started = self._noted = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds in all runs so far."""
        return self._before + time.perf_counter() - self._started

    def note(self) -> None:
        """Write the seconds down, for a run that goes on after a kill."""
        now = time.perf_counter()
        if now - self._noted >= INTERVAL:
            self._path.write_text(f"{self.seconds:.3f}", "ascii")
            self._noted = now

    def around(self, progress: Progress) -> Progress:
        """Return `progress`, noting the seconds whenever it is called."""

        def noting(done: float, total: float, unit: str = "", detail: str = "") -> None:
            self.note()
            progress(done, total, unit, detail)

        return noting
