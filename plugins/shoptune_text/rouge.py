"""ROUGE-1, ROUGE-2 and ROUGE-L: how many words, word pairs, or words in sequence an answer shares with a reference.

Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004), computed by the package rouge-score with the words
of `shoptune_text.words` in place of its own, which are ASCII only.  There is no stemming: rouge-score's is English.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, NoOptions
from shoptune.reductions import ratio
from shoptune_text.words import WORDS_VERSION, words

__all__ = ["ROUGE_1", "ROUGE_2", "ROUGE_L"]


def _rows(evaluation: Evaluation, _options: NoOptions, *, kind: str, shortest: int) -> FloatArray:
    """Return (F against the best reference, 1) per sample; an invalid or empty answer has an F of 0.

    A sample is left out if no reference has as many words as the metric compares at a time (`shortest`).
    """
    from rouge_score.rouge_scorer import RougeScorer  # brings nltk, which takes a second

    scorer = RougeScorer([kind], tokenizer=SimpleNamespace(tokenize=words))
    rows = np.zeros((len(evaluation.samples), 2))
    for row, sample in zip(rows, evaluation.samples, strict=True):
        references = [text for text in sample.example.references if len(words(text)) >= shortest]
        if references:
            row[:] = scorer.score_multi(references, sample.text)[kind].fmeasure, 1
    return rows


def _metric(name: str, kind: str, shortest: int, shared: str) -> AdditiveMetric[NoOptions]:
    return AdditiveMetric(
        name=name,
        summary=f"{shared} shared with the best reference, F of precision and recall ({WORDS_VERSION})",
        options=NoOptions,
        rows=partial(_rows, kind=kind, shortest=shortest),
        reduce=ratio,
        higher_is_better=True,
        format="score",
        theme="overlap",
        distributions=("rouge-score", "regex"),
    )


ROUGE_1 = _metric("rouge_1", "rouge1", 1, "Words")
ROUGE_2 = _metric("rouge_2", "rouge2", 2, "Pairs of successive words")
ROUGE_L = _metric("rouge_l", "rougeL", 1, "The longest sequence of words")
