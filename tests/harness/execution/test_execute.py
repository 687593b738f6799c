"""What a run computes, in which order, and what is said of a step that fails."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.fakes import Shop


def test_of_two_steps_that_do_the_same_the_first_is_computed_in_its_place(shop: Shop) -> None:
    """What starts from the first must not be computed before it."""
    shop.experiment["candidates"] = {
        "base": {"model": "fake-model"},
        "first": {"from": "base", "tune": {"method": "drill"}},
        "after": {"from": "first", "tune": {"method": "prefer"}},
        "again": {"from": "base", "tune": {"method": "drill"}},
    }
    outcome = shop.run()
    assert outcome.code == 0, outcome.output
    tuned = [line for line in shop.journal() if line.startswith("before tune")]
    assert tuned == ["before tune first", "before tune after"]


def test_what_was_raised_first_is_told(shop: Shop) -> None:
    shop.fail("step 2", "full disk")
    outcome = shop.run("run", "--debug")
    assert outcome.code == 3
    assert "error: no space left on the disk" in outcome.output
    assert "OSError: [Errno 28]" in outcome.output, "in the traceback"
    assert "failed tune drilled: OSError" in shop.journal()


@pytest.mark.parametrize("executor", ["local", {"executor": "processes", "processes": 1}])
def test_what_plugins_print_meanwhile_does_not_mix_with_the_commands_output(shop: Shop, executor: object) -> None:
    shop.set("executor", executor).plugin_source('            reached("read")', '            print("stray")')
    shop.plugin_source('    note(f"before {step.name}")', '    print("stray")')
    shop.plugin_source('    note(f"after {step.name}")', '    print("stray")')
    code = "from shoptune.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "data", shop.path.name, "--json"], cwd=shop.folder, capture_output=True, check=True
    )
    assert json.loads(done.stdout).keys() == {"echo"}
    assert b"stray" in done.stderr


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        (
            "pass",
            "the executor 'noted' ended without computing 3 of 3 steps, the first of them 'read",
        ),
        ("raise SystemExit(5)", "plugin 'fake_plugin' 1.2.3 failed to execute the steps: SystemExit: 5"),
    ],
)
def test_an_executor_that_computes_nothing_is_named(shop: Shop, instead: str, said: str) -> None:
    shop.set("executor", "noted").plugin_source("            execution.run_here(step)", f"            {instead}")
    outcome = shop.run()
    assert outcome.code == 3
    assert said in outcome.output


def test_an_observer_that_raises_at_each_step_is_told_of_once(shop: Shop) -> None:
    shop.fail("before_step")
    outcome = shop.run()
    assert outcome.code == 0
    assert outcome.output.count("raised in before_step: ValueError: before_step was asked to raise") == 1
