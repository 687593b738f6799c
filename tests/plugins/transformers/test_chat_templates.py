"""Templates without a system role, and templates that think."""

from pathlib import Path
from typing import Any

import pytest

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.errors import UsageError
from shoptune.testing.tiny import CHATML
from shoptune_transformers.chat_templates import answer_begins, folds_system
from shoptune_transformers.loading import load_tokenizer
from shoptune_transformers.session import open_session
from tests.plugins.transformers.conftest import save_tokenizer

SYSTEM, USER = {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which rug?"}
ANSWER = {"role": "assistant", "content": "Wool."}

REFUSES = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" + CHATML
)
ALTERNATES = (
    "{% for message in messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('must alternate') }}{% endif %}"
    "{{ message['content'] }}|{% endfor %}"
)
PASSES_OVER = "{% for message in messages if message['role'] != 'system' %}{{ message['content'] }}|{% endfor %}"
THINKS = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['role'] == 'assistant' %}<think>\n\n</think>\n\n{% endif %}{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
OPENS = CHATML.replace("assistant\n{% endif %}", "assistant\n<think>\n{% endif %}")


def tokenizer(folder: Path, template: str, **settings: Any) -> Any:
    save_tokenizer(folder, chat_template=template)
    return load_tokenizer(ModelFiles(folder=folder, settings=settings))


def rendered(of: Any, *messages: dict[str, str], ask: bool = True) -> str:
    return str(of.apply_chat_template(list(messages), add_generation_prompt=ask, tokenize=False))


class TestWithoutASystemRole:
    @pytest.mark.parametrize("template", [REFUSES, ALTERNATES, PASSES_OVER])
    def test_the_system_text_stands_before_the_users(self, model_folder: Path, template: str) -> None:
        made = tokenizer(model_folder, template)
        assert folds_system(made)
        folded = {"role": "user", "content": "Be brief.\n\nWhich rug?"}
        for rest in ((), (ANSWER,), (ANSWER, USER)):
            assert rendered(made, SYSTEM, USER, *rest) == rendered(made, folded, *rest)

    @pytest.mark.parametrize("template", [REFUSES, ALTERNATES, PASSES_OVER])
    def test_prompts_without_one_are_as_the_template_has_them(self, model_folder: Path, template: str) -> None:
        made = tokenizer(model_folder, template)
        plain = tokenizer(model_folder, template.replace("system", "never"))
        assert rendered(made, USER, ANSWER, USER) == rendered(plain, USER, ANSWER, USER)

    def test_a_template_that_takes_system_turns_is_left_as_it_is(self, model_folder: Path) -> None:
        assert tokenizer(model_folder, CHATML).chat_template == CHATML

    def test_a_template_that_takes_nothing_is_left_as_it_is(self, model_folder: Path) -> None:
        refusing = "{{ raise_exception('no') }}"
        assert tokenizer(model_folder, refusing).chat_template == refusing

    def test_a_template_that_was_saved_folded_is_not_folded_twice(self, model_folder: Path) -> None:
        made = tokenizer(model_folder, REFUSES)
        assert tokenizer(model_folder, made.chat_template).chat_template == made.chat_template

    def test_a_session_answers_and_says_so(self, model_folder: Path) -> None:
        save_tokenizer(model_folder, chat_template=REFUSES)
        with open_session(ModelFiles(folder=model_folder, settings={})) as session:
            assert "no system role" in session.info["system text"]
            asked: Any = [[SYSTEM, USER]]
            [[(_, prediction)]] = session.generate(asked, GenerationSettings(max_new_tokens=2))
            assert prediction.prompt_tokens > 0


class TestThinking:
    @pytest.mark.parametrize("thinking", [True, False])
    def test_it_is_switched_for_asking_and_for_tuning(self, model_folder: Path, thinking: bool) -> None:
        made = tokenizer(model_folder, THINKS, thinking=thinking)
        asked = rendered(made, USER)
        assert asked.endswith("</think>\n\n") is not thinking
        assert rendered(made, USER, ANSWER, ask=False).startswith(asked)

    def test_without_the_switch_the_template_decides(self, model_folder: Path) -> None:
        assert tokenizer(model_folder, THINKS).chat_template == THINKS

    def test_a_template_without_the_switch_is_refused(self, model_folder: Path) -> None:
        with pytest.raises(UsageError, match="thinking: false was asked for, and the model's chat template has no"):
            tokenizer(model_folder, CHATML, thinking=False)

    @pytest.mark.parametrize(
        ("template", "settings", "begins"),
        [
            (CHATML, {}, ("", "")),
            (OPENS, {}, ("<think>\n", "")),
            (THINKS, {}, ("", "<think>\n\n</think>\n\n")),
            (THINKS, {"thinking": False}, ("", "")),
        ],
    )
    def test_where_answers_begin(
        self, model_folder: Path, template: str, settings: dict[str, Any], begins: tuple[str, str]
    ) -> None:
        assert answer_begins(tokenizer(model_folder, template, **settings)) == begins

    def test_a_thought_that_the_template_opens_is_marked_in_the_answer(self, model_folder: Path) -> None:
        save_tokenizer(model_folder, chat_template=OPENS)
        asked: Any = [[USER]]
        with open_session(ModelFiles(folder=model_folder, settings={})) as session:
            [[(_, prediction)]] = session.generate(asked, GenerationSettings(max_new_tokens=4))
        assert prediction.text.startswith("<think>\n")

    def test_choices_are_scored_where_tuning_teaches_them(self, model_folder: Path) -> None:
        """Behind the empty thought, be it the template's own or switched off."""
        scores = []
        for settings in ({}, {"thinking": False}):
            save_tokenizer(model_folder, chat_template=THINKS)
            asked: Any = [[USER]]
            with open_session(ModelFiles(folder=model_folder, settings=settings)) as session:
                [[(_, prediction)]] = session.choose(asked, [("wool", "silk")])
            scores.append(prediction.choice_log_probabilities)
        assert scores[0] == pytest.approx(scores[1])
