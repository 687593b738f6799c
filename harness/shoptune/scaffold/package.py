"""Fills in the templates of a kind of plugin and writes the files of a package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template

from shoptune import __version__
from shoptune.errors import UsageError
from shoptune.hookspecs import API_VERSION
from shoptune.scaffold.kinds import KINDS
from shoptune.scaffold.names import package_name

__all__ = ["package_files", "write_package"]

TEMPLATES = files("shoptune.scaffold").joinpath("templates")


def write_package(kind: str, name: str, into: Path) -> Path:
    """Write a package called `name` into a new folder in `into`, and return that folder.

    Args:
        kind: One of `KINDS`.
        name: What the plugin and its component are called, which `check_name` has found good.
        into: An existing folder.

    Raises:
        UsageError: The new folder is there already, or can't be written.

    """
    place = into / package_name(name).replace("_", "-")
    try:
        place.mkdir()
        for path, template in package_files(kind, name).items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(_filled(template, kind, name), "utf-8")
    except FileExistsError:
        raise UsageError(f"{place} is there already; choose another name, or another folder with --into.") from None
    except OSError as error:
        raise UsageError(f"{place} can't be written: {error.strerror}.") from error
    return place


def package_files(kind: str, name: str) -> Mapping[str, str]:
    """Return the files of a package: path -> the template that it is made of."""
    package, module = f"src/{package_name(name)}", KINDS[kind].module
    return {
        "pyproject.toml": "common/pyproject.toml",
        "README.md": "common/README.md",
        "LICENSE": "common/LICENSE",
        ".gitignore": "common/gitignore",
        ".github/workflows/ci.yml": "common/ci.yml",
        f"{package}/__init__.py": "common/init.py",
        f"{package}/py.typed": "common/py.typed",
        f"{package}/plugin.py": f"{kind}/plugin.py",
        f"{package}/{module}.py": f"{kind}/{module}.py",
        f"{package}/data/experiment.yaml": f"{kind}/experiment.yaml",
        **{f"{package}/data/{Path(data).name}": data for data in KINDS[kind].data},
        f"tests/test_{module}.py": f"{kind}/test_{module}.py",
    }


def _filled(template: str, kind: str, name: str) -> str:
    # Templates of modules end otherwise than modules, since they are no code of ours.
    text = TEMPLATES.joinpath(f"{template}.template").read_text("utf-8")
    about = KINDS[kind]
    needed = sorted((f"shoptune>={__version__}", *about.dependencies))
    return Template(text).substitute(
        name=name,
        package=package_name(name),
        distribution=package_name(name).replace("_", "-"),
        a_kind=f"{'An' if about.component[0] in 'aeiou' else 'A'} {about.component}",
        module=about.module,
        kind=about.component,
        summary=about.summary,
        about=about.about,
        dependencies=", ".join(f'"{distribution}"' for distribution in needed),
        api=API_VERSION,
    )
