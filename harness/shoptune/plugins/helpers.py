"""Finds the code that a plugin's results rest on beside its own: modules that no installed version stands for.

A plugin in a checkout imports from packages beside it, and what it makes changes with them.  Only modules that it does
import count, so that a metric can be mended without tuning again what a task of another package tuned.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from shoptune.storage.fingerprint import SOURCE_SUFFIXES, fingerprint_of_files

__all__ = ["fingerprint_of_helpers", "helpers_of"]

_INSTALLED = {"site-packages", "dist-packages"}


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
    try:
        tree = ast.parse(file.read_text("utf-8", "replace"))
    except (SyntaxError, ValueError):
        return frozenset()
    return frozenset(path for statement in _statements(tree.body) for path in _modules(statement, file))


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield statements and those within them; `ast.walk` looks into every expression too, and takes longer."""
    for statement in body:
        yield statement
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(statement, block, ()))


def _modules(node: ast.AST, file: Path) -> Iterator[Path]:
    """Yield the modules that an import statement of `file` runs."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from _absolute(alias.name)
    elif isinstance(node, ast.ImportFrom) and node.level <= len(file.parents):
        for alias in node.names:
            name = f"{node.module}.{alias.name}" if node.module else alias.name
            yield from _below(file.parents[node.level - 1], name) if node.level else _absolute(name)


@lru_cache
def _absolute(name: str) -> tuple[Path, ...]:
    root, _, rest = name.partition(".")
    place = None if root in sys.stdlib_module_names or root == "shoptune" else _developed(root)
    if place is None or place.is_file():
        return () if place is None else (place,)
    return tuple(_below(place, rest))


def _below(package: Path, name: str) -> Iterator[Path]:
    """Yield the files that importing ``part.name`` from a package runs; the last part may be a name in a module."""
    places = [package.joinpath(*name.split(".")[:count]) for count in range(name.count(".") + 2)]
    for file in (*(place / "__init__.py" for place in places), *(place.with_suffix(".py") for place in places[1:])):
        if file.is_file():
            yield file


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
