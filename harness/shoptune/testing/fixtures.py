"""Fixtures for the tests of a plugin; the only module here that needs pytest.

Name it in the ``conftest.py`` at the root of your tests::

    pytest_plugins = ["shoptune.testing.fixtures"]
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shoptune.comparison import Comparison
from shoptune.components import ModelFiles
from shoptune.data import Tables
from shoptune.plugins import Plugins
from shoptune.testing.invented_comparison import sample_comparison
from shoptune.testing.plugin import only_plugin
from shoptune.testing.samples import sample_tables
from shoptune.testing.tiny import tiny_model

__all__ = ["invented_comparison", "invented_tables", "plugin_alone", "tiny"]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """Return a tiny random model; don't write into its folder."""
    return tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def plugin_alone() -> Callable[[str | Path], Plugins]:
    """Return `only_plugin`: a plugin as it works where there is no other."""
    return only_plugin


@pytest.fixture
def invented_tables() -> Tables:
    """Return an invented shop's tables, ``products`` and ``reviews``."""
    return sample_tables()


@pytest.fixture
def invented_comparison() -> Comparison:
    """Return an invented comparison to render."""
    return sample_comparison()
