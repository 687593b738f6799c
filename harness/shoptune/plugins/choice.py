"""Which installed plugins are left out, as the command line or the environment says.

Both speak through the environment, so that the processes which a run starts leave out the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint

from shoptune.errors import UsageError, did_you_mean
from shoptune.plugins.loaded import OWN

__all__ = ["LEFT_OUT", "OWN_ONLY", "leave_out", "left_out"]

OWN_ONLY = "SHOPTUNE_DISABLE_THIRD_PARTY_PLUGINS"
"""The environment variable that, set to 1, leaves out all installed plugins but shoptune's own."""
LEFT_OUT = "SHOPTUNE_NO_PLUGIN"
"""The environment variable with the names of installed plugins to leave out, separated by commas."""
ON = {"1", "true", "yes", "on"}


def leave_out(names: Iterable[str]) -> None:
    """Leave out these plugins too, from now on: what ``--no-plugin`` does."""
    os.environ[LEFT_OUT] = ",".join([*_named(), *names])


def left_out(points: Iterable[EntryPoint]) -> Mapping[str, str]:
    """Return which of the installed plugins are left out: name -> by what; refuses a name that none of them has."""
    points = list(points)
    known = {p.name for p in points}
    for name in _named():
        if name not in known:
            raise UsageError(f"--no-plugin: no plugin {name!r} is installed.{did_you_mean(name, known)}")
    strangers: set[str] = set()
    if os.environ.get(OWN_ONLY, "").casefold() in ON:
        strangers = {p.name for p in points if p.dist is None or p.dist.name != OWN}
    return {**dict.fromkeys(sorted(strangers), OWN_ONLY), **dict.fromkeys(_named(), "--no-plugin")}


def _named() -> list[str]:
    return [name for name in (n.strip() for n in os.environ.get(LEFT_OUT, "").split(",")) if name]
