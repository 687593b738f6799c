"""Discovery, registration and blame."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import json
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import click
import pytest

from shoptune import hookspecs
from shoptune.errors import PluginError, UsageError
from shoptune.plugins import Plugins, load_plugins, loading
from tests.distributions import HEAD, METRIC, write_distribution
from tests.fakes import Shop, shoptune

HOOKS = sorted(name for name, value in vars(hookspecs).items() if hasattr(value, "shoptune_spec"))


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


class TestHooks:
    def test_take_their_arguments_by_names_that_the_manual_gives(self) -> None:
        tree = ast.parse(Path(hookspecs.__file__).read_text("utf-8"))
        found = {f.name: [a.arg for a in f.args.args] for f in tree.body if isinstance(f, ast.FunctionDef)}
        assert found == {
            **{name: [] for name in HOOKS if name.startswith("register_")},
            "register_commands": ["cli"],
            "select_data_adapter": ["path"],
            "select_model_backend": ["model"],
            "before_step": ["step"],
            "after_step": ["step", "seconds"],
            "on_step_error": ["step", "error"],
            "report_sections": ["comparison"],
        }


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
        assert registered.plugin.identity()["version"] == "2.1"

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


class TestSelecting:
    def test_the_first_answer_counts(self, plugin: Callable[..., Path]) -> None:
        source = "@hookimpl\ndef select_data_adapter(path): return {!r} if path.name == 'x' else None\n"
        loaded = load_plugins([plugin(source.format("csv"), "one.py"), plugin(source.format("json"), "two.py")])
        assert loaded.select_data_adapter(Path("x")) == "json", "pluggy asks who came last first"
        assert loaded.select_model_backend("y") == "transformers", "which takes what nobody else wants"

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("raise ValueError('boo')", "ValueError: boo"),
            ("return 7", "it named 7, which is none of:"),
            ("return 'unheard_of'", "it named 'unheard_of', which is none of:"),
        ],
    )
    def test_one_that_can_not_is_passed_over(self, install: Callable[..., None], body: str, said: str) -> None:
        install("strange", f"@hookimpl\ndef select_model_backend(model): {body}\n")
        loaded = load_plugins()
        assert loaded.select_model_backend("x") == "transformers"
        (fault,) = loaded.faults
        assert fault.hook == "select_model_backend"
        assert said in fault.error

    def test_nobody_knows(self) -> None:
        assert load_plugins().select_data_adapter(Path("x.unheard_of")) is None

    def test_one_that_raises_is_named(self, shop: Shop) -> None:
        shop.fail("select_data_adapter")
        outcome = shop.run()
        assert outcome.code == 3
        assert "plugin 'fake_plugin' 1.2.3 raised in select_data_adapter: ValueError" in outcome.output

    def test_one_that_refuses_in_words_is_let_speak(self, plugin: Callable[..., Path]) -> None:
        source = (
            "from shoptune.errors import DataError\n@hookimpl\ndef select_data_adapter(path):\n    raise DataError('x')"
        )
        with pytest.raises(UsageError, match=r"^x$"):
            load_plugins([plugin(source)]).select_data_adapter(Path("a.csv"))


class TestObserving:
    def test_all_steps_are_told_of(self, shop: Shop) -> None:
        shop.run()
        told = [line for line in shop.journal() if line.startswith(("before", "after"))]
        assert told[:4] == ["before prepare echo", "after prepare echo", "before tune drilled", "after tune drilled"]
        assert len(told) == 2 * len(shop.plan().steps)

    def test_steps_in_the_store_are_not(self, shop: Shop) -> None:
        shop.run()
        shop.journal()
        shop.run()
        assert shop.journal() == []

    def test_a_failure_is_told_of(self, shop: Shop) -> None:
        shop.fail("step 2")
        shop.run()
        assert shop.journal()[-1] == "failed tune drilled: ValueError"

    @pytest.mark.parametrize("hook", ["before_step", "report_sections"])
    def test_one_that_raises_is_recorded_and_loses_nothing(self, shop: Shop, hook: str) -> None:
        shop.fail(hook)
        outcome = shop.run()
        assert outcome.code == 0
        assert f"warning: plugin 'fake_plugin' 1.2.3 raised in {hook}: ValueError: {hook} was asked" in outcome.output
        assert shop.comparison()["results"]

    def test_sections_that_are_none_are_recorded(self, shop: Shop) -> None:
        shop.plugin_source("yield Section(", "yield dict(")
        outcome = shop.run()
        assert outcome.code == 0
        assert "raised in report_sections: PluginError: report_sections returned a dict" in outcome.output

    def test_sections_reach_the_reports(self, shop: Shop) -> None:
        shop.run()
        assert (shop.folder / "reports/fake/lines.txt").read_text("utf-8").endswith("\nAbout fake\n")

    def test_arguments_are_opt_in(self, plugin: Callable[..., Path]) -> None:
        source = "told = []\n@hookimpl\ndef after_step(seconds): told.append(seconds)\n"
        loaded = load_plugins([plugin(source)])
        loaded.tell("after_step", step=None, seconds=3.0)
        assert loaded.loaded[-1].module.told == [3.0]
        assert loaded.warnings == []


class TestCommands:
    def group(self, loaded: Plugins) -> click.Group:
        group = click.Group()
        loaded.add_commands(group)
        return group

    def test_a_plugin_adds_one(self, shop: Shop) -> None:
        assert "fake-hello" in self.group(shop.load().plugins).commands

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("cli.command('half')(print)\n    raise ValueError('boo')", "ValueError: boo"),
            ("cli.command('demo')(print)", "it would take the place of the command 'demo'"),
        ],
    )
    def test_one_that_fails_takes_no_other_with_it(self, install: Callable[..., None], body: str, said: str) -> None:
        install("strange", f"@hookimpl\ndef register_commands(cli):\n    {body}\n")
        loaded = load_plugins()
        commands = self.group(loaded).commands
        assert "half" not in commands
        assert commands["demo"].help, "the one that was there first"
        assert said in loaded.faults[-1].error

    def test_one_that_raises_when_it_is_called_is_named(self, install: Callable[..., None]) -> None:
        source = (
            "@hookimpl\ndef register_commands(cli):\n    @cli.command('go')\n    def go(): raise ValueError('boo')\n"
        )
        install("strange", source)
        with pytest.raises(PluginError, match=r"plugin 'strange' 2\.1 raised in its command 'go': ValueError: boo"):
            self.group(load_plugins()).commands["go"].main([], standalone_mode=False)


class TestCheck:
    def test_a_plugin_that_keeps_to_the_contract(self, plugin: Callable[..., Path]) -> None:
        outcome = shoptune("plugins", "check", str(plugin(METRIC.replace("0.0", "float(len(e.samples) or 'nan')"))))
        assert outcome.code == 0, outcome.output
        assert "metric mine: " in outcome.output
        assert "keeps to its contract, as far as it was checked" in outcome.output

    def test_a_plugin_of_which_nothing_can_be_checked(self, plugin: Callable[..., Path]) -> None:
        outcome = shoptune("plugins", "check", str(plugin(METRIC.replace("0.0", "float('nan')"))))
        assert outcome.code == 0, outcome.output
        assert "keeps to its contract" not in outcome.output
        assert "nothing could be checked" in outcome.output

    def test_a_plugin_that_does_not(self, install: Callable[..., None]) -> None:
        install("strange", METRIC.replace("0.0", "1 / 0"))
        outcome = shoptune("plugins", "check", "strange")
        assert outcome.code == 3
        assert "failed: " in outcome.output
        assert "division by zero" in outcome.output
        assert "strange breaks its contract" in outcome.output

    def test_a_plugin_that_is_broken(self, install: Callable[..., None]) -> None:
        install("broken", "import no_such_module\n")
        outcome = shoptune("plugins", "check", "broken")
        assert outcome.code == 3
        assert "the plugin 'broken' 2.1 could not be loaded" in outcome.output

    def test_a_plugin_that_is_not_there(self) -> None:
        outcome = shoptune("plugins", "check", "labls")
        assert outcome.code == 2
        assert "Did you mean 'labels'?" in outcome.output

    def test_a_plugin_without_components(self) -> None:
        outcome = shoptune("plugins", "check", "local")
        assert outcome.code == 0
        assert "local brings nothing that has a contract" in outcome.output


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
