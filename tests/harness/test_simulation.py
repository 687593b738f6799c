"""The statistics, held against experiments whose truth is known.

A population of invented products is measured once, by the real metrics.  An experiment draws its test set from it, so
what an endless test set would give is known exactly: the metric of the whole population.  A product has one to five
samples, which are alike as variants are, and all candidates find the same products hard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq

from shoptune.compare import Measured, TaskSamples, compare
from shoptune.comparison import Result
from shoptune.components import Evaluation
from shoptune.data import Example, Prediction, Sample
from shoptune.statistics import ALPHA, POWER
from shoptune_labels.classification import ACCURACY, MACRO_F1
from shoptune_text.chrf import CHRF
from shoptune_text.rouge import ROUGE_L

pytestmark = pytest.mark.slow

Rng = np.random.Generator
Index = npt.NDArray[np.intp]

PRODUCTS = 600
TEST_SET = 100
"""Products in a test set."""
EXPERIMENTS = 1500
"""With so many, a share near 0.95 is known to 0.006, and one near 0.8 to 0.01 (standard errors)."""
RESAMPLES = 1000
METRICS = {metric.name: metric for metric in (ACCURACY, MACRO_F1, ROUGE_L, CHRF)}

ERRS = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.2)
"""How often each writer errs, relative to a product's hardness: six are equally good, the last is much better."""
ALIKE, BETTER = range(6), 6

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

    def samples_of(self, products: Index) -> tuple[Index, Index]:
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
    """Draw a test set and compare candidates; `writers` [candidates, TEST_SET] says who writes about which product."""
    rng = np.random.default_rng([7, number])
    samples, place = population.samples_of(rng.integers(PRODUCTS, size=TEST_SET))
    writer = writers(rng)[:, place]
    names = [f"candidate {i}" for i in range(len(writer))]
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
            rows=dict(zip(names, population.rows[metric][writer, samples], strict=True)),
        )
        for metric in metrics
    ]
    return compare([test_set], measured, names, names[0], seed=number, resamples=RESAMPLES)


def one_and_a_better_one(_: Rng) -> Index:
    return np.repeat([[ALIKE[0]], [BETTER]], TEST_SET, axis=1)


def shuffled(rng: Rng) -> Index:
    """Give each product's texts by six equal writers to six candidates at random: none is better, by construction."""
    return rng.permuted(np.tile(ALIKE, (TEST_SET, 1)), axis=1).T


def now_and_then_better(share: float, rng: Rng) -> Index:
    """Let the second candidate be better on a share of the products."""
    is_better = rng.random(TEST_SET) < share
    return np.stack([np.full(TEST_SET, ALIKE[0]), np.where(is_better, BETTER, ALIKE[1])])


def test_intervals_of_values_and_differences_hold_the_truth(population: Population) -> None:
    covered: Counter[tuple[str, str, str]] = Counter()
    for number in range(EXPERIMENTS):
        for result in experiment(population, number, one_and_a_better_one):
            base, truth = (
                population.truth(result.metric, w) for w in (0, BETTER if result.difference is not None else 0)
            )
            assert result.interval is not None
            covered[result.metric, result.candidate, "value"] += result.interval[0] <= truth <= result.interval[1]
            if result.difference_interval is not None:
                low, high = result.difference_interval
                covered[result.metric, result.candidate, "difference"] += low <= truth - base <= high
    shares = {what: count / EXPERIMENTS for what, count in covered.items()}
    assert len(shares) == 3 * len(METRICS)
    assert {what: share for what, share in shares.items() if not 0.93 <= share <= 0.97} == {}


def test_of_experiments_without_a_true_difference_one_in_twenty_finds_any(population: Population) -> None:
    found = 0
    for number in range(EXPERIMENTS):
        verdicts = [r.verdict for r in experiment(population, number, shuffled) if r.verdict]
        assert len(verdicts) == 20
        found += verdicts != ["inconclusive"] * 20
    assert 0.01 < found / EXPERIMENTS <= ALPHA


@pytest.mark.parametrize("metric", METRICS)
def test_a_true_difference_of_the_smallest_detectable_size_is_found_as_often_as_is_said(
    population: Population, metric: str
) -> None:
    share = _share_that_is_just_detectable(population, metric)
    difference = population.truth(metric, ALIKE[1], share) - population.truth(metric, ALIKE[0])
    results = [
        experiment(population, 10_000 + number, lambda rng: now_and_then_better(share, rng), [metric])[1]
        for number in range(EXPERIMENTS)
    ]
    stated = [result.smallest_detectable or 0.0 for result in results]
    assert np.mean(stated) == pytest.approx(difference, rel=0.03)
    assert np.mean([result.verdict == "better" for result in results]) == pytest.approx(POWER, abs=0.04)


def _share_that_is_just_detectable(population: Population, metric: str) -> float:
    """Return the share at which the true difference is the smallest detectable one that experiments state."""

    def excess(share: float) -> float:
        stated = [
            experiment(population, number, lambda rng: now_and_then_better(share, rng), [metric])[1].smallest_detectable
            for number in range(60)
        ]
        difference = population.truth(metric, ALIKE[1], share) - population.truth(metric, ALIKE[0])
        return difference - float(np.mean([s or 0.0 for s in stated]))

    return float(brentq(excess, 0.0, 1.0, xtol=0.005))
