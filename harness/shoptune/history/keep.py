"""What is done when a run is finished: its record goes into the history, and whatever is wrong there harms no run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shoptune.comparison import Comparison
from shoptune.errors import StoreError
from shoptune.history.database import add_run, history_file
from shoptune.history.run_record import record_of
from shoptune.history.samples import asked_of_store
from shoptune.storage.store import Store

__all__ = ["keep"]


def keep(comparison: Comparison, store: Store, reports: Path, say: Callable[[str], None]) -> None:
    """Add a finished run to the history beside the store, and say its number, or why it has none."""
    fingerprints = comparison.provenance.fingerprints
    try:
        asked = {t.name: asked_of_store(store, fingerprints, t.name, t.scored_on) or () for t in comparison.tasks}
        kept = add_run(history_file(store.root), record_of(comparison, asked, reports.as_posix()))
    except StoreError as error:
        say(f"warning: {error}. The run itself is complete, and its reports are written")
    else:
        say(f"this is run {kept.number} of the history (`shoptune history`)")
