"""The kinds of rows that models are tuned on: ``examples``, preference ``pairs`` and unpaired ``judgements``.

A task makes rows of some kinds (`Task.rows`), a tuning method learns from one (`TuningMethod.learns_from`), and an
export format writes some.  Splitting, leakage, export and the data report loop over the table, so a new kind is a
dataclass in `shoptune.data` and one entry here.

Prompts with a reward (GRPO and its kin) are no kind of their own: they are *examples*, and the reward is a metric that
the method asks for through its job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from shoptune.data import Example, Judgement, Message, PreferencePair

__all__ = ["ROW_KINDS", "AnyRowKind", "RowKind", "TrainingRow", "rows_of", "source_of"]


class TrainingRow(Protocol):
    """What rows of every kind have in common; each is a frozen dataclass of plain values."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]  # what makes a class a dataclass to type checkers

    @property
    def id(self) -> str:
        """Unique among the rows of its kind."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """The prompt."""

    @property
    def group(self) -> str:
        """What must never be divided between training and test; every row has an example of its group."""

    @property
    def weight(self) -> float:
        """How much it counts in training; 0 leaves it out."""

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What the row rests on."""

    @property
    def question(self) -> str:
        """What is asked, where that too decides which rows are duplicates; else empty."""

    @property
    def origin(self) -> str:
        """Where it stands, for messages: ``tests.csv:118``."""


RowT = TypeVar("RowT", bound=TrainingRow)


@dataclass(frozen=True, kw_only=True)
class RowKind(Generic[RowT]):
    """One kind of training rows."""

    name: str
    """In code and files (``pairs.train.jsonl``): a plural."""
    noun: str
    """One of them, for messages: ``pair``."""
    title: str
    """Several of them in full, for people: ``preference pairs``."""
    meaning: str
    """What one of them is, in a few words."""
    made_of: str
    """What tasks make them of, in a few words for people whose data has none of it."""
    row_type: type[RowT]
    learned_text: Callable[[RowT], str]
    """The text that duplicates and leakage are found by."""
    answers: Callable[[RowT], tuple[str, ...]]
    """The texts that are learnt, each as an answer to the row's prompt."""
    useless: Callable[[RowT], str]
    """Why nothing can be learned from a row, as a short phrase; empty where something can."""


AnyRowKind = RowKind[Any]
"""A kind whose rows have a type that only the table knows."""


def _text_of_example(example: Example) -> str:
    return example.content or next(iter(example.references), "") or example.messages[-1]["content"]


def _useless_example(example: Example) -> str:
    return "" if example.references else "it has no reference"


def _useless_pair(pair: PreferencePair) -> str:
    return "its two answers are the same" if pair.chosen.strip() == pair.rejected.strip() else ""


def _useless_judgement(judgement: Judgement) -> str:
    return "" if judgement.text.strip() else "its text is empty"


ROW_KINDS: Mapping[str, AnyRowKind] = {
    kind.name: kind
    for kind in (
        RowKind(
            name="examples",
            noun="example",
            title="examples",
            meaning="a prompt with a good answer",
            made_of="table",
            row_type=Example,
            learned_text=_text_of_example,
            answers=lambda example: example.references[:1],
            useless=_useless_example,
        ),
        RowKind(
            name="pairs",
            noun="pair",
            title="preference pairs",
            meaning="two texts for one product, of which one is better",
            made_of="table of A/B tests (`tests`)",
            row_type=PreferencePair,
            learned_text=lambda pair: pair.chosen,
            answers=lambda pair: (pair.chosen, pair.rejected),
            useless=_useless_pair,
        ),
        RowKind(
            name="judgements",
            noun="judgement",
            title="judgements",
            meaning="a text that did well, or one that did badly",
            made_of="record of how single texts did",
            row_type=Judgement,
            learned_text=lambda judgement: judgement.text,
            answers=lambda judgement: (judgement.text,),
            useless=_useless_judgement,
        ),
    )
}
"""Kinds by name, in the order in which they are made: the others are made for the examples."""


def rows_of(rows: Mapping[str, Sequence[TrainingRow]], row_type: type[RowT]) -> list[RowT]:
    """Return the rows of one type among a job's `rows` or `validation_rows`; empty where there are none."""
    return [row for of_kind in rows.values() for row in of_kind if isinstance(row, row_type)]


def source_of(row: TrainingRow) -> str:
    """Return where a row comes from (``A/B test``), which the data report counts by: its evidence's ``source``."""
    return str(row.evidence.get("source", "unknown"))
