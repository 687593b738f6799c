"""How well answers rank the products that a query found: nDCG and MRR.

A model is asked about one product at a time.  Ranked by what it is expected to be worth (the gains of the labels, each
weighed by the probability that the model gives it among the choices), the products of a query make a list.  A candidate
that gives no probabilities ranks by the gain of its answer; what is invalid comes last.

A query's figure stands on the first of its samples, and the others count for nothing, so sums over samples are sums
over queries.  Queries that found one product have no order, and do not count; where all did, the metrics have no value.
That asks two things of a task: the fact ``query`` of its examples says which query they belong to, and no query is
divided between groups, which are what is resampled.  In a slice that divides queries, a query counts where its first
sample stands: read these metrics on slices of whole queries alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field, field_validator

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, Options
from shoptune.data import Example, Sample
from shoptune.errors import UsageError
from shoptune.reductions import ratio
from shoptune_labels.ordering import discounted_gain, reciprocal_rank

__all__ = ["ESCI_GAINS", "MRR", "NDCG", "QUERY", "RankingOptions"]

QUERY = "query"
"""The fact of an example that says which ranking it belongs to."""

ESCI_GAINS = (1.0, 0.1, 0.01, 0.0)
"""Exact, substitute, complement, irrelevant: C. K. Reddy et al., "Shopping Queries Dataset: A Large-Scale ESCI
Benchmark for Improving Product Search" (2022)."""


class RankingOptions(Options):
    """What labels are worth."""

    gains: tuple[Annotated[float, Field(ge=0)], ...] = Field(default=ESCI_GAINS, min_length=2)
    """What a product is worth under each label, in the order of the choices. Default: the gains of the Shopping Queries
    Dataset for exact, substitute, complement and irrelevant."""

    @field_validator("gains")
    @classmethod
    def _differ(cls, gains: tuple[float, ...]) -> tuple[float, ...]:
        if len(set(gains)) == 1:
            raise ValueError("every label is worth the same, so there is nothing to rank by")
        return gains


def _ndcg_rows(evaluation: Evaluation, options: RankingOptions) -> FloatArray:
    """Return (nDCG, 1) for each query that found two products and anything of worth, on the first of its samples."""
    rows = np.zeros((len(evaluation.samples), 2))
    for first, gains, scores in _rankings(evaluation, options):
        if gains.any():
            rows[first] = discounted_gain(gains, scores) / discounted_gain(gains, gains), 1
    return rows


def _mrr_rows(evaluation: Evaluation, options: RankingOptions) -> FloatArray:
    """Return (1 / rank of the first product of the highest worth, 1) for each query that has one, likewise."""
    rows = np.zeros((len(evaluation.samples), 2))
    for first, gains, scores in _rankings(evaluation, options):
        relevant = gains == max(options.gains)
        if relevant.any():
            rows[first] = reciprocal_rank(relevant, scores), 1
    return rows


def _rankings(evaluation: Evaluation, options: RankingOptions) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Yield for each query the place of its first sample, its products' gains [m], and their scores [m]."""
    queries: dict[str, list[int]] = {}
    for place, sample in enumerate(evaluation.samples):
        _check(sample.example, options)
        queries.setdefault(sample.example.facts[QUERY], []).append(place)
    for places in queries.values():
        if len(places) < 2:
            continue  # one product is in the best order whatever is answered
        samples = [evaluation.samples[place] for place in places]
        gains = [_gains(sample.example, options)[sample.example.references[0]] for sample in samples]
        yield places[0], np.array(gains), np.array([_score(sample, options) for sample in samples])


def _check(example: Example, options: RankingOptions) -> None:
    if QUERY not in example.facts:
        raise UsageError(f"example {example.id!r}: without a fact {QUERY!r} there is nothing to rank it with")
    if len(example.choices) != len(options.gains):
        choices = ", ".join(example.choices) or "none"
        raise UsageError(
            f"example {example.id!r} has {len(example.choices)} choices ({choices}), and `gains` has "
            f"{len(options.gains)} figures; give one for each choice, in their order"
        )
    if not example.references or example.references[0] not in example.choices:
        raise UsageError(f"example {example.id!r}: none of its choices is said to be right, so it has no gain")


def _gains(example: Example, options: RankingOptions) -> dict[str, float]:
    return dict(zip(example.choices, options.gains, strict=True))


def _score(sample: Sample, options: RankingOptions) -> float:
    """Return the gain to be expected of the product, as far as the candidate knows."""
    if not sample.prediction.choice_log_probabilities:
        return _gains(sample.example, options).get(sample.text, -np.inf)
    log_probabilities = np.array(sample.prediction.choice_log_probabilities)
    probabilities = np.exp(log_probabilities - log_probabilities.max())
    return float(probabilities @ options.gains / probabilities.sum())


NDCG = AdditiveMetric(
    name="ndcg",
    summary="Worth of the order of a query's products (two at least), as a share of the best order's (nDCG)",
    options=RankingOptions,
    rows=_ndcg_rows,
    reduce=ratio,
    higher_is_better=True,
    format="score",
    theme="correctness",
)

MRR = AdditiveMetric(
    name="mrr",
    summary="1 / the rank of a query's first product of the highest worth, where it found two at least (MRR)",
    options=RankingOptions,
    rows=_mrr_rows,
    reduce=ratio,
    higher_is_better=True,
    format="score",
    theme="correctness",
)
