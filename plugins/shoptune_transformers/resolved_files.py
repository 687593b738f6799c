"""A model that was found somewhere, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shoptune_transformers.disk_cache import sha256_of
from shoptune_transformers.folders import files_of

__all__ = ["ResolvedFiles", "contents_of_folder", "fingerprint"]

NOT_IDENTITY = ("batch_tokens",)
"""Settings that do not make it another model: a smaller batch must not mean tuning again."""


@dataclass(frozen=True, kw_only=True)
class ResolvedFiles:
    """A model's content, where it is, and where that is for people."""

    contents: Mapping[str, str]
    """File name -> SHA-256, of the files that decide answers."""
    source: str
    location: str


def contents_of_folder(folder: Path, *, trust_remote_code: bool) -> dict[str, str]:
    """Return name -> SHA-256 of the files in a model's folder that decide its answers."""
    return {name: sha256_of(folder / name) for name in files_of(folder, trust_remote_code=trust_remote_code)}


def fingerprint(contents: Mapping[str, str], settings: Mapping[str, Any]) -> str:
    """Return the hash of a model's content and of the settings that decide its answers."""
    identity = {
        "contents": dict(contents),
        "settings": {name: value for name, value in settings.items() if name not in NOT_IDENTITY},
    }
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
