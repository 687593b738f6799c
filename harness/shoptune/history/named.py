"""Which run a person means: its number, its id or the first letters of it, or a comparison.json (or its folder)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shoptune.errors import UsageError
from shoptune.history.runs import entries, runs_folder
from shoptune.kept_run import KeptRun
from shoptune.reporting.comparison_file import read_comparison

__all__ = ["NamedRun", "find_run"]


@dataclass(frozen=True, kw_only=True)
class NamedRun:
    """A run, and the folder that its reports lie in where it was named by that."""

    run: KeptRun
    folder: Path | None


def find_run(name: str, store: Path) -> NamedRun:
    """Return the run that `name` means; raises UsageError where there is none or more than one."""
    path = Path(name)
    if name and (path.suffix == ".json" or path.is_dir()):
        file = path / "comparison.json" if path.is_dir() else path
        comparison = read_comparison(file)
        return NamedRun(run=KeptRun(reports=path.as_posix(), comparison=comparison), folder=file.parent)
    there = entries(store)
    found = [entry for entry in there if name == str(entry.number) or entry.id.startswith(name)] if name else []
    if len(found) == 1:
        return NamedRun(run=found[0].read(), folder=None)
    if found:
        raise UsageError(f"{name!r} is an ambiguous run id; it matches {', '.join(entry.id for entry in found)}")
    known = f"it has runs {there[0].number} to {there[-1].number}" if there else "it is empty"
    raise UsageError(
        f"there is no run {name!r} in {runs_folder(store)}: {known}. "
        "Name a run by its number or id (`shoptune history` lists them), or by the path of its comparison.json"
    )
