"""A tiny random Llama and a byte-level tokenizer, made here, so that every test runs without a download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shoptune.testing.tiny import CHATML

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"]


def save_tokenizer(folder: Path, *, chat_template: str | None = CHATML, **names: str) -> None:
    """Save a tokenizer with one token per byte."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={token: place for place, token in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    names = {"eos_token": "<|endoftext|>", "pad_token": "<|pad|>", **names}
    fast: Any = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)  # type: ignore[no-untyped-call]
    fast.chat_template = chat_template
    fast.save_pretrained(folder)


def save_model(folder: Path) -> None:
    """Save a random model whose greedy answers differ from prompt to prompt."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(SPECIAL) + 256,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        initializer_range=0.6,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=3,
    )
    model = LlamaForCausalLM(config)
    head = model.lm_head.weight.data
    head[: len(SPECIAL)] = head[len(SPECIAL) + 94 :] = 0  # answers are of printable ASCII, "!" to "~"
    model.save_pretrained(folder)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's caches, or the network."""
    import huggingface_hub.constants

    cache = tmp_path / "cache"
    monkeypatch.setenv("SHOPTUNE_CACHE", str(cache))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hf"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    return cache


@pytest.fixture(scope="session")
def saved_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    save_model(folder)
    save_tokenizer(folder)
    return folder


@pytest.fixture
def model_folder(saved_model: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may change."""
    import shutil

    return Path(shutil.copytree(saved_model, tmp_path / "tiny"))


@pytest.fixture(scope="session")
def adapter_folder(saved_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random adapter that changes what the tiny model answers."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from shoptune_transformers.quiet import quiet

    folder = tmp_path_factory.mktemp("adapter")
    base: Any = AutoModelForCausalLM.from_pretrained(saved_model)
    torch.manual_seed(1)
    with quiet():
        model = get_peft_model(base, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
    model.save_pretrained(str(folder))
    return folder
