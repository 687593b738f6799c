"""A model's chat template that takes too much is refused before the model is asked anything."""

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Message
from shoptune.errors import StepError, UsageError
from shoptune_transformers import template_budget
from shoptune_transformers.chat_lengths import measure_chats
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


@pytest.mark.parametrize("much", [ENDLESS, "{{ 'x' * 10**10 }}", "{{ messages[0].content * 50000 }}"])
def test_too_much_stops_in_a_worker_thread_too(model_folder: Path, much: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no signal goes.  Tokens are asked for, as those who tune do."""
    monkeypatch.setattr(template_budget, "SECONDS", 1.0)
    template = f"{{% if 'scarf' in messages[0].content %}}{much}{{% endif %}}{{{{ messages[0].content }}}}"
    (model_folder / "chat_template.jinja").write_text(template)
    tokenizer = load_tokenizer(ModelFiles(folder=model_folder))
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(tokenizer.apply_chat_template, [{"role": "user", "content": "a hat"}]).result()
        rendering = pool.submit(tokenizer.apply_chat_template, [{"role": "user", "content": "a scarf"}])
        with pytest.raises(StepError, match="chat template takes more than"):
            rendering.result()
        assert pool.submit(sum, range(1_000_000)).result()  # nothing is raised in the thread later on


def test_too_much_stops_in_another_process_too(model_folder: Path) -> None:
    """As the executor ``processes`` starts one for a step."""
    (model_folder / "chat_template.jinja").write_text(
        "{{ 'x' * 10**10 if 'scarf' in messages[0].content else 'y' }}{{ messages[0].content }}"
    )
    chats = [[Message(role="user", content="a scarf")]]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        measuring = pool.submit(measure_chats, ModelFiles(folder=model_folder), chats)
        with pytest.raises(StepError, match="chat template takes more than"):
            measuring.result()


def test_a_template_may_take_long_once_and_not_for_each_prompt(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = load_tokenizer(ModelFiles(folder=model_folder))
    clock = iter(range(0, 1000, 2))  # each prompt takes two seconds
    monkeypatch.setattr(template_budget, "perf_counter", lambda: next(clock))
    chat = [{"role": "user", "content": "a hat"}]
    for _ in range(3):
        tokenizer.apply_chat_template(chat, tokenize=False)
    with pytest.raises(StepError, match="chat template takes more than"):
        tokenizer.apply_chat_template(chat, tokenize=False)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda tokenizer: pickle.loads(pickle.dumps(tokenizer))])
def test_a_copy_renders_with_its_own_template(model_folder: Path, copied: Callable[[Any], Any]) -> None:
    """What tuning does in processes of its own, and TRL where it changes a template."""
    tokenizer = load_tokenizer(ModelFiles(folder=model_folder))
    other = copied(tokenizer)
    other.chat_template = "{{ messages[0].content }}!"
    chat = [{"role": "user", "content": "a hat"}]
    assert other.apply_chat_template(chat, tokenize=False) == "a hat!"
    assert tokenizer.apply_chat_template(chat, tokenize=False) != "a hat!"


def test_limits_are_put_back(model_folder: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    load_tokenizer(ModelFiles(folder=model_folder))
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_what_a_template_refuses_is_said_later(model_folder: Path) -> None:
    (model_folder / "chat_template.jinja").write_text("{{ raise_exception('a system message is needed') }}")
    assert load_tokenizer(ModelFiles(folder=model_folder)).chat_template
