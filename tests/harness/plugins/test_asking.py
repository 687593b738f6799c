"""How plugins are asked and told, and what becomes of one that raises."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from shoptune import hookspecs
from shoptune.errors import PluginError, UsageError
from shoptune.plugins import Plugins, load_plugins
from tests.fakes import Shop

HOOKS = sorted(name for name, value in vars(hookspecs).items() if hasattr(value, "shoptune_spec"))


class TestHooks:
    def test_take_their_arguments_by_names_that_the_manual_gives(self) -> None:
        tree = ast.parse(Path(hookspecs.__file__).read_text("utf-8"))
        found = {f.name: [a.arg for a in f.args.args] for f in tree.body if isinstance(f, ast.FunctionDef)}
        assert found == {
            **{name: [] for name in HOOKS if name.startswith("register_")},
            "register_commands": ["cli"],
            "select_data_adapter": ["path"],
            "select_model_backend": ["model"],
            "before_run": ["experiment", "steps"],
            "after_run": ["comparison", "folder"],
            "on_run_error": ["experiment", "error"],
            "before_step": ["step"],
            "after_step": ["step", "outcome"],
            "on_step_error": ["step", "error"],
            "report_sections": ["comparison"],
        }


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
        told = [line for line in shop.journal(runs=True) if line.startswith(("before", "after", "run"))]
        assert told[:5] == [
            "run fake begins",
            "before read products of shop",
            "after read products of shop",
            "before read tests of shop",
            "after read tests of shop",
        ]
        assert told[-1] == "run fake ended"
        assert len(told) == 2 * len(shop.plan().steps) + 2

    def test_steps_in_the_store_are_not(self, shop: Shop) -> None:
        shop.run()
        shop.journal()
        shop.run()
        assert shop.journal(runs=True) == ["run fake begins", "run fake ended"]

    def test_a_failure_is_told_of(self, shop: Shop) -> None:
        shop.fail("batch 2")
        shop.run()
        assert shop.journal(runs=True)[-2:] == [
            "failed predict echo with base: ValueError",
            "run fake failed: StepError",
        ]

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
        source = "told = []\n@hookimpl\ndef after_step(outcome): told.append(outcome)\n"
        loaded = load_plugins([plugin(source)])
        loaded.notify("after_step", step=None, outcome=3.0)
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
