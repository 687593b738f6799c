"""The model cache: hashes of big files, and GGUF files converted into model folders.

Its root is ``$SHOPTUNE_CACHE``, else the user's cache folder.  Everything in it can be deleted at any time; it is made
again when it is next needed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from shoptune.leftovers import keep_text, kept_text

__all__ = [
    "Manifest",
    "converted_folder",
    "find_converted",
    "models_folder",
    "read_manifest",
    "sha256_of",
]

MANIFEST = "shoptune-model.json"
CONVERSION = 1
"""Raised when conversion changes what it writes, so that folders of an earlier kind are not used."""
SETTLED_NS = 2_000_000_000
"""A file changed less than this ago could change again without a new time stamp: its hash is not remembered."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Where a converted model folder came from.  It lies in the folder, so a folder with one is complete."""

    sha256: str
    """Of the GGUF file."""
    source: str
    """Where the GGUF file was found, for people."""
    alias: str | None
    """The short name that it was found by."""
    conversion: int = CONVERSION
    files: Mapping[str, str] = field(default_factory=dict)
    """Name -> SHA-256, of all files beside it."""

    def write(self, folder: Path) -> None:
        """Write this manifest into its folder, and note what is there."""
        files = {path.name: sha256_of(path) for path in folder.iterdir() if path.is_file() and path.name != MANIFEST}
        keep_text(folder / MANIFEST, json.dumps(asdict(replace(self, files=files)), indent=2) + "\n")

    def holds(self, folder: Path) -> bool:
        """Whether its folder is as it was written."""
        return all((folder / name).is_file() and sha256_of(folder / name) == of for name, of in self.files.items())


def root() -> Path:
    """Return the cache's folder, which need not exist."""
    named = os.environ.get("SHOPTUNE_CACHE")
    return Path(named).expanduser().absolute() if named else user_cache_path("shoptune")


def models_folder() -> Path:
    """Return the folder of converted models, which need not exist."""
    return root() / "models"


def converted_folder(sha256: str) -> Path:
    """Return the folder that holds, or is to hold, the model converted from the GGUF file with this content."""
    return models_folder() / f"gguf-{sha256[:24]}-{CONVERSION}"


def read_manifest(folder: Path) -> Manifest | None:
    """Return a converted folder's manifest; None where there is none, or the folder is of another kind or damaged."""
    try:
        manifest = Manifest(**json.loads(kept_text(folder / MANIFEST) or ""))
    except (OSError, ValueError, TypeError):
        return None
    return manifest if manifest.conversion == CONVERSION and manifest.holds(folder) else None


def find_converted(alias: str) -> tuple[Path, Manifest] | None:
    """Return the folder that was converted for a short name; the oldest, so that the answer stays the same."""
    known = [
        (folder, manifest)
        for folder in models_folder().glob(f"gguf-*-{CONVERSION}")
        if (manifest := read_manifest(folder)) and manifest.alias == alias
    ]
    return min(known, key=lambda found: (found[0] / MANIFEST).stat().st_mtime_ns) if known else None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, read once and remembered by path, size, times and inode.

    A modification time alone can be set: archives and copies that keep it put another file of the same size and time in
    a file's place.  The time of the last change of the inode can't.
    """
    path = path.resolve()
    stat = path.stat()
    stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    memory = root() / "hashes.json"
    known = _read_json(memory).get(str(path))
    if isinstance(known, list) and known[:-1] == stamp:
        return str(known[-1])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) > SETTLED_NS:
        # Without a cache that can be written, every run hashes again: slower, not wrong.
        with contextlib.suppress(OSError):
            memory.parent.mkdir(parents=True, exist_ok=True)
            keep_text(memory, json.dumps({**_read_json(memory), str(path): [*stamp, digest]}, indent=0))
    return digest


def _read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object; empty where there is none that can be read, since this is only memory."""
    try:
        value = json.loads(kept_text(path) or "")
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
