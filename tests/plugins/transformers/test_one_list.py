"""What is checked, fingerprinted and loaded of a model is one list of files, whatever its configuration names."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles
from shoptune.errors import UsageError
from shoptune_transformers.folders import files_of, sealed
from shoptune_transformers.loading import load, load_tokenizer
from shoptune_transformers.options import TransformersOptions
from shoptune_transformers.resolving import resolve


def identity(folder: Path) -> object:
    return resolve(folder.name, folder.parent, TransformersOptions(dtype="float32")).identity


def merge(path: Path, **values: Any) -> None:
    """Add keys to a JSON file."""
    content = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**content, **values}), "utf-8")


def by_index(folder: Path, name: Any) -> None:
    (folder / "model.safetensors").unlink()
    merge(folder / "model.safetensors.index.json", metadata={}, weight_map={"lm_head.weight": name})


def by_index_beside_the_weights(folder: Path, name: Any) -> None:
    merge(folder / "model.safetensors.index.json", metadata={}, weight_map={"lm_head.weight": name})


def by_configuration(folder: Path, name: Any) -> None:
    merge(folder / "config.json", transformers_weights=name)


@pytest.mark.parametrize("naming", [by_index, by_index_beside_the_weights, by_configuration])
@pytest.mark.parametrize(
    "name",
    ["pytorch_model.bin", "adapter_model.bin", "weights.pt", "../other/model.safetensors", "deep/model.safetensors", 7],
)
def test_weights_that_are_no_safetensors_of_the_folder_are_refused(model_folder: Path, naming: Any, name: Any) -> None:
    naming(model_folder, name)
    for place in (model_folder / str(name), model_folder / "model.safetensors"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"a pickle, invented")
    with pytest.raises(UsageError, match="only safetensors in its own folder are loaded"):
        identity(model_folder)
    with pytest.raises(UsageError, match="only safetensors in its own folder are loaded"):
        load(ModelFiles(folder=model_folder))


def test_an_adapter_beside_the_weights_is_no_pickle(model_folder: Path, adapter_folder: Path) -> None:
    (model_folder / "adapter_config.json").write_bytes((adapter_folder / "adapter_config.json").read_bytes())
    (model_folder / "adapter_model.bin").write_bytes(b"a pickle, invented")
    with pytest.raises(UsageError, match=r"weights is missing: adapter_model\.safetensors"):
        identity(model_folder)


@pytest.mark.parametrize("content", ["[]", '{"weight_map": []}', "{", "[" * 100_000])
def test_an_index_that_is_none_is_said(model_folder: Path, content: str) -> None:
    (model_folder / "model.safetensors.index.json").write_text(content)
    with pytest.raises(UsageError, match=r"index\.json: this index of a model's weights can't be read"):
        identity(model_folder)


def test_shards_are_loaded(model_folder: Path) -> None:
    from safetensors.torch import load_file

    before = load(ModelFiles(folder=model_folder))[0]
    names = load_file(model_folder / "model.safetensors").keys()
    (model_folder / "model.safetensors").rename(model_folder / "model-00001-of-00001.safetensors")
    shards = dict.fromkeys(names, "model-00001-of-00001.safetensors")
    merge(model_folder / "model.safetensors.index.json", metadata={}, weight_map=shards)
    after = load(ModelFiles(folder=model_folder))[0]
    assert all(one.equal(other) for one, other in zip(before.parameters(), after.parameters(), strict=True))


def test_what_is_not_on_the_list_is_not_there_for_the_libraries(model_folder: Path) -> None:
    before, template = identity(model_folder), load_tokenizer(ModelFiles(folder=model_folder)).chat_template
    (model_folder / "additional_chat_templates").mkdir()
    (model_folder / "additional_chat_templates" / "default.jinja").write_text("another template")
    (model_folder / "pytorch_model.bin").write_bytes(b"a pickle, invented")
    (model_folder / "deep").mkdir()
    (model_folder / "deep" / "tokenizer.1.0.0.json").write_text("another tokenizer")
    assert identity(model_folder) == before
    assert load_tokenizer(ModelFiles(folder=model_folder)).chat_template == template
    with sealed(model_folder, trust_remote_code=False) as folder:
        assert folder.name == model_folder.name
        assert sorted(path.name for path in folder.iterdir()) == files_of(model_folder, trust_remote_code=False)
    merge(model_folder / "tokenizer_config.json", fast_tokenizer_files=["deep/tokenizer.1.0.0.json"])
    assert identity(model_folder) != before, "what is named is on the list"
    with pytest.raises(UsageError, match="can't be loaded"):
        load_tokenizer(ModelFiles(folder=model_folder))


def test_a_model_knows_the_folder_that_it_is_from(model_folder: Path) -> None:
    model, tokenizer = load(ModelFiles(folder=model_folder))
    assert model.name_or_path == model.config.name_or_path == tokenizer.name_or_path == str(model_folder)


@pytest.mark.parametrize("name", ["tokenizer.pkl", "tokenizer.bin", "vocab.bin", "vocab.pickle"])
def test_a_pickle_is_on_no_list_whatever_it_is_called(model_folder: Path, name: str) -> None:
    before = files_of(model_folder, trust_remote_code=False)
    (model_folder / name).write_bytes(b"a pickle, invented")
    assert files_of(model_folder, trust_remote_code=False) == before


@pytest.mark.parametrize(
    "config",
    [
        {"_attn_implementation": "somebody/attention"},
        {"attn_implementation": {"": "sdpa", "text_config": "somebody/attention@v1"}},
        {"text_config": {"experts_implementation": "somebody/experts"}},
    ],
)
def test_code_from_the_hub_is_refused(model_folder: Path, config: dict[str, Any]) -> None:
    merge(model_folder / "config.json", **config)
    with pytest.raises(UsageError, match="would be fetched from the hub and run"):
        identity(model_folder)


def test_a_pipe_that_is_called_like_an_index_is_not_waited_for(model_folder: Path) -> None:
    os.mkfifo(model_folder / "more.safetensors.index.json")
    assert identity(model_folder)


def test_a_model_that_needs_what_is_not_installed_is_an_error_in_words(model_folder: Path) -> None:
    merge(model_folder / "config.json", quantization_config={"quant_method": "bitsandbytes", "load_in_8bit": True})
    with pytest.raises(UsageError, match=r"the model can't be loaded: .*bitsandbytes"):
        load(ModelFiles(folder=model_folder))
