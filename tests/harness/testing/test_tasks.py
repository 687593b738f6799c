"""The contract of tasks: the healthy pass, and each planted fault is found."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from shoptune.components import (
    NoOptions,
    Task,
)
from shoptune.data import Example, Invalid, Message, PreferencePair, Record, Tables
from shoptune.testing import (
    ContractError,
    check_task,
    sample_tables,
)
from tests.harness.testing.faults import broken


def feeling(record: Record) -> str:
    return "good" if record.fields["stars"] > 3 else "bad"


def sentiment(record: Record) -> Example:
    return Example(
        id=record.id,
        messages=({"role": "user", "content": f"Good or bad? {record.fields['text']}"},),
        references=(feeling(record),),
        choices=("good", "bad"),
        group=record.group,
        origin=record.origin,
    )


def description(record: Record) -> Example:
    return Example(
        id=record.id,
        messages=({"role": "user", "content": f"Describe: {record.fields['name']}, {record.fields['color']}"},),
        references=(record.fields["description"],),
        group=record.group,
    )


def brand(record: Record) -> Example:
    return replace(description(record), references=(record.fields["brand"],))


def label(text: str, example: Example) -> str | Invalid:
    return text if text in example.choices else Invalid("neither good nor bad")


def each(make: Callable[[Record], Example], table: str) -> Callable[[Tables, NoOptions], Iterator[Example]]:
    def examples(tables: Tables, options: NoOptions) -> Iterator[Example]:
        yield from map(make, tables[table])

    return examples


def pairs(tables: Tables, examples: Any, options: NoOptions) -> Iterator[PreferencePair]:
    for e in examples:
        yield PreferencePair(id=e.id, messages=e.messages, chosen=e.references[0], rejected="no", group=e.group)


SENTIMENT = Task(
    name="sentiment",
    summary="Is a review good?",
    options=NoOptions,
    tables=("reviews",),
    answers="choices",
    examples=each(sentiment, "reviews"),
    metrics=(),
    parse=label,
    rows={"pairs": pairs},
    baselines={"always_good": lambda example: "good"},
)
DESCRIPTION = Task(
    name="description",
    summary="Describe",
    options=NoOptions,
    tables=("products",),
    answers="text",
    examples=each(description, "products"),
    metrics=(),
    parse=lambda text, _: text,
)


def with_prompt(make: Callable[[Record], Example], more: Callable[[Record], str]) -> Callable[[Record], Example]:
    def made(record: Record) -> Example:
        example = make(record)
        messages: tuple[Message, ...] = (
            {"role": "user", "content": f"{example.messages[0]['content']} {more(record)}"},
        )
        return replace(example, messages=messages)

    return made


def numbered(tables: Tables, options: NoOptions) -> Iterator[Example]:
    for number, record in enumerate(tables["reviews"]):
        yield replace(sentiment(record), group=f"group {number // 3}")


def count_stars(text: str, example: Example) -> int:
    return int(text)


FAULTY_TASKS: list[tuple[str, dict[str, Any]]] = [
    ("ids are unique", {"examples": each(lambda r: replace(sentiment(r), id=r.id[:2]), "reviews")}),
    ("a group does not depend on the order of records", {"examples": numbered}),
    (
        "the same records make the same examples",
        {"examples": each(lambda r: replace(sentiment(r), weight=random.random()), "reviews")},
    ),
    ("examples can be used", {"examples": each(lambda r: replace(sentiment(r), references=("fine",)), "reviews")}),
    ("examples can be used", {"examples": each(lambda r: replace(sentiment(r), evidence={"a": (1, 2)}), "reviews")}),
    (
        "prompts do not leak the answer",
        {"examples": each(with_prompt(sentiment, lambda r: f"({r.fields['stars']} stars)"), "reviews")},
    ),
    (
        "prompts do not leak the answer",  # in words of its own, which no comparison of texts finds
        {"examples": each(with_prompt(sentiment, lambda r: "Smile!" if r.fields["stars"] > 3 else ""), "reviews")},
    ),
    ("examples are answered as the task says", {"answers": "text"}),
    ("examples are answered as the task says", {"answers": "json"}),
    (
        "examples are answered as the task says",
        {"examples": each(lambda r: replace(sentiment(r), choices=()), "reviews"), "parse": lambda text, _: text},
    ),
    ("parse never raises", {"parse": count_stars}),
    ("parse never raises", {"parse": lambda text, _: text.encode() and text}),
    ("the reference parses", {"parse": lambda text, _: Invalid("never satisfied")}),
    ("baselines answer", {"baselines": {"none": lambda example: None}}),
    ("baselines answer", {"baselines": {"unreadable": lambda example: "so so"}}),
    (
        "pairs can be used",
        {"rows": {"pairs": lambda t, e, o: (replace(p, rejected=p.chosen) for p in pairs(t, e, o))}},
    ),
]


@pytest.mark.parametrize("task", [SENTIMENT, DESCRIPTION], ids=lambda task: task.name)
def test_a_healthy_task_passes(task: Task[Any]) -> None:
    check_task(task, sample_tables())


@pytest.mark.parametrize(("check", "fault"), FAULTY_TASKS, ids=lambda given: given if isinstance(given, str) else "")
def test_a_faulty_task_is_found(check: str, fault: dict[str, Any]) -> None:
    task: Any = replace(SENTIMENT, **fault)
    assert check in broken(lambda: check_task(task, sample_tables()))


@pytest.mark.parametrize(("make", "field"), [(description, "description"), (brand, "brand")])
def test_a_prompt_with_its_answer_in_it_is_found_whether_long_or_short(
    make: Callable[[Record], Example], field: str
) -> None:
    leaking = with_prompt(make, lambda record: f"Answer: {record.fields[field]}".upper())
    task = replace(DESCRIPTION, examples=each(leaking, "products"))
    assert broken(lambda: check_task(task, sample_tables())) == {"prompts do not leak the answer"}


def test_a_task_is_not_checked_on_tables_that_it_does_not_know() -> None:
    with pytest.raises(ContractError, match="no table 'reviews'"):
        check_task(SENTIMENT, {"products": sample_tables()["products"]})
