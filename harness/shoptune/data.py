"""What flows through a run: records, examples, preference pairs, judgements, predictions.

Everything here is a frozen dataclass of plain values, so that it can be written as a line of JSON and read back
(`shoptune.storage.jsonl`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

__all__ = [
    "OWN_PROMPT",
    "PROMPT_SLICE",
    "Dropped",
    "Example",
    "Highlight",
    "Invalid",
    "Judgement",
    "Message",
    "Note",
    "Prediction",
    "PreferencePair",
    "Record",
    "Sample",
    "Tables",
    "is_original_html",
    "prompt_of",
]


OWN_PROMPT = "own"
"""The name of a task's own prompt, beside which an experiment may put others."""

PROMPT_SLICE = "prompt"
"""The slice of an example that says how it is asked, where a task has several prompts."""


class Message(TypedDict):
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


def prompt_of(instruction: str, question: str) -> tuple[Message, ...]:
    """Return a prompt: the instruction as its system turn, which an empty one has not, then what is asked."""
    asked: Message = {"role": "user", "content": question}
    return ({"role": "system", "content": instruction}, asked) if instruction.strip() else (asked,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row of the shop as its adapter read it.

    Product records use schema.org/Product's names in snake case, whatever shop they come from: `name`, `description`,
    `brand`, `category`, `sku`, `price`, ...; free attributes stand under `attributes`, a mapping of text to text.
    """

    id: str
    fields: Mapping[str, Any]  # JSON values: which, the shop and its adapter know
    origin: str
    """Where it stands, for messages: ``products.csv:118``."""
    group: str
    """What must never be split: a product with all its variants."""


def is_original_html(field: str) -> bool:
    """Whether a record's `field` holds a text's original with its tags (``description_html``), which no model sees."""
    return field.endswith("_html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A record or training row that can't be used, and why; counted and reported, never skipped in silence."""

    origin: str
    reason: str
    """The reason as a short phrase that is the same for all rows that share it, since reasons are counted."""
    detail: str = ""
    bad: bool = False
    """The row itself is faulty, not merely unwanted: ``on_bad_row`` in the experiment file decides what happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Figures about the data that an adapter or a task found on its way: how many order lines found a product.

    Notes of an adapter with one topic, as from several files of a table, are added up.
    """

    topic: str
    figures: Mapping[str, str | int | float]
    """What was counted, in words for people, and the figure: ``{"order lines": 602, "matched by SKU": 590}``."""


Tables = Mapping[str, Iterable[Record]]
"""A shop's records by table (``products``, ``orders``, ``tests``, ...).  Each value may be iterated again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One case of a task: what a model is asked, and what a good answer is."""

    id: str
    messages: tuple[Message, ...]
    references: tuple[str, ...] = ()
    """Good answers; the first is what supervised tuning learns."""
    choices: tuple[str, ...] = ()
    """If there are any, the answer is chosen among them by log-likelihood instead of generated."""
    group: str
    answer_schema: Mapping[str, Any] = field(default_factory=dict)
    """The JSON Schema of a good answer, for a task that wants JSON; with ``generate: {constrain: true}`` a model can
    write nothing else."""
    slices: Mapping[str, str] = field(default_factory=dict)
    """What a report breaks results down by: category, brand, locale, ..."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """The attributes that a text may state."""
    optional_facts: tuple[str, ...] = ()
    """Names of those facts that a good text may leave out, such as the sizes that a product comes in."""
    weight: float = 1.0
    """How much it counts in the loss of supervised tuning; 0 leaves it out of training, never out of scoring."""
    evidence: Mapping[str, Any] = field(default_factory=dict)  # JSON values of the task's own choice
    """What the weight rests on: views, units sold, ..."""
    content: str = ""
    """The shop's own words in it, without any instruction: what duplicates are found by.  Empty: the first reference,
    or the prompt where there is none."""
    question: str = ""
    """What is asked, for data in which different questions may well have the same answer (a help desk's): two examples
    are duplicates if both `content` and `question` are alike.  Empty: `content` alone decides."""
    date: str = ""
    """When it came into being (ISO date), for a split by time."""
    canary: str = ""
    """A planted string that must not come out of a tuned model; only planted examples have one."""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencePair:
    """Two answers to one prompt, of which `chosen` did better."""

    id: str
    messages: tuple[Message, ...]
    chosen: str
    rejected: str
    group: str
    weight: float = 1.0
    evidence: Mapping[str, Any] = field(default_factory=dict)  # JSON values of the task's own choice
    """Why chosen beat rejected: exposures, conversions, probability; or that the pair is synthetic."""
    question: str = ""
    """As an example's: two pairs are duplicates if both `chosen` and `question` are alike."""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One answer to a prompt, and whether it did well: unpaired, since nothing else answered the same prompt."""

    id: str
    messages: tuple[Message, ...]
    text: str
    good: bool
    """Whether the text did well (it sold) or badly (what it describes was returned)."""
    group: str
    weight: float = 1.0
    evidence: Mapping[str, Any] = field(default_factory=dict)  # JSON values of the task's own choice
    """What the judgement rests on: views, units sold, returns; `source` says in a few words where it comes from."""
    question: str = ""
    """As an example's: two judgements are duplicates if both `text` and `question` are alike."""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a candidate answered to one example."""

    example_id: str
    text: str = ""
    """The answer; as a backend gives it, with the thought before it (`shoptune.thoughts`)."""
    thought: str = ""
    """What was thought before the answer, marks and all: filled in where `text` is freed of it, before it is parsed."""
    choice_log_probabilities: tuple[float, ...] = ()
    """One per choice (nats, summed over the choice's tokens), where the example has choices."""
    choice_tokens: tuple[int, ...] = ()
    """How many tokens each choice has."""
    choice_priors: tuple[float, ...] = ()
    """The choices' log-probabilities after a prompt that says nothing, where they were asked for."""
    reference_log_probability: float | None = None
    """Of the first reference as an answer (nats, summed over its tokens), where the experiment asks for perplexity."""
    reference_tokens: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    finish: Literal["stop", "length", "choice", "baseline"] = "stop"
    seconds: float = 0.0
    """This prediction's share of its batch's time."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """An answer that does not parse.  It counts as wrong, and its share is reported."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """Some words of an answer that a metric is about, for reports to show in place."""

    start: int
    end: int
    """`text[start:end]` of the prediction's text."""
    kind: Literal["good", "bad"]
    note: str
    """What is good or bad about them, in a few words: ``states material: cotton``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An example with a candidate's prediction and what its task parsed from it: what metrics see."""

    example: Example
    prediction: Prediction
    answer: Any
    """What `Task.parse` returned: for a text task the text, or `Invalid`; hence `Any`."""

    @property
    def text(self) -> str:
        """The answer as text; empty where it is invalid."""
        return self.answer if isinstance(self.answer, str) else ""
