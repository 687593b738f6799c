"""What a comparison is made of, named without making it: a run that finds the same as before need not compare again."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import shoptune
from shoptune.comparison import FailedCandidate
from shoptune.deciding.gates import Gate
from shoptune.fingerprint import fingerprint, fingerprint_of_source, versions_of
from shoptune.planning.plan import Plan
from shoptune.plugins import LoadedPlugin, Plugins
from shoptune.storage.store import Store

__all__ = ["basis_of", "versions_in_use"]

LIBRARIES = ("shoptune", "torch", "transformers", "trl", "peft", "numpy", "scipy", "rouge-score", "sacrebleu")


def versions_in_use() -> dict[str, str]:
    """Return the versions of Python and of what results may depend on."""
    return {"python": platform.python_version(), **versions_of(LIBRARIES)}


def basis_of(
    plan: Plan, failed: Sequence[FailedCandidate], gates: Sequence[Gate], store: Store, plugins: Plugins
) -> str:
    """Return the fingerprint of all that a run's comparison and reports come from, save moment and command line.

    That is the plan, each step's result with its cost, the gates, and the code that compares, reduces and renders.
    """
    return fingerprint(
        {
            "plan": [plan.experiment, plan.seed, plan.baseline, plan.resamples, plan.slices, plan.reports],
            "prices": plan.prices and plan.prices.model_dump(mode="json"),
            "gates": [gate.model_dump(mode="json") for gate in gates],
            "failed": [candidate.model_dump(mode="json") for candidate in failed],
            "tasks": [[t.name, t.component, t.summary, t.scored_on, t.prompts] for t in plan.tasks],
            "candidates": [candidate.model_dump(mode="json") for candidate in plan.candidates],
            "metrics": [metric.model_dump(mode="json") for metric in plan.metrics],
            "steps": [[s.name, s.fingerprint, fingerprint(store.read(s.fingerprint).manifest)] for s in plan.steps],
            "versions": versions_in_use(),
            "core": fingerprint_of_source(Path(shoptune.__file__).parent),
            "plugins": {plugin.name: plugin.version for plugin in plugins.loaded},
            "code": [asdict(plugin.identity()) for plugin in _comparing(plan, plugins)],
        }
    )


def _comparing(plan: Plan, plugins: Plugins) -> list[LoadedPlugin]:
    """Return the plugins whose code is at work after the steps: those of tasks, metrics and report formats."""
    chosen = [
        *(plugins.tasks[task.component].plugin for task in plan.tasks),
        *(plugins.metrics[metric.metric].plugin for metric in plan.metrics),
        *(plugins.report_formats[name].plugin for name in plan.reports),
    ]
    return list({plugin.name: plugin for plugin in chosen}.values())
