"""What the statistics of a large comparison cost: invented rows of 20 metrics and 6 candidates on 2,000 samples.

    python -m tests.benchmarks.statistics

measures the seconds that `compare` takes with 10,000 resamples, and the whole process's peak memory;
``--groups`` and ``--slices`` measure other shapes of the same work.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from shoptune.comparing.compare import compare
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.components import AdditiveMetric, Evaluation, FloatArray, NoOptions
from tests.benchmarks.processes import peak_bytes
from tests.benchmarks.tables import machine, output_option, publish, table

METRICS, SAMPLES, RESAMPLES = 20, 2_000, 10_000
CANDIDATES = ("base", "few_shot", "filled template", "sft", "dpo", "large")


def invented(metric: int) -> Measured:
    """Return a metric of 2 to 6 columns: sums, of which the last is the number of samples that it applies to."""
    chance = np.random.default_rng(metric)
    k = 2 + metric % 5
    hard = chance.random((SAMPLES, 1))  # what is hard for one candidate is hard for the others
    rows = {
        name: np.hstack([(hard + chance.random((SAMPLES, k - 1))) / (2 + place / 20), np.ones((SAMPLES, 1))])
        for place, name in enumerate(CANDIDATES)
    }
    component = AdditiveMetric(
        name="mean", summary="", options=NoOptions, rows=_never, reduce=_mean, higher_is_better=bool(metric % 2)
    )
    return Measured(task="invented", metric=f"metric {metric}", component=component, rows=rows)


def _mean(totals: FloatArray) -> FloatArray:
    return np.asarray(totals[..., :-1].sum(axis=-1) / totals[..., -1])


def _never(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    raise AssertionError("the rows are there already")


def measured_and_samples(groups: int, slices: int) -> tuple[Sequence[Measured], TaskSamples]:
    """Return what `compare` takes."""
    samples = TaskSamples(
        task="invented",
        groups=[f"product {i % groups}" for i in range(SAMPLES)],
        slices=[{"category": f"category {i % slices}"} if slices else {} for i in range(SAMPLES)],
        invalid={name: np.zeros(SAMPLES, dtype=bool) for name in CANDIDATES},
    )
    return [invented(metric) for metric in range(METRICS)], samples


@click.command()
@click.option("--groups", default=SAMPLES, show_default=True, help="How many products the samples come from.")
@click.option("--slices", default=0, show_default=True, help="How many categories results are broken down by.")
@output_option
def main(groups: int, slices: int, output: Path | None) -> None:
    """Measure and print."""
    measured, samples = measured_and_samples(groups, slices)
    started = time.perf_counter()
    results = compare([samples], measured, CANDIDATES, CANDIDATES[0], seed=7, resamples=RESAMPLES).results
    seconds = time.perf_counter() - started
    peak = peak_bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    work = f"{METRICS} metrics x {len(CANDIDATES)} candidates x {SAMPLES:,} samples x {RESAMPLES:,} resamples"
    line = [work, f"{groups:,}", f"{slices:,}", f"{len(results):,}", f"{seconds:.2f}", f"{peak / 2**20:.0f}"]
    publish(
        "Statistics",
        [table(["what", "groups", "slices", "results", "s", "peak MiB"], [line]), machine("numpy", "scipy")],
        output,
    )


if __name__ == "__main__":
    main()
