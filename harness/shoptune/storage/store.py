"""The store: finished steps, each a folder named by its fingerprint.

    .shoptune/
      format               the layout's version
      steps/FINGERPRINT/   a finished step: its files and manifest.json
      work/FINGERPRINT/    a step in the making: output/ is renamed into place when it is whole; state/ (checkpoints,
                           flushed rows) is what a killed run leaves to the next
      locks/               one lock a step, so that two runs at once compute nothing twice

A step is either there and whole or not there at all: files are written beside, recorded with size and hash in the
manifest, which has a checksum of its own, flushed to the disk, and the folder is renamed.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident
from typing import Any

from filelock import FileLock, Timeout

from shoptune.errors import StoreError
from shoptune.fingerprint import fingerprint as fingerprint_of
from shoptune.fingerprint import fingerprint_of_file
from shoptune.leftovers import flush

__all__ = ["Store", "StoredStep", "Work"]

FORMAT = "1"
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
NEXT_TO_NOTHING = 2**20
"""Bytes left with which a step that fails is taken to have failed for want of space."""
PATIENCE = 1.0
"""Seconds that another run's lock is waited for in silence: it may be about to finish."""
HASHED_UP_TO = 8 * 2**20
"""Bytes: files up to this size are hashed whenever they are looked up, larger ones when they are used as inputs."""


@dataclass(frozen=True)
class StoredStep:
    """A finished step."""

    folder: Path
    manifest: Mapping[str, Any]
    """The JSON that `Store.finish` got (hence `Any`), and ``files``."""

    def path(self, name: str) -> Path:
        """Return the path of one of its files or folders; raises StoreError where there is none."""
        path = self.folder / name
        if not path.exists():
            raise StoreError(f"{self.folder} holds no {name!r}; delete the folder and run again")
        return path

    def json(self, name: str) -> Any:
        """Read one of its JSON files; what is in it, whoever wrote it knows."""
        return json.loads(self.path(name).read_text("utf-8"))


@dataclass(frozen=True)
class Work:
    """Where a step in the making writes; `Store.finish` makes a finished step of it."""

    output: Path
    """Becomes the finished step's folder; empty at the start."""
    state: Path
    """Survives a kill: the next run finds here what this one left."""


class Store:
    """The folder of finished steps."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._checked: dict[str, StoredStep] = {}

    def prepare(self) -> None:
        """Make the store's folders and tidy up; raises StoreError for a store that this version can't read or write."""
        self.check_format()
        stamp = self.root / "format"
        with _explaining(self.root):
            for name in ("steps", "work", "locks"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            if not stamp.exists():
                # A store of results is no part of a project's history.
                (self.root / ".gitignore").write_text("*\n", "utf-8")
                beside = stamp.with_name(
                    f"format.{os.getpid()}.{get_ident()}"
                )  # another run must not read half a stamp
                beside.write_text(FORMAT + "\n", "utf-8")
                flush(beside)
                beside.replace(stamp)
            for folder in (self.root / "work").iterdir():
                if self.find(folder.name):  # a kill came between the step's renaming and the removal of its checkpoints
                    shutil.rmtree(folder, ignore_errors=True)

    def check_format(self) -> None:
        """Raise StoreError for a store that this version can't read; a store that isn't there yet is none."""
        with _explaining(self.root):
            try:
                found = (self.root / "format").read_text("utf-8").strip()
            except (FileNotFoundError, NotADirectoryError):
                return
        if found != FORMAT:
            raise StoreError(
                f"the store {self.root} has format {found!r}, this version of shoptune reads {FORMAT!r}; "
                "name another folder with --store, or update shoptune"
            )

    def find(self, fingerprint: str) -> StoredStep | None:
        """Return the finished step, or None where there is none or a file of it is missing, truncated or altered."""
        folder = self.folder(fingerprint)
        with _explaining(self.root):
            try:
                manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
                checksum = manifest.pop("checksum")
                step = StoredStep(folder, manifest)
                holds = checksum == fingerprint_of(manifest) and _is_whole(step, hash_up_to=HASHED_UP_TO)
                return step if holds else None
            except (FileNotFoundError, NotADirectoryError):
                return None
            except (ValueError, LookupError, TypeError, AttributeError):  # no JSON, or none that `finish` wrote
                return None

    def read(self, fingerprint: str) -> StoredStep:
        """Return a step that must be there and whole, every byte checked once: for inputs of other steps."""
        if fingerprint in self._checked:
            return self._checked[fingerprint]
        step = self.find(fingerprint)
        if step is not None and not _is_whole(step, hash_up_to=None):
            # Without its manifest the step counts as missing, so that the next run makes it anew.
            with _explaining(self.root):
                (step.folder / "manifest.json").unlink(missing_ok=True)
            step = None
        if step is None:
            raise StoreError(
                f"the step {fingerprint} in {self.root} is missing or damaged; run the experiment again to make it anew"
            )
        self._checked[fingerprint] = step
        return step

    @contextmanager
    def making(self, fingerprint: str, waiting: Callable[[], None] = lambda: None) -> Iterator[Work | None]:
        """Make a step: yields where to write; `finish` is to be called before the block ends.

        Yields None where another run has finished the step meanwhile; two runs never make the same step at once.
        `waiting` is called where another run is at it and does not finish in a moment.
        """
        with _explaining(self.root):
            lock = FileLock(self.root / "locks" / f"{fingerprint}.lock")
            try:
                lock.acquire(timeout=PATIENCE)
            except Timeout:
                waiting()
                lock.acquire()
        try:
            yield None if self.find(fingerprint) else self._work(fingerprint)
        except StoreError:
            raise
        except Exception as error:
            if _is_disk_full(error) or shutil.disk_usage(self.root).free < NEXT_TO_NOTHING:
                raise _full_disk(error, self.root) from error
            raise
        finally:
            lock.release()

    def finish(self, work: Work, manifest: Mapping[str, object]) -> None:
        """Store what stands in `work.output`, with `manifest` and the list of files; `work` is gone afterwards."""
        with _explaining(self.root):
            files = {}
            for path in sorted(work.output.rglob("*")):
                flush(path)
                if path.is_dir():
                    continue
                name = path.relative_to(work.output).as_posix()
                files[name] = {"bytes": path.stat().st_size, "sha256": fingerprint_of_file(path)}
            stamp = work.output / "manifest.json"
            content: dict[str, Any] = json.loads(json.dumps({**manifest, "files": files}))
            content["checksum"] = fingerprint_of(content)
            stamp.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")
            flush(stamp)
            flush(work.output)
            place = self.folder(work.output.parent.name)
            if place.exists():  # damaged, or it would have been found
                shutil.rmtree(place)
            work.output.rename(place)
            flush(place.parent)
            shutil.rmtree(work.state.parent, ignore_errors=True)

    def folder(self, fingerprint: str) -> Path:
        """Return where a finished step lies, whether it is there or not."""
        return self.root / "steps" / fingerprint

    def is_damaged(self, fingerprint: str) -> bool:
        """Whether a step was finished, and is not what it was then."""
        return self.folder(fingerprint).exists() and self.find(fingerprint) is None

    def has_begun(self, fingerprint: str) -> bool:
        """Whether an interrupted run left something to go on from."""
        state = self.root / "work" / fingerprint / "state"
        return state.is_dir() and any(state.iterdir())

    def _work(self, fingerprint: str) -> Work:
        with _explaining(self.root):
            folder = self.root / "work" / fingerprint
            work = Work(output=folder / "output", state=folder / "state")
            if work.output.exists():
                shutil.rmtree(work.output)
            work.output.mkdir(parents=True)
            work.state.mkdir(exist_ok=True)
        return work


def _is_whole(step: StoredStep, *, hash_up_to: int | None) -> bool:
    for name, expected in step.manifest["files"].items():
        path = step.folder / name
        try:
            size = path.stat().st_size
        except OSError:
            return False
        if size != expected["bytes"]:
            return False
        if (hash_up_to is None or size <= hash_up_to) and fingerprint_of_file(path) != expected["sha256"]:
            return False
    return True


@contextmanager
def _explaining(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _explained(error, root) from error


def _explained(error: OSError, root: Path) -> StoreError:
    if _is_disk_full(error):
        return _full_disk(error, root)
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return StoreError(f"can't write {error.filename or root}: {error.strerror}. Name another folder with --store")
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return StoreError(f"{error.filename or root} is in the way of the store {root}; move it or use --store")
    return StoreError(f"the store {root} failed: {error}")


def _is_disk_full(error: BaseException) -> bool:
    """Tell by the number, or by the words of a library that writes without Python, such as safetensors.

    Some say neither ("unexpected pos 576 vs 534": torch): hence the look at the disk where a step fails.
    """
    number = error.errno if isinstance(error, OSError) else None
    return number in DISK_FULL or any(os.strerror(full) in str(error) for full in DISK_FULL)


def _full_disk(error: BaseException, root: Path) -> StoreError:
    what = error.filename if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
    return StoreError(
        f"no space left on the disk that holds {root} ({what or error}). What was finished is kept: make room, or name "
        "a store on another disk with --store, and run the same command again"
    )
