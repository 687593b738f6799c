"""Stands for a component until somebody chooses it, so that a plugin that brings many starts as soon as one of few."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Deferred"]


@dataclass(frozen=True, kw_only=True)
class Deferred:
    """A component whose module is imported when it is chosen; the hooks that bring components take these as well.

    What is chosen has to be a component of the hook's kind that is called the same: the plugin is blamed otherwise.
    """

    name: str
    """What a user calls it in the experiment file."""
    place: str
    """Where the component is, as an entry point says it: ``package.module:attribute``."""
