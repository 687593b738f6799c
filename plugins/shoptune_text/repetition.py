"""Repetition: whether a text says again what it has just said, as models do that are caught in a loop.

A loop reads as an error at once, and no metric that compares with a reference or with facts sees one.  Across texts it
is `distinct_n` that tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from pydantic import Field

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, Options
from shoptune.data import Highlight, Sample
from shoptune.reductions import ratio
from shoptune_text.words import WORDS_VERSION, FoundWord, find_words, words

__all__ = ["LOOPING_SHARE", "REPETITION", "LoopingOptions", "RepetitionOptions"]


class RepetitionOptions(Options):
    """What can be set about repetition."""

    n: int = Field(default=4, ge=2)
    """Words in a row that count as said again.  Two or three stand twice in good texts as well (``40 cm wide``)."""


class LoopingOptions(RepetitionOptions):
    """What can be set about loops."""

    times: int = Field(default=3, ge=2)
    """How often a text says the same words before it is caught in a loop.  Twice can be style."""


def _repetition_rows(evaluation: Evaluation, options: RepetitionOptions) -> FloatArray:
    """Return (n-grams that stand in the text before, n-grams) per sample; zeros for a text that has none."""

    def row(text: str) -> tuple[int, int]:
        ngrams = _ngrams(words(text), options.n)
        return len(ngrams) - len(set(ngrams)), len(ngrams)

    return _rows(row(sample.text) for sample in evaluation.samples)


def _looping_rows(evaluation: Evaluation, options: LoopingOptions) -> FloatArray:
    """Return (1 if an n-gram stands in the text so many times, 1) per sample; zeros for a text without words."""

    def row(text: str) -> tuple[int, int]:
        found = words(text)
        most = max(Counter(_ngrams(found, options.n)).values(), default=0)
        return most >= options.times, bool(found)

    return _rows(row(sample.text) for sample in evaluation.samples)


def _rows(rows: Iterable[tuple[int, int]]) -> FloatArray:
    return np.array(list(rows), dtype=np.float64).reshape(-1, 2)


def _ngrams(found: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(found[start : start + n]) for start in range(len(found) - n + 1)]


def _said_again(sample: Sample, options: RepetitionOptions) -> Iterator[Highlight]:
    """Mark what a text says again, each stretch once."""
    text = sample.prediction.text
    offset = text.find(sample.text) if sample.text else -1
    if offset < 0:  # the task made another text of the answer, or none
        return
    found = find_words(sample.text)
    for first, last in _stretches(found, options.n):
        start, end = offset + found[first].start, offset + found[last].end
        yield Highlight(start=start, end=end, kind="bad", note="says again what the text has said")


def _stretches(found: Sequence[FoundWord], n: int) -> Iterator[tuple[int, int]]:
    """Yield (first, last) word of each stretch of n-grams that stand in the text before."""
    seen: set[tuple[str, ...]] = set()
    first = last = -1
    for place, ngram in enumerate(_ngrams([word.word for word in found], n)):
        if ngram not in seen:
            seen.add(ngram)
        elif place <= last:
            last = place + n - 1
        else:
            if last >= 0:
                yield first, last
            first, last = place, place + n - 1
    if last >= 0:
        yield first, last


# rep-n of Welleck et al., "Neural Text Generation With Unlikelihood Training" (2020): 1 - unique n-grams / n-grams.
REPETITION = AdditiveMetric(
    name="repetition",
    summary=f"Share of a text's runs of words that the text has said before (rep-n; {WORDS_VERSION})",
    options=RepetitionOptions,
    rows=_repetition_rows,
    reduce=ratio,
    higher_is_better=False,
    format="share",
    theme="fluency",
    highlights=_said_again,
    distributions=("regex",),
)

LOOPING_SHARE = AdditiveMetric(
    name="looping_share",
    summary=f"Share of texts that are caught in a loop: they say the same words three times or more ({WORDS_VERSION})",
    options=LoopingOptions,
    rows=_looping_rows,
    reduce=ratio,
    higher_is_better=False,
    format="share",
    theme="fluency",
    distributions=("regex",),
)
