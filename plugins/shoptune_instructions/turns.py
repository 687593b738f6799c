"""Reads the turns of a chat, as TRL and OpenAI write them (role, content), or as ShareGPT does (from, value)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from shoptune.data import Message

__all__ = ["Unusable", "refuse_more_than_text", "refuse_tools", "text_of", "turn", "turns", "unread", "weights"]

_ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",  # OpenAI's newer name for it
    "user": "user",
    "human": "user",  # ShareGPT's names, and what its kin call the model
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "prompter": "user",  # OpenAssistant
    "customer": "user",  # help desks
    "client": "user",
    "visitor": "user",
    "agent": "assistant",
    "support": "assistant",
    "operator": "assistant",
}
_TOOLS = frozenset({"tool", "function", "function_call", "tool_call", "observation"})
"""Roles of turns that call a tool, or say what it answered."""
_WEIGHTS = ("weight", "train", "training", "trainable", "train_on_turn", "loss")
"""What says whether a turn is trained on: OpenAI, axolotl, ms-swift and XTuner."""
_READ = frozenset({"role", "from", "content", "value", "parts", "name", "tool_calls", "function_call", *_WEIGHTS})
"""Keys of a turn of which something is known."""
_NOT_TEXT = ("images", "videos", "audios", "image", "video", "audio")
"""Columns of pictures and sound (LLaMA-Factory; LLaVA: of one), whose places are marked in the texts."""


class Unusable(Exception):  # noqa: N818 - a row that nobody wants is no error
    """A row can't be used.

    Attributes:
        reason: What keeps it from being used, as a short phrase that is the same for all rows with it.
        detail: What was found.
        bad: The row is faulty; False: it teaches what is not taught here, such as calling tools.

    """

    def __init__(self, reason: str, detail: str = "", *, bad: bool = True) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail, self.bad = reason, detail, bad


def turns(value: Any) -> list[Message]:
    """Read a list of turns; raises `Unusable`.

    Of ``weight`` and its kin, see `weights`; of other keys, `unread`.  A system turn without a text, which some
    programs always write, is left out.
    """
    if not isinstance(value, list) or not value:
        raise Unusable("no list of turns", f"found {_shown(value)}; want [{{'role': ..., 'content': ...}}, ...]")
    read = [(_role(item), _text(item)) for item in value]
    return [turn(role, text) for role, text in read if role != "system" or text.strip()]


def weights(items: list[Any]) -> list[int]:
    """Return the weight of each of the assistant's turns among those that `turns` has read; raises `Unusable`.

    1: it is trained on, as one without a weight is; 0: it is not (OpenAI; axolotl and others say true and false).
    """
    said = (next((item[key] for key in _WEIGHTS if item.get(key) is not None), 1) for item in map(_lowered, items))
    found = [weight for weight, item in zip(said, items, strict=True) if _role(item) == "assistant"]
    for weight in found:
        if not isinstance(weight, int | float) or weight not in (0, 1):
            raise Unusable("a weight that is neither 0 nor 1", f"found {weight!r}")
    return [int(weight) for weight in found]


def unread(items: Any) -> set[str]:
    """Return the keys of turns that nothing reads, such as ``reasoning_content``."""
    if not isinstance(items, list):
        return set()
    return {
        key for item in items if isinstance(item, Mapping) for key, value in item.items() if value and key not in _READ
    }


def _lowered(item: Any) -> Mapping[str, Any]:
    return {str(key).casefold(): value for key, value in item.items()} if isinstance(item, Mapping) else {}


def text_of(value: Any) -> str:
    """Return a text that may be cut into parts (Gemini: ``{"parts": [...]}``); raises `Unusable` for anything else."""
    if isinstance(value, Mapping):
        value = value.get("parts", [value])
    return _text({"content": value})


def turn(role: Literal["system", "user", "assistant"], text: str) -> Message:
    """Make a turn; raises `Unusable` where its text is empty."""
    if not text.strip():
        raise Unusable("empty text", f"what the {role} says")
    return {"role": role, "content": text}


def refuse_tools(row: Mapping[str, Any]) -> None:
    """Raise `Unusable` for a row in which the model is offered tools (OpenAI: also under their older name)."""
    offered = [row.get("tools"), row.get("functions")]
    if any(tools and tools != "[]" for tools in offered):  # LLaMA-Factory writes them as text
        raise Unusable("tools are offered", "calling tools is not taught here", bad=False)


def refuse_more_than_text(row: Mapping[str, Any]) -> None:
    """Raise `Unusable` for a row with pictures or sound."""
    if found := next((name for name in _NOT_TEXT if row.get(name)), None):
        raise Unusable("a turn with more than text", f"the row has {found!r}", bad=False)


def _role(item: Any) -> Literal["system", "user", "assistant"]:
    if not isinstance(item, Mapping) or not isinstance(name := item.get("role", item.get("from")), str):
        raise Unusable("a turn without a role", f"found {_shown(item)}")
    name = name.strip().casefold()
    if name in _TOOLS or item.get("tool_calls") or item.get("function_call"):
        raise Unusable("a tool is called", "calling tools is not taught here", bad=False)
    if name not in _ROLES:
        raise Unusable("an unknown role", f"found {_shown(name)}; known are {', '.join(_ROLES)}")
    return _ROLES[name]


def _text(item: Mapping[str, Any]) -> str:
    """Return a turn's text, which may be cut into parts; one without any has an empty text."""
    content = item.get("content", item.get("value", item.get("parts")))
    if isinstance(content, list):
        return "".join(map(_part, content))
    if content is None or isinstance(content, str):
        return content or ""
    raise Unusable("a turn whose content is no text", f"found {_shown(content)}")


def _part(part: Any) -> str:
    kind, text = (part.get("type"), part.get("text")) if isinstance(part, Mapping) else (None, None)
    if kind is None and isinstance(text, str):  # Gemini, Bedrock
        return text
    if kind is None or (kind == "text" and not isinstance(text, str)):
        raise Unusable("a turn whose content is no text", f"a part of it is {_shown(part)}")
    if kind != "text":
        raise Unusable("a turn with more than text", f"found a part of the type {_shown(kind)}", bad=False)
    return str(text)


def _shown(value: Any) -> str:
    return repr(value)[:60]
