"""The forms in which rows hold a prompt and its answer, or two answers of which one is preferred.

Keys and shapes are those of TRL's page "Dataset formats and types", of OpenAI's guides to supervised fine-tuning and to
direct preference optimization, and of Stanford Alpaca.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shoptune.data import Message
from shoptune_instructions.turns import Unusable, refuse_tools, turn, turns

__all__ = ["Instruction", "form_of", "read_row"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Instruction:
    """What one row teaches."""

    form: str
    messages: list[Message]
    """The prompt; its last turn is the user's."""
    answers: tuple[str, ...]
    """One, or two of which the first is preferred."""


def form_of(row: Row) -> str | None:
    """Name the form of a row, judging by its keys; None if it has none.  A key without a value is no key.

    Where a row has several forms, preferences count: some datasets name the preferred answer once more.
    """
    keys = {key for key, value in row.items() if value is not None}
    return next((form for form, (needed, _) in _FORMS.items() if needed <= keys), None)


def read_row(row: Row) -> Instruction:
    """Read a row in whichever form it is; raises `Unusable`."""
    form = form_of(row)
    if form is None:
        raise Unusable("no known form", f"it has {', '.join(map(repr, row)) or 'no keys'}"[:200])
    refuse_tools(row)
    chats = _FORMS[form][1](row)
    prompts, answers = zip(*map(_divided, chats), strict=True)
    if prompts.count(prompts[0]) < len(prompts):
        raise Unusable("the answers follow different prompts", "only the last turn may differ", bad=False)
    if len(answers) > 1 and answers[0].strip() == answers[1].strip():
        raise Unusable("both answers are the same")
    return Instruction(form, prompts[0], answers)


def _divided(chat: list[Message]) -> tuple[list[Message], str]:
    """Return the prompt and the answer, which is the last turn."""
    if not chat or chat[-1]["role"] != "assistant":
        raise Unusable("the last turn is not the assistant's")
    prompt = chat[:-1]
    if not prompt or prompt[-1]["role"] != "user":
        raise Unusable("no question before the answer", "the turn before the last is not the user's")
    return prompt, chat[-1]["content"]


# --- one function for each form: the whole chats in a row ------------------------------------------------------------

_Chats = tuple[list[Message], ...]


def _messages(row: Row) -> _Chats:
    chat = turns(row["messages"])
    weight = row["messages"][-1].get("weight")  # OpenAI: whether an assistant's turn is trained on
    if weight not in (None, 0, 1):
        raise Unusable("a weight that is neither 0 nor 1", f"found {weight!r}")
    if weight == 0:
        raise Unusable("the last turn has weight 0", "its answer is not to be learnt", bad=False)
    return (chat,)


def _prompt_completion(row: Row) -> _Chats:
    if row.get("label") is False:  # TRL's unpaired preference
        raise Unusable("an answer labelled as not wanted", bad=False)
    return (_chat(row["prompt"], row["completion"]),)


def _preference(row: Row) -> _Chats:
    prompt = row.get("prompt")
    return _chat(prompt, row["chosen"]), _chat(prompt, row["rejected"])


def _openai_preference(row: Row) -> _Chats:
    asked = row["input"]
    if not isinstance(asked, Mapping):
        raise Unusable("no list of turns", "'input' should hold 'messages'")
    refuse_tools(asked)
    prompt = turns(asked.get("messages"))
    return (prompt + turns(row["preferred_output"]), prompt + turns(row["non_preferred_output"]))


def _alpaca(row: Row) -> _Chats:
    asked = [_plain(row[key]) for key in ("instruction", "input") if row.get(key)]
    return ([turn("user", "\n\n".join(filter(None, asked))), turn("assistant", _plain(row["output"]))],)


def _chat(prompt: Any, answer: Any) -> list[Message]:
    """Join a prompt (a text, turns, or None) and an answer (a text or turns)."""
    if not isinstance(answer, list):
        if prompt is None:
            raise Unusable("no prompt", "where it ends in two texts can't be seen; give it as 'prompt'")
        return [*_asked(prompt), turn("assistant", _plain(answer))]
    chat = turns(answer)
    # TRL too leaves out a prompt's text beside whole chats: they begin with it.
    whole = prompt is None or (isinstance(prompt, str) and chat[:1] and chat[0]["role"] != "assistant")
    return chat if whole else [*_asked(prompt), *chat]


def _asked(prompt: Any) -> list[Message]:
    return turns(prompt) if isinstance(prompt, list) else [turn("user", _plain(prompt))]


def _plain(text: Any) -> str:
    """Return a text without the white space with which texts for plain continuation are joined."""
    if not isinstance(text, str):
        raise Unusable("neither a text nor a list of turns", f"found {text!r}"[:80])
    return text.strip()


_FORMS: dict[str, tuple[set[str], Callable[[Row], _Chats]]] = {
    "openai_preference": ({"input", "preferred_output", "non_preferred_output"}, _openai_preference),
    "preference": ({"prompt", "chosen", "rejected"}, _preference),
    "preference_implicit": ({"chosen", "rejected"}, _preference),
    "messages": ({"messages"}, _messages),
    "prompt_completion": ({"prompt", "completion"}, _prompt_completion),
    "alpaca": ({"instruction", "output"}, _alpaca),
}
"""Form -> the keys that give it away, and what reads it."""
