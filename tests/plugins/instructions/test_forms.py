"""Each form is recognised row by row, and what can't be used says why."""

from pathlib import Path
from typing import Any

import pytest

from shoptune.data import Dropped
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
    ("an unknown role", chat({"role": "human", "content": "Hello"}, assistant(YES))),
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
    ("no prompt", {"chosen": "The sky is blue.", "rejected": "The sky is green."}),
]
UNWANTED: list[tuple[str, dict[str, Any]]] = [
    ("the last turn has weight 0", chat(*ASK, assistant(YES) | {"weight": 0})),
    ("an answer labelled as not wanted", {"prompt": "The sky is", "completion": "green.", "label": False}),
    ("tools are offered", chat(*ASK, assistant(YES)) | {"tools": [{"type": "function"}]}),
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
