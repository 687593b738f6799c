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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

__all__ = [
    "Manifest",
    "converted_folder",
    "find_converted",
    "models_folder",
    "read_manifest",
    "sha256_of",
    "write_atomically",
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

    def write(self, folder: Path) -> None:
        """Write this manifest into its folder."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


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
    """Return a converted folder's manifest; None where there is no such folder or it is of another kind."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return manifest if manifest.conversion == CONVERSION else None


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
            write_atomically(memory, json.dumps({**_read_json(memory), str(path): [*stamp, digest]}, indent=0))
    return digest


def write_atomically(path: Path, text: str) -> None:
    """Write a file beside its place and rename it, so that a reader sees the old or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object; empty where there is none that can be read, since this is only memory."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
