"""What a plugin may be called, and its package."""

from __future__ import annotations

import importlib.util
import re
import unicodedata

from shoptune.errors import UsageError
from shoptune.plugins.loading import installed_names

__all__ = ["LONGEST", "check_name", "package_name"]

PREFIX = "shoptune_"

LONGEST = 38
"""Characters: the name stands in lines of code, which have 120."""

_FORM = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def check_name(name: str) -> None:
    """Raise UsageError with what to do unless `name` is free and can be a plugin's and part of a package's."""
    if not _FORM.fullmatch(name) or len(name) > LONGEST:
        near = _near(name)
        instead = f" For example: {near}." if near else ""
        raise UsageError(
            f"{name!r} can't be a plugin's name: up to {LONGEST} small letters and digits, words joined by "
            f"underscores, and a letter first.{instead}"
        )
    if importlib.util.find_spec(package_name(name)) is not None:
        raise UsageError(
            f"there is a Python package {package_name(name)!r} already, which yours would hide. For example: my_{name}."
        )
    if name in installed_names():
        raise UsageError(f"there is a plugin {name!r} already. For example: my_{name}.")


def package_name(name: str) -> str:
    """Return what the package of a plugin is called: no package of another's has such a name by chance."""
    return name if name.startswith(PREFIX) else PREFIX + name


def _near(name: str) -> str:
    """Return the nearest name that has the right form; empty where there is none."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return "_".join(re.findall(r"[a-z0-9]+", plain)).lstrip("0123456789_")[:LONGEST].rstrip("_")
