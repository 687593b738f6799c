"""Plans in rounds: what was measured on validation data may decide what the next round is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shoptune.experiment.load import Experiment
from shoptune.planning.make_plan import make_plan
from shoptune.planning.plan import Plan, with_inputs
from shoptune.planning.selection import choose
from shoptune.step import Step
from shoptune.storage.store import Store

__all__ = ["plan_rounds", "steps_of_round"]


def plan_rounds(experiment: Experiment, first: Plan, store: Store, compute: Callable[[Sequence[Step]], None]) -> Plan:
    """Return the plan in which all is decided, or the first that the store can't decide yet.

    `first` is the plan of the first round; `compute` is given the steps that each choice rests on.  Where it leaves
    them missing, planning ends there: what comes later depends on them.
    """
    choices: dict[str, str] = {}
    plan = first
    while plan.selections:
        steps = steps_of_round(plan)
        compute(steps)
        if any(store.find(step.fingerprint) is None for step in steps):
            return plan
        choices |= {each.candidate: choose(each, store, experiment.plugins) for each in plan.selections}
        plan = make_plan(experiment, choices)
    return plan


def steps_of_round(plan: Plan) -> tuple[Step, ...]:
    """Return what a round takes: the steps that its choices rest on, or all of the plan's where none is left."""
    if not plan.selections:
        return plan.steps
    return with_inputs([step for each in plan.selections for step in each.measurements.values()])
