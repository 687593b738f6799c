"""Reads the turns of a chat, as TRL and OpenAI write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from shoptune.data import Message

__all__ = ["Unusable", "refuse_tools", "turn", "turns"]

_ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",  # OpenAI's newer name for it
    "user": "user",
    "assistant": "assistant",
}


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

    Keys beside role and content (``name``, ``weight``, ...) say nothing here.  A system turn without a text, which some
    programs always write, is left out.
    """
    if not isinstance(value, list) or not value:
        raise Unusable("no list of turns", f"found {_shown(value)}; want [{{'role': ..., 'content': ...}}, ...]")
    read = [(_role(item), _text(item)) for item in value]
    return [turn(role, text) for role, text in read if role != "system" or text.strip()]


def turn(role: Literal["system", "user", "assistant"], text: str) -> Message:
    """Make a turn; raises `Unusable` where its text is empty."""
    if not text.strip():
        raise Unusable("empty text", f"what the {role} says")
    return {"role": role, "content": text}


def refuse_tools(row: Mapping[str, Any]) -> None:
    """Raise `Unusable` for a row in which the model is offered tools (OpenAI: also under their older name)."""
    if row.get("tools") or row.get("functions"):
        raise Unusable("tools are offered", "calling tools is not taught here", bad=False)


def _role(item: Any) -> Literal["system", "user", "assistant"]:
    if not isinstance(item, Mapping) or not isinstance(name := item.get("role"), str):
        raise Unusable("a turn without a role", f"found {_shown(item)}")
    if name in {"tool", "function"} or item.get("tool_calls") or item.get("function_call"):
        raise Unusable("a tool is called", "calling tools is not taught here", bad=False)
    if name not in _ROLES:
        raise Unusable("an unknown role", f"found {_shown(name)}; known are {', '.join(_ROLES)}")
    return _ROLES[name]


def _text(item: Mapping[str, Any]) -> str:
    """Return a turn's text, which may be cut into parts; one without any has an empty text."""
    content = item.get("content")
    if isinstance(content, list):
        return "".join(map(_part, content))
    if content is None or isinstance(content, str):
        return content or ""
    raise Unusable("a turn whose content is no text", f"found {_shown(content)}")


def _part(part: Any) -> str:
    kind, text = (part.get("type"), part.get("text")) if isinstance(part, Mapping) else (None, None)
    if kind is None or (kind == "text" and not isinstance(text, str)):
        raise Unusable("a turn whose content is no text", f"a part of it is {_shown(part)}")
    if kind != "text":
        raise Unusable("a turn with more than text", f"found a part of the type {_shown(kind)}", bad=False)
    return str(text)


def _shown(value: Any) -> str:
    return repr(value)[:60]
