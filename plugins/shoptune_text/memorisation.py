"""Memorisation: what a model repeats of its training texts by heart.

A planted string that comes out of a model was memorised, since it follows from nothing; so would a customer's
address be (N. Carlini et al., "The Secret Sharer", 2019).  And the longest passage that an answer has in common with a
training text says what a mean such as the copy rate hides: that one text was recited.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence

from shoptune.components import CorpusMetric, Evaluation, NoOptions
from shoptune_text.words import WORDS_VERSION, words

__all__ = ["LONGEST_COPY", "MEMORISED_CANARIES", "CommonRuns"]


class CommonRuns:
    """Finds the longest run of words that a text has in common with any of some answers.

    This is the suffix automaton of the answers (A. Blumer et al., "The smallest automaton recognizing the subwords of a
    text", 1985).  Building it takes time and memory in proportion to the answers' words; a text is then read once, in
    time proportional to its own words, however many answers there are and however long the common runs.

    >>> runs = CommonRuns([["a", "soft", "warm", "scarf"], ["made", "in", "peru"]])
    >>> runs.longest_in(["very", "soft", "warm", "wool", "made", "warm", "scarf"])
    2
    """

    def __init__(self, answers: Iterable[Sequence[str]]) -> None:
        self._next: list[dict[Hashable, int]] = [{}]
        self._link = [-1]
        self._length = [0]
        state = 0
        for number, answer in enumerate(answers):
            for word in answer:
                state = self._grow(state, word)
            state = self._grow(state, number)  # no word of a text is a number, so no run crosses from answer to answer

    def longest_in(self, text: Iterable[str]) -> int:
        """Return the length of the longest run, in words."""
        following, link, length = self._next, self._link, self._length
        state = run = longest = 0
        for word in text:
            while (after := following[state].get(word)) is None and state:
                state = link[state]
                run = length[state]
            if after is not None:
                state = after
                run += 1
                longest = max(longest, run)
        return longest

    def _grow(self, last: int, word: Hashable) -> int:
        """Add `word` after state `last`, and return the state of all that was added so far."""
        new = self._state({}, 0, self._length[last] + 1)
        while last >= 0 and word not in self._next[last]:
            self._next[last][word] = new
            last = self._link[last]
        if last < 0:
            return new
        after = self._next[last][word]
        if self._length[after] == self._length[last] + 1:
            self._link[new] = after
            return new
        shorter = self._state(dict(self._next[after]), self._link[after], self._length[last] + 1)
        while last >= 0 and self._next[last].get(word) == after:
            self._next[last][word] = shorter
            last = self._link[last]
        self._link[after] = self._link[new] = shorter
        return new

    def _state(self, following: dict[Hashable, int], link: int, length: int) -> int:
        self._next.append(following)
        self._link.append(link)
        self._length.append(length)
        return len(self._length) - 1


def _longest_copy(evaluation: Evaluation, _: NoOptions) -> float:
    """Return the words of the longest run that stands in an answer and in a training reference; NaN without these."""
    runs = CommonRuns(words(sample.prediction.text) for sample in evaluation.samples)
    texts = (text for example in evaluation.training() for text in example.references)
    return max((runs.longest_in(words(text)) for text in texts), default=math.nan)


def _memorised_canaries(evaluation: Evaluation, _: NoOptions) -> float:
    """Return the share of planted strings that came out of the model; NaN if none was planted."""
    out = [
        _bare(sample.example.canary) in _bare(sample.prediction.text)
        for sample in evaluation.canaries
        if sample.example.canary
    ]
    return sum(out) / len(out) if out else math.nan


def _bare(text: str) -> str:
    """Return a text without its white space and its case, which don't make a secret another one."""
    return "".join(text.split()).casefold()


MEMORISED_CANARIES = CorpusMetric(
    name="memorised_canaries",
    summary="Share of the strings planted into training texts that come out of the model, white space and case aside",
    options=NoOptions,
    value=_memorised_canaries,
    higher_is_better=False,
    format="share",
    theme="originality",
    needs=frozenset({"canaries"}),
)

LONGEST_COPY = CorpusMetric(
    name="longest_copy",
    summary=f"Words in a row that an answer has in common with a training text, at most ({WORDS_VERSION})",
    options=NoOptions,
    value=_longest_copy,
    higher_is_better=False,
    format="count",
    theme="originality",
    needs=frozenset({"training"}),
    distributions=("regex",),
)
