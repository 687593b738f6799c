"""How long a step has run, over all runs that were killed on the way."""

import time
from collections.abc import Callable
from pathlib import Path

from shoptune.components import Progress
from shoptune.leftovers import keep_text, kept_text

__all__ = ["ResumableTimer"]

INTERVAL = 1.0
"""Seconds between two notes on the disk."""


class ResumableTimer:
    """Adds this run's seconds to those that earlier, interrupted runs noted in `path`; says where these are lost."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self._path = path
        noted = kept_text(path)
        if noted is None and path.exists():
            say(f"{path} is damaged: the time that interrupted runs took is not counted")
        self._before = float(noted or 0)
        self._started = self._noted = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds in all runs so far."""
        return self._before + time.perf_counter() - self._started

    def note(self) -> None:
        """Write the seconds down, for a run that goes on after a kill."""
        now = time.perf_counter()
        if now - self._noted >= INTERVAL:
            keep_text(self._path, f"{self.seconds:.3f}")
            self._noted = now

    def around(self, progress: Progress) -> Progress:
        """Return `progress`, noting the seconds whenever it is called."""

        def noting(done: float, total: float, unit: str = "", detail: str = "") -> None:
            self.note()
            progress(done, total, unit, detail)

        return noting
