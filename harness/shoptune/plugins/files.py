"""Imports plugins that are plain files or folders, with no packaging."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from shoptune.errors import UsageError

__all__ = ["import_plugin_file", "whole_plugin"]

PREFIX = "shoptune_file_plugin_"


def whole_plugin(path: Path) -> Path:
    """Return the package of which a file is the ``plugin.py``, since it may import the others there; else the path."""
    return path.parent if path.name == "plugin.py" and path.with_name("__init__.py").is_file() else path


def import_plugin_file(path: Path) -> ModuleType:
    """Import a plugin that is a plain file, or a folder with ``plugin.py``, ``__init__.py`` or both."""
    name = PREFIX + path.stem
    if path.is_file():
        return _execute(name, path)
    package, plugin = path / "__init__.py", path / "plugin.py"
    if not (package.is_file() or plugin.is_file()):
        raise UsageError(f"plugins: {path} is neither a Python file nor a folder with plugin.py or __init__.py")
    module = _execute(name, package, package=path) if package.is_file() else _empty_package(name, path)
    return _execute(f"{name}.plugin", plugin) if plugin.is_file() else module


def _empty_package(name: str, folder: Path) -> ModuleType:
    """Make a package of a folder without ``__init__.py``, so that its modules can import one another."""
    module = ModuleType(name)
    module.__path__ = [str(folder)]
    sys.modules[name] = module
    return module


def _execute(name: str, file: Path, package: Path | None = None) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        name, file, submodule_search_locations=[str(package)] if package else None
    )
    if spec is None or spec.loader is None:
        raise UsageError(f"plugins: {file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # From the source whose hash decides the fingerprint: kept bytecode is told by its second and size, so that a file
    # that is changed twice within a second would run as it was.
    exec(compile(file.read_bytes(), file, "exec", dont_inherit=True), vars(module))  # noqa: S102 - as importlib does
    return module
