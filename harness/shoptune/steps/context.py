"""What a step works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shoptune.components import Progress
from shoptune.plugins import Plugins
from shoptune.step import Step
from shoptune.storage.store import Store, StoredStep, Work

__all__ = ["StepContext"]


@dataclass(frozen=True)
class StepContext:
    """The store, the plugins, and where this step may write."""

    store: Store
    plugins: Plugins
    work: Work
    progress: Progress
    say: Callable[[str], None]

    def result(self, step: Step) -> StoredStep:
        """The stored result of a step that this one reads from."""
        return self.store.read(step.fingerprint)
