"""What is written out reads back the same, and TRL takes it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.components import ExportFormat
from shoptune.data import Example, Judgement, Message, PreferencePair
from shoptune.testing.tiny import CHATML
from shoptune_instructions.forms import read_row
from shoptune_instructions.plugin import select_data_adapter
from tests.plugins.instructions.reading import ASK, assistant, system, user
from tests.registered import export_formats

FORMATS = export_formats()
TRL = [FORMATS["chat"], FORMATS["prompt_completion"]]

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@st.composite
def prompts(draw: st.DrawFn) -> tuple[Message, ...]:
    first = [system(text) for text in draw(st.lists(texts, max_size=1))]
    earlier = draw(st.lists(st.tuples(texts, texts), max_size=2))
    chat = [turn for asked, said in earlier for turn in (user(asked), assistant(said))]
    return (*first, *chat, user(draw(texts)))


def example(messages: tuple[Message, ...], answer: str) -> Example:
    return Example(id="e", group="g", messages=messages, references=(answer, "another good answer"))


def pair(messages: tuple[Message, ...], chosen: str, rejected: str) -> PreferencePair:
    return PreferencePair(id="p", group="g", messages=messages, chosen=chosen, rejected=rejected)


def judgement(messages: tuple[Message, ...], text: str, *, good: bool) -> Judgement:
    return Judgement(id="j", group="g", messages=messages, text=text, good=good)


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
class TestRoundTrip:
    @given(messages=prompts(), answer=texts)
    def test_examples(self, form: ExportFormat, messages: tuple[Message, ...], answer: str) -> None:
        read = read_row(json.loads(json.dumps(form.rows["examples"](example(messages, answer)))))
        assert (tuple(read.messages), read.answers) == (messages, (answer,))

    @given(messages=prompts(), answers=st.lists(texts, min_size=2, max_size=2, unique_by=str.strip))
    def test_pairs(self, form: ExportFormat, messages: tuple[Message, ...], answers: list[str]) -> None:
        read = read_row(json.loads(json.dumps(form.rows["pairs"](pair(messages, *answers)))))
        assert (tuple(read.messages), read.answers) == (messages, tuple(answers))


def test_shapes_are_those_of_the_documentation() -> None:
    """TRL, "Dataset formats and types"; OpenAI, "Supervised fine-tuning" and "Direct preference optimization"."""
    asked = (user("What color is the sky?"),)
    given_example, given_pair = example(asked, "It is blue."), pair(asked, "It is blue.", "It is green.")
    blue, green = [assistant("It is blue.")], [assistant("It is green.")]
    whole = {"messages": [*asked, *blue]}
    explicit = {"prompt": [*asked], "chosen": blue, "rejected": green}
    shapes = {
        name: (form.rows["examples"](given_example), form.rows["pairs"](given_pair)) for name, form in FORMATS.items()
    }
    assert shapes == {
        "chat": (whole, explicit),
        "prompt_completion": ({"prompt": [*asked], "completion": blue}, explicit),
        "openai": (
            whole,
            {"input": {"messages": [*asked]}, "preferred_output": blue, "non_preferred_output": green},
        ),
    }


def test_judgements_have_trls_unpaired_shape_and_openai_has_none_for_them() -> None:
    asked = (user("What color is the sky?"),)
    wrong = judgement(asked, "It is green.", good=False)
    unpaired = {"prompt": [*asked], "completion": [assistant("It is green.")], "label": False}
    assert {name: form.rows["judgements"](wrong) for name, form in FORMATS.items() if "judgements" in form.rows} == {
        "chat": unpaired,
        "prompt_completion": unpaired,
    }


@pytest.fixture(scope="module")
def render() -> Callable[[Any], dict[str, str]]:
    """TRL's own way from a row to text, with a chat template and a tokenizer that need no network."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast
    from trl.data_utils import apply_chat_template

    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=Tokenizer(models.BPE()), chat_template=CHATML
    )
    return lambda row: apply_chat_template(row, tokenizer)


TURNS = [f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in ASK]
PROMPT = "".join(TURNS) + "<|im_start|>assistant\n"


@pytest.mark.parametrize("form", TRL, ids=lambda form: form.name)
def test_trl_takes_them(form: ExportFormat, render: Callable[[Any], dict[str, str]]) -> None:
    from trl.data_utils import is_conversational, maybe_extract_prompt

    asked = tuple(ASK)
    row = dict(form.rows["examples"](example(asked, "Yes.")))
    preference: dict[str, Any] = dict(form.rows["pairs"](pair(asked, "Yes.", "No.")))
    unpaired = dict(form.rows["judgements"](judgement(asked, "No.", good=False)))
    assert is_conversational(row)
    assert is_conversational(preference)
    assert is_conversational(unpaired)
    assert "".join(render(row).values()) == PROMPT + "Yes.<|im_end|>\n"
    assert maybe_extract_prompt(preference) == preference
    assert render(preference) == {"prompt": PROMPT, "chosen": "Yes.<|im_end|>\n", "rejected": "No.<|im_end|>\n"}
    assert render(unpaired) == {"prompt": PROMPT, "completion": "No.<|im_end|>\n", "label": False}


def test_trl_finds_the_same_implicit_prompt() -> None:
    from trl.data_utils import maybe_extract_prompt

    row: Any = {"chosen": [*ASK, assistant("Yes.")], "rejected": [*ASK, assistant("No.")]}
    found, read = maybe_extract_prompt(row), read_row(row)
    assert found["prompt"] == read.messages
    assert (found["chosen"][0]["content"], found["rejected"][0]["content"]) == read.answers


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_exported_files_are_recognised(tmp_path: Path, form: ExportFormat) -> None:
    path, asked = tmp_path / "exported.jsonl", tuple(ASK)
    for row in (form.rows["examples"](example(asked, "Yes.")), form.rows["pairs"](pair(asked, "Yes.", "No."))):
        path.write_text(json.dumps(row) + "\n", "utf-8")
        assert select_data_adapter(path) == "instructions"
