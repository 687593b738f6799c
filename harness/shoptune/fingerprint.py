"""Names for contents: SHA-256 over canonical JSON, files and source folders."""

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = [
    "fingerprint",
    "fingerprint_of_bytes",
    "fingerprint_of_file",
    "fingerprint_of_files",
    "fingerprint_of_path",
    "fingerprint_of_source",
    "versions_of",
]

LENGTH = 32
"""Hexadecimal digits that are kept: 128 bits, far beyond any chance collision, and short enough for a folder's name."""


def fingerprint(value: object) -> str:
    """Return the fingerprint of a JSON value; the order of mappings' keys does not matter."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return fingerprint_of_bytes(text.encode())


def fingerprint_of_bytes(content: bytes) -> str:
    """Return the fingerprint of bytes: that of a file which holds them."""
    return hashlib.sha256(content).hexdigest()[:LENGTH]


def fingerprint_of_file(path: Path) -> str:
    """Return the fingerprint of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:LENGTH]


def fingerprint_of_path(path: Path) -> str:
    """Return the fingerprint of a file's bytes, or of all files of a folder with their names."""
    if path.is_file():
        return fingerprint_of_file(path)
    files = sorted(p for p in path.rglob("*") if p.is_file())
    return fingerprint([[p.relative_to(path).as_posix(), fingerprint_of_file(p)] for p in files])


@lru_cache
def fingerprint_of_source(place: Path) -> str:
    """Return the fingerprint of a plugin's code and data: one file, or all files of a package that is no cache.

    A version number alone would let a plugin under development pass stale results off as its own.
    """
    files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if _is_source(p))
    return fingerprint([[p.relative_to(place.parent).as_posix(), fingerprint_of_file(p)] for p in files])


def fingerprint_of_files(files: Iterable[Path]) -> str:
    """Return the fingerprint of the bytes of several files, each with its name and its folder's."""
    return fingerprint(sorted([f"{file.parent.name}/{file.name}", fingerprint_of_file(file)] for file in files))


SOURCE_SUFFIXES = {".py", ".yaml", ".yml", ".json", ".txt", ".toml", ".j2"}


def _is_source(path: Path) -> bool:
    return path.suffix in SOURCE_SUFFIXES and path.is_file() and "__pycache__" not in path.parts


def versions_of(distributions: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each distribution; ``not installed`` where there is none."""
    return {name: _version_of(name) for name in sorted(distributions)}


@lru_cache
def _version_of(distribution: str) -> str:
    try:
        return version(distribution)  # parses all of the distribution's metadata
    except PackageNotFoundError:
        return "not installed"
