"""What is done when a run is finished: it goes into the history, and whatever is wrong there harms no run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shoptune.comparison import Comparison
from shoptune.errors import StoreError
from shoptune.history.runs import add_run
from shoptune.storage.store import Store

__all__ = ["keep"]


def keep(comparison: Comparison, store: Store, reports: Path, say: Callable[[str], None]) -> None:
    """Add a finished run to the history in its store, and say its number, or why it has none."""
    try:
        kept = add_run(store.root, comparison, reports.as_posix())
    except StoreError as error:
        say(f"warning: {error}. The run itself is complete, and its reports are written")
    else:
        say(f"this is run {kept.number} of the history (`shoptune history`)")
