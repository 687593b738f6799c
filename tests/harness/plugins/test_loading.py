"""Which plugins are there, and which are refused."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from shoptune.errors import PluginError, UsageError
from shoptune.plugins import load_plugins, loading
from tests.distributions import METRIC
from tests.fakes import Shop, shoptune


class TestFirstParty:
    def test_all_load(self) -> None:
        loaded = load_plugins(only=lambda p: p.dist is not None and p.dist.name == "shoptune")
        kinds = [loaded.data_adapters, loaded.tasks, loaded.tuning_methods, loaded.model_backends, loaded.metrics]
        assert all([*kinds, loaded.report_formats, loaded.executors])
        loaded.ask_all()
        assert loaded.faults == []
        assert {p.version for p in loaded.loaded} == {importlib.metadata.version("shoptune")}

    def test_each_plugins_place_is_its_package(self) -> None:
        for one in load_plugins(only=lambda p: p.dist is not None and p.dist.name == "shoptune").loaded:
            assert one.place.name == f"shoptune_{one.name}"


class TestInstalled:
    def test_brings_its_components(self, install: Callable[..., None]) -> None:
        install("good", METRIC)
        registered = load_plugins().metrics["mine"]
        assert registered.plugin.label == "plugin 'good' 2.1"
        assert registered.plugin.identity().version == "2.1"

    def test_as_one_module_is_fingerprinted_alone(self, install: Callable[..., None]) -> None:
        install("single", METRIC)
        assert load_plugins().metrics["mine"].plugin.place.name == "single_plugin.py"

    def test_in_a_package_is_fingerprinted_with_it(self, install: Callable[..., None]) -> None:
        install("packed", METRIC, module="packed_package.plugin")
        assert load_plugins().metrics["mine"].plugin.place.name == "packed_package"

    @pytest.mark.parametrize(
        ("source", "said"),
        [
            ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
            ("raise SystemError('boo')\n", "SystemError: boo"),
            ("@hookimpl\ndef register_taks(): return []\n", "no hook 'register_taks'. Did you mean 'register_tasks'?"),
            ("@hookimpl\ndef before_step(stp): pass\n", "stp"),
            ("def register_tasks(): return []\n", "register_tasks is not marked with @shoptune.hookimpl"),
            ("", "there is no hook in it"),
        ],
    )
    def test_broken_is_listed_and_harms_nobody(
        self, install: Callable[..., None], shop: Shop, source: str, said: str
    ) -> None:
        install("broken", source + "\n")
        install("zebra", METRIC)  # loaded after the broken one
        loaded = load_plugins()
        (broken,) = loaded.faults
        assert (broken.name, broken.version, broken.distribution) == ("broken", "2.1", "broken")
        assert broken.hook == ""
        assert "`--no-plugin broken` leaves it out" in str(broken)
        assert said in broken.error
        assert "Traceback" in broken.traceback
        assert "mine" in loaded.metrics
        assert shop.run().code == 0

    def test_none_of_a_broken_plugins_hooks_is_called(self, install: Callable[..., None], shop: Shop) -> None:
        install("broken", "@hookimpl\ndef before_step(step): raise ValueError\n@hookimpl\ndef report_tasks(): pass\n")
        outcome = shop.run()
        assert outcome.code == 0
        assert "warning" not in outcome.output

    def test_broken_is_suspected_where_a_name_is_missing(self, install: Callable[..., None], shop: Shop) -> None:
        install("broken", "import no_such_module\n")
        outcome = shop.set("tasks.echo.task", "broken_task").run()
        assert outcome.code == 2
        assert "there is no task 'broken_task'" in outcome.output
        assert "Perhaps this is why: the plugin 'broken' 2.1 could not be loaded" in outcome.output
        assert "Install what brings the module 'no_such_module'" in outcome.output
        assert "No module named 'no_such_module'" in outcome.output

    def test_broken_in_the_list(self, install: Callable[..., None]) -> None:
        install("broken", "import no_such_module\n")
        outcome = shoptune("plugins", "list")
        assert outcome.code == 0
        assert "broken" in outcome.output
        assert "no_such_module" in outcome.output
        assert "Traceback" not in outcome.output
        assert "Traceback" in shoptune("plugins", "list", "--tracebacks").output

    def test_the_list_as_json(self, install: Callable[..., None]) -> None:
        install("broken", "import no_such_module\n")
        install("good", METRIC)
        rows = {row["name"]: row for row in json.loads(shoptune("plugins", "list", "--json").output)}
        assert rows["good"]["brings"] == {"metrics": ["mine"]}
        assert rows["good"]["hooks"] == ["register_metrics"]
        assert rows["broken"]["status"] == "broken"
        assert rows["files"]["status"] == "ok"

    def test_a_name_that_two_strangers_claim_is_nobodys(self, install: Callable[..., None]) -> None:
        install("first", METRIC)
        install("second", METRIC)
        loaded = load_plugins()
        assert "mine" not in loaded.metrics
        assert "rouge_l" in loaded.metrics, "who needs another is not harmed"
        assert {(f.name, f.hook, f.component) for f in loaded.faults} == {
            ("first", "register_metrics", "mine"),
            ("second", "register_metrics", "mine"),
        }
        with pytest.raises(UsageError) as caught:
            loaded.find("metric", loaded.metrics, "mine")
        for words in ("plugin 'first' 2.1", "plugin 'second' 2.1", "called 'mine'", "--no-plugin"):
            assert words in str(caught.value)
        with pytest.raises(UsageError) as caught:
            loaded.find("metric", loaded.metrics, "other")
        assert "first" not in str(caught.value), "that is not why there is no other"

    def test_no_stranger_takes_a_name_of_shoptunes_own(self, install: Callable[..., None]) -> None:
        install("taker", METRIC.replace("mine", "rouge_l"))
        loaded = load_plugins()
        assert loaded.metrics["rouge_l"].plugin.name == "text"
        (fault,) = loaded.faults
        assert (fault.name, fault.component) == ("taker", "rouge_l")

    def test_a_name_that_a_plugin_gives_twice(self, install: Callable[..., None]) -> None:
        install("twice", METRIC.replace("return [", "return 2 * ["))
        loaded = load_plugins()
        assert "mine" not in loaded.metrics
        assert "register_metrics returned two called 'mine'" in loaded.faults[0].error

    def test_two_plugins_of_one_name(self, install: Callable[..., None]) -> None:
        install("text", METRIC, module="other_text")
        loaded = load_plugins()
        assert "rouge_l" in loaded.metrics
        assert "another plugin is called 'text' already, the one from shoptune" in loaded.faults[0].error

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("return ['rouge']", "register_metrics returned a str; it must return an iterable of AdditiveMetric or"),
            ("return 7", "register_metrics returned a int; it must return an iterable of"),
            ("pass", "register_metrics returned a NoneType; it must return an iterable of"),
            ("raise SystemExit(0)", "SystemExit: 0"),
            ("raise RuntimeError('boo')", "RuntimeError: boo"),
            ("yield 1 / 0", "ZeroDivisionError"),
        ],
    )
    def test_what_returns_something_else_is_broken(
        self, install: Callable[..., None], shop: Shop, body: str, said: str
    ) -> None:
        install("strange", f"@hookimpl\ndef register_metrics():\n    {body}\n")
        loaded = load_plugins()
        assert "rouge_l" in loaded.metrics
        (broken,) = loaded.faults
        assert said in broken.error
        assert broken.hook == "register_metrics"
        assert shop.run().code == 0

    def test_a_hook_of_another_name_in_python(self, install: Callable[..., None]) -> None:
        install(
            "renamed",
            METRIC.replace("@hookimpl", '@hookimpl(specname="register_metrics")').replace(
                "def register_metrics", "def my_metrics"
            ),
        )
        assert "mine" in load_plugins().metrics


class TestPlainFile:
    def test_brings_its_components(self, plugin: Callable[..., Path]) -> None:
        path = plugin(METRIC)
        registered = load_plugins([path]).metrics["mine"]
        assert registered.plugin.label == "plugin 'mine' 9.8"
        assert registered.plugin.distribution == str(path)
        assert registered.plugin.place == path

    def test_without_a_version(self, tmp_path: Path) -> None:
        (tmp_path / "mine.py").write_text("from shoptune import hookimpl\n" + METRIC)
        assert load_plugins([tmp_path / "mine.py"]).loaded[-1].version == "unversioned"

    @pytest.mark.parametrize("files", [("__init__.py",), ("plugin.py",), ("__init__.py", "plugin.py")])
    def test_folder(self, plugin: Callable[..., Path], tmp_path: Path, files: tuple[str, ...]) -> None:
        plugin("NUMBER = 7\n", "folder/numbers_of_mine.py")
        for file in files[:-1]:
            plugin("", f"folder/{file}")
        plugin("from .numbers_of_mine import NUMBER\n" + METRIC, f"folder/{files[-1]}")
        registered = load_plugins([tmp_path / "folder"]).metrics["mine"]
        assert registered.plugin.name == "folder"
        assert registered.plugin.place == tmp_path / "folder", "its other modules count as its source"

    @pytest.mark.parametrize(
        ("source", "said"),
        [
            ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
            ("def f(:\n", "SyntaxError"),
            ("@hookimpl\ndef register_taks(): return []\n", "Did you mean 'register_tasks'?"),
        ],
    )
    def test_that_is_broken_stops_the_run_that_names_it(
        self, plugin: Callable[..., Path], source: str, said: str
    ) -> None:
        path = plugin(source)
        with pytest.raises(PluginError) as caught:
            load_plugins([path])
        assert f"the plugin {path} could not be loaded" in str(caught.value)
        assert said in str(caught.value)

    def test_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="neither a Python file nor a folder"):
            load_plugins([tmp_path / "nowhere.py"])
        (tmp_path / "empty").mkdir()
        with pytest.raises(UsageError, match="neither a Python file nor a folder"):
            load_plugins([tmp_path / "empty"])
        (tmp_path / "notes.txt").write_text("no plugin")
        with pytest.raises(UsageError, match="is not a Python file"):
            load_plugins([tmp_path / "notes.txt"])

    def test_called_as_an_installed_one(self, plugin: Callable[..., Path]) -> None:
        path = plugin(METRIC, "files.py")
        with pytest.raises(PluginError, match=r"files.py could not be loaded: .*already"):
            load_plugins([path])


class TestChoice:
    def test_a_plugin_is_left_out_by_name(self, install: Callable[..., None], shop: Shop) -> None:
        install("good", METRIC)
        shop.set("tasks.echo.metrics", ["mine"])
        assert shop.run().code == 0
        outcome = shop.run("run", "--no-plugin", "good")
        assert outcome.code == 2
        assert "Perhaps this is why: --no-plugin leaves out the plugin 'good'" in outcome.output
        assert "left out" in shoptune("plugins", "list", "--no-plugin", "good").output
        assert shop.run().code == 0, "the next command has it again"

    def test_a_name_that_nobody_has(self, shop: Shop) -> None:
        outcome = shop.run("plan", "--no-plugin", "trll")
        assert outcome.code == 2
        assert "--no-plugin: no plugin 'trll' is installed. Did you mean 'trl'?" in outcome.output

    def test_all_strangers_are_left_out(
        self, install: Callable[..., None], plugin: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        install("good", METRIC)
        monkeypatch.setenv("SHOPTUNE_DISABLE_THIRD_PARTY_PLUGINS", "1")
        loaded = load_plugins([plugin(METRIC.replace("mine", "named"))])
        assert {"rouge_l", "named"} <= loaded.metrics.keys(), "what the experiment itself names was asked for"
        assert "mine" not in loaded.metrics
        assert loaded.left_out == {"good": "SHOPTUNE_DISABLE_THIRD_PARTY_PLUGINS"}


def test_without_any_entry_point_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(**_: Any) -> list[EntryPoint]:
        return []

    monkeypatch.setattr(loading, "entry_points", none)
    loaded = load_plugins()
    assert loaded.loaded == ()
    assert loaded.tasks == {}
    with pytest.raises(UsageError, match=r"there is no task 'x'\. There are none\."):
        loaded.find("task", loaded.tasks, "x")
