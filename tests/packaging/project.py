"""The project as it lies on the disk: its root, its pyproject.toml, its packages and its files."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["PYPROJECT", "ROOT", "SOURCE_ROOTS", "package_folders", "repository_files"]

ROOT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SOURCE_ROOTS = ("harness", "plugins", "tasks")


def package_folders() -> dict[str, Path]:
    """Return package name -> its folder, for every folder in a source root that holds Python."""
    return {
        folder.name: folder
        for root in SOURCE_ROOTS
        for folder in sorted((ROOT / root).iterdir())
        if any(folder.glob("*.py"))
    }


@cache
def repository_files() -> tuple[Path, ...]:
    """Return the files that are in the repository, or would be by ``git add --all``; relative to its root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = (Path(name) for name in listed.split("\0") if name)
    return tuple(sorted(file for file in files if (ROOT / file).is_file()))  # one that was deleted is still listed
