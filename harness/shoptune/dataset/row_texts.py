"""The texts of a task's rows, by which duplicates are found: what is learnt, and of some rows what is asked as well."""

from __future__ import annotations

from array import array

import numpy as np
import numpy.typing as npt

from shoptune.dataset.near_duplicates import Clusters, TextIndex

__all__ = ["RowTexts"]

Ints = npt.NDArray[np.int64]


class RowTexts:
    """Rows to be clustered; numbered from 0 in the order in which they are added.

    Rows with a question repeat each other where both texts do: a help desk sends the same letter to hundreds who ask
    different things, and puts the same long instruction before different things to write.  The rest repeat each other
    where what is learnt does.
    """

    def __init__(self) -> None:
        self._learnt, self._questions = TextIndex(), TextIndex()
        self._asked = array("q")  # the number of each row's question, -1 without one

    def __len__(self) -> int:
        return len(self._learnt)

    def add(self, learnt: str, question: str = "") -> None:
        """Add a row by the text that is learnt from it, and what is asked."""
        self._learnt.add(learnt)
        self._asked.append(len(self._questions) if question else -1)
        if question:
            self._questions.add(question)

    def clusters(self, similarity: float) -> Clusters:
        """Cluster all rows added so far; see `TextIndex.clusters`."""
        learnt = self._learnt.clusters(similarity)
        if not len(self._questions):
            return learnt
        questions = self._questions.clusters(similarity)
        asked = np.array(self._asked, dtype=np.int64)

        def both(of_learnt: Ints, of_questions: Ints) -> Ints:
            return _first_alike(of_learnt, np.where(asked < 0, -1, of_questions[asked]))

        return Clusters(
            texts=both(learnt.texts, questions.texts),
            labels=both(learnt.labels, questions.labels),
        )


def _first_alike(one: Ints, other: Ints) -> Ints:
    """Return for each place the first at which both arrays have the values that they have there."""
    _, first, inverse = np.unique(np.stack((one, other)), axis=1, return_index=True, return_inverse=True)
    return np.asarray(first[inverse.ravel()], dtype=np.int64)
