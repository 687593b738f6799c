"""The texts of a task's rows, by which duplicates are found: what is learnt, and of some rows what is asked as well."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from shoptune.dataset.near_duplicates import Clusters, TextIndex

__all__ = ["SAMPLE", "RowTexts"]

Ints = npt.NDArray[np.int64]

SAMPLE = 1_000
"""Questions that are looked at for what most of them have in common, the first ones."""
FEWEST = 10
"""Questions below which nothing is said to be common."""
_SENTENCE = re.compile(r"[^.!?:;\n]+|[.!?:;\n]+")


class RowTexts:
    """Rows to be clustered; numbered from 0 in the order in which they are added.

    Rows with a question repeat each other where both texts do: a help desk sends the same letter to hundreds who ask
    different things, and puts the same long instruction before different things to write.  Of questions those sentences
    don't count that most of them have, unless there is nothing else: "Name the product's category in one word. ..."
    before a thousand products makes none of them like another.  The rest repeat each other where what is learnt does.
    """

    def __init__(self) -> None:
        self._learnt, self._questions = TextIndex(), TextIndex()
        self._asked = array("q")  # the number of each row's question, -1 without one
        self._waiting: list[str] = []
        self._common: Collection[str] | None = None
        self._number = 0

    def __len__(self) -> int:
        return len(self._learnt)

    def add(self, learnt: str, question: str = "") -> None:
        """Add a row by the text that is learnt from it, and what is asked."""
        self._learnt.add(learnt)
        self._asked.append(self._number if question else -1)
        if not question:
            return
        self._number += 1
        if self._common is not None:
            self._questions.add(_without(question, self._common))
            return
        self._waiting.append(question)
        if len(self._waiting) == SAMPLE:
            self._add_waiting()

    def _add_waiting(self) -> None:
        self._common = _common(self._waiting)
        for question in self._waiting:
            self._questions.add(_without(question, self._common))
        self._waiting = []

    def clusters(self, similarity: float) -> Clusters:
        """Cluster all rows added so far; see `TextIndex.clusters`."""
        learnt = self._learnt.clusters(similarity)
        if not self._number:
            return learnt
        if self._waiting:
            self._add_waiting()
        questions = self._questions.clusters(similarity)
        asked = np.array(self._asked, dtype=np.int64)

        def both(of_learnt: Ints, of_questions: Ints) -> Ints:
            return _first_alike(of_learnt, np.where(asked < 0, -1, of_questions[asked]))

        return Clusters(
            texts=both(learnt.texts, questions.texts),
            labels=both(learnt.labels, questions.labels),
        )


def _common(questions: Sequence[str]) -> Collection[str]:
    """Return the sentences that most of the questions have."""
    counts = Counter(sentence for question in questions for sentence in {_plain(s) for s in _sentences(question)})
    if len(questions) < FEWEST:
        return frozenset()
    return frozenset(sentence for sentence, count in counts.items() if 2 * count > len(questions))


def _without(question: str, common: Collection[str]) -> str:
    """Return a question without the sentences that are common, or as it is where there are no others."""
    if not common:
        return question
    return " ".join(s for s in _sentences(question) if _plain(s) not in common).strip() or question


def _sentences(question: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.findall(question) if any(map(str.isalnum, sentence))]


def _plain(sentence: str) -> str:
    return " ".join(sentence.casefold().split())


def _first_alike(one: Ints, other: Ints) -> Ints:
    """Return for each place the first at which both arrays have the values that they have there."""
    _, first, inverse = np.unique(np.stack((one, other)), axis=1, return_index=True, return_inverse=True)
    return np.asarray(first[inverse.ravel()], dtype=np.int64)
