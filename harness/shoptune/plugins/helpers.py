"""Finds the code that a plugin's results rest on beside its own: modules that no installed version stands for.

A plugin in a checkout imports from packages beside it, and what it makes changes with them.  Only modules that it does
import count, so that a metric can be mended without tuning again what a task of another package tuned.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from shoptune.fingerprint import SOURCE_SUFFIXES, fingerprint_of_files

__all__ = ["fingerprint_of_helpers", "helpers_of"]

_INSTALLED = {"site-packages", "dist-packages"}

# Parsing takes four times as long, and a step counts as another one too often rather than too seldom: what reads like
# an import within a text counts as one.
_IMPORT = re.compile(
    r"""(?:^|[;:])[ \t]*(?:
        from[ \t]*(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import\b[ \t]*
            (?P<names>\((?:[^)#]|\#[^\n]*)*\)|(?:[^\n\\;#]|\\\n)*)
        |import[ \t]+(?P<modules>(?:[^\n\\;#]|\\\n)*)
    )""",
    re.MULTILINE | re.VERBOSE,
)
_COMMENT = re.compile(r"#[^\n]*")


@lru_cache
def fingerprint_of_helpers(place: Path) -> str | None:
    """Return the fingerprint of `helpers_of` a plugin, which every step that uses it has; None where there are none."""
    helpers = helpers_of(place)
    return fingerprint_of_files(helpers) if helpers else None


def helpers_of(place: Path) -> tuple[Path, ...]:
    """Return the files outside of `place`, a module or package, that its code rests on; none if it is installed.

    They are the modules that it imports and those that they import, with the data of the packages that these are from.
    The standard library, shoptune's core and what is installed are left out.  Nothing is imported to find out.
    """
    if not _INSTALLED.isdisjoint(place.parts):
        return ()
    own = {place} if place.is_file() else set(place.rglob("*.py"))
    found, waiting = set(own), list(own)
    while waiting:
        imported = _imported(waiting.pop()) - found
        found |= imported
        waiting += imported
    modules = found - own
    folders = {path.parent for path in modules if path.name != "__init__.py"}
    data = {path for folder in folders for path in folder.rglob("*") if path.suffix in SOURCE_SUFFIXES - {".py"}}
    return tuple(sorted(modules | data))


@lru_cache
def _imported(file: Path) -> frozenset[Path]:
    """Return the modules under development that a module imports from other packages, with their packages' faces."""
    statements = _IMPORT.finditer(file.read_text("utf-8", "replace"))
    return frozenset(path for statement in statements for path in _modules(statement, file))


def _modules(statement: re.Match[str], file: Path) -> Iterator[Path]:
    """Yield the modules that an import statement of `file` runs."""
    if plain := statement["modules"]:
        for name in _names(plain):
            yield from _absolute(name)
        return
    level, module = len(statement["dots"]), statement["module"]
    if level <= len(file.parents):
        for name in _names(statement["names"]):
            path = f"{module}.{name}" if module else name
            yield from _below(file.parents[level - 1], path) if level else _absolute(path)


def _names(listed: str) -> Iterator[str]:
    """Yield what an import statement lists, without the names that it gives them."""
    for one in _COMMENT.sub("", listed).replace("\\\n", " ").strip("() \t\n").split(","):
        if words := one.split():
            yield words[0]


@lru_cache
def _absolute(name: str) -> tuple[Path, ...]:
    root, _, rest = name.partition(".")
    place = None if root in sys.stdlib_module_names or root == "shoptune" else _developed(root)
    if place is None or place.is_file():
        return () if place is None else (place,)
    return _below(place, rest)


@lru_cache(maxsize=4096)
def _below(package: Path, name: str) -> tuple[Path, ...]:
    """Return the files that importing ``part.name`` from a package runs; the last part may be a name in a module."""
    places = [package.joinpath(*name.split(".")[:count]) for count in range(name.count(".") + 2)]
    files = (*(place / "__init__.py" for place in places), *(place.with_suffix(".py") for place in places[1:]))
    return tuple(file for file in files if file.is_file())


@lru_cache
def _developed(name: str) -> Path | None:
    """Return where a package or module lies; None for one that is installed, or that there is not."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None or not spec.has_location:
        return None
    origin = Path(spec.origin)
    if not _INSTALLED.isdisjoint(origin.parts):
        return None
    return origin.parent if spec.submodule_search_locations else origin
