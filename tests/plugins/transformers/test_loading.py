from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles
from shoptune.errors import UsageError
from shoptune_transformers.loading import PLAIN_STOP, chat_template_of, load, load_tokenizer
from shoptune_transformers.session import open_session

TURNS = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Describe a lamp.\n"},
    {"role": "assistant", "content": "It shines."},
]


def files(folder: Path, **settings: Any) -> ModelFiles:
    return ModelFiles(folder=folder, settings=settings)


def without_template(folder: Path) -> Path:
    (folder / "chat_template.jinja").unlink()
    return folder


def test_answering_uses_the_dtype_of_the_settings(saved_model: Path) -> None:
    import torch

    model, _ = load(files(saved_model, dtype="bfloat16"))
    assert model.dtype == torch.bfloat16
    assert not model.training
    assert model.config._attn_implementation == "sdpa"


def test_tuning_gets_float32_whatever_the_settings(saved_model: Path) -> None:
    import torch

    model, _ = load(files(saved_model, dtype="bfloat16"), trainable=True)
    assert model.dtype == torch.float32
    assert model.training
    assert all(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize("trainable", [False, True])
def test_only_an_adapter_is_trained_and_only_where_asked(
    saved_model: Path, adapter_folder: Path, trainable: bool
) -> None:
    from peft import PeftModel

    model, _ = load(ModelFiles(folder=saved_model, adapter=adapter_folder), trainable=trainable)
    assert isinstance(model, PeftModel)
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert bool(trained) == trainable
    assert all("lora_" in name for name in trained)


def test_the_models_own_template(saved_model: Path) -> None:
    tokenizer = load_tokenizer(files(saved_model))
    assert chat_template_of(tokenizer, files(saved_model)) == "model's own"
    assert "<|im_start|>user\nDescribe" in str(tokenizer.apply_chat_template(TURNS, tokenize=False))


def test_a_model_without_a_template_gets_the_plain_one(model_folder: Path) -> None:
    tokenizer = load_tokenizer(files(without_template(model_folder)))
    assert chat_template_of(tokenizer, files(model_folder)) == "plain"
    whole = str(tokenizer.apply_chat_template(TURNS, tokenize=False))
    assert whole == "System: Be brief.\n\nUser: Describe a lamp.\n\nAssistant: It shines.<|endoftext|>"
    prompt = str(tokenizer.apply_chat_template(TURNS[:2], tokenize=False, add_generation_prompt=True))
    assert whole.startswith(prompt), "what is masked in training is what is asked in use"
    assert prompt.endswith("\n\nAssistant:")


def test_the_plain_template_begins_with_bos_where_the_tokenizer_does(model_folder: Path) -> None:
    from tokenizers import Tokenizer, processors

    raw = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    raw.post_processor = processors.TemplateProcessing(
        single="<|im_start|> $A", special_tokens=[("<|im_start|>", raw.token_to_id("<|im_start|>"))]
    )
    from transformers import PreTrainedTokenizerFast

    names = {"bos_token": "<|im_start|>", "eos_token": "<|endoftext|>"}
    fast: Any = PreTrainedTokenizerFast(tokenizer_object=raw, **names)  # type: ignore[no-untyped-call]
    fast.save_pretrained(without_template(model_folder))
    tokenizer = load_tokenizer(files(model_folder))
    assert str(tokenizer.apply_chat_template(TURNS[:1], tokenize=False)) == "<|im_start|>System: Be brief."
    assert chat_template_of(tokenizer, files(model_folder)) == "plain"


def test_a_plain_session_stops_before_the_next_turn(model_folder: Path) -> None:
    with open_session(files(without_template(model_folder))) as session:
        assert session.info["chat_template"] == "plain"
        assert session.stop == PLAIN_STOP


def test_the_experiments_template_comes_first(saved_model: Path) -> None:
    mine = files(saved_model, chat_template="{{ messages[-1]['content'] }}")
    tokenizer = load_tokenizer(mine)
    assert chat_template_of(tokenizer, mine) == "from the experiment file"
    assert tokenizer.apply_chat_template(TURNS, tokenize=False) == "It shines."


@pytest.mark.parametrize(
    ("names", "pad"),
    [
        ({"pad_token": "<|pad|>", "eos_token": "<|im_end|>"}, "<|pad|>"),
        ({"pad_token": "<|im_end|>", "eos_token": "<|im_end|>", "unk_token": "<|endoftext|>"}, "<|endoftext|>"),
        ({"eos_token": "<|im_end|>"}, "<|endoftext|>"),
        ({"eos_token": "<|endoftext|>", "bos_token": "<|im_start|>"}, "<|im_start|>"),
        ({"eos_token": "<|endoftext|>"}, "<|endoftext|>"),
    ],
    ids=["its own", "as SmolLM2 has it", "none", "bos to spare", "nothing to spare"],
)
def test_the_pad_token_is_not_eos_if_that_can_be_helped(model_folder: Path, names: dict[str, str], pad: str) -> None:
    from transformers import PreTrainedTokenizerFast

    file = str(model_folder / "tokenizer.json")
    fast: Any = PreTrainedTokenizerFast(tokenizer_file=file, **names)  # type: ignore[no-untyped-call]
    fast.save_pretrained(model_folder)
    assert load_tokenizer(files(model_folder)).pad_token == pad


def test_a_folder_without_configuration_is_refused(model_folder: Path) -> None:
    (model_folder / "config.json").unlink()
    with pytest.raises(UsageError, match=r"has no config\.json"):
        load(files(model_folder))


def test_a_folder_without_weights_is_refused(model_folder: Path) -> None:
    (model_folder / "model.safetensors").unlink()
    with pytest.raises(UsageError, match="no weights"):
        load(files(model_folder))


def test_pickles_are_refused(model_folder: Path) -> None:
    (model_folder / "model.safetensors").rename(model_folder / "pytorch_model.bin")
    with pytest.raises(UsageError, match=r"pytorch_model\.bin.*only safetensors"):
        load(files(model_folder))


def test_a_missing_shard_is_named(model_folder: Path) -> None:
    (model_folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "model-2.safetensors"}}')
    with pytest.raises(UsageError, match=r"missing: model-2\.safetensors"):
        load(files(model_folder))


def test_truncated_weights_are_an_error_that_names_the_folder(model_folder: Path) -> None:
    weights = model_folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(UsageError, match="tiny: the model can't be loaded"):
        load(files(model_folder))


def test_an_adapter_without_weights_is_refused(saved_model: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="adapter folder lacks"):
        load(ModelFiles(folder=saved_model, adapter=tmp_path))


def test_cuda_without_a_gpu_says_so(saved_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UsageError, match="no CUDA device"):
        load(files(saved_model, device="cuda"))
