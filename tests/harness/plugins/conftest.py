"""Plugins for one test."""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.distributions import HEAD, write_distribution


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[..., Path]:
    """Write a plugin file."""

    def write(source: str, name: str = "mine.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + source, "utf-8")
        return path

    return write


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a distribution with an entry point of the group ``shoptune``, beside those that are there."""

    def install(name: str, source: str, module: str | None = None) -> None:
        site = tmp_path / "site"
        installed.append(write_distribution(site, name, source, module))
        monkeypatch.syspath_prepend(site)
        importlib.invalidate_caches()

    installed: list[str] = []
    yield install
    for module in installed:
        sys.modules.pop(module, None)
