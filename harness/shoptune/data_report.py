"""The data report: what was read of a shop's files, what was left out and why, and what came of the rest.

`prepare` writes it (``data.json``), ``shoptune data`` shows it, and the comparison carries it; the models below are the
contract.  It holds no text of the shop but the few words that name a fault, and those after personal data were masked.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from shoptune.described import Described

__all__ = [
    "DataReport",
    "Drops",
    "DropsByReason",
    "Duplicates",
    "FactProfile",
    "FieldProfile",
    "LeakageReport",
    "Part",
    "PersonalDataReport",
    "Quantiles",
    "StrangeRow",
    "TableReport",
    "WeightReport",
]


class Model(Described):
    """Base of the report's parts."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Drops(Model):
    """How often something was left out for one reason, and where the first few stand."""

    count: int
    """How many rows or examples were left out for this reason."""
    first: list[str]
    """The first few, with where they stand: ``products.csv:118: found 'abc'; write an amount such as 12.50``."""


DropsByReason = dict[str, Drops]
"""Most frequent reason first."""


class Quantiles(Model):
    """The spread of a figure: what 5 %, half, 95 % and all of the values do not exceed."""

    p5: float
    """5th percentile."""
    p50: float
    """Median."""
    p95: float
    """95th percentile."""
    max: float
    """Maximum."""


class FieldProfile(Model):
    """One field of a table."""

    name: str
    """The field's name: ``description``; a free attribute is ``attributes.color``."""
    filled: int
    """Records that have a value."""
    words: Quantiles | None = None
    """Length of its texts in words; None for a field that holds no running text."""


class FactProfile(Model):
    """One of the facts that prompts show."""

    name: str
    """The fact's name: ``colour``."""
    texts: int
    """Texts that are looked at whose example has this fact."""
    stated: int
    """Those that state its value, or one of its values, word for word. Where none does, it may be no fact at all."""


class StrangeRow(Model):
    """A record that is worth a look."""

    origin: str
    """Where it stands: ``products.csv:118``."""
    why: list[str]
    """What is unusual: ``description has 2,004 words (half have at most 61)``, ..."""


class PersonalDataReport(Model):
    """Personal data that was found, none of which was kept."""

    masked: dict[str, int] = Field(default_factory=dict)
    """Kind (email, phone, card, iban, address, name) -> how often it was masked in text."""
    fields: dict[str, int] = Field(default_factory=dict)
    """Personal field -> how many records had a value in it, which was dropped."""


class TableReport(Model):
    """What was read of one table."""

    files: list[str]
    """Names of the files, in the order they were read."""
    adapter: str
    """The data adapter that read them."""
    records: int
    """Records that are used."""
    groups: int
    """Groups among the records: products with all their variants, orders with all their lines, ..."""
    dropped: DropsByReason
    """Rows that are not wanted (drafts, cancelled orders, ...), by reason."""
    bad: DropsByReason
    """Rows that can't be used, by reason."""
    fields: list[FieldProfile]
    """How well each field is filled."""
    languages: dict[str, int]
    """Language of the longest text field (ISO 639-1, ``?`` where there is too little text) -> records."""
    languages_of: int
    """How many records' language was looked at."""
    personal_data: PersonalDataReport
    """Personal data that was found in this table."""
    strange: list[StrangeRow]
    """Records worth a look: at most ten, the strangest first."""
    notes: dict[str, dict[str, str | int | float]] = Field(default_factory=dict)
    """What the adapter found on its way: topic -> figure in words -> figure."""
    warnings: list[str] = Field(default_factory=list)
    """What should be known of its numbers: prices that could not be read, long numbers that a spreadsheet shortened,
    SKUs that several products share."""


class Duplicates(Model):
    """Examples that repeat what another one says; all of a cluster count as one group."""

    exact: int
    """Examples whose text another one has word for word."""
    near: int
    """Further examples whose text is a near-duplicate of another one's."""
    largest: int
    """Number of examples in the largest cluster."""
    first: list[str]
    """The first few duplicates: ``products.csv:4 ~ products.csv:19``."""


class LeakageReport(Model):
    """Training data that stands in the held-out part as well."""

    action: Literal["leave_out", "fail", "keep"]
    """What was done about them: left out of training, an error, or kept."""
    similarity: float
    """Jaccard similarity of word shingles from which two texts count as near-duplicates."""
    by_id: int
    """Training examples of a group that is held out."""
    exact: int
    """Further training examples whose text a held-out one has word for word."""
    near: int
    """Further training examples whose text is a near-duplicate of a held-out one's."""
    rows: dict[str, int]
    """Other kind of training rows (``pairs``) -> rows of such examples, or whose text is like a held-out one."""
    first: list[str]
    """The first few, and what they are like: ``products.csv:4 (train) ~ products.csv:19 (test)``."""


class WeightReport(Model):
    """The weights of the examples that are trained on."""

    weighted: int
    """Training examples whose weight isn't 1."""
    left_out: int
    """Training examples whose weight is 0."""
    spread: Quantiles
    """Quantiles of the weights above 0."""


class Part(Model):
    """One part of the split."""

    examples: int
    """Number of examples."""
    groups: int
    """Number of groups (products with all their variants, ...), which are never divided."""
    rows: dict[str, int]
    """Other kind of training rows that the task makes -> how many there are."""
    labels: dict[str, int] = Field(default_factory=dict)
    """Of a task with choices: label -> examples of which it is the right one, most frequent first."""


class DataReport(Model):
    """What a task was made of."""

    tables: dict[str, TableReport]
    """Table -> what was read; a held-out table is ``test: products``."""
    split_by: str
    """What is never divided between training and test: ``product``, a slice such as ``category``, or ``time``."""
    parts: dict[Literal["train", "validation", "test"], Part]
    """Size of each part of the split."""
    examples_dropped: DropsByReason
    """Records that made no example, by reason."""
    rows_kept: dict[str, dict[str, int]]
    """Other kind of training rows that the task makes -> where they come from (``A/B test``, ``synthetic: changed
    fact``, ...) -> how many there are."""
    rows_refused: dict[str, DropsByReason]
    """The same kinds -> what was not made into rows, by reason."""
    weights: WeightReport | None = None
    """Weights of the training examples; None where every one has weight 1."""
    duplicates: Duplicates
    """Examples that repeat each other."""
    leakage: LeakageReport
    """Training data that also stands in the held-out part."""
    tokens: dict[str, Quantiles] = Field(default_factory=dict)
    """Model -> length of the texts to learn, in its tokens; filled in where a model is at hand (``shoptune data``)."""
    facts: list[FactProfile] = Field(default_factory=list)
    """How many of the shop's own texts state each fact that prompts show."""
    canaries: int = 0
    """Training examples in which a canary string was planted."""
    notes: dict[str, dict[str, str | int | float]] = Field(default_factory=dict)
    """What the task found on its way: topic -> figure in words -> figure."""
