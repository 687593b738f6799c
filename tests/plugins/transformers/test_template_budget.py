"""A model's chat template that takes too much is refused before the model is asked anything."""

from pathlib import Path

import pytest

from shoptune.components import ModelFiles
from shoptune.errors import UsageError
from shoptune_transformers import template_budget
from shoptune_transformers.loading import load_tokenizer

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


def test_limits_are_put_back(model_folder: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    load_tokenizer(ModelFiles(folder=model_folder))
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_what_a_template_refuses_is_said_later(model_folder: Path) -> None:
    (model_folder / "chat_template.jinja").write_text("{{ raise_exception('a system message is needed') }}")
    assert load_tokenizer(ModelFiles(folder=model_folder)).chat_template
