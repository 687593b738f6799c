"""Loads a model folder, with or without an adapter, for answering or for tuning.

A model is a causal language model, or an encoder-decoder of the T5 kind: what its encoder reads is the prompt, and the
answer is what its decoder writes.  Such models were not made for chats and have no template of their own: a T5 is asked
with the plain words of all messages and an EOS behind them (`WORDS_TEMPLATE`).

Weights come from safetensors alone: a pickle can run code when it is read.  Answering uses the dtype of the settings;
tuning gets float32 weights, over which autocast computes in bfloat16.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from shoptune.components import ModelFiles
from shoptune.errors import UsageError
from shoptune_transformers.chat_templates import with_system_folded, with_thinking
from shoptune_transformers.folders import check_folder, sealed
from shoptune_transformers.needed_memory import check_needed_memory
from shoptune_transformers.options import NO_TEMPLATE
from shoptune_transformers.quiet import quiet
from shoptune_transformers.template_budget import bound, try_chat_template

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = [
    "PLAIN_STOP",
    "ChatTemplate",
    "chat_template_of",
    "is_encoder_decoder",
    "leading_bos",
    "load",
    "load_tokenizer",
    "with_template",
]

ChatTemplate = Literal["model's own", "from the experiment file", "plain", "plain words", "none"]

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

WORDS_TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.last and message['role'] == 'assistant' %}"
    "{{ eos_token }}{{ first }}{{ message['content'] | trim }}{{ eos_token }}"
    "{% else %}"
    "{% if not loop.first %}{{ '\\n\\n' }}{% endif %}"
    "{{ message['content'] | trim }}"
    "{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ eos_token }}{% endif %}"
)
"""What an encoder-decoder without a template of its own gets: the messages' words, joined by blank lines, without
roles.  What the encoder reads and what the decoder shall write both end with EOS, as the tokenizer itself would end
them; the answer that a model is tuned on stands behind the encoder's EOS."""

BARE_WORDS_TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.last and message['role'] == 'assistant' %}{{ eos_token }}{{ first }}{% endif %}"
    "{{ message['content'] }}"
    "{% endfor %}"
    "{{ eos_token }}"
)
"""What ``chat_template: none`` stands for with an encoder-decoder."""

PLAIN_STOP = ("\n\nUser:", "\n\nSystem:")
"""A base model goes on and plays the other roles too: with the plain template its answer ends there."""


def load(files: ModelFiles, *, trainable: bool = False) -> tuple[Any, PreTrainedTokenizerBase]:
    """Load a language model, causal or an encoder-decoder, and its tokenizer.

    Args:
        files: The model's folder, perhaps an adapter, and the settings ``dtype``, ``device``, ``trust_remote_code`` and
            ``chat_template`` (a template's text, ``none`` or None) that `resolve` decided; each may be missing.
        trainable: Load float32 weights in training mode, with the adapter's weights trainable.

    Returns:
        The model on its device, a `PeftModel` where there is an adapter; and the tokenizer, which has a chat template
        and a pad token.  Which side is padded is the caller's choice.

    Raises:
        UsageError: The folder holds no model that can be loaded, or one that would take more memory than there is.

    """
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    check_folder(files.folder)
    settings = files.settings
    device = settings.get("device", "cpu")
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("device: cuda was asked for, but torch finds no CUDA device. Set device: cpu.")
    if device == "cuda":
        # cuDNN's attention plans anew for every shape, which takes longer than a step, and each token is a new length.
        torch.backends.cuda.enable_cudnn_sdp(False)
    dtype = torch.float32 if trainable else getattr(torch, settings.get("dtype", "float32"))
    check_needed_memory(files.folder, weight_bytes=dtype.itemsize)
    with quiet():
        tokenizer = load_tokenizer(files)
        kind: Any = AutoModelForSeq2SeqLM if is_encoder_decoder(files) else AutoModelForCausalLM
        model: Any = _read(
            files,
            lambda folder: kind.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=settings.get("trust_remote_code", False),
                dtype=dtype,
                attn_implementation="sdpa",
            ),
        )
        if files.adapter is not None:
            model = _with_adapter(model, files.adapter, files.folder, trainable=trainable)
    model.to(device)
    model.train(trainable)
    return model, tokenizer


def load_tokenizer(files: ModelFiles) -> PreTrainedTokenizerBase:
    """Load the tokenizer alone; like `load`, it makes sure of a chat template and a pad token."""
    from transformers import AutoTokenizer

    tokenizer = cast(
        "PreTrainedTokenizerBase",
        _read(
            files,
            lambda folder: AutoTokenizer.from_pretrained(
                folder,
                local_files_only=True,
                trust_remote_code=files.settings.get("trust_remote_code", False),
            ),
        ),
    )
    with_template(tokenizer, files, is_encoder_decoder)
    _ensure_pad_token(tokenizer)
    return tokenizer


def with_template(
    tokenizer: PreTrainedTokenizerBase, files: ModelFiles, has_encoder: Callable[[ModelFiles], bool]
) -> None:
    """Give the tokenizer the chat template that prompts are rendered with, within bounds (`template_budget`).

    `has_encoder` is asked where the tokenizer has none.

    Raises:
        UsageError: The template takes too much, or can't think as it was asked to.

    """
    if template := files.settings.get("chat_template"):
        bare = template == NO_TEMPLATE
        tokenizer.chat_template = _bare(tokenizer, has_encoder=has_encoder(files)) if bare else template
    if not tokenizer.chat_template:
        tokenizer.chat_template = _plain(tokenizer, has_encoder=has_encoder(files))
    try_chat_template(tokenizer, str(files.folder))
    bound(tokenizer)
    if isinstance(tokenizer.chat_template, str):
        tokenizer.chat_template = with_thinking(tokenizer.chat_template, thinking=files.settings.get("thinking"))
        tokenizer.chat_template = with_system_folded(tokenizer)


def is_encoder_decoder(files: ModelFiles) -> bool:
    """Say whether a model reads prompts with an encoder and writes answers with a decoder, by its configuration.

    Raises:
        UsageError: The configuration can't be read.

    """
    from transformers import AutoConfig

    check_folder(files.folder)
    config = _read(
        files,
        lambda folder: AutoConfig.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=files.settings.get("trust_remote_code", False),
        ),
    )
    return bool(config.is_encoder_decoder)


def leading_bos(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Return the BOS that the tokenizer itself puts in front of a text, if it puts one there."""
    bos = tokenizer.bos_token_id
    return [bos] if bos is not None and tokenizer("a").input_ids[:1] == [bos] else []


def chat_template_of(tokenizer: PreTrainedTokenizerBase, files: ModelFiles) -> ChatTemplate:
    """Say whose chat template the tokenizer, loaded from `files`, renders prompts with."""
    if template := files.settings.get("chat_template"):
        return "none" if template == NO_TEMPLATE else "from the experiment file"
    has_encoder = is_encoder_decoder(files)
    if tokenizer.chat_template != _plain(tokenizer, has_encoder=has_encoder):
        return "model's own"
    return "plain words" if has_encoder else "plain"


def _with_adapter(model: Any, adapter: Path, base: Path, *, trainable: bool) -> Any:
    """Put the adapter on the model, which is from the folder `base`."""
    from peft import PeftConfig, PeftModel

    if not (adapter / "adapter_config.json").is_file() or not (adapter / "adapter_model.safetensors").is_file():
        raise UsageError(f"{adapter}: this adapter folder lacks adapter_config.json or adapter_model.safetensors.")

    def read() -> Any:
        config = PeftConfig.from_pretrained(str(adapter))
        # Where the folder was when the adapter was made does not matter, and peft would look for it on the hub.
        config.base_model_name_or_path = str(base)
        return PeftModel.from_pretrained(model, str(adapter), config=config, is_trainable=trainable)

    return _or_say_why(adapter, read)


def _read(files: ModelFiles, read: Callable[[Path], Any]) -> Any:
    """Return what `read` makes of the model's files, and of no others; it remembers the folder that they are from."""
    with sealed(files.folder, trust_remote_code=files.settings.get("trust_remote_code", False)) as folder:
        made = _or_say_why(files.folder, lambda: read(folder), alias=folder)
    for named in (made, getattr(made, "config", made)):
        named.name_or_path = str(files.folder)
    return made


def _or_say_why(folder: Path, read: Callable[[], Any], alias: Path | None = None) -> Any:
    """Return what `read` returns; what the libraries raise becomes an error that names the folder."""
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    ours = (OSError, ValueError, TypeError, LookupError, ImportError, RuntimeError, SafetensorError)
    try:
        return read()
    except (*ours, StrictDataclassError) as error:
        what = str(error).replace(str(alias), str(folder)) if alias else str(error)
        raise UsageError(f"{folder}: the model can't be loaded: {what}") from error


def _plain(tokenizer: PreTrainedTokenizerBase, *, has_encoder: bool) -> str:
    """Return the template of a model that has none."""
    return _with_bos(tokenizer, WORDS_TEMPLATE if has_encoder else PLAIN_TEMPLATE)


def _bare(tokenizer: PreTrainedTokenizerBase, *, has_encoder: bool) -> str:
    """Return what ``chat_template: none`` stands for."""
    return _with_bos(tokenizer, BARE_WORDS_TEMPLATE if has_encoder else BARE_TEMPLATE)


def _with_bos(tokenizer: PreTrainedTokenizerBase, template: str) -> str:
    """Return the template, led by BOS where the tokenizer itself would put one in front of a text: its ``first``."""
    return "{% set first = bos_token %}{{ first }}" + template if leading_bos(tokenizer) else template


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
