"""How long chats are for a model, by its tokenizer and chat template alone: without the model and without torch.

Chats are rendered as transformers renders them, whose own way imports torch.  Where that is not certain to give the
same, nothing is said: what is too long then shows when the model is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from shoptune.components import ChatLengths, ModelFiles
from shoptune.data import Message

if TYPE_CHECKING:
    from jinja2 import Template
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerBase

__all__ = ["measure_chats"]


def measure_chats(files: ModelFiles, chats: Sequence[Sequence[Message]]) -> ChatLengths | None:
    """Return how many tokens each chat has; None where the files don't tell it without transformers.

    A chat that does not end with the assistant's turn is rendered up to where the answer begins.

    Raises:
        UsageError: The chat template takes too much, or can't think as it was asked to.
        StepError: It takes too much for these chats.

    """
    from jinja2 import TemplateError

    from shoptune_transformers.loading import with_template

    light = _read(files.folder)
    if light is None or files.settings.get("trust_remote_code"):
        return None
    config = _json(files.folder / "config.json")
    has_encoder = bool(config.get("is_encoder_decoder", config.get("model_type") in _WITH_ENCODER))
    try:
        with_template(cast("PreTrainedTokenizerBase", light), files, lambda _: has_encoder)
        texts = [
            light.apply_chat_template(chat, add_generation_prompt=not _is_answered(chat), tokenize=False)
            for chat in chats
        ]
    except (TemplateError, TypeError, ValueError, KeyError, IndexError):  # said where the model is asked
        return None
    tokens = [len(encoding) for encoding in light.fast.encode_batch_fast(texts, add_special_tokens=False)]
    return ChatLengths(tokens=tokens, context=None if has_encoder else _context(config))


_WITH_ENCODER = ("t5", "mt5", "umt5", "longt5", "bart", "mbart", "pegasus", "marian", "m2m_100", "blenderbot", "led")
"""Model types that are encoder-decoders even where their configuration leaves it out."""
_SPECIAL = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")


def _is_answered(chat: Sequence[Message]) -> bool:
    return bool(chat) and chat[-1]["role"] == "assistant"


def _context(config: Mapping[str, Any]) -> int | None:
    """Return how many tokens a causal model can take, as `TransformersSession` reads it from the configuration."""
    of_text = config.get("text_config") or config
    found = of_text.get("max_position_embeddings", of_text.get("n_positions"))
    return found if isinstance(found, int) else None


def _json(path: Path) -> Mapping[str, Any]:
    """Return a JSON object's content; empty where the file holds none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(folder: Path) -> _LightTokenizer | None:
    """Return the tokenizer of a model's folder; None where there is no ``tokenizer.json`` that can be read."""
    path = folder / "tokenizer.json"
    fast = _tokenizer(path, path.stat().st_mtime_ns) if path.is_file() else None
    if fast is None:
        return None
    config = _json(folder / "tokenizer_config.json")
    named = {**_json(folder / "special_tokens_map.json"), **config}
    special = {name: text for name in _SPECIAL if (text := _text_of(named.get(name)))}
    return _LightTokenizer(fast=fast, special=special, chat_template=_own_template(folder, config))


@lru_cache(maxsize=2)
def _tokenizer(path: Path, _changed: int) -> Tokenizer | None:
    from tokenizers import Tokenizer

    try:
        fast = Tokenizer.from_file(str(path))
    except Exception:
        return None
    fast.no_truncation()
    fast.no_padding()
    return fast


def _text_of(token: object) -> str:
    content = token.get("content") if isinstance(token, Mapping) else token
    return content if isinstance(content, str) else ""


def _own_template(folder: Path, config: Mapping[str, Any]) -> str | None:
    """Return the model's own chat template; of several the default one."""
    beside = folder / "chat_template.jinja"
    template = beside.read_text(encoding="utf-8") if beside.is_file() else config.get("chat_template")
    if isinstance(template, list):
        template = {each["name"]: each["template"] for each in template}.get("default")
    return template if isinstance(template, str) else None


@dataclass
class _LightTokenizer:
    """What of transformers' tokenizers choosing a template and rendering it needs."""

    fast: Tokenizer
    special: Mapping[str, str]
    chat_template: str | None

    @property
    def bos_token_id(self) -> int | None:
        return self.fast.token_to_id(self.special["bos_token"]) if "bos_token" in self.special else None

    def __call__(self, text: str) -> SimpleNamespace:
        """Return the tokens of a text as the tokenizer itself would begin and end it."""
        return SimpleNamespace(input_ids=self.fast.encode(text).ids)

    def apply_chat_template(
        self, chat: Sequence[Message], *, add_generation_prompt: bool = False, **asked_for: bool
    ) -> str:
        """Render a chat; what else is `asked_for` is there to be called as transformers' method is, and stays off."""
        assert not any(asked_for.values())  # noqa: S101 - nobody asks
        turns = [dict(message) for message in chat]
        template = _compiled(self.chat_template or "")
        return template.render(messages=turns, add_generation_prompt=add_generation_prompt, **self.special)


@lru_cache(maxsize=16)
def _compiled(source: str) -> Template:
    """Compile a chat template, which is a stranger's, in a sandbox, with all that transformers gives it."""
    from jinja2 import TemplateError, nodes
    from jinja2.ext import Extension, loopcontrols
    from jinja2.parser import Parser
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        """What an assistant said is marked by a block, which changes nothing of it."""

        tags = {"generation"}  # noqa: RUF012 - as jinja has it

        def parse(self, parser: Parser) -> list[nodes.Node]:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    to_json: Callable[..., str] = lambda value, ensure_ascii=False, **how: json.dumps(  # noqa: E731
        value, ensure_ascii=ensure_ascii, **how
    )
    environment.filters["tojson"] = to_json
    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return environment.from_string(source)
