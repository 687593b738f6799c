"""Chats are as long as what the session asks and what the trainer learns, told by the tokenizer alone."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles
from shoptune.data import Message
from shoptune.errors import StepError
from shoptune.testing import tiny_model
from shoptune.testing.tiny import CHATML
from shoptune_transformers.backend import BACKEND
from shoptune_transformers.chat_lengths import measure_chats
from shoptune_transformers.loading import load_tokenizer

ASKED: list[Message] = [{"role": "user", "content": "Describe a red vase. Ünïcode, <|im_end|> and\n\n blanks "}]
CHATS: Sequence[list[Message]] = (
    ASKED,
    [{"role": "system", "content": "Be brief."}, *ASKED],
    [*ASKED, {"role": "assistant", "content": " A vase.\n"}],
    [*ASKED, {"role": "assistant", "content": "A vase."}, {"role": "user", "content": "And blue?"}],
)

NO_SYSTEM = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] | trim }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}<model>{% endif %}"
)
WITH_BLOCKS = """
{%- set state = namespace(seen=0) -%}
{% for m in messages %}
    {%- if loop.index > 9 %}{% break %}{% endif %}
    {% set state.seen = state.seen + 1 %}
[{{ m.role }} {{ state.seen }}]
    {% if m.role == 'assistant' %}{% generation %}{{ m['content'] }}{{ eos_token }}{% endgeneration %}{% else %}
{{ m['content'] | tojson }}{% endif %}
{% endfor %}
{% if add_generation_prompt %}[assistant]{% endif %}
"""
THINKING = CHATML + "{% if add_generation_prompt and enable_thinking is false %}<think></think>{% endif %}"


def expected(files: ModelFiles) -> list[int]:
    """Return lengths as transformers makes them."""
    tokenizer: Any = load_tokenizer(files)
    texts = [
        tokenizer.apply_chat_template(chat, add_generation_prompt=chat[-1]["role"] != "assistant", tokenize=False)
        for chat in CHATS
    ]
    return [len(tokenizer(text, add_special_tokens=False).input_ids) for text in texts]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"chat_template": "none"},
        {"chat_template": NO_SYSTEM},
        {"chat_template": WITH_BLOCKS},
        {"chat_template": THINKING, "thinking": False},
        {"chat_template": THINKING, "thinking": True},
    ],
    ids=["own", "none", "no system role", "blocks", "not thinking", "thinking"],
)
def test_chats_are_as_long_as_transformers_makes_them(settings: dict[str, Any], saved_model: Path) -> None:
    files = ModelFiles(folder=saved_model, settings=settings)
    found = measure_chats(files, CHATS)
    assert found is not None
    assert found.tokens == expected(files)
    assert found.context == 512


@pytest.mark.parametrize("bos", [False, True])
def test_a_model_without_a_template_gets_the_plain_one(bos: bool, model_folder: Path) -> None:
    from tokenizers import Tokenizer, processors

    (model_folder / "chat_template.jinja").unlink(missing_ok=True)
    config = json.loads((model_folder / "tokenizer_config.json").read_text("utf-8"))
    config.pop("chat_template", None)
    if bos:
        config["bos_token"] = "<|im_start|>"
        tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<|im_start|> $A", special_tokens=[("<|im_start|>", 1)]
        )
        tokenizer.save(str(model_folder / "tokenizer.json"))
    (model_folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    files = ModelFiles(folder=model_folder)
    found = measure_chats(files, CHATS)
    assert found is not None
    assert found.tokens == expected(files)


def test_the_tiny_models_chats_too(tmp_path: Path) -> None:
    files = tiny_model(tmp_path)
    found = measure_chats(files, CHATS)
    assert found is not None
    assert found.tokens == expected(files)


def test_an_encoder_has_no_context_that_its_answers_share(saved_model: Path, model_folder: Path) -> None:
    config = json.loads((model_folder / "config.json").read_text("utf-8"))
    (model_folder / "config.json").write_text(json.dumps(config | {"is_encoder_decoder": True}), "utf-8")
    found = measure_chats(ModelFiles(folder=model_folder), CHATS)
    assert found is not None
    assert found.context is None


@pytest.mark.parametrize("content", [None, "[1"])
def test_nothing_is_said_without_a_tokenizer_that_can_be_read(content: str | None, model_folder: Path) -> None:
    path = model_folder / "tokenizer.json"
    path.unlink() if content is None else path.write_text(content, "utf-8")
    assert measure_chats(ModelFiles(folder=model_folder), CHATS) is None


def test_a_template_that_takes_long_on_longer_chats_alone_is_stopped(
    saved_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It passes when it is tried on chats of a few words."""
    twice = "{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}"
    endless = f"{{% for message in messages if message['content'] | length > 50 %}}{twice}{{% endfor %}}"
    files = ModelFiles(folder=saved_model, settings={"chat_template": endless})
    monkeypatch.setattr("shoptune_transformers.template_budget.SECONDS", 0.2)
    with pytest.raises(StepError, match="chat template takes more than"):
        measure_chats(files, [[{"role": "user", "content": "word " * 20}]])


def test_nothing_is_said_where_the_template_refuses_a_chat(saved_model: Path) -> None:
    refusing = {"chat_template": "{{ raise_exception('no') }}"}
    assert measure_chats(ModelFiles(folder=saved_model, settings=refusing), CHATS) is None
    broken = {"chat_template": "{% if %}"}
    assert measure_chats(ModelFiles(folder=saved_model, settings=broken), CHATS) is None


def test_neither_torch_nor_transformers_is_imported(saved_model: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from shoptune.components import ModelFiles\n"
        "from shoptune_transformers.backend import BACKEND\n"
        f"files = ModelFiles(folder=Path({str(saved_model)!r}))\n"
        "found = BACKEND.measure_chats(files, [[{'role': 'user', 'content': 'vase'}]])\n"
        "assert found.tokens[0] > 4, found\n"
        "print(*sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    assert BACKEND.measure_chats is not None
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
