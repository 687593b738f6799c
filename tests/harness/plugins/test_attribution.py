"""Whose code raised, as the traceback says."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoptune.errors import DataError, PluginError
from shoptune.plugins import Plugins, load_plugins
from shoptune.plugins.attribution import blaming, plugin_of_error

SOURCE = """
from shoptune import hookimpl
from shoptune_text.words import words

def fail():
    raise ValueError("boo")

def fail_in_another_plugin():
    words(None)

@hookimpl
def register_metrics():
    return []
"""


@pytest.fixture
def plugins(tmp_path: Path) -> Plugins:
    path = tmp_path / "mine.py"
    path.write_text(SOURCE, "utf-8")
    return load_plugins([path])


@pytest.mark.parametrize("call", ["fail", "fail_in_another_plugin"])
def test_a_stranger_is_named_also_where_it_misused_shoptunes_own(plugins: Plugins, call: str) -> None:
    module = plugins.loaded[-1].module
    with pytest.raises((ValueError, TypeError)) as caught:
        getattr(module, call)()
    found = plugin_of_error(caught.value, plugins.loaded)
    assert found is not None
    assert found.name == "mine"


def test_shoptunes_own_is_named_where_no_stranger_was_at_work(plugins: Plugins) -> None:
    from shoptune_text.words import words

    with pytest.raises(TypeError) as caught:
        words(None)  # type: ignore[arg-type]
    found = plugin_of_error(caught.value, plugins.loaded)
    assert found is not None
    assert found.name == "text"


def test_nobody_is_blamed_for_what_no_plugin_did(plugins: Plugins) -> None:
    with pytest.raises(ZeroDivisionError), blaming(plugins.loaded):
        _ = 1 / 0


def test_what_is_said_names_plugin_and_version(plugins: Plugins) -> None:
    with pytest.raises(PluginError, match="plugin 'mine' unversioned raised ValueError: boo"), blaming(plugins.loaded):
        plugins.loaded[-1].module.fail()


def test_words_for_people_are_let_through(plugins: Plugins) -> None:
    with pytest.raises(DataError, match=r"^products.csv: no title$"), blaming(plugins.loaded):
        raise DataError("products.csv: no title")


def test_the_cause_of_an_error_of_the_core_is_found(plugins: Plugins) -> None:
    def measure() -> None:
        try:
            plugins.loaded[-1].module.fail()
        except ValueError as error:
            raise PluginError("Metric 'x' raised") from error

    with pytest.raises(PluginError, match="plugin 'mine' unversioned: Metric 'x' raised"), blaming(plugins.loaded):
        measure()
