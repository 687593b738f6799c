"""A model's chat template that takes too much is refused before the model is asked anything."""

from pathlib import Path

import pytest

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Message
from shoptune.errors import StepError, UsageError
from shoptune_transformers import template_budget
from shoptune_transformers.loading import load_tokenizer
from shoptune_transformers.session import open_session

TOO_MUCH = {
    "memory": "{{ 'x' * 10**10 }}",
    "doubling": "{% set n = namespace(x='x') %}{% for i in range(40) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "text": "{% for i in range(99999) %}{{ 'xx' }}{% endfor %}",
    "time": "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
    "width": "{{ '%9999999999s' | format('x') }}",
}


@pytest.mark.parametrize("template", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_too_much_is_refused(model_folder: Path, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_budget, "SECONDS", 1.0)
    (model_folder / "chat_template.jinja").write_text(template)
    with pytest.raises(UsageError, match="the model's chat template takes more than"):
        load_tokenizer(ModelFiles(folder=model_folder))


ENDLESS = "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    "when", ["messages | length > 1", "messages[-1].role == 'assistant'", "messages[0].role == 'system'"]
)
def test_too_much_for_longer_chats_is_refused(model_folder: Path, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_budget, "SECONDS", 1.0)
    template = f"{{% if {when} %}}{ENDLESS}{{% endif %}}{{{{ messages[0].content }}}}"
    (model_folder / "chat_template.jinja").write_text(template)
    with pytest.raises(UsageError, match="the model's chat template takes more than"):
        load_tokenizer(ModelFiles(folder=model_folder))


@pytest.mark.parametrize("much", [ENDLESS, "{{ 'x' * 10**10 }}"])
def test_too_much_for_one_of_the_shops_prompts_stops_there(
    model_folder: Path, much: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_budget, "SECONDS", 1.0)
    template = f"{{% if 'scarf' in messages[0].content %}}{much}{{% endif %}}{{{{ messages[0].content }}}}"
    (model_folder / "chat_template.jinja").write_text(template)
    files = ModelFiles(folder=model_folder, settings={"dtype": "float32"})
    prompts = [[Message(role="user", content=text)] for text in ("a hat", "a scarf")]
    with open_session(files) as session, pytest.raises(StepError, match="chat template takes more than"):
        list(session.generate(prompts, GenerationSettings(max_new_tokens=2)))


def test_limits_are_put_back(model_folder: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    load_tokenizer(ModelFiles(folder=model_folder))
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_what_a_template_refuses_is_said_later(model_folder: Path) -> None:
    (model_folder / "chat_template.jinja").write_text("{{ raise_exception('a system message is needed') }}")
    assert load_tokenizer(ModelFiles(folder=model_folder)).chat_template
