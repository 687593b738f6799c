"""Each form is recognised row by row, and what can't be used says why."""

import json
from pathlib import Path
from typing import Any

import pytest

from shoptune.data import Dropped, Note
from shoptune_instructions.adapter import InstructionOptions, instructions
from tests.plugins.instructions.reading import ASK, assistant, read, records, system, user

YES, NO = "Yes, on the upper rack.", "No idea."

FORMS: list[tuple[str, dict[str, Any]]] = [
    ("messages", {"messages": [*ASK, assistant(YES)]}),
    ("prompt_completion", {"prompt": ASK, "completion": [assistant(YES)]}),
    ("prompt_completion", {"prompt": ASK, "completion": YES}),
    ("preference", {"prompt": ASK, "chosen": [assistant(YES)], "rejected": [assistant(NO)]}),
    ("preference", {"prompt": ASK, "chosen": YES, "rejected": NO}),
    ("preference_implicit", {"chosen": [*ASK, assistant(YES)], "rejected": [*ASK, assistant(NO)]}),
    (
        "openai_preference",
        {
            "input": {"messages": ASK, "tools": [], "parallel_tool_calls": True},
            "preferred_output": [assistant(YES)],
            "non_preferred_output": [assistant(NO)],
        },
    ),
]


@pytest.mark.parametrize(("form", "row"), FORMS)
def test_a_form_with_turns(tmp_path: Path, form: str, row: dict[str, Any]) -> None:
    [record] = records(tmp_path, row)
    answers = {"completion": YES} if "reference" not in form else {"chosen": YES, "rejected": NO}
    assert record.fields == {"messages": ASK, "form": form} | answers


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ("prompt_completion", {"prompt": "The sky is", "completion": " blue."}),
        ("preference", {"prompt": "The sky is", "chosen": " blue.", "rejected": " green."}),
        ("alpaca", {"instruction": "The sky is", "input": "", "output": "blue."}),
        ("alpaca", {"instruction": "The sky is", "output": "blue."}),
    ],
)
def test_a_form_with_texts(tmp_path: Path, form: str, row: dict[str, Any]) -> None:
    [record] = records(tmp_path, row)
    answers = {"completion": "blue."} if form != "preference" else {"chosen": "blue.", "rejected": "green."}
    assert record.fields == {"messages": [user("The sky is")], "form": form} | answers


def test_alpacas_input_follows_its_instruction(tmp_path: Path) -> None:
    [record] = records(tmp_path, {"instruction": "Shorten.", "input": "A very red mug.", "output": "A red mug."})
    assert record.fields["messages"] == [user("Shorten.\n\nA very red mug.")]


def test_forms_may_differ_from_row_to_row(tmp_path: Path) -> None:
    found = records(tmp_path, *(row for _, row in FORMS))
    assert [record.fields["form"] for record in found] == [form for form, _ in FORMS]


def test_earlier_answers_belong_to_the_prompt(tmp_path: Path) -> None:
    chat = [user("A mug?"), assistant("Which?"), user("The red one."), assistant("It is sold out.")]
    [record] = records(tmp_path, {"messages": chat})
    assert (record.fields["messages"], record.fields["completion"]) == (chat[:3], "It is sold out.")


def test_turns_of_a_completion_before_the_last_belong_to_the_prompt(tmp_path: Path) -> None:
    [record] = records(tmp_path, {"prompt": ASK, "completion": [assistant("Which?"), user("Red."), assistant("Yes.")]})
    assert record.fields["messages"] == [*ASK, assistant("Which?"), user("Red.")]


def test_a_dataset_that_repeats_itself_is_read_as_preferences(tmp_path: Path) -> None:
    """The form of UltraFeedback binarized: the prompt as a text beside whole chats, and the preferred one again."""
    chosen, rejected = [*ASK, assistant(YES)], [*ASK, assistant(NO)]
    [record] = records(
        tmp_path, {"prompt": ASK[-1]["content"], "chosen": chosen, "rejected": rejected, "messages": chosen}
    )
    assert record.fields == {"messages": ASK, "chosen": YES, "rejected": NO, "form": "preference"}


def test_a_key_without_a_value_is_no_key(tmp_path: Path) -> None:
    row = {"messages": None, "chosen": None, "rejected": None, "prompt": "The sky is", "completion": "blue."}
    [record] = records(tmp_path, row)
    assert record.fields["form"] == "prompt_completion"


def test_roles_and_contents_as_openai_writes_them(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "Is it "}, {"type": "text", "text": "safe?"}]
    developer = {"role": "developer", "content": "Be brief."}
    answer = assistant(YES) | {"weight": 1, "name": "shop"}
    [record] = records(tmp_path, {"messages": [developer, {"role": "user", "content": parts}, answer]})
    assert record.fields["messages"] == [system("Be brief."), user("Is it safe?")]


def test_an_empty_system_turn_is_left_out(tmp_path: Path) -> None:
    [record] = records(tmp_path, {"messages": [system(""), user("A mug?"), assistant(YES)]})
    assert record.fields["messages"] == [user("A mug?")]


QUESTION, ANSWER = user("Is it safe?"), assistant(YES)
SHAREGPT = [{"from": "human", "value": "Is it safe?"}, {"from": "gpt", "value": YES}]


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ("sharegpt", {"conversations": SHAREGPT}),
        ("sharegpt", {"conversations": SHAREGPT, "tools": "[]", "images": []}),
        ("sharegpt", {"conversations": [QUESTION, ANSWER]}),
        ("dolly", {"instruction": "Is it safe?", "context": "", "response": YES}),
        ("question_answer", {"question": "Is it safe?", "answer": YES}),
        ("question_answer", {"Question ": "Is it safe?", "Answer": YES}),
        ("prompt_response", {"prompt": "Is it safe?", "response": YES}),
        ("alpaca", {"instruction": "Is it safe?", "input": "", "output": YES, "system": "", "history": []}),
        ("alpaca", {"instruction": "Is it safe?", "output": YES, "system": None, "history": None}),
    ],
)
def test_forms_of_other_programs(tmp_path: Path, form: str, row: dict[str, Any]) -> None:
    [record] = records(tmp_path, row)
    assert record.fields == {"messages": [QUESTION], "form": form, "completion": YES}


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ("sharegpt_preference", {"conversations": SHAREGPT[:1], "chosen": SHAREGPT[1], "rejected": assistant(NO)}),
        ("alpaca_preference", {"instruction": "Is it safe?", "input": "", "chosen": YES, "rejected": NO}),
        ("question_preference", {"question": "Is it safe?", "chosen": YES, "rejected": NO}),
    ],
)
def test_preferences_of_other_programs(tmp_path: Path, form: str, row: dict[str, Any]) -> None:
    [record] = records(tmp_path, row)
    assert record.fields == {"messages": [QUESTION], "form": form, "chosen": YES, "rejected": NO}


def test_dollys_context_follows_its_instruction(tmp_path: Path) -> None:
    [record] = records(tmp_path, {"instruction": "Is it red?", "context": "A very red mug.", "response": "Yes."})
    assert record.fields["messages"] == [user("Is it red?\n\nA very red mug.")]


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [QUESTION, ANSWER]},
        {"conversations": SHAREGPT},
        {"instruction": "Is it safe?", "output": YES},
        {"prompt": [QUESTION], "completion": YES},
        {"prompt": "Is it safe?", "chosen": YES, "rejected": NO},
        {"messages": [system("Be brief."), QUESTION, ANSWER]},
    ],
)
@pytest.mark.parametrize("key", ["system", "system_prompt"])
def test_a_system_text_beside_the_chat_is_its_system_turn(tmp_path: Path, row: dict[str, Any], key: str) -> None:
    [record] = records(tmp_path, row | {key: "Be brief. "})
    assert record.fields["messages"] == [system("Be brief."), QUESTION]


@pytest.mark.parametrize(
    "history",
    [[["A mug?", "Which?"], ["Hm.", "Yes?"]], [*map(dict, (user("A mug?"), assistant("Which?"))), ["Hm.", "Yes?"]]],
)
def test_alpacas_history_stands_between_the_system_text_and_the_question(tmp_path: Path, history: list[Any]) -> None:
    row = {"instruction": "And in", "input": "red?", "output": "As I said.", "system": "Be brief.", "history": history}
    [record] = records(tmp_path, row)
    assert record.fields["messages"] == [
        *(system("Be brief."), user("A mug?"), assistant("Which?"), user("Hm."), assistant("Yes?")),
        user("And in\n\nred?"),
    ]
    assert record.fields["not_learnt"] == 2


@pytest.mark.parametrize(("weights", "not_learnt"), [((None, None), 2), ((1, 0), 1), ((0, 0), 0)])
def test_earlier_answers_that_are_not_learnt_are_counted(
    tmp_path: Path, weights: tuple[int | None, int | None], not_learnt: int
) -> None:
    earlier = [turn for weight in weights for turn in (QUESTION, assistant(NO) | {"weight": weight})]
    [record] = records(tmp_path, {"messages": [*earlier, QUESTION, ANSWER | {"weight": 1}]})
    assert record.fields.get("not_learnt", 0) == not_learnt
    assert record.fields["completion"] == YES


@pytest.mark.parametrize("label", [True, 1, 1.0, "true", "True", "good", "Thumbs-up", "desirable", "+1", "👍"])
def test_an_answer_that_is_labelled_as_wanted_is_learnt(tmp_path: Path, label: Any) -> None:
    [record] = records(tmp_path, {"prompt": "Is it safe?", "completion": YES, "label": label})
    assert record.fields["completion"] == YES


@pytest.mark.parametrize(
    "label", [False, 0, 0.0, -1, "-1", "false", "Nein", "nie", "bad", "thumbs down", "Undesirable", "👎"]
)
@pytest.mark.parametrize("key", ["label", "kto_tag"])
def test_an_answer_that_is_labelled_as_not_wanted_is_left_out(tmp_path: Path, key: str, label: Any) -> None:
    [dropped] = read(tmp_path, [{"instruction": "Is it safe?", "output": NO, key: label}])
    assert isinstance(dropped, Dropped)
    assert (dropped.reason, dropped.bad) == ("an answer labelled as not wanted", False)


def test_a_row_of_no_form_names_its_keys_and_the_way_out(tmp_path: Path) -> None:
    [dropped] = read(tmp_path, [{"anliegen": "Is it safe?", "antwort": YES}])
    assert isinstance(dropped, Dropped)
    assert "'anliegen', 'antwort'" in dropped.detail
    assert "custom_text" in dropped.detail


def chat(*turns: Any) -> dict[str, Any]:
    return {"messages": list(turns)}


CALL = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "stock", "arguments": "{}"}}]}

BAD: list[tuple[str, dict[str, Any]]] = [
    ("no known form", {"text": "The sky is blue."}),
    ("no known form", {"prompt": "The sky is"}),
    ("no list of turns", chat()),
    ("no list of turns", {"messages": "Hello"}),
    ("no list of turns", {"input": {}, "preferred_output": [], "non_preferred_output": []}),
    ("no list of turns", {"input": "Hello", "preferred_output": [], "non_preferred_output": []}),
    ("a turn without a role", chat({"content": "Hello"}, assistant(YES))),
    ("a turn without a role", chat("Hello", assistant(YES))),
    ("an unknown role", chat({"role": "narrator", "content": "Hello"}, assistant(YES))),
    ("empty text", chat(user(" "), assistant(YES))),
    ("empty text", chat(user("A mug?"), assistant(""))),
    ("empty text", chat(user("A mug?"), {"role": "assistant"})),
    ("empty text", {"prompt": "The sky is", "completion": " "}),
    ("empty text", {"instruction": "", "input": "", "output": "blue."}),
    ("a turn whose content is no text", chat(user("A mug?"), {"role": "assistant", "content": 7})),
    ("a turn whose content is no text", chat(user("A mug?"), {"role": "assistant", "content": ["Yes"]})),
    ("a turn whose content is no text", chat(user("A?"), {"role": "assistant", "content": [{"type": "text"}]})),
    ("the last turn is not the assistant's", chat(*ASK)),
    ("the last turn is not the assistant's", chat(system(""))),
    ("no question before the answer", chat(assistant(YES))),
    ("no question before the answer", chat(system("Greet."), assistant(YES))),
    ("no question before the answer", chat(user("A mug?"), assistant("Yes."), assistant(YES))),
    ("a weight that is neither 0 nor 1", chat(*ASK, assistant(YES) | {"weight": 0.5})),
    ("a weight that is neither 0 nor 1", chat(*ASK, assistant(YES) | {"weight": []})),
    ("neither a text nor a list of turns", {"prompt": 7, "completion": "blue."}),
    ("neither a text nor a list of turns", {"prompt": "The sky is", "completion": {"text": "blue"}}),
    ("both answers are the same", {"prompt": "The sky is", "chosen": "blue.", "rejected": " blue. "}),
    ("both answers are the same", {"chosen": [*ASK, assistant(YES)], "rejected": [*ASK, assistant(f"{YES} ")]}),
    ("a weight that is neither 0 nor 1", chat(ASK[1], assistant(NO) | {"weight": 2}, ASK[1], assistant(YES))),
    ("two system texts that differ", chat(*ASK, assistant(YES)) | {"system": "Sing."}),
    ("a system text that is no text", chat(ASK[1], assistant(YES)) | {"system": ["Sing."]}),
    ("a history that is no list of [question, answer]", {"instruction": "A?", "output": "B.", "history": ["C?"]}),
    ("a history that is no list of [question, answer]", {"instruction": "A?", "output": "B.", "history": "C?"}),
    ("empty text", {"question": "A mug?", "answer": " "}),
    ("the last turn is not the assistant's", {"conversations": [{"from": "human", "value": "A mug?"}]}),
    ("no prompt", {"chosen": "The sky is blue.", "rejected": "The sky is green."}),
]
UNWANTED: list[tuple[str, dict[str, Any]]] = [
    ("the last turn has weight 0", chat(*ASK, assistant(YES) | {"weight": 0})),
    ("an answer labelled as not wanted", {"prompt": "The sky is", "completion": "green.", "label": False}),
    ("tools are offered", chat(*ASK, assistant(YES)) | {"tools": [{"type": "function"}]}),
    ("an answer labelled as not wanted", chat(*ASK, assistant(YES)) | {"kto_tag": False}),
    ("a label that says neither good nor bad", {"prompt": "A mug?", "completion": "Yes.", "label": "kitchen"}),
    ("a turn with more than text", chat(*ASK, assistant(YES)) | {"images": ["mug.png"]}),
    (
        "a tool is called",
        {"conversations": [{"from": "human", "value": "A?"}, {"from": "function_call", "value": "{}"}]},
    ),
    ("tools are offered", {"conversations": [{"from": "human", "value": "A?"}], "tools": '[{"name": "stock"}]'}),
    ("tools are offered", chat(*ASK, assistant(YES)) | {"functions": [{"name": "stock"}]}),
    ("tools are offered", FORMS[-1][1] | {"input": {"messages": ASK, "tools": [{"type": "function"}]}}),
    ("a tool is called", chat(*ASK, CALL)),
    ("a tool is called", chat(*ASK, CALL, {"role": "tool", "content": "3", "tool_call_id": "1"}, assistant(YES))),
    ("a tool is called", chat(*ASK, {"role": "assistant", "function_call": {"name": "stock"}})),
    ("a turn with more than text", chat({"role": "user", "content": [{"type": "image_url"}]}, assistant(YES))),
    (
        "the answers follow different prompts",
        {"chosen": [user("A mug?"), assistant(YES)], "rejected": [user("A cup?"), assistant(NO)]},
    ),
]


@pytest.mark.parametrize(
    ("reason", "row", "bad"), [*((*case, True) for case in BAD), *((*case, False) for case in UNWANTED)]
)
def test_what_cannot_be_used_says_why(tmp_path: Path, reason: str, row: dict[str, Any], bad: bool) -> None:
    good = {"prompt": "The sky is", "completion": "blue."}
    first, dropped, last = read(tmp_path, [good, row, good])
    assert isinstance(dropped, Dropped)
    assert (dropped.reason, dropped.bad, dropped.origin) == (reason, bad, "chats.jsonl:2")
    assert not isinstance(first, Dropped)
    assert not isinstance(last, Dropped)


def test_a_weight_of_0_on_an_earlier_turn_changes_nothing(tmp_path: Path) -> None:
    earlier = assistant("Which?") | {"weight": 0}
    [record] = records(tmp_path, chat(user("A mug?"), earlier, user("Red."), assistant(YES) | {"weight": 1}))
    assert record.fields["completion"] == YES


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ("question_response", {"question": "The sky is", "response": "blue."}),
        ("query_response", {"query": "The sky is", "response": "blue."}),
        ("inputs_targets", {"inputs": "The sky is", "targets": "blue."}),
        ("input_output", {"input": "The sky is", "output": "blue."}),
        (
            "gemini",
            {
                "contents": [
                    {"role": "user", "parts": [{"text": "The sky is"}]},
                    {"role": "model", "parts": [{"text": "blue."}]},
                ]
            },
        ),
        ("messages", {"messages": [{"role": "user", "content": [{"text": "The sky is"}]}, assistant("blue.")]}),
        (
            "messages",
            {"messages": [{"role": "customer", "content": "The sky is"}, {"role": "agent", "content": "blue."}]},
        ),
    ],
)
def test_forms_of_further_programs(tmp_path: Path, form: str, row: dict[str, Any]) -> None:
    [record] = records(tmp_path, row)
    assert record.fields == {"messages": [user("The sky is")], "form": form, "completion": "blue."}


@pytest.mark.parametrize(
    "said",
    [
        {"system": "Sing."},
        {"system_prompt": "Sing."},
        {"system": [{"text": "Sing."}]},
        {"systemInstruction": {"role": "system", "parts": [{"text": "Sing."}]}},
    ],
)
def test_a_system_text_in_any_spelling(tmp_path: Path, said: dict[str, Any]) -> None:
    [record] = records(tmp_path, {"query": "The sky is", "response": "blue."} | said)
    assert record.fields["messages"] == [system("Sing."), user("The sky is")]


def test_alpacas_context_is_part_of_what_is_asked(tmp_path: Path) -> None:
    [record] = records(tmp_path, {"instruction": "Shorten.", "context": "Be kind.", "output": "A mug."})
    assert record.fields["messages"] == [user("Shorten.\n\nBe kind.")]


def test_a_history_may_hold_rows(tmp_path: Path) -> None:
    row = {"instruction": "And now?", "output": "Blue.", "history": [{"instruction": "The sky?", "output": "Grey."}]}
    [record] = records(tmp_path, row)
    assert record.fields["messages"] == [user("The sky?"), assistant("Grey."), user("And now?")]


@pytest.mark.parametrize("key", ["weight", "train", "training", "loss", "train_on_turn"])
@pytest.mark.parametrize("no", [0, False])
def test_a_last_turn_that_is_not_trained_on_is_left_out(tmp_path: Path, key: str, no: object) -> None:
    answer = {**assistant(YES), key: no}
    [dropped] = read(tmp_path, [{"messages": [*ASK, answer]}])
    assert isinstance(dropped, Dropped)
    assert (dropped.reason, dropped.bad) == ("the last turn has weight 0", False)


def test_keys_that_nothing_reads_are_named(tmp_path: Path) -> None:
    path = tmp_path / "chats.jsonl"
    thought = {"role": "assistant", "content": YES, "reasoning_content": "Hm."}
    rows = [
        {"messages": [*ASK, thought], "rating": 5, "id": "1", "source": ""},
        {"instruction": "The sky is", "output": "blue.", "rating": 4, "Notes": "x", "system": "Sing.", "id": "2"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    *_, note = instructions.read(path, InstructionOptions())
    assert note == Note(
        topic="keys that were not read", figures={"rating": 2, "messages: reasoning_content": 1, "notes": 1}
    )
