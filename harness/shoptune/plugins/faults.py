"""What is wrong with a plugin: its name and version, the hook, what was raised, and what to do about it."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

import pluggy

from shoptune.errors import PluginError, ShoptuneError

__all__ = ["RAISED", "Fault", "fault_of"]

RAISED = (Exception, SystemExit)
"""What a plugin's code is caught at: a plugin that wants to leave must not take the command with it."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong with one plugin: listed, and in nobody's way who does not need it."""

    name: str
    version: str
    distribution: str
    hook: str
    """The hook that failed; empty where the plugin could not be loaded, so that nothing of it is used."""
    error: str
    remedy: str
    traceback: str
    component: str = ""
    """The one component that can't be used; empty: none of those that the hook would have brought."""

    def __str__(self) -> str:
        what = f"failed in {self.hook}" if self.hook else "could not be loaded"
        return f"the plugin {self.name!r} {self.version} {what}: {self.error}. {self.remedy}"


def fault_of(
    name: str, version: str, distribution: str, error: BaseException, *, hook: str = "", component: str = ""
) -> Fault:
    """Return what to say of a plugin that raised `error`."""
    what = " ".join(str(error).split()).rstrip(".")
    return Fault(
        name=name,
        version=version,
        distribution=distribution,
        hook=hook,
        component=component,
        error=what if isinstance(error, ShoptuneError) else f"{type(error).__name__}: {what}".removesuffix(": "),
        remedy=f"{_remedy(error)}; `--no-plugin {name}` leaves it out",
        traceback="".join(traceback.format_exception(error)),
    )


def _remedy(error: BaseException) -> str:
    module = (error.name or "") if isinstance(error, ImportError) else ""
    if module.partition(".")[0] == "shoptune":
        return "It was written for another version of shoptune: update it, or shoptune"
    if isinstance(error, ModuleNotFoundError):
        return f"Install what brings the module {module!r}"
    if isinstance(error, pluggy.PluginValidationError):
        return "The arguments of each hook stand in shoptune.hookspecs: tell its author"
    if isinstance(error, PluginError):
        return "Tell its author"
    return "`shoptune plugins list --tracebacks` shows where: tell its author"
