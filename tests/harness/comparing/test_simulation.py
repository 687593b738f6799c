"""The statistics, held against experiments whose truth is known.

A population of invented products is measured once, by the real metrics.  An experiment draws its test set from it, so
what an endless test set would give is known exactly: the metric of the whole population.  A product has one to five
samples, which are alike as variants are, and all candidates find the same products hard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq

from shoptune.comparing.compare import compare
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.comparing.statistics import ALPHA, POWER
from shoptune.comparison import Result
from shoptune.components import AdditiveMetric, Evaluation
from shoptune.data import Example, Prediction, Sample
from shoptune_labels.classification import ACCURACY, MACRO_F1
from shoptune_text.chrf import CHRF
from shoptune_text.rouge import ROUGE_L

pytestmark = pytest.mark.slow

Rng = np.random.Generator
Index = npt.NDArray[np.intp]

PRODUCTS = 600
EXPERIMENTS = 800
"""With so many, a share near 0.8 is known to 0.014, and one near 0.05 to 0.008 (standard errors)."""
MANY = 1500
"""With so many, a share near 0.95 is known to 0.006."""
RESAMPLES = 1000
METRICS: dict[str, AdditiveMetric[Any]] = {metric.name: metric for metric in (ACCURACY, MACRO_F1, ROUGE_L, CHRF)}

ERRS = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.3)
"""How often each writer errs, relative to a product's hardness: six are equally good, two are better."""
ALIKE, BETTER, BEST = range(6), 6, 7

LABELS, SHARES = ("exact", "substitute", "irrelevant"), (0.5, 0.3, 0.2)
WORDS = ("soft", "warm", "wool", "scarf", "long", "fringe", "grey", "moss", "woven", "by", "hand", "made", "to", "last")


# --- the population --------------------------------------------------------------------------------------------------


class Population:
    """What the metrics make of every writer's answers about every product."""

    def __init__(self, rng: Rng) -> None:
        self.sizes = rng.integers(1, 6, size=PRODUCTS)
        self.first = np.cumsum(self.sizes) - self.sizes
        labels: list[list[Sample]] = [[] for _ in ERRS]
        texts: list[list[Sample]] = [[] for _ in ERRS]
        for size in self.sizes:
            hardness = rng.beta(2, 3)
            label, text = rng.choice(LABELS, p=SHARES), rng.choice(WORDS, size=rng.integers(8, 25))
            for writer, errs in enumerate(ERRS):
                usual = _label(rng, label, errs * hardness)  # what most variants get, right or wrong
                for _ in range(size):
                    given = usual if rng.random() < 0.6 else _label(rng, label, errs * hardness)
                    labels[writer].append(_sample(label, given))
                    texts[writer].append(_sample(" ".join(text), _misread(rng, text, errs * hardness)))
        self.rows = {
            name: np.stack(
                [
                    metric.rows(Evaluation(samples=samples), metric.options())
                    for samples in (texts if metric.theme == "overlap" else labels)
                ]
            )
            for name, metric in METRICS.items()
        }
        """Metric -> [writers, samples, k]."""

    def samples_of(self, products: npt.NDArray[np.int64]) -> tuple[Index, Index]:
        """Return the numbers of the products' samples, and the place among `products` of each one's product."""
        sizes = self.sizes[products]
        place = np.repeat(np.arange(len(products)), sizes)
        variant = np.arange(len(place)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self.first[products][place] + variant, place

    def truth(self, metric: str, writer: int, share_better: float = 0.0) -> float:
        """Return the metric of the whole population, of which `BETTER` writes a share instead."""
        of_writers = self.rows[metric].sum(axis=1)
        totals = (1 - share_better) * of_writers[writer] + share_better * of_writers[BETTER]
        return float(METRICS[metric].reduce(totals))


def _sample(right: str, given: str) -> Sample:
    example = Example(id="", messages=(), references=(right,), choices=LABELS, group="")
    return Sample(example=example, prediction=Prediction(example_id="", text=given), answer=given)


def _label(rng: Rng, right: str, error: float) -> str:
    return str(rng.choice(LABELS)) if rng.random() < error else right


def _misread(rng: Rng, text: npt.NDArray[np.str_], error: float) -> str:
    return " ".join(np.where(rng.random(len(text)) < error, rng.choice(WORDS, size=len(text)), text))


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(np.random.default_rng(5))


# --- experiments -----------------------------------------------------------------------------------------------------


def experiment(
    population: Population, number: int, writers: Callable[[Rng], Index], metrics: Sequence[str] = tuple(METRICS)
) -> list[Result]:
    """Draw a test set and compare candidates; `writers` [candidates, products] says who writes about which product."""
    rng = np.random.default_rng([7, number])
    who = writers(rng)
    samples, place = population.samples_of(rng.integers(PRODUCTS, size=(who.shape[1],)))
    names = [f"candidate {i}" for i in range(len(who))]
    test_set = TaskSamples(
        task="t",
        groups=[str(p) for p in place],
        slices=[{}] * len(place),
        invalid={name: np.zeros(len(place), dtype=np.bool_) for name in names},
    )
    measured = [
        Measured(
            task="t",
            metric=metric,
            component=METRICS[metric],
            rows=dict(zip(names, population.rows[metric][who[:, place], samples], strict=True)),
        )
        for metric in metrics
    ]
    return compare([test_set], measured, names, names[0], seed=number, resamples=RESAMPLES).results


def test_intervals_of_values_and_differences_hold_the_truth(population: Population) -> None:
    writers = dict(zip(("candidate 0", "candidate 1", "candidate 2"), (ALIKE[0], BETTER, BEST), strict=True))
    everywhere = np.repeat([[writer] for writer in writers.values()], 100, axis=1)
    covered: Counter[tuple[str, str, str]] = Counter()
    for number in range(MANY):
        for result in experiment(population, number, lambda _: everywhere):
            truth = population.truth(result.metric, writers[result.candidate])
            assert result.interval is not None
            covered[result.metric, result.candidate, "value"] += result.interval[0] <= truth <= result.interval[1]
            if result.difference_interval is not None:
                low, high = result.difference_interval
                gain = truth - population.truth(result.metric, ALIKE[0])
                covered[result.metric, result.candidate, "difference"] += low <= gain <= high
    shares = {what: count / MANY for what, count in covered.items()}
    assert len(shares) == 5 * len(METRICS)
    assert {what: share for what, share in shares.items() if not 0.93 <= share <= 0.97} == {}


def test_of_experiments_without_a_true_difference_one_in_twenty_finds_any(population: Population) -> None:
    def shuffled(rng: Rng) -> Index:
        """Deal each product's answers by six equal writers to six candidates: none is better, by construction."""
        return rng.permuted(np.tile(ALIKE, (100, 1)), axis=1).T

    found = 0
    for number in range(EXPERIMENTS):
        verdicts = [result.verdict for result in experiment(population, number, shuffled) if result.verdict]
        assert len(verdicts) == 20
        found += verdicts != ["inconclusive"] * 20
    assert 0.01 < found / EXPERIMENTS <= ALPHA


@pytest.mark.parametrize("metric", METRICS)
def test_a_true_difference_of_the_minimum_detectable_effect_size_is_found_as_often_as_is_said(
    population: Population, metric: str
) -> None:
    def gain(share: float) -> float:
        return population.truth(metric, ALIKE[1], share) - population.truth(metric, ALIKE[0])

    def tuned(share: float, numbers: range) -> list[Result]:
        """Compare with a candidate that is better on a share of the products."""

        def writers(rng: Rng) -> Index:
            return np.stack([np.full(300, ALIKE[0]), np.where(rng.random(300) < share, BETTER, ALIKE[1])])

        return [experiment(population, number, writers, [metric])[1] for number in numbers]

    def stated(results: Sequence[Result]) -> float:
        return float(np.mean([result.minimum_detectable_effect or 0.0 for result in results]))

    share = brentq(lambda share: gain(share) - stated(tuned(share, range(60))), 0.0, 1.0, xtol=0.005)
    results = tuned(share, range(100, 100 + EXPERIMENTS))
    assert stated(results) == pytest.approx(gain(share), rel=0.03)
    assert np.mean([result.verdict == "better" for result in results]) == pytest.approx(POWER, abs=0.05)
