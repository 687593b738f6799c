"""Looks at the machine and says what would get in the way of a run."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from shoptune.fingerprint import versions_of
from shoptune.plugins import load_plugins

__all__ = ["SLOW_IMPORT", "Check", "examine"]

NEEDED = ("torch", "transformers", "trl", "peft", "datasets", "accelerate", "pluggy", "pydantic", "numpy", "scipy")
GIB = 2**30
LEAST_TUNING_MEMORY, TUNING_MEMORY = 3.5, 7.5
"""GiB: peaks that were measured of tuning a model of 135 million weights on CPUs lay between 3.4 and 7.3."""
SLOW_IMPORT = 1.0
"""Seconds: a plugin's entry module is imported for every command, even for help."""


@dataclass(frozen=True)
class Check:
    """One finding."""

    what: str
    status: Literal["good", "note", "bad"]
    found: str


def examine(folder: Path = Path()) -> list[Check]:
    """Return the findings, for runs whose store and reports are in `folder`."""
    versions = versions_of(NEEDED)
    missing = [name for name, version in versions.items() if version == "not installed"]
    memory = psutil.virtual_memory()
    free = shutil.disk_usage(folder.resolve()).free
    offline = os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}
    return [
        Check(
            "Python",
            "good" if sys.version_info >= (3, 11) else "bad",
            f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        ),
        Check(
            "libraries",
            "bad" if missing else "good",
            f"not installed: {', '.join(missing)}" if missing else ", ".join(f"{n} {v}" for n, v in versions.items()),
        ),
        Check("processor", "good", f"{os.cpu_count()} cores"),
        Check(
            "memory",
            "good" if memory.available > TUNING_MEMORY * GIB else "note",
            f"{memory.available / GIB:.1f} GiB free of {memory.total / GIB:.1f} GiB; tuning a 135M model takes "
            f"{LEAST_TUNING_MEMORY} to {TUNING_MEMORY}, by the length of the texts and the size of the batch",
        ),
        Check("disk", "good" if free > 2 * GIB else "note", f"{free / GIB:.1f} GiB free in {folder.resolve()}"),
        Check(
            "writable",
            "good" if os.access(folder.resolve(), os.W_OK) else "bad",
            f"{folder.resolve()} for the store and reports",
        ),
        Check(
            "network",
            "note" if offline else "good",
            "HF_HUB_OFFLINE is set: models come from local folders, caches and packages"
            if offline
            else "used only to fetch a model that an experiment names and that is not on this machine",
        ),
        _plugins(),
    ]


def _plugins() -> Check:
    """Look at what every plugin brings, and at how long its import takes."""
    plugins = load_plugins()
    plugins.ask_all()
    slow = [p for p in plugins.loaded if p.import_seconds >= SLOW_IMPORT]
    remarks = [
        *map(str, plugins.faults),
        *(f"the {p.label} takes {p.import_seconds:.1f} s to import: tell its author" for p in slow),
        *(f"{by} leaves out the plugin {name!r}" for name, by in plugins.left_out.items()),
    ]
    found = "\n".join([f"{len(plugins.loaded)} loaded", *remarks])
    return Check("plugins", "note" if remarks else "good", found)
