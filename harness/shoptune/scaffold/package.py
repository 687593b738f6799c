"""Fills in the templates of a kind of plugin and writes the files of a package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template

from shoptune import __version__
from shoptune.errors import UsageError
from shoptune.hookspecs import API_VERSION
from shoptune.scaffold.kinds import Kind

__all__ = ["write_package"]


def write_package(folder: str, kind: Kind, name: str, into: Path) -> Path:
    """Write a package called `name` into a new folder in `into`, and return that folder.

    Args:
        folder: Where the templates of this kind lie.
        kind: What they make.
        name: The package's name, which `check_name` has found good; its plugin and component are called so too.
        into: An existing folder.

    Raises:
        UsageError: The new folder is there already, or can't be written.

    """
    place = into / name.replace("_", "-")
    contents = {path: _filled(template, kind, name) for path, template in _files(folder, kind, name).items()}
    try:
        place.mkdir()
        for path, content in contents.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(content, "utf-8")
    except FileExistsError:
        raise UsageError(f"{place} is there already; choose another name, or another folder with --into.") from None
    except OSError as error:
        raise UsageError(f"{place} can't be written: {error.strerror}.") from error
    return place


def _files(folder: str, kind: Kind, name: str) -> Mapping[str, str]:
    """Return path in the package -> its template; None of them is a module here, since they are code of others."""
    package = f"src/{name}"
    found = {
        "pyproject.toml": "common/pyproject.toml",
        "README.md": "common/README.md",
        "LICENSE": "common/LICENSE",
        ".gitignore": "common/gitignore",
        ".github/workflows/ci.yml": "common/ci.yml",
        f"{package}/__init__.py": "common/init.py",
        f"{package}/py.typed": "common/py.typed",
        f"{package}/plugin.py": f"{folder}/plugin.py",
        f"{package}/{kind.module}.py": f"{folder}/{kind.module}.py",
        f"{package}/data/experiment.yaml": f"{folder}/experiment.yaml",
        f"tests/test_{kind.module}.py": f"{folder}/test_{kind.module}.py",
    }
    found |= {f"{package}/data/{data}": f"{_shelf(data, folder)}/{data}" for data in kind.data}
    return found


def _shelf(data: str, folder: str) -> str:
    """Return where a data file's template lies: several kinds show the same products."""
    return "common" if data == "products.csv" else folder


def _filled(template: str, kind: Kind, name: str) -> str:
    text = files("shoptune.scaffold").joinpath("templates", f"{template}.template").read_text("utf-8")
    needed = (f"shoptune>={__version__}", *kind.dependencies)
    return Template(text).substitute(
        name=name,
        distribution=name.replace("_", "-"),
        module=kind.module,
        kind=kind.component,
        summary=kind.summary,
        about=kind.about,
        dependencies=", ".join(f'"{need}"' for need in sorted(needed)),
        api=API_VERSION,
    )
