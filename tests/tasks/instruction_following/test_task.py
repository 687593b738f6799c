"""Examples and pairs from instruction records, and how answers are read."""

from typing import Any

import pytest

from shoptune.components import NoOptions
from shoptune.data import Dropped, Example, Invalid, Message, Note, PreferencePair, Record
from shoptune_instruction_following.task import INSTRUCTION_FOLLOWING as TASK

ASK: list[Message] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Is the mug safe?"}]
MORE: list[Message] = [{"role": "assistant", "content": "Which?"}, {"role": "user", "content": "The red one."}]


def record(number: int = 1, **fields: Any) -> Record:
    return Record(
        id=f"r{number}", group=f"g{number}", origin=f"chats.jsonl:{number}", fields={"messages": ASK} | fields
    )


def examples(*records: Record) -> list[Any]:
    return list(TASK.examples({"instructions": records}, NoOptions()))


def pairs(*records: Record) -> list[Any]:
    return list(TASK.rows["pairs"]({"instructions": records}, examples(*records), NoOptions()))


def test_a_record_becomes_an_example() -> None:
    assert examples(record(completion="Yes.", category="care")) == [
        Example(
            id="r1",
            group="g1",
            origin="chats.jsonl:1",
            messages=tuple(ASK),
            references=("Yes.",),
            slices={"category": "care", "turns": "one"},
            content="Yes.",
            question="Is the mug safe?",
        )
    ]


def test_a_longer_chat_is_known_by_its_last_question() -> None:
    [example] = examples(record(messages=[*ASK, *MORE], completion="Yes."))
    assert (example.question, example.content) == ("The red one.", "Yes.")
    assert example.slices == {"turns": "several"}


def test_what_is_not_learnt_of_longer_chats_is_counted_and_so_are_repeated_answers() -> None:
    chat = record(messages=[*ASK, *MORE], completion="Yes.", not_learnt=1)
    *made, note = examples(chat, record(2, completion="yes."), record(3, completion="No."))
    assert len(made) == 3
    assert note == Note(
        topic="answers",
        figures={"to learn": 3, "different ones": 2, "not learnt (earlier answers of 1 longer chats)": 1},
    )


def test_a_preference_becomes_an_example_and_a_pair() -> None:
    preferred = record(chosen="Yes.", rejected="No.")
    [example] = examples(preferred)
    assert example.references == ("Yes.",)
    assert pairs(record(2, completion="Yes."), preferred) == [
        PreferencePair(
            id="r1",
            group="g1",
            origin="chats.jsonl:1",
            messages=tuple(ASK),
            chosen="Yes.",
            rejected="No.",
            evidence={"source": "given preference"},
            question="Is the mug safe?",
        )
    ]


def test_answers_that_masking_made_the_same_are_refused() -> None:
    [dropped] = pairs(record(chosen="Write to [email].", rejected="Write to [email]. "))
    assert (dropped.reason, dropped.origin, dropped.bad) == ("both answers are the same", "chats.jsonl:1", False)


@pytest.mark.parametrize(
    "fields",
    [{"messages": [*ASK, *MORE]}, {"messages": None, "completion": "Yes."}, {"messages": None, "chosen": "B"}],
)
def test_records_of_another_adapter_are_told_from_instructions(fields: dict[str, Any]) -> None:
    [dropped] = examples(record(**fields, rejected="C"))
    assert isinstance(dropped, Dropped)
    assert "adapter 'instructions'" in dropped.detail
    assert pairs(record(**fields, rejected="C")) == []


def test_answers_are_parsed() -> None:
    [example] = examples(record(completion="Yes."))
    assert TASK.parse("\n Yes, it is. ", example) == "Yes, it is."
    assert TASK.parse(" \n", example) == Invalid("empty answer")


def test_echo_repeats_the_last_question() -> None:
    [example] = examples(record(messages=[*ASK, *MORE], completion="Yes."))
    assert TASK.baselines["echo"](example) == "The red one."


def test_what_was_thought_is_no_part_of_an_answer() -> None:
    [example] = examples(record(completion="Yes."))
    assert TASK.parse("<think>\n\n</think>\n\nYes.", example) == "Yes."
    assert TASK.parse("<think>Is it? I", example) == Invalid("empty answer")
