"""What the fixtures for plugin authors give."""

from __future__ import annotations

from collections.abc import Callable

from shoptune.comparison import Comparison
from shoptune.components import (
    ModelFiles,
)
from shoptune.data import Tables
from shoptune.plugins import Plugins
from shoptune.testing import (
    check_task,
)
from shoptune.testing.fixtures import invented_comparison, invented_tables, plugin_alone, tiny
from tests.harness.testing.test_tasks import DESCRIPTION

__all__ = ["invented_comparison", "invented_tables", "plugin_alone", "tiny"]  # fixtures, by being here


def test_the_fixtures_give_what_they_promise(
    tiny: ModelFiles,
    plugin_alone: Callable[[str], Plugins],
    invented_tables: Tables,
    invented_comparison: Comparison,
) -> None:
    assert (tiny.folder / "config.json").is_file()
    assert len(plugin_alone("text").loaded) == 1
    check_task(DESCRIPTION, invented_tables)
    assert invented_comparison.result("description", "overlap", "tuned").verdict == "better"
