"""Ten ways of breaking a plugin: a run that does not need it succeeds, one that does says which plugin it is."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.distributions import METRIC, write_distribution
from tests.fakes import Outcome, Shop, shoptune


class World:
    """A shop, and a stranger's plugin ``strange`` 2.1 beside the plugins that are installed."""

    def __init__(self, shop: Shop, site: Path) -> None:
        self.shop, self.site = shop, site

    def install(self, source: str, name: str = "strange") -> None:
        write_distribution(self.site, name, source)
        importlib.invalidate_caches()

    def run_without_it(self) -> None:
        """Run an experiment that needs nothing of it."""
        outcome = self.shop.run()
        assert outcome.code == 0, outcome.output
        assert "echo: 11 test examples, compared with base" in outcome.output
        assert self.shop.comparison()["results"]

    def run_with_it(self, key: str, value: Any) -> Outcome:
        """Run an experiment that needs it, and see that it is named where that fails."""
        outcome = self.shop.set(key, value).run()
        assert outcome.code in {2, 3}, outcome.output
        assert "'strange' 2.1" in outcome.output
        assert "This is a fault in shoptune" not in outcome.output
        return outcome

    def run_with_its_metric(self) -> str:
        return self.run_with_it("tasks.echo.metrics", ["overlap", "mine"]).output

    def forget(self) -> None:
        """Let it be imported again, as by another process."""
        del sys.modules["strange_plugin"]

    def listed(self, name: str = "strange") -> dict[str, Any]:
        (row,) = [row for row in json.loads(shoptune("plugins", "list", "--json").output) if row["name"] == name]
        found: dict[str, Any] = row
        return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    before = set(sys.modules)
    yield World(Shop(tmp_path / "shop"), site)
    for name in set(sys.modules) - before:
        if str(site) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


# --- 1 to 4: it can't be imported, raises, returns something else, or takes a name ------------------------------------


@pytest.mark.parametrize(
    "raised",
    ["ImportError('boo')", "SystemExit(0)", "RuntimeError('boo')", "KeyboardInterrupt()", "BaseException('boo')"],
)
def test_an_import_that_fails(world: World, raised: str) -> None:
    world.install(f"raise {raised}\n")
    world.run_without_it()
    said = world.run_with_its_metric()
    assert "could not be loaded: " + raised.partition("(")[0] in said
    assert "`--no-plugin strange` leaves it out" in said
    assert world.listed()["status"] == "broken"


REGISTERED: dict[str, tuple[str, Any]] = {
    "register_data_adapters": ("data.shop.products", {"path": "products.fake", "adapter": "mine"}),
    "register_tasks": ("tasks.echo.task", "mine"),
    "register_metrics": ("tasks.echo.metrics", ["mine"]),
    "register_tuning_methods": ("candidates.drilled.tune", {"method": "mine"}),
    "register_model_backends": ("candidates.base.backend", "mine"),
    "register_report_formats": ("reports", ["mine"]),
    "register_executors": ("executor", "mine"),
    "select_data_adapter": ("data.shop.tests", "mine.strange"),
    "select_model_backend": ("candidates.base.model", "strange:mine"),
}
"""Hook -> how an experiment comes to need what it brings."""


@pytest.mark.parametrize("hook", REGISTERED)
def test_a_hook_that_raises(world: World, hook: str) -> None:
    world.install(f"@hookimpl\ndef {hook}(): raise ValueError('boo')\n")
    (world.shop.folder / "mine.strange").write_text("mine\n", "utf-8")
    world.run_without_it()
    said = world.run_with_it(*REGISTERED[hook]).output
    assert f"failed in {hook}: ValueError: boo" in said


def test_a_hook_of_exports_that_raises(world: World) -> None:
    world.install("@hookimpl\ndef register_export_formats(): raise ValueError('boo')\n")
    world.run_without_it()
    assert world.shop.run("data", "--export", "chat").code == 0
    outcome = world.shop.run("data", "--export", "mine")
    assert outcome.code == 2
    assert "the plugin 'strange' 2.1 failed in register_export_formats: ValueError: boo" in outcome.output


def test_a_hook_of_commands_that_raises(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.install("@hookimpl\ndef register_commands(): raise ValueError('boo')\n")
    world.run_without_it()
    monkeypatch.setenv("PYTHONPATH", str(world.site))  # a process asks for commands once
    outcome = world.shop.spawn("mine")
    assert outcome.code == 2
    assert "No such command 'mine'" in outcome.output
    assert "the plugin 'strange' 2.1 failed in register_commands: ValueError: boo" in outcome.output


@pytest.mark.parametrize("hook", ["before_step", "after_step", "report_sections"])
def test_an_observer_that_raises_is_warned_of(world: World, hook: str) -> None:
    world.install(f"@hookimpl\ndef {hook}(): raise ValueError('boo')\n")
    world.run_without_it()
    with (world.shop.folder / "products.fake").open("a") as file:
        file.write("p99,blue soft wool,scarves\n")
    assert f"warning: plugin 'strange' 2.1 raised in {hook}: ValueError: boo" in world.shop.run().output


def test_an_observer_of_errors_that_raises_does_not_hide_the_error(world: World) -> None:
    world.install("@hookimpl\ndef on_step_error(): raise ValueError('boo')\n")
    world.shop.fail("step 2")
    outcome = world.shop.run()
    assert outcome.code == 3
    assert "step 2 was asked to raise" in outcome.output
    assert "warning: plugin 'strange' 2.1 raised in on_step_error: ValueError: boo" in outcome.output


@pytest.mark.parametrize("raised", ["KeyboardInterrupt()", "GeneratorExit()", "BaseException('boo')"])
@pytest.mark.parametrize("hook", ["register_metrics", "register_commands", "select_data_adapter", "before_step"])
def test_a_hook_that_would_end_the_command(world: World, hook: str, raised: str) -> None:
    world.install(f"@hookimpl\ndef {hook}(): raise {raised}\n")
    world.run_without_it()


@pytest.mark.parametrize("raised", ["KeyboardInterrupt()", "GeneratorExit()", "SystemExit(0)"])
def test_a_metric_that_would_end_the_command_is_named(world: World, raised: str) -> None:
    world.install(
        "from shoptune.components import AdditiveMetric, NoOptions\n"
        f"def rows(evaluation, options): raise {raised}\n"
        "@hookimpl\ndef register_metrics():\n"
        "    yield AdditiveMetric(name='mine', summary='ends it', options=NoOptions, rows=rows,\n"
        "        reduce=lambda totals: totals[..., 0], higher_is_better=True, format='share')\n"
    )
    outcome = world.run_with_its_metric()
    assert "plugin 'strange' 2.1" in outcome
    assert raised.partition("(")[0] in outcome


def test_a_person_may_still_interrupt(world: World) -> None:
    world.install("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n" + METRIC)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
    try:
        assert world.shop.run().code == 130
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_hook_without_end(world: World) -> None:
    world.install("import itertools\n@hookimpl\ndef register_metrics(): return itertools.repeat(7)\n")
    world.run_without_it()
    assert "register_metrics returned more than 10,000 things, perhaps without end" in world.run_with_its_metric()


@pytest.mark.parametrize("how", ["wrapper=True", "hookwrapper=True"])
def test_a_wrapper_of_hooks_is_refused(world: World, how: str) -> None:
    world.install(f"@hookimpl({how})\ndef before_step(step):\n    return (yield)\n" + METRIC)
    world.run_without_it()
    assert "before_step is a wrapper of other plugins' hooks, which shoptune calls one by one" in (
        world.run_with_its_metric()
    )


@pytest.mark.parametrize("returned", ["7", "None", "['mine']", "{'mine': 1}"])
def test_a_hook_that_returns_something_else(world: World, returned: str) -> None:
    world.install(f"@hookimpl\ndef register_metrics(): return {returned}\n")
    world.run_without_it()
    said = world.run_with_its_metric()
    assert "it must return an iterable of AdditiveMetric or CorpusMetric" in said


def test_a_name_that_is_taken(world: World) -> None:
    """The plugin whose file the experiment names has it, and keeps it; so do shoptune's own."""
    world.run_without_it()
    before = world.shop.comparison()["results"]
    world.install(METRIC.replace('"mine"', '"overlap"'))
    world.run_without_it()
    assert world.shop.comparison()["results"] == before
    world.install(METRIC.replace('"mine"', '"rouge_l"'), name="other")
    assert "A metric of the plugin 'text'" in shoptune("metrics", "rouge_l").output
    row = world.listed("other")
    assert row["status"] == "broken"
    assert "each bring a metric called 'rouge_l'" in row["faults"][0]["error"]


def test_a_name_that_two_strangers_want(world: World) -> None:
    world.install(METRIC)
    world.install(METRIC, name="other")
    world.run_without_it()
    said = world.run_with_its_metric()
    assert "plugin 'other' 2.1 and plugin 'strange' 2.1 each bring a metric called 'mine'" in said
    outcome = world.shop.run("run", "--no-plugin", "other")
    assert outcome.code == 0, "the remedy that was named is one"


# --- it changes what it is shown ------------------------------------------------------------------------------------

MEDDLING = """
import contextlib

@hookimpl
def before_run(experiment, steps):
    steps.clear()

@hookimpl
def before_step(step):
    for each in (step, *step.inputs):
        for name in list(vars(each)):
            with contextlib.suppress(Exception):
                object.__setattr__(each, name, None)

@hookimpl
def after_step(step, outcome):
    before_step(step)
    object.__setattr__(outcome, "cost", None)

@hookimpl
def report_sections(comparison):
    comparison.results.clear()
    comparison.gates.clear()
    return ()

@hookimpl
def after_run(comparison, folder):
    comparison.gates.clear()

@hookimpl
def register_commands(cli):
    for command in cli.commands.values():
        command.callback = lambda **_: print("all is well")
        command.params.clear()
"""


def test_what_observers_do_to_what_they_are_shown_harms_nothing(world: World) -> None:
    gate = {"task": "echo", "metric": "overlap", "candidate": "silence", "must": "be_better"}
    world.shop.set("compare.gates", [gate])
    assert world.shop.run().code == 1
    before, steps = world.shop.comparison()["results"], {step.fingerprint for step in world.shop.plan().steps}
    manifests = {f: world.shop.store.read(f).manifest["settings"] for f in steps}
    world.shop.start_anew()
    world.install(MEDDLING)
    outcome = world.shop.run()
    assert outcome.code == 1, outcome.output
    assert world.shop.comparison()["results"] == before
    assert {f: world.shop.store.read(f).manifest["settings"] for f in steps} == manifests


def test_a_format_of_reports_can_not_change_what_others_show(world: World) -> None:
    world.install(
        "from shoptune.components import ReportFormat\n"
        "def render(comparison, sections):\n"
        "    comparison.results.clear()\n"
        "    return {}\n"
        "@hookimpl\ndef register_report_formats():\n"
        "    yield ReportFormat(name='mine', summary='', render=render)\n"
    )
    assert world.shop.set("reports", ["mine", "json"]).run().code == 0
    assert world.shop.comparison()["results"]


# --- it answers what is not so ----------------------------------------------------------------------------------------


def test_whoever_chose_another_ones_component_is_named(world: World) -> None:
    world.install("@hookimpl\ndef select_model_backend(model): return 'fake'\n")
    world.shop.set("candidates.base.model", "mine")
    said = "plugin 'strange' 2.1 chose 'fake' of plugin 'fake_plugin' 1.2.3 for mine in select_model_backend"
    assert f"warning: {said}" in world.shop.run().output
    outcome = world.shop.set("candidates.base.no_such_option", 1).run()
    assert outcome.code == 2
    assert f"Perhaps this is why: {said}" in outcome.output


# --- 5 to 8: it misses something, is slow, takes the screen, or was made for another version --------------------------


def test_a_dependency_that_is_missing(world: World) -> None:
    world.install("import no_such_module\n")
    world.run_without_it()
    assert "Install what brings the module 'no_such_module'" in world.run_with_its_metric()


def test_a_part_of_shoptune_that_is_missing(world: World) -> None:
    world.install("from shoptune.components import Telepathy\n")
    assert "It was written for another version of shoptune" in world.run_with_its_metric()


def test_an_import_that_is_slow_is_told_and_is_no_failure(world: World) -> None:
    world.install("import time\ntime.sleep(1.01)\n" + METRIC)
    world.run_without_it()
    assert world.shop.set("tasks.echo.metrics", ["mine"]).run().code == 0
    world.forget()
    row = world.listed()
    assert row["status"] == "ok"
    assert row["import_seconds"] >= 1
    world.forget()
    assert "imported in " in shoptune("plugins", "list").output
    world.forget()
    assert "the plugin 'strange' 2.1 takes " in shoptune("doctor").output


@pytest.mark.parametrize(
    "taken", ["sys.stdout = io.StringIO()", "sys.stderr = io.StringIO()", "sys.stdout.write = len"]
)
def test_a_stream_that_is_taken_is_put_back(world: World, taken: str) -> None:
    world.install(f"import io, sys\n{taken}\n" + METRIC)
    world.run_without_it()
    said = world.run_with_its_metric()
    assert "it replaced sys.std" in said


def test_a_stream_that_is_taken_in_the_middle_of_a_run(world: World) -> None:
    taken = METRIC.replace("lambda e, o: 0.0", "lambda e, o: float(bool(setattr(sys, 'stdout', io.StringIO())))")
    world.install("import io, sys\n" + taken)
    outcome = world.shop.set("tasks.echo.metrics", ["mine"]).run()
    assert outcome.code == 0
    assert "(plugin 'strange' 2.1) replaced sys.stdout; it was put back" in outcome.output
    assert "compared with base" in outcome.output


def test_what_it_prints_spoils_no_json(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.install("print('hello')\n" + METRIC.replace("    return", "    print('hello')\n    return"))
    monkeypatch.setenv("PYTHONPATH", str(world.site))
    script = "import sys; sys.argv = ['shoptune', 'metrics', '--json']; from shoptune.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert "mine" in {row["name"] for row in json.loads(done.stdout)}
    assert "hello" in done.stderr


def test_another_version_of_the_api(world: World) -> None:
    world.install("shoptune_api = 99\n" + METRIC)
    world.run_without_it()
    assert "it was made for version 99 of shoptune's plugin API, and this shoptune has version" in (
        world.run_with_its_metric()
    )


# --- 9 and 10: its options are no model, it raises in the middle of a run ---------------------------------------------

BAD_OPTIONS = {
    "no model": "BAD = dict",
    "a validator that raises": (
        "from pydantic import model_validator\n"
        "from shoptune.components import Options\n"
        "class BAD(Options):\n"
        "    @model_validator(mode='before')\n"
        "    def check(cls, values): return values['width']\n"
    ),
    "a type that is no JSON": (
        "from shoptune.components import Options\n"
        "class BAD(Options):\n"
        "    model_config = {'arbitrary_types_allowed': True}\n"
        "    thing: object = object()\n"
    ),
    "a type that is not there": (
        "from shoptune.components import Options\nclass BAD(Options):\n    thing: 'Nowhere' = None\n"
    ),
}


@pytest.mark.filterwarnings("ignore:Default value")  # of the type that is no JSON
@pytest.mark.parametrize("bad", BAD_OPTIONS)
def test_options_that_are_no_model(world: World, bad: str) -> None:
    world.install(BAD_OPTIONS[bad] + METRIC.replace("options=NoOptions", "options=BAD"))
    world.run_without_it()
    assert shoptune("schema").code == 0, "editors go on"
    world.run_with_its_metric()


@pytest.mark.parametrize("raised", ["ValueError('boo')", "SystemExit(0)"])
def test_raising_in_the_middle_of_a_run(world: World, raised: str) -> None:
    raising = METRIC.replace("lambda e, o: 0.0", "boo").replace(
        "@hookimpl", f"def boo(evaluation, options): raise {raised}\n\n@hookimpl"
    )
    world.install(raising)
    world.run_without_it()
    world.shop.journal()
    outcome = world.run_with_it("tasks.echo.metrics", ["overlap", "mine"])
    assert outcome.code == 3
    assert f"(plugin 'strange' 2.1) failed: {raised.partition('(')[0]}" in outcome.output
    assert world.shop.set("tasks.echo.metrics", ["overlap"]).run().code == 0
    assert [line for line in world.shop.journal() if line.startswith(("trained", "answered"))] == [], "all was kept"


REDUCING = """
from shoptune.components import AdditiveMetric, NoOptions
import numpy as np

@hookimpl
def register_metrics():
    yield AdditiveMetric(
        name="mine", summary="", options=NoOptions, higher_is_better=True,
        rows=lambda evaluation, options: np.ones((len(evaluation.samples), 1)), reduce=REDUCE,
    )
"""
"""A plugin with the metric ``mine``, but for its function ``REDUCE``."""


@pytest.mark.parametrize(
    ("reduce", "fault"),
    [
        ("lambda totals: 1 // 0", "reduce raised ZeroDivisionError"),
        ("lambda totals: totals", "reduce gave shape"),
        ("lambda totals: totals[..., 0], applies=lambda rows: rows", "applies gave shape"),
    ],
)
def test_figures_that_are_wrong_are_not_stored(world: World, reduce: str, fault: str) -> None:
    world.install(REDUCING.replace("REDUCE", reduce))
    said = world.run_with_its_metric()
    assert "measure mine of echo with" in said
    assert f"(plugin 'strange' 2.1): Metric 'mine': {fault}" in said


def test_raising_after_all_steps(world: World) -> None:
    world.install(REDUCING.replace("REDUCE", "lambda totals: totals[..., 0] if len(totals) < 50 else 1 // 0"))
    said = world.run_with_its_metric()
    assert "plugin 'strange' 2.1: Metric 'mine': reduce raised ZeroDivisionError" in said


def test_raising_in_a_report(world: World) -> None:
    world.install(
        "from shoptune.components import ReportFormat\n"
        "@hookimpl\ndef register_report_formats():\n"
        "    yield ReportFormat(name='mine', summary='', render=lambda comparison, sections: 1 / 0)\n"
    )
    world.run_without_it()
    world.run_with_it("reports", ["mine"])


def test_all_unknown_names_are_said_at_once(world: World) -> None:
    world.install("import no_such_module\n")
    shop = world.shop.set("tasks.echo.metrics", ["one", "overlap", "two"]).set("executor", "three")
    shop.set("candidates.drilled.tune.method", "four").set("reports", ["five"]).set("candidates.base.backend", "six")
    shop.set("data.shop.products", {"path": "products.fake", "adapter": "seven"}).set("compare.baseline", "eight")
    outcome = shop.run()
    assert outcome.code == 2
    for name in ("one", "two", "three", "four", "five", "six", "seven", "eight"):
        assert outcome.output.count(f"{name!r}") == 1
    assert outcome.output.count("the plugin 'strange' 2.1 could not be loaded") == 1
