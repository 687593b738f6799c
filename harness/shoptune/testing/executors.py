"""What holds for every executor: a step is computed once, after its inputs, and the watch hears of all that happens."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from shoptune.components import AnyExecutor, Execution
from shoptune.errors import ShoptuneError, StepError
from shoptune.execution.context import StepContext
from shoptune.execution.worker import StepWorker
from shoptune.plugins import load_plugins
from shoptune.step import PluginIdentity, Step, StepCost, StepOutcome
from shoptune.storage.store import Store
from shoptune.testing.contract import Finding, examine, insist, options_of, require

__all__ = ["check_executor", "executor_findings"]

US = PluginIdentity(name="shoptune.testing", version="1", source="")


@dataclass(frozen=True, kw_only=True)
class SumStep(Step):
    """Adds a number to those of its inputs."""

    kind: ClassVar[str] = "sum"
    version: ClassVar[int] = 1

    called: str
    number: int
    of: tuple[SumStep, ...] = ()
    fails: bool = False

    @property
    def name(self) -> str:
        """``sum a``."""
        return f"sum {self.called}"

    @property
    def done_by(self) -> PluginIdentity:
        """The module's own plugin, which is none."""
        return US

    def run(self, context: StepContext) -> StepCost:
        """Read the inputs' sums from the store, and write one's own."""
        total = self.number + sum(int(context.result(step).json("sum.json")) for step in self.of)
        context.progress(1, 1, "sums")
        context.say(f"{self.name} is {total}")
        if self.fails:
            raise StepError(f"{self.name} was asked to fail")
        (context.work.output / "sum.json").write_text(json.dumps(total), "utf-8")
        return StepCost(seconds=0.0, tokens_in=total)


def plan(*, fails: str = "") -> tuple[SumStep, ...]:
    """Two roots, a diamond on the first, and what rests on both; the inputs first.  Step `fails` raises."""
    left_root, right_root = (SumStep(called=name, number=1, fails=name == fails) for name in ("a", "b"))
    left, right = (SumStep(called=name, number=2, of=(left_root,), fails=name == fails) for name in ("c", "d"))
    middle = SumStep(called="e", number=3, of=(left, right), fails=fails == "e")
    last = SumStep(called="f", number=4, of=(middle, right_root), fails=fails == "f")
    return left_root, right_root, left, right, middle, last


EXPECTED = {"a": 1, "b": 1, "c": 3, "d": 3, "e": 9, "f": 14}


@dataclass(frozen=True)
class Heard:
    """A watch that notes what it is told, and the reporter of every step."""

    events: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    outcomes: dict[str, StepOutcome] = field(default_factory=dict)

    def started(self, step: Step) -> Heard:
        """Note that a step begins."""
        self.events.append(("started", step.name))
        return self

    def finished(self, step: Step, outcome: StepOutcome) -> None:
        """Note that a step is done."""
        self.events.append(("finished", step.name))
        self.outcomes[step.name] = outcome

    def failed(self, step: Step, error: BaseException) -> None:  # noqa: ARG002 - as `Watch` has it
        """Note that a step failed."""
        self.events.append(("failed", step.name))

    def progress(self, done: float, total: float, unit: str = "", detail: str = "") -> None:
        """Progress may be thinned out: take note of none."""

    def say(self, text: str) -> None:
        """Note a line for the screen."""
        self.said.append(text)


@dataclass(frozen=True)
class Material:
    """An executor, and a folder for stores."""

    executor: AnyExecutor
    folder: Path
    given: BaseModel | None

    @cached_property
    def options(self) -> BaseModel:
        """The options, or their defaults."""
        options: BaseModel = options_of(self.executor.options, self.given)
        return options

    def execute(self, steps: Sequence[Step], name: str) -> tuple[Heard, Store, BaseException | None]:
        """Let the executor compute steps in a new store; returns what was heard, and what it raised."""
        store, heard = Store(self.folder / name), Heard()
        store.prepare()
        worker = StepWorker.of(store, load_plugins(only=lambda _: False))
        try:
            self.executor.execute(Execution(steps=steps, worker=worker, watch=heard, options=self.options))
        except (ShoptuneError, OSError) as error:
            return heard, store, error
        return heard, store, None


def check_executor(executor: AnyExecutor, folder: Path, options: BaseModel | None = None) -> None:
    """Hold an executor against its contract; raises `ContractError` with all that is wrong.

    Args:
        executor: The executor.
        folder: An empty folder to work in, reachable from wherever it computes.
        options: The executor's options; default: their defaults.

    """
    insist(executor_findings(executor, folder, options))


def executor_findings(executor: AnyExecutor, folder: Path, options: BaseModel | None = None) -> list[Finding]:
    """Return what each check of `check_executor` found."""
    return examine("executor", executor.name, CHECKS, Material(executor, folder, options))


def every_step_is_computed_once_and_after_its_inputs(material: Material) -> None:
    steps = plan()
    heard, store, error = material.execute(steps, "whole")
    require(error is None, f"it raised {type(error).__name__}: {error}")
    counts = Counter(heard.events)
    for step in steps:
        for event in ("started", "finished"):
            found = counts[event, step.name]
            require(found == 1, f"the watch heard {found} times that {step.name!r} has {event}; needed is once")
        for each in step.inputs:
            place = heard.events.index(("started", step.name))
            before = heard.events.index(("finished", each.name)) < place
            require(before, f"{step.name!r} was started before its input {each.name!r} was finished")
        stored = store.find(step.fingerprint)
        require(stored is not None, f"the store has no result of {step.name!r}")
        total = stored.json("sum.json") if stored else None
        require(total == EXPECTED[step.called], f"{step.name!r} came to {total}, not {EXPECTED[step.called]}")


def what_steps_say_and_cost_arrives(material: Material) -> None:
    heard, store, _ = material.execute(plan(), "said")
    for step in plan():
        said = f"{step.name} is {EXPECTED[step.called]}"
        require(said in heard.said, f"{step.name!r} said {said!r}, and its reporter never heard it")
        outcome = heard.outcomes.get(step.name)
        require(outcome is not None, f"the watch got no outcome of {step.name!r}")
        if outcome:
            where = store.folder(step.fingerprint)
            require(outcome.folder == where, f"the outcome of {step.name!r} names {outcome.folder}, not {where}")
            cost = outcome.cost.tokens_in if outcome.cost else None
            require(cost == EXPECTED[step.called], f"the cost of {step.name!r} is {outcome.cost}")


def a_failure_ends_the_run_and_loses_nothing(material: Material) -> None:
    steps = plan(fails="d")
    heard, store, error = material.execute(steps, "failed")
    require(error is not None, "a step failed, and it raised nothing")
    require("sum d was asked to fail" in str(error), f"it raised {error!r}, which does not say what the step said")
    require(heard.events.count(("failed", "sum d")) == 1, "the watch must hear once that 'sum d' has failed")
    begun = {name for event, name in heard.events if event == "started"}
    require(not begun & {"sum e", "sum f"}, f"it started {sorted(begun)}, although 'sum d' had failed")
    for event, name in heard.events:
        if event == "finished":
            step = next(step for step in steps if step.name == name)
            require(store.find(step.fingerprint), f"{name!r} was finished, and is not in the store")


CHECKS = (
    every_step_is_computed_once_and_after_its_inputs,
    what_steps_say_and_cost_arrives,
    a_failure_ends_the_run_and_loses_nothing,
)
