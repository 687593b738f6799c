"""A tuning method that asks for a metric while it trains: it keeps its best step, and stops when none is better.

What it learns is invented: the share of a prompt's words that it repeats, which rises and then falls.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from shoptune import hookimpl
from shoptune.components import Options, TuningJob, TuningMethod, TuningReport
from shoptune.data import Example

__version__ = "1.0"
CURVE = (0.3, 0.6, 0.9, 0.5, 0.4, 0.3)


class PatientOptions(Options):
    keep: str = "overlap"
    """The metric of the best step."""


def metrics(options: PatientOptions) -> Collection[str]:
    return (options.keep,)


def tune(job: TuningJob[PatientOptions]) -> TuningReport:
    curve: list[dict[str, float]] = []
    for step, skill in enumerate(CURVE, start=1):

        def answer(examples: Sequence[Example], skill: float = skill) -> list[str]:
            words = [example.references[0].split() for example in examples]
            return [" ".join(of[: round(skill * len(of))]) for of in words]

        found = job.evaluate(answer)[job.options.keep]
        rewards = job.score(job.options.keep, job.examples[:3], answer(job.examples[:3]))
        curve.append({"step": step, "loss": 1 - skill, "value": found, "reward": float(rewards.mean())})
        if len(curve) > 1 and found < curve[-2]["value"]:
            break
    best = max(curve, key=lambda row: row["value"])
    (job.output / "adapter").mkdir()
    weights = json.dumps({"skill": CURVE[int(best["step"]) - 1]})
    (job.output / "adapter" / "weights.json").write_text(weights, "utf-8")
    return TuningReport(data={"used": len(job.examples)}, loss=curve, tokens=0)


@hookimpl
def register_tuning_methods() -> Iterable[TuningMethod[Any]]:
    yield TuningMethod(
        name="patient",
        summary="Stops early.",
        options=PatientOptions,
        learns_from="examples",
        tune=tune,
        metrics=metrics,
    )
