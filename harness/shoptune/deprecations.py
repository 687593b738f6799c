"""All that plugins still can use and soon can't: the one list of it.

``manual/policy.md`` says how something comes onto it and how long it stays.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEPRECATIONS", "Deprecation", "warning_about"]


@dataclass(frozen=True, kw_only=True)
class Deprecation:
    """Something that plugins should no longer use."""

    name: str
    """A hook's name, or ``Component.field``."""
    since: str
    """The release of shoptune that deprecated it."""
    goes_with: int
    """The `shoptune.hookspecs.API_VERSION` that will lack it."""
    instead: str
    """What to do, as the end of a sentence: ``use after_step``."""


DEPRECATIONS: tuple[Deprecation, ...] = ()


def warning_about(name: str) -> DeprecationWarning:
    """Return what an author is told who uses `name`; for ``hookspec(warn_on_impl=...)``.

    Raises LookupError where the list has no such entry.
    """
    found = next((entry for entry in DEPRECATIONS if entry.name == name), None)
    if found is None:
        raise LookupError(f"{name} is not in shoptune.deprecations.DEPRECATIONS")
    until = f"deprecated since shoptune {found.since} and goes with API version {found.goes_with}"
    return DeprecationWarning(f"{name} is {until}: {found.instead}")
