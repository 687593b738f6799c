"""Where finished runs are kept: in the store, each in a folder of its own.

``runs/000007-r3f29c01b7d1/`` is run 7; it holds the run's ``comparison.json``, without samples, and ``run.json``, which
says where its reports went and what they were.  A folder is written beside its place and renamed, so that it is there
whole or not at all, and a lock lets one run write after the other.
"""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from shoptune.comparison import Comparison
from shoptune.errors import StoreError, UsageError
from shoptune.fingerprint import fingerprint_of_bytes, fingerprint_of_file
from shoptune.kept_run import KeptRun
from shoptune.reporting.comparison_file import parse_comparison

__all__ = ["Entry", "add_run", "entries", "last_as_written", "read_runs", "runs_folder"]

PATIENCE = 10.0
"""Seconds that another run's writing is waited for; it takes milliseconds."""
NAME = re.compile(r"([0-9]{6,})-(r[0-9a-f]{11})")
IN_THE_MAKING = "in-the-making"


@dataclass(frozen=True, order=True)
class Entry:
    """A kept run as the name of its folder tells it, unread."""

    number: int
    """Counted from 1."""
    id: str
    folder: Path

    def read(self) -> KeptRun:
        """Read the run; raises StoreError, which says what can be done, for one that can't be used."""
        path = self.folder / "comparison.json"
        remedy = (
            f"delete {self.folder}, or read it with the version of shoptune that kept it; other runs are not affected"
        )
        try:
            about = json.loads((self.folder / "run.json").read_bytes())
            content = path.read_bytes()
            comparison = parse_comparison(content, path, remedy)
            if fingerprint_of_bytes(content) != about["kept"]:
                raise StoreError(f"{path} is damaged; {remedy}")
            return KeptRun(number=self.number, id=self.id, reports=str(about["reports"]), comparison=comparison)
        except OSError as error:
            raise StoreError(f"can't read {error.filename}: {error.strerror}; {remedy}") from None
        except (ValueError, LookupError, TypeError) as error:
            raise StoreError(f"{self.folder / 'run.json'} is damaged ({error}); {remedy}") from None
        except UsageError as error:
            raise StoreError(str(error)) from None


def runs_folder(store: Path) -> Path:
    """Return where the history of a store is kept."""
    return store / "runs"


def entries(store: Path) -> list[Entry]:
    """Return the runs that a store keeps, unread, the oldest first; none where there is no history yet."""
    folder = runs_folder(store)
    try:
        folders = [path for path in folder.iterdir() if NAME.fullmatch(path.name)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"can't read the history {folder}: {error.strerror}") from None
    return sorted(Entry(*_number_and_id(path.name), path) for path in folders)


def read_runs(store: Path) -> tuple[list[KeptRun], list[str]]:
    """Return the runs that a store keeps, the oldest first, and what is wrong with those that can't be read."""
    runs, faults = [], []
    with _without_collection():
        for entry in entries(store):
            try:
                runs.append(entry.read())
            except StoreError as error:
                faults.append(str(error))
    return runs, faults


def last_as_written(store: Path, reports: Path, found: str) -> tuple[Entry, list[Path]] | None:
    """Return the last run that wrote reports to a folder, and its files, if it found the same and they are as it wrote.

    None if it found something else, if a file is gone or was changed, or if that can't be told.
    """
    for entry in reversed(entries(store)):
        try:
            run = json.loads((entry.folder / "run.json").read_bytes())
            if run["reports"] != reports.as_posix():
                continue
            files = {reports / name: fingerprint for name, fingerprint in run["files"].items()}
            as_written = all(
                fingerprint_of_file(path) == fingerprint
                for path, fingerprint in {**files, entry.folder / "comparison.json": run["kept"]}.items()
            )
            return (entry, list(files)) if files and run["found"] == found and as_written else None
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None
    return None


def add_run(
    store: Path, comparison: Comparison, reports: str, *, found: str = "", written: Sequence[Path] = ()
) -> KeptRun:
    """Keep a finished run; returns it with its number and id.

    `found` names what its reports were made of, `written` are their files below `reports`: `last_as_written` compares
    them.  Raises StoreError where the run can't be kept: the history is then as it was.
    """
    folder = runs_folder(store)
    try:
        (store / "locks").mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True)
        with FileLock(store / "locks" / "runs.lock", timeout=PATIENCE):
            number = max((entry.number for entry in entries(store)), default=0) + 1
            run = KeptRun(
                number=number,
                id=f"r{uuid.uuid4().hex[:11]}",  # the letter tells it from a number
                reports=reports,
                comparison=comparison.model_copy(update={"samples": []}),
            )
            files = {path.relative_to(reports).as_posix(): fingerprint_of_file(path) for path in written}
            _write_whole(folder / f"{number:06}-{run.id}", run, {"found": found, "files": files})
    except Timeout:
        raise StoreError(f"the history {folder} is locked by another run for {PATIENCE:g} seconds now") from None
    except OSError as error:
        raise StoreError(f"can't write {error.filename or folder}: {error.strerror}") from error
    except ValueError as error:  # text that is none in UTF-8, such as a path in the command line
        raise StoreError(f"can't write the run as JSON: {error}") from error
    return run


def _number_and_id(name: str) -> tuple[int, str]:
    number, _, run_id = name.partition("-")
    return int(number), run_id


def _write_whole(place: Path, run: KeptRun, written: Mapping[str, object]) -> None:
    """Write a run's folder beside its place, see to it that the disk has it, and rename it."""
    beside = place.with_name(IN_THE_MAKING)
    if beside.exists():  # a kill left it
        shutil.rmtree(beside)
    beside.mkdir()
    comparison = run.comparison.model_dump_json(exclude={"samples"}).encode()
    about = {"reports": run.reports, **written, "kept": fingerprint_of_bytes(comparison)}
    content = {"comparison.json": comparison, "run.json": json.dumps(about).encode()}
    for name, text in content.items():
        with (beside / name).open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    beside.rename(place)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Read without the garbage collector: it finds nothing among new parts, and looking triples the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
