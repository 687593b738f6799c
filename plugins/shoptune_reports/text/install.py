"""How to install what a run computed with."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["install"]


def install(versions: Mapping[str, str]) -> str:
    """Return the command that installs these versions.

    What follows a plus (``2.13.0+cpu``) names a build for some kind of machine: pip is asked for the release alone.
    """
    wanted = [f"{name}=={version.partition('+')[0]}" for name, version in versions.items() if name != "python"]
    return " ".join(["python -m pip install", *wanted])
