"""Loads a model folder, with or without an adapter, for answering or for tuning.

Weights come from safetensors alone: a pickle can run code when it is read.  Answering uses the dtype of the settings;
tuning gets float32 weights, over which autocast computes in bfloat16.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from shoptune.components import ModelFiles
from shoptune.errors import UsageError
from shoptune_transformers.folders import check_folder
from shoptune_transformers.options import NO_TEMPLATE
from shoptune_transformers.quiet import quiet

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["PLAIN_STOP", "ChatTemplate", "chat_template_of", "load", "load_tokenizer"]

ChatTemplate = Literal["model's own", "from the experiment file", "plain", "none"]

PLAIN_TEMPLATE = (
    "{% for message in messages %}"
    "{% if not loop.first %}{{ '\\n\\n' }}{% endif %}"
    "{{ message['role'] | capitalize }}: {{ message['content'] | trim }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '\\n\\nAssistant:' }}{% endif %}"
)
"""What a model without a template of its own gets.  The prompt ends without a space, since most tokenizers put the
space in front of the next word; and an answer ends with EOS, so that tuning teaches the model to stop."""

BARE_TEMPLATE = (
    "{% for message in messages %}"
    "{{ message['content'] }}"
    "{% if loop.last and message['role'] == 'assistant' %}{{ eos_token }}{% endif %}"
    "{% endfor %}"
)
"""What ``chat_template: none`` stands for: the messages' own words.  What a model is tuned on ends with EOS all the
same, so that it learns to stop."""

PLAIN_STOP = ("\n\nUser:", "\n\nSystem:")
"""A base model goes on and plays the other roles too: with the plain template its answer ends there."""


def load(files: ModelFiles, *, trainable: bool = False) -> tuple[Any, PreTrainedTokenizerBase]:
    """Load a causal language model and its tokenizer.

    Args:
        files: The model's folder, perhaps an adapter, and the settings ``dtype``, ``device``, ``trust_remote_code`` and
            ``chat_template`` (a template's text, ``none`` or None) that `locate` decided; each may be missing.
        trainable: Load float32 weights in training mode, with the adapter's weights trainable.

    Returns:
        The model on its device, a `PeftModel` where there is an adapter; and the tokenizer, which has a chat template
        and a pad token.  Which side is padded is the caller's choice.

    Raises:
        UsageError: The folder holds no model that can be loaded.

    """
    import torch
    from transformers import AutoModelForCausalLM

    check_folder(files.folder)
    settings = files.settings
    device = settings.get("device", "cpu")
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("device: cuda was asked for, but torch finds no CUDA device. Set device: cpu.")
    dtype = torch.float32 if trainable else getattr(torch, settings.get("dtype", "float32"))
    with quiet():
        tokenizer = load_tokenizer(files)
        model: Any = _or_say_why(
            files.folder,
            lambda: AutoModelForCausalLM.from_pretrained(
                files.folder,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=settings.get("trust_remote_code", False),
                dtype=dtype,
                attn_implementation="sdpa",
            ),
        )
        if files.adapter is not None:
            model = _with_adapter(model, files.adapter, trainable=trainable)
    model.to(device)
    model.train(trainable)
    return model, tokenizer


def load_tokenizer(files: ModelFiles) -> PreTrainedTokenizerBase:
    """Load the tokenizer alone; like `load`, it makes sure of a chat template and a pad token."""
    from transformers import AutoTokenizer

    tokenizer = cast(
        "PreTrainedTokenizerBase",
        _or_say_why(
            files.folder,
            lambda: AutoTokenizer.from_pretrained(
                files.folder,
                local_files_only=True,
                trust_remote_code=files.settings.get("trust_remote_code", False),
            ),
        ),
    )
    if template := files.settings.get("chat_template"):
        tokenizer.chat_template = _with_bos(tokenizer, BARE_TEMPLATE) if template == NO_TEMPLATE else template
    if not tokenizer.chat_template:
        tokenizer.chat_template = _with_bos(tokenizer, PLAIN_TEMPLATE)
    _ensure_pad_token(tokenizer)
    return tokenizer


def chat_template_of(tokenizer: PreTrainedTokenizerBase, files: ModelFiles) -> ChatTemplate:
    """Say whose chat template the tokenizer, loaded from `files`, renders prompts with."""
    if template := files.settings.get("chat_template"):
        return "none" if template == NO_TEMPLATE else "from the experiment file"
    return "plain" if tokenizer.chat_template == _with_bos(tokenizer, PLAIN_TEMPLATE) else "model's own"


def _with_adapter(model: Any, adapter: Path, *, trainable: bool) -> Any:
    """Put the adapter on the model."""
    from peft import PeftModel

    if not (adapter / "adapter_config.json").is_file() or not (adapter / "adapter_model.safetensors").is_file():
        raise UsageError(f"{adapter}: this adapter folder lacks adapter_config.json or adapter_model.safetensors.")
    return _or_say_why(adapter, lambda: PeftModel.from_pretrained(model, str(adapter), is_trainable=trainable))


def _or_say_why(folder: Path, read: Callable[[], Any]) -> Any:
    """Return what `read` returns; what the libraries raise becomes an error that names the folder."""
    from safetensors import SafetensorError

    try:
        return read()
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise UsageError(f"{folder}: the model can't be loaded: {error}") from error


def _with_bos(tokenizer: PreTrainedTokenizerBase, template: str) -> str:
    """Return the template, led by BOS where the tokenizer itself would put one in front of a text."""
    bos = tokenizer.bos_token_id
    leads = bos is not None and tokenizer("a").input_ids[:1] == [bos]
    return "{{ bos_token }}" + template if leads else template


def _ensure_pad_token(tokenizer: PreTrainedTokenizerBase) -> None:
    """Give the tokenizer a pad token that is not EOS, if it has any special token to spare.

    Code that masks padding by its id would mask EOS too if they were one, and the model would never learn to stop.
    SmolLM2 comes that way: its pad token is its end of turn.  A new token is not added, since the embeddings have no
    row for it.
    """
    if tokenizer.pad_token is not None and tokenizer.pad_token != tokenizer.eos_token:
        return
    spare = [tokenizer.unk_token, "<|endoftext|>", *tokenizer.all_special_tokens]
    vocabulary = tokenizer.get_vocab()
    tokenizer.pad_token = next(
        (token for token in spare if token is not None and token != tokenizer.eos_token and token in vocabulary),
        tokenizer.eos_token,
    )
