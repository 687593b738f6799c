"""Virtual environments into which shoptune is installed as a user would, where it has never been."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Installed", "install", "names_in"]


@dataclass(frozen=True)
class Installed:
    """A virtual environment into which the wheel was installed."""

    site_packages: Path
    scripts: Path
    before: frozenset[str]
    """What lay in site-packages before."""
    environment: Mapping[str, str]

    def run(self, *arguments: str, cwd: Path) -> str:
        """Run ``shoptune`` in `cwd`; return what it printed."""
        return _printed_by(self.start(*arguments, cwd=cwd))

    def start(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run ``shoptune`` in `cwd`, whatever comes of it."""
        return self._done(self.scripts / "shoptune", *arguments, cwd=cwd)

    def python(self, code: str, cwd: Path) -> str:
        """Run `code`; return what it printed."""
        return _printed_by(self._done(self.scripts / "python", "-c", code, cwd=cwd))

    def pip(self, *arguments: str | Path) -> None:
        """Run pip on this environment; it has none of its own."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.scripts / "python"), "--disable-pip-version-check"]
        subprocess.run([*pip, *arguments], check=True)

    def _done(self, *command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=cwd, env=self.environment, check=False, capture_output=True, encoding="utf-8"
        )


def install(wheel: Path, folder: Path) -> Installed:
    """Install the wheel into a fresh environment that has our dependencies, but not our own shoptune."""
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    paths = sysconfig.get_paths("venv", vars={"base": str(venv), "platbase": str(venv)})
    site_packages, scripts = Path(paths["purelib"]), Path(paths["scripts"])
    _link_dependencies(site_packages)
    installed = Installed(
        site_packages, scripts, frozenset(names_in(site_packages)), _plain_environment(folder / "cache")
    )
    installed.pip("install", "--quiet", "--no-deps", "--no-index", wheel)
    return installed


def names_in(folder: Path) -> set[str]:
    """Return the names of what lies in a folder."""
    return {path.name for path in folder.iterdir()}


def _link_dependencies(site_packages: Path) -> None:
    """Link to all that is installed beside us, but to nothing of shoptune: quicker than to install it again."""
    for key in ("purelib", "platlib"):
        for entry in Path(sysconfig.get_path(key)).iterdir():
            link = site_packages / entry.name
            if "shoptune" not in entry.name and not link.exists():
                link.symlink_to(entry)


def _plain_environment(cache: Path) -> dict[str, str]:
    """Return our environment without what could lead back to the working tree."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "PYTEST"))}
    return {**kept, "HF_HUB_OFFLINE": "1", "SHOPTUNE_CACHE": str(cache), "PYTHONIOENCODING": "utf-8"}


def _printed_by(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
