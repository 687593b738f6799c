"""A model that asks for more memory than there is gets none of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles
from shoptune.errors import UsageError
from shoptune_transformers import needed_memory
from shoptune_transformers.loading import load


def _change(folder: Path, **sizes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | sizes), "utf-8")


def _load(folder: Path) -> Any:
    return load(ModelFiles(folder=folder, settings={"dtype": "float32"}))


@pytest.fixture
def nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    import transformers

    def build(*_: Any, **__: Any) -> None:
        raise AssertionError("a model was built")

    for kind in (transformers.AutoModelForCausalLM, transformers.AutoModelForSeq2SeqLM):
        monkeypatch.setattr(kind, "from_pretrained", build)


@pytest.mark.usefixtures("nothing_is_built")
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (
            "num_hidden_layers",
            10**6,
            r"num_hidden_layers is 1,000,000, whose weights are for 2: .* at least \d+\.\d GiB",
        ),
        (
            "vocab_size",
            10**12,
            r"vocab_size is 1,000,000,000,000: such a model takes at least [\d,.]+ GiB of memory, and",
        ),
        ("intermediate_size", 10**12, r"intermediate_size is .* this machine has [\d,.]+ GiB"),
        ("hidden_size", 10**12, "hidden_size is"),
        ("num_local_experts", 10**12, "num_local_experts is"),
    ],
)
def test_a_configuration_that_asks_for_too_much_is_refused(
    model_folder: Path, field: str, value: int, said: str
) -> None:
    _change(model_folder, **{field: value})
    with pytest.raises(UsageError, match=rf"config\.json: {said}"):
        _load(model_folder)


@pytest.mark.usefixtures("nothing_is_built")
def test_a_part_of_a_configuration_is_looked_at_too(model_folder: Path) -> None:
    _change(model_folder, text_config={"num_hidden_layers": 10**6, "hidden_size": None, "vocab_size": "many"})
    with pytest.raises(UsageError, match=r"text_config\.num_hidden_layers is 1,000,000"):
        _load(model_folder)


@pytest.mark.usefixtures("nothing_is_built")
def test_weights_that_do_not_fit_are_refused_by_their_header(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needed_memory, "_memory", lambda: 100_000)  # the tiny model's weights take 125,568
    with pytest.raises(
        UsageError, match=r"weights \(\*\.safetensors\) take .* Use a smaller model, or dtype: bfloat16"
    ):
        _load(model_folder)


def test_a_model_as_its_makers_made_it_is_loaded(model_folder: Path) -> None:
    model, _ = _load(model_folder)
    assert sum(part.numel() for part in model.parameters()) < 10**6


def test_sizes_that_contradict_each_other_are_an_error_of_the_model(model_folder: Path) -> None:
    _change(model_folder, num_attention_heads=10**8)
    with pytest.raises(UsageError, match=r"(?s)the model can't be loaded: .*attention heads"):
        _load(model_folder)
