"""The forms in which rows hold a prompt and its answer, or two answers of which one is preferred.

Keys and shapes are those of TRL's page "Dataset formats and types", of OpenAI's guides to supervised fine-tuning and to
direct preference optimization, of Stanford Alpaca and Databricks' Dolly, and of LLaMA-Factory's page "Data preparation"
(Alpaca's and ShareGPT's rows with ``system``, ``history``, two answers, or a label), of Gemini's and Bedrock's tuning
data, of OpenOrca (``system_prompt``, ``question``, ``response``) and of ms-swift (``query``, ``response``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shoptune.data import Message
from shoptune_instructions.labels import refuse_unwanted
from shoptune_instructions.turns import (
    Unusable,
    refuse_more_than_text,
    refuse_tools,
    text_of,
    turn,
    turns,
    unread,
    weights,
)

__all__ = ["Instruction", "certain_form_of", "form_of", "read_row"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Instruction:
    """What one row teaches."""

    form: str
    messages: list[Message]
    """The prompt; its last turn is the user's."""
    answers: tuple[str, ...]
    """One, or two of which the first is preferred."""
    not_learnt: int = 0
    """Earlier answers of the same chat, which tools that train on whole chats would learn too."""
    unread: frozenset[str] = frozenset()
    """Keys with something in them that nothing has read."""


def form_of(row: Row) -> str | None:
    """Name the form of a row, judging by its keys; None if it has none.  A key without a value is no key.

    Where a row has several forms, preferences count: some datasets name the preferred answer once more.
    """
    keys = _keys(row)
    return next((form for form, (needed, _) in _FORMS.items() if needed <= keys), None)


def certain_form_of(row: Row) -> str | None:
    """Name the form of a row whose keys no other table has; None for the rest, such as questions with answers."""
    form = form_of(row)
    return None if form in _PLAIN_WORDS else form


def read_row(row: Row) -> Instruction:
    """Read a row in whichever form it is; raises `Unusable`."""
    form = form_of(row)
    if form is None:
        raise Unusable("no known form", _way_out(row))
    row = _Watched({_key(name): _unpacked(value) for name, value in row.items() if value is not None})
    refuse_tools(row)
    refuse_more_than_text(row)
    chats = _FORMS[form][1](row)
    prompts, answers = zip(*map(_divided, chats), strict=True)
    if prompts.count(prompts[0]) < len(prompts):
        raise Unusable("the answers follow different prompts", "only the last turn may differ", bad=False)
    if len(answers) > 1:
        if answers[0].strip() == answers[1].strip():
            raise Unusable("both answers are the same")
    else:
        refuse_unwanted(row)
    prompt = _with_history(prompts[0], row)
    prompt = _with_system(prompt, row)
    return Instruction(form, prompt, answers, _not_learnt(prompt, row, form), frozenset(row.unread()))


class _Watched(dict[str, Any]):
    """A row that notices which of its keys are looked at."""

    def __init__(self, row: Row) -> None:
        super().__init__(row)
        self._seen: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self._seen.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._seen.add(key)
        return super().get(key, default)

    def unread(self) -> set[str]:
        """Return the keys that nobody looked at and that hold something, those of turns too."""
        turns_of = {f"{key}: {inner}" for key in _CHATS.values() for inner in unread(dict.get(self, key))}
        return turns_of | {key for key, value in self.items() if value not in ("", [], {}) and key not in self._seen}


def _way_out(row: Row) -> str:
    return (
        f"it has {', '.join(map(repr, row)) or 'no keys'}"[:200]
        + "; rows with other keys are for `adapter: jsonl` (or json, csv, parquet) and the task custom_text, whose "
        "`prompt` and `target` are templates over them"
    )


def _key(name: str) -> str:
    return name.strip().casefold()


def _keys(row: Row) -> set[str]:
    return {_key(name) for name, value in row.items() if value is not None}


def _unpacked(value: Any) -> Any:
    """Return the list of turns that a text in a table's cell, such as CSV's, writes as JSON; else the value."""
    if isinstance(value, str) and re.match(r"\s*\[\s*\{", value):
        with suppress(ValueError, RecursionError):
            return json.loads(value)
    return value


def _divided(chat: list[Message]) -> tuple[list[Message], str]:
    """Return the prompt and the answer, which is the last turn."""
    if not chat or chat[-1]["role"] != "assistant":
        raise Unusable("the last turn is not the assistant's")
    prompt = chat[:-1]
    if not prompt or prompt[-1]["role"] != "user":
        raise Unusable("no question before the answer", "the turn before the last is not the user's")
    return prompt, chat[-1]["content"]


# --- what stands beside the chat -------------------------------------------------------------------------------------


def _with_system(prompt: list[Message], row: Row) -> list[Message]:
    """Return the prompt with what the row's ``system`` says, unless a turn of the chat says so already."""
    said = (row.get(key) for key in _SYSTEM)
    system = next(filter(None, said), "")
    if isinstance(system, list | Mapping):
        try:
            system = text_of(system)
        except Unusable:
            raise Unusable("a system text that is no text", f"found {system!r}"[:80]) from None
    if not isinstance(system, str):
        raise Unusable("a system text that is no text", f"found {system!r}"[:80])
    if not system.strip():
        return prompt
    if prompt[0]["role"] != "system":
        return [turn("system", system.strip()), *prompt]
    if prompt[0]["content"].strip() != system.strip():
        raise Unusable("two system texts that differ", "one beside the chat and one in it")
    return prompt


def _with_history(prompt: list[Message], row: Row) -> list[Message]:
    """Return the prompt with the earlier turns of the row's ``history``: pairs of question and answer, or turns."""
    history = row.get("history") or []
    if not isinstance(history, list) or not all(isinstance(item, Mapping) or _is_pair(item) for item in history):
        found = f"found {history!r}"[:80]
        raise Unusable(
            "a history that is no list of [question, answer]", f"{found}; a list of messages would do as well"
        )
    earlier: list[Message] = []
    for item in history:
        if isinstance(item, Mapping) and (form := form_of(item)):
            earlier += _FORMS[form][1](item)[0]
        elif isinstance(item, Mapping):
            earlier += turns([item])
        else:
            earlier += [turn("user", _plain(item[0])), turn("assistant", _plain(item[1]))]
    head = 1 if prompt[0]["role"] == "system" else 0
    return [*prompt[:head], *earlier, *prompt[head:]]


def _is_pair(item: object) -> bool:
    return isinstance(item, list | tuple) and len(item) == 2


def _not_learnt(prompt: list[Message], row: Row, form: str) -> int:
    """Count the earlier answers that other tools would learn: not those of weight 0, nor those of a mere prompt."""
    earlier = sum(message["role"] == "assistant" for message in prompt)
    if form in _CHATS:
        return earlier - weights(row[_CHATS[form]])[:-1].count(0)
    return earlier if row.get("history") else 0


# --- one function for each form: the whole chats in a row ------------------------------------------------------------

_Chats = tuple[list[Message], ...]


def _whole_chat(key: str) -> Callable[[Row], _Chats]:
    """Return what reads a chat that stands in one column."""

    def read(row: Row) -> _Chats:
        chat = turns(row[key])
        of_answers = weights(row[key])  # OpenAI: whether an assistant's turn is trained on
        if chat and chat[-1]["role"] == "assistant" and of_answers[-1] == 0:
            earlier = sum(of_answers[:-1])
            also = f"; {earlier} before it would be, if the chat ended there" if earlier else ""
            raise Unusable("the last turn has weight 0", f"it is not to be learnt{also}", bad=False)
        return (chat,)

    return read


def _asked_and_answered(answer: str, *asked: str) -> Callable[[Row], _Chats]:
    """Return what reads a question, be it in several columns, and its answer."""

    def read(row: Row) -> _Chats:
        return ([turn("user", _joined(row, asked)), turn("assistant", _plain(row[answer]))],)

    return read


def _preference(*asked: str) -> Callable[[Row], _Chats]:
    """Return what reads two answers to what stands in these columns; without any, the answers begin with it."""

    def read(row: Row) -> _Chats:
        prompt: Any = _joined(row, asked) if len(asked) > 1 else row[asked[0]] if asked else None
        return _chat(prompt, row["chosen"]), _chat(prompt, row["rejected"])

    return read


def _prompt_completion(row: Row) -> _Chats:
    return (_chat(row["prompt"], row["completion"]),)


def _openai_preference(row: Row) -> _Chats:
    asked = row["input"]
    if not isinstance(asked, Mapping):
        raise Unusable("no list of turns", "'input' should hold 'messages'")
    refuse_tools(asked)
    prompt = turns(asked.get("messages"))
    return (prompt + turns(row["preferred_output"]), prompt + turns(row["non_preferred_output"]))


def _joined(row: Row, keys: tuple[str, ...]) -> str:
    return "\n\n".join(filter(None, [_plain(row[key]) for key in keys if row.get(key)]))


def _chat(prompt: Any, answer: Any) -> list[Message]:
    """Join a prompt (a text, turns, or None) and an answer (a text, a turn or turns)."""
    if isinstance(answer, Mapping) and answer.keys() & {"role", "from"}:
        answer = [answer]
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
    "preference": ({"prompt", "chosen", "rejected"}, _preference("prompt")),
    "sharegpt_preference": ({"conversations", "chosen", "rejected"}, _preference("conversations")),
    "alpaca_preference": ({"instruction", "chosen", "rejected"}, _preference("instruction", "input")),
    "question_preference": ({"question", "chosen", "rejected"}, _preference("question")),
    "preference_implicit": ({"chosen", "rejected"}, _preference()),
    "messages": ({"messages"}, _whole_chat("messages")),
    "sharegpt": ({"conversations"}, _whole_chat("conversations")),
    "prompt_completion": ({"prompt", "completion"}, _prompt_completion),
    "gemini": ({"contents"}, _whole_chat("contents")),
    "alpaca": ({"instruction", "output"}, _asked_and_answered("output", "instruction", "context", "input")),
    "dolly": ({"instruction", "response"}, _asked_and_answered("response", "instruction", "context", "input")),
    "prompt_response": ({"prompt", "response"}, _asked_and_answered("response", "prompt")),
    "question_answer": ({"question", "answer"}, _asked_and_answered("answer", "question", "context")),
    "q_a": ({"q", "a"}, _asked_and_answered("a", "q")),
    "question_response": ({"question", "response"}, _asked_and_answered("response", "question", "context")),
    "query_response": ({"query", "response"}, _asked_and_answered("response", "query", "context")),
    "inputs_targets": ({"inputs", "targets"}, _asked_and_answered("targets", "inputs")),
    "input_output": ({"input", "output"}, _asked_and_answered("output", "input")),
}
"""Form -> the keys that give it away, and what reads it."""
_SYSTEM = (
    *("system", "system_prompt", "systemprompt", "system_message"),
    *("systeminstruction", "system_instruction"),
)
"""Columns that hold what goes before the chat, in one spelling."""
_PLAIN_WORDS = frozenset(
    {
        *("dolly", "prompt_response", "question_answer", "question_response", "query_response"),
        *("q_a", "inputs_targets", "input_output", "gemini"),
    }
)
"""Forms whose keys a shop's own table may have as well."""
_CHATS = {"messages": "messages", "sharegpt": "conversations", "gemini": "contents"}
"""Forms of whole chats -> the column that holds one."""
