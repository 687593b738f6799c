"""What holds for every task: its examples, its prompts, its parser, its baselines and its other training rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from math import isfinite

from pydantic import BaseModel

from shoptune.components import AnyTask
from shoptune.data import Dropped, Example, Invalid, Note, Record, Tables
from shoptune.storage.jsonl import from_line, to_line
from shoptune.testing.contract import Check, Finding, NotCheckedError, examine, insist, options_of, require
from shoptune.testing.hostile import ANSWERS, damaged
from shoptune.testing.leaks import find_leak
from shoptune.training_rows import ROW_KINDS, AnyRowKind, TrainingRow

__all__ = ["check_task", "task_findings"]

ROWS = 40
"""Records of each table that are looked at."""
SOME = 12
"""Examples that every hostile answer is tried on."""
ROLES = ("system", "user", "assistant")


@dataclass(frozen=True)
class Material:
    """A task with records to make examples of."""

    task: AnyTask
    tables: Tables
    given: BaseModel | None

    @cached_property
    def options(self) -> BaseModel:
        return options_of(self.task.options, self.given)

    @cached_property
    def rows(self) -> dict[str, list[Record]]:
        """The first records of each table, as lists."""
        if missing := [table for table in self.task.tables if table not in self.tables]:
            raise NotCheckedError(f"the sample has no table {missing[0]!r}, which the task needs")
        return {
            name: [record for record, _ in zip(rows, range(ROWS), strict=False)] for name, rows in self.tables.items()
        }

    def make(self, tables: Tables) -> list[Example]:
        """Return the task's examples of these tables, without what it drops and notes."""
        return [made for made in self.task.examples(tables, self.options) if isinstance(made, Example)]

    @cached_property
    def examples(self) -> list[Example]:
        examples = self.make(self.rows)
        require(examples, "it makes no example of the sample's records")
        return examples

    def rows_of(self, kind: str) -> list[TrainingRow]:
        """Return the task's training rows of a kind, without what it refuses and notes."""
        made = self.task.rows[kind](self.rows, self.examples, self.options)
        return [row for row in made if not isinstance(row, Dropped | Note)]


def check_task(task: AnyTask, tables: Tables, options: BaseModel | None = None) -> None:
    """Hold a task against its contract, on a shop's tables; raises `ContractError` with all that is wrong.

    Args:
        task: The task.
        tables: Table -> records, for example `sample_tables()`; the first 40 of each are used.
        options: The task's options; default: their defaults.

    """
    insist(task_findings(task, tables, options))


def task_findings(task: AnyTask, tables: Tables, options: BaseModel | None = None) -> list[Finding]:
    """Return what each check of `check_task` found."""
    checks = [*CHECKS, *(_can_be_used(kind) for name, kind in ROW_KINDS.items() if name in task.rows)]
    return examine("task", task.name, checks, Material(task, tables, options))


def examples_can_be_used(material: Material) -> None:
    for example in material.examples:
        where = f"example {example.id!r}"
        messages = example.messages
        require(messages and messages[-1]["role"] == "user", f"{where}: its last message must be the user's")
        for message in messages:
            valid = message.get("role") in ROLES and isinstance(message.get("content"), str)
            require(valid, f"{where}: {message!r} is no message with a role ({', '.join(ROLES)}) and a text")
        for reference in example.references:
            require(reference and _is_text(reference), f"{where}: the reference {reference!r} is empty or no text")
        known = not example.choices or set(example.references) <= set(example.choices)
        require(known, f"{where}: the reference {example.references} is none of the choices {example.choices}")
        require(isfinite(example.weight) and example.weight >= 0, f"{where}: its weight is {example.weight}")
        _read_back(example, Example, where)


def examples_are_answered_as_the_task_says(material: Material) -> None:
    answers, examples = material.task.answers, material.examples
    found = f"its answers are {answers!r}"
    if answers == "choices":
        require(any(e.choices for e in examples), f"{found}, and no example has choices")
        return
    for example in examples:
        where = f"{found}, and example {example.id!r}"
        require(not example.choices, f"{where} has choices")
        has = "has a schema of its answer" if example.answer_schema else "has no schema of its answer"
        require(bool(example.answer_schema) == (answers == "json"), f"{where} {has}")


def ids_are_unique(material: Material) -> None:
    twice = [i for i, count in Counter(e.id for e in material.examples).items() if count > 1]
    require(not twice, f"several examples have the id {twice[:1]}; ids must differ")


def the_same_records_make_the_same_examples(material: Material) -> None:
    again = material.make(material.rows)
    require(again == material.examples, "made again of the same records, the examples differ")


def a_group_does_not_depend_on_the_order_of_records(material: Material) -> None:
    backwards = {e.id: e.group for e in material.make({name: rows[::-1] for name, rows in material.rows.items()})}
    for example in material.examples:
        require(example.group, f"example {example.id!r} has no group")
        other = backwards.get(example.id, example.group)
        message = f"example {example.id!r} is of group {example.group!r}, with the records in reverse of {other!r}"
        require(other == example.group, f"{message}; a group must never be divided between training and test")


def prompts_do_not_leak_the_answer(material: Material) -> None:
    leak = find_leak(material.make, material.rows, material.examples)
    require(leak is None, f"{leak}")


def the_reference_parses(material: Material) -> None:
    for example in material.examples:
        for reference in example.references:
            answer = material.task.parse(reference, example)
            found = f"example {example.id!r}: {_short(reference)} is invalid: {getattr(answer, 'reason', '')}"
            require(not isinstance(answer, Invalid), f"{found}; a good answer must parse")


def parse_never_raises(material: Material) -> None:
    for number, example in enumerate(material.examples[:SOME]):
        for text in (*ANSWERS, *_spoilt(example, number)):
            try:
                material.task.parse(text, example)
            except Exception as error:
                message = f"parse raised {type(error).__name__} ({error}) for the answer {_short(text)}"
                require(False, f"{message}; return Invalid with the reason instead")


def baselines_answer(material: Material) -> None:
    for name, baseline in material.task.baselines.items():
        answers = [baseline(example) for example in material.examples]
        for example, answer in zip(material.examples, answers, strict=True):
            found = f"the baseline {name!r} answered {answer!r} to example {example.id!r}"
            require(isinstance(answer, str), f"{found}; it must be a text")
        require(answers == [baseline(e) for e in material.examples], f"the baseline {name!r} answers otherwise again")
        parsed = [material.task.parse(a, e) for a, e in zip(answers, material.examples, strict=True)]
        usable = not all(isinstance(answer, Invalid) for answer in parsed)
        require(usable, f"no answer of the baseline {name!r} parses; the first is {_short(answers[0])}")


def _can_be_used(kind: AnyRowKind) -> Check[Material]:
    """Return the check of a task's training rows of one kind."""

    def check(material: Material) -> None:
        rows = material.rows_of(kind.name)
        twice = [i for i, count in Counter(row.id for row in rows).items() if count > 1]
        require(not twice, f"several {kind.name} have the id {twice[:1]}; ids must differ")
        for row in rows:
            where = f"{kind.noun} {row.id!r}"
            fits = isinstance(row, kind.row_type)
            require(fits, f"{where} is of the type {type(row).__name__}; needed is {kind.row_type.__name__}")
            useless = kind.useless(row)
            require(not useless, f"{where}: {useless}")
            require(isfinite(row.weight) and row.weight >= 0, f"{where}: its weight is {row.weight}")
            _read_back(row, kind.row_type, where)
        require(material.rows_of(kind.name) == rows, f"made again of the same records, the {kind.name} differ")

    check.__name__ = f"{kind.name}_can_be_used"
    return check


CHECKS = (
    examples_can_be_used,
    examples_are_answered_as_the_task_says,
    ids_are_unique,
    the_same_records_make_the_same_examples,
    a_group_does_not_depend_on_the_order_of_records,
    prompts_do_not_leak_the_answer,
    the_reference_parses,
    parse_never_raises,
    baselines_answer,
)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _spoilt(example: Example, seed: int) -> Iterator[str]:
    for reference in example.references[:1]:
        yield from damaged(reference, seed=seed)


def _read_back(row: TrainingRow, row_type: type[TrainingRow], where: str) -> None:
    """Refuse what does not survive the line of JSON that the core keeps of it."""
    back = from_line(to_line(row), row_type)
    changed = [field.name for field in fields(row) if getattr(row, field.name) != getattr(back, field.name)]
    require(
        not changed, f"{where}: {', '.join(changed)} must be made of JSON's values (texts, numbers, lists, objects)"
    )


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:80]}... ({len(text):,} characters)")
