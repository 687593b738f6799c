"""Which run a person means: its number, its id or the first letters of it, or a comparison.json (or its folder)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shoptune.errors import UsageError
from shoptune.history.database import history_file, read_runs
from shoptune.history.run_record import RunRecord, record_of
from shoptune.reporting.comparison_file import read_comparison

__all__ = ["NamedRun", "find_run"]


@dataclass(frozen=True, kw_only=True)
class NamedRun:
    """A run, and the folder that its reports lie in where it was named by that."""

    record: RunRecord
    folder: Path | None


def find_run(name: str, store: Path) -> NamedRun:
    """Return the run that `name` means; raises UsageError where there is none or more than one."""
    path = Path(name)
    if name and (path.suffix == ".json" or path.is_dir()):
        file = path / "comparison.json" if path.is_dir() else path
        return NamedRun(record=record_of(read_comparison(file), {}, path.as_posix()), folder=file.parent)
    history = history_file(store)
    found = read_runs(history, "CAST(number AS TEXT) = ?1 OR substr(id, 1, length(?1)) = ?1", name) if name else []
    if len(found) == 1:
        return NamedRun(record=found[0], folder=None)
    if found:
        raise UsageError(f"{name!r} may be any of {', '.join(run.id for run in found)}; write more of the id")
    there = read_runs(history)
    known = f"it has runs {there[0].number} to {there[-1].number}" if there else "it is empty"
    raise UsageError(
        f"there is no run {name!r} in {history}: {known}. "
        "Name a run by its number or id (`shoptune history` lists them), or by the path of its comparison.json"
    )
