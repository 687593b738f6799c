"""Answer a prompt as the shop's own instruction data does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shoptune.components import NoOptions, Task
from shoptune.data import Dropped, Example, Invalid, Message, Note, PreferencePair, Record, Tables
from shoptune.thoughts import after_thought
from shoptune_text import COPYING, FORM, OVERLAP

__all__ = ["INSTRUCTION_FOLLOWING"]


def examples(tables: Tables, _: NoOptions) -> Iterator[Example | Dropped | Note]:
    """Yield one example per record; of two answers the preferred one is the good one.

    Then how often answers repeat, and how many earlier answers of chats are not learnt, where there are any.
    """
    counts: Counter[str] = Counter()
    different: set[int] = set()
    for record in tables["instructions"]:
        made = _example(record)
        yield made
        if isinstance(made, Example):
            earlier = int(record.fields.get("not_learnt") or 0)
            counts.update({"to learn": 1, "earlier ones that are not learnt": earlier, "rows": bool(earlier)})
            different.add(hash(made.references[0].casefold()))
    if counts["to learn"] > len(different) or counts["rows"]:
        yield Note(topic="answers", figures=_figures(counts, len(different)))


def _figures(counts: Mapping[str, int], different: int) -> dict[str, int]:
    figures = {"to learn": counts["to learn"], "different ones": different}
    if rows := counts["rows"]:
        figures[f"not learnt (earlier answers of {rows:,} longer chats)"] = counts["earlier ones that are not learnt"]
    return figures


def _example(record: Record) -> Example | Dropped:
    messages = tuple(record.fields.get("messages") or ())
    answer = record.fields.get("completion") or record.fields.get("chosen")
    if not messages or not answer:
        detail = "read the table with the adapter 'instructions'"
        return Dropped(origin=record.origin, reason="no prompt with an answer", detail=detail)
    return Example(
        id=record.id,
        messages=messages,
        references=(answer,),
        group=record.group,
        slices=_slices(messages, record.fields.get("category")),
        content=answer,
        # "Yes, it is." answers many; without the system turn, which all may share.
        question=last_question(messages),
        origin=record.origin,
    )


def _slices(messages: tuple[Message, ...], category: Any) -> dict[str, str]:
    turns = "one" if sum(message["role"] == "user" for message in messages) == 1 else "several"
    return {"turns": turns} | ({"category": str(category)} if category else {})


def pairs(
    tables: Tables,
    examples: Iterable[Example],  # noqa: ARG001 - pairs have prompts of their own
    _: NoOptions,
) -> Iterator[PreferencePair | Dropped]:
    """Yield the preferences that the data give."""
    for record in tables["instructions"]:
        messages, chosen, rejected = map(record.fields.get, ("messages", "chosen", "rejected"))
        if not messages or not chosen or not rejected:
            continue
        if chosen.strip() == rejected.strip():
            detail = "they differed in personal data alone, which is masked"
            yield Dropped(origin=record.origin, reason="both answers are the same", detail=detail)
            continue
        yield PreferencePair(
            id=record.id,
            messages=tuple(messages),
            chosen=chosen,
            rejected=rejected,
            group=record.group,
            evidence={"source": "given preference"},
            question=last_question(tuple(messages)),
            origin=record.origin,
        )


def parse(text: str, example: Example) -> str | Invalid:  # noqa: ARG001 - every task's parser is given the example
    """Return the answer without white space around it; `Invalid` if it is empty."""
    return after_thought(text).strip() or Invalid("empty answer")


def echo(example: Example) -> str:
    """Repeat the question, which shares its words with a good answer and answers nothing."""
    return last_question(example.messages)


def last_question(messages: tuple[Message, ...]) -> str:
    """Return the last thing that the user says; empty if they say nothing."""
    return next((message["content"] for message in reversed(messages) if message["role"] == "user"), "")


INSTRUCTION_FOLLOWING = Task(
    name="instruction_following",
    summary="Answer prompts as instruction data does: chats, prompts with completions, preferences",
    options=NoOptions,
    tables=("instructions",),
    answers="text",
    examples=examples,
    rows={"pairs": pairs},
    parse=parse,
    baselines={"echo": echo},
    metrics=(*OVERLAP, *COPYING, *FORM),
    max_new_tokens=256,
)
