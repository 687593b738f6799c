"""Attributes as JSON: how an answer writes them, and how they are read from what a model wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import regex

from shoptune.data import Invalid
from shoptune.thoughts import split_thought

__all__ = ["NOT_STATED", "find_values", "read_attributes", "scalar", "write_attributes"]

NOT_STATED = "n/a"
"""The value of an attribute that the text does not state."""

_NO_VALUES = frozenset({"", "n/a", "na", "n.a.", "none", "null", "not stated", "not available", "not specified", "-"})
"""What models write instead of `NOT_STATED`, in small letters."""

_OPENING = regex.compile(r'\{(?=\s*["}])')
_STRING = r'"(?:[^"\\]|\\.)*+"'
_MEMBER = regex.compile(
    rf"(?P<name>{_STRING})"
    rf'(?:\s*:\s*(?:"(?P<value>(?:[^"\\]|\\.)*+)"|(?P<value>\[(?:[^]"]|{_STRING})*+\]|[^\s,}}]+)))?',
    regex.DOTALL,
)
"""A text that no value follows is passed over whole: in one of quotation marks, each would be tried as a beginning."""
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=lambda _: None, strict=False)
"""Numbers keep the digits that they are written with; line breaks may stand in texts."""


TRIES = 100
"""Objects that are tried in one text: of each that is broken the decoder counts the lines above it, which in a text of
hundreds of thousands takes minutes."""


def write_attributes(values: Mapping[str, str]) -> str:
    """Return an object as models are to write it: on one line without spaces, since every token costs time.

    >>> write_attributes({"Brand": "Åre", "Size": "n/a"})
    '{"Brand":"Åre","Size":"n/a"}'
    """
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def read_attributes(text: str) -> dict[str, str] | Invalid:
    """Return the first JSON object in a text as attribute -> value; what stands around it is passed over.

    Numbers become text with the digits given, lists the text of their items between commas, and null, empty texts and
    "none" become `NOT_STATED`.  `Invalid` without an object, or where one of its values is an object itself.

    >>> read_attributes('Sure! ```json {"Size": 4.50, "Color": ["red", "blue"], "Brand": null} ```')
    {'Size': '4.50', 'Color': 'red, blue', 'Brand': 'n/a'}
    """
    found = _first_object(text)
    if isinstance(found, Invalid):
        return found
    values: dict[str, str] = {}
    for name, value in found[0].items():
        format_value = _list(value) if isinstance(value, list) else scalar(value)
        if format_value is None:
            return Invalid("an attribute's value is neither a text nor a number nor a list of these")
        values[name] = NOT_STATED if format_value.casefold() in _NO_VALUES else format_value
    return values


def find_values(text: str) -> dict[str, tuple[int, int]]:
    """Return attribute -> where its value stands, `text[start:end]`, for the object that `read_attributes` reads.

    A text's quotation marks are left out.  Empty where that finds no object.

    >>> find_values('Sure! {"Size": 4.50, "Color": "red"}')
    {'Size': (15, 19), 'Color': (31, 34)}
    """
    found = _first_object(text)
    if isinstance(found, Invalid):
        return {}
    _, (start, end) = found
    members = _MEMBER.finditer(text, start, end)
    return {_DECODER.decode(member["name"]): member.span("value") for member in members if member["value"] is not None}


def _first_object(text: str) -> tuple[dict[str, Any], tuple[int, int]] | Invalid:
    """Return the first object that can be decoded, and its place; within one that can't, none is looked for."""
    start, tried = len(split_thought(text)[0]), 0
    while opening := _OPENING.search(text, start):
        if tried == TRIES:
            return Invalid(f"{TRIES} JSON objects are broken, the first ones; no more are tried")
        tried += 1
        try:
            decoded: dict[str, Any]
            decoded, end = _DECODER.raw_decode(text, opening.start())
        except json.JSONDecodeError as error:
            start = max(error.pos, opening.end())
        except RecursionError:
            return Invalid("brackets within brackets without end")
        else:
            return decoded, (opening.start(), end)
    return Invalid("the JSON object is broken or cut off" if tried else "no JSON object")


def _list(items: list[Any]) -> str | None:
    """Return the items that state something between commas; None where one is an object or a list."""
    texts = [scalar(item) for item in items]
    if None in texts:
        return None
    return ", ".join(text for text in texts if text and text.casefold() not in _NO_VALUES)


def scalar(value: Any) -> str | None:
    """Return a single value as text on one line: 16.0 as 16, true as yes; None where it is an object or a list."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return " ".join(value.split()) if isinstance(value, str) else None
