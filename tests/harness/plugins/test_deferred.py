"""Components that a plugin only names: imported when they are chosen, and refused by name when they can't be used."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shoptune.errors import PluginError
from shoptune.plugins import KINDS, Plugins, load_plugins

Write = Callable[..., Path]

PLUGIN = """
from shoptune.deferred import Deferred

@hookimpl
def register_data_adapters():
    return [Deferred(name={name!r}, place={place!r})]
"""
ADAPTER = """
from shoptune.components import DataAdapter, NoOptions

invented = DataAdapter(name="invented", summary="", options=NoOptions, read=lambda path, options: ())
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Write the module ``deferred_adapters``, which can then be imported."""

    def write(source: str) -> None:
        (tmp_path / "deferred_adapters.py").write_text(source, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)

    yield write
    sys.modules.pop("deferred_adapters", None)


def load(plugin: Write, name: str = "invented", place: str = "deferred_adapters:invented") -> Plugins:
    return load_plugins([plugin(PLUGIN.format(name=name, place=place))])


def test_is_imported_when_it_is_chosen(plugin: Write, module: Callable[[str], None]) -> None:
    module(ADAPTER)
    found = load(plugin).data_adapters["invented"]
    assert "deferred_adapters" not in sys.modules
    assert found.component.name == "invented"
    assert "deferred_adapters" in sys.modules
    assert found.component is found.component


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            ADAPTER.replace("invented", "other"),
            "module 'deferred_adapters' has no attribute 'invented'",
        ),
        ("import no_such_module_at_all", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("invented = 7", "deferred_adapters:invented is a int; register_data_adapters must bring a DataAdapter"),
        (ADAPTER.replace('name="invented"', 'name="other"'), "is called 'other', and register_data_adapters said 'inv"),
        (ADAPTER.replace("=NoOptions", "=7"), "whose options are 7; they must be a subclass of"),
    ],
)
def test_one_that_can_not_be_used_is_blamed_on_its_plugin(
    plugin: Write, module: Callable[[str], None], source: str, said: str
) -> None:
    module(source)
    plugins = load(plugin)
    with pytest.raises(PluginError, match=r"'invented' can't be used: the plugin 'mine' .* failed in") as e:
        _ = plugins.data_adapters["invented"].component
    assert said in str(e.value)
    assert "invented" not in plugins.usable("data adapter"), "and those who want all of them go on without"
    (fault,) = plugins.faults
    assert (fault.name, fault.hook, fault.component) == ("mine", "register_data_adapters", "invented")
    assert said in fault.error
    assert "invented" not in plugins.data_adapters


@pytest.mark.parametrize("place", ["deferred_adapters", "deferred_adapters:", ":invented", ""])
def test_a_place_that_is_none_is_refused_at_once(plugin: Write, place: str) -> None:
    with pytest.raises(PluginError, match=r"it must be 'package\.module:name'"):
        _ = load(plugin, place=place).data_adapters


def test_a_name_that_another_has_is_no_reason_to_import(plugin: Write, module: Callable[[str], None]) -> None:
    module("raise RuntimeError")
    plugins = load(plugin, name="csv")
    assert "csv" not in plugins.data_adapters
    assert "deferred_adapters" not in sys.modules


@pytest.mark.parametrize("kind", KINDS)
def test_all_of_ours_are_where_their_plugins_say(kind: str) -> None:
    plugins = load_plugins()
    known = list(plugins.of_kind(kind))
    assert plugins.usable(kind) == sorted(known)
    assert plugins.faults == []


def test_who_chooses_one_adapter_imports_no_other() -> None:
    code = (
        "import sys; from shoptune.plugins import load_plugins\n"
        "load_plugins().data_adapters['csv'].component\n"
        "print(*(name for name in sys.modules if name.startswith('shoptune_shops.') and 'product' in name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
