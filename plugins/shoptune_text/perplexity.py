"""Perplexity: how surprised a model is by the reference texts, whatever it would write itself."""

from __future__ import annotations

import numpy as np

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, NoOptions
from shoptune.reductions import ratio

__all__ = ["PERPLEXITY"]


def _rows(evaluation: Evaluation, options: NoOptions) -> FloatArray:  # noqa: ARG001 - there is nothing to set
    """Return (nats of surprise, tokens) of each sample's first reference; zeros where none was scored."""
    rows = np.zeros((len(evaluation.samples), 2))
    for row, sample in zip(rows, evaluation.samples, strict=True):
        found = sample.prediction
        if found.reference_log_probability is not None:
            row[:] = -found.reference_log_probability, found.reference_tokens
    return rows


def _reduce(totals: FloatArray) -> FloatArray:
    """Return the exponential of the nats per token, so that long texts weigh more than short ones."""
    return np.asarray(np.exp(ratio(totals)))


PERPLEXITY = AdditiveMetric(
    name="perplexity",
    summary="Perplexity of the references, per token of the model: compare it only where models share a tokenizer",
    options=NoOptions,
    rows=_rows,
    reduce=_reduce,
    higher_is_better=False,
    format="count",
    theme="overlap",
    needs=frozenset({"reference_log_probabilities"}),
)
