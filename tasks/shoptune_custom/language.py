"""What a template may say: the part of Jinja's language that shows fields, and nothing that could do harm.

An experiment file may come from a stranger.  Jinja's sandbox keeps templates away from Python; what it lets through
could still fill the memory or never end (``{{ 'x' * 10**10 }}``, a text that is doubled again and again).  So the rest
is bounded as well: there are no calls, no variables and no arithmetic, and few filters, of which none can make much of
little; loops walk through lists of a limited length, at most one within another, and all work counts
(`shoptune_custom.budget`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.filters import FILTERS
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from shoptune.errors import did_you_mean
from shoptune.formatting import format_value
from shoptune_custom.budget import charge, charging

__all__ = ["MAX_CHARACTERS", "MAX_ITEMS", "TemplateFault", "checked_tree", "environment"]

MAX_CHARACTERS = 100_000
"""How long a text may get that a filter makes or a template ends up as."""
MAX_ITEMS = 1_000
"""How many items of a list a loop may walk through."""


class TemplateFault(Exception):  # noqa: N818 - not an error of the program: such a record is counted and left out
    """A template can't be filled in with a record's fields; the message says why."""


_NODES = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For),
    *(nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair),
    *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Keyword),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Neg),
)
_FILTERS = (
    *("capitalize", "default", "first", "float", "int", "last", "length", "lower"),
    *("map", "sort", "title", "trim", "truncate", "unique", "upper"),
)
_EACH = "the items of"
"""The filter that every loop's list goes through; no template can name it."""


class _Fields(ImmutableSandboxedEnvironment):
    """Jinja, with access to what a record holds and to nothing that Python objects have beside."""

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping):
            if argument in obj:
                return obj[argument]
            return self.undefined(hint=f"there is no {argument!r} in it.{did_you_mean(str(argument), map(str, obj))}")
        if isinstance(obj, str | list | tuple) and isinstance(argument, int):
            return super().getitem(obj, argument)
        return self.undefined(hint=f"it has no {argument!r}, since it is {_kind(obj)}")

    def getattr(self, obj: Any, attribute: str) -> Any:
        return super().getattr(obj, attribute) if isinstance(obj, LoopContext) else self.getitem(obj, attribute)


def _kind(value: Any) -> str:
    return "empty" if value is None or value == "" else f"no mapping: {str(value)[:60]!r}"


def _shown(value: Any) -> Any:
    """Return what ``{{ }}`` writes: texts as they are, numbers and lists on one line, nothing for an absent value."""
    if value is None:
        return ""
    if isinstance(value, str | StrictUndefined):  # what is undefined raises as it is written
        return value
    if isinstance(value, bool | int | float | list | tuple):
        return format_value(value)
    raise TemplateFault("a mapping has no text of its own; name one of its fields, or write `| tojson`")


def _bounded(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise TemplateFault(f"a text gets longer than {MAX_CHARACTERS:,} characters")
    return text


def _to_json(value: Any) -> str:
    return _bounded(json.dumps(value, ensure_ascii=False, default=str))


def _join(items: Any, separator: str = ", ") -> str:
    """Return the texts of a list's items, without the empty ones, with `separator` between them."""
    texts = [text for item in _each(items) if (text := format_value(item))]
    if sum(map(len, texts)) + len(texts) * len(separator) > MAX_CHARACTERS:
        raise TemplateFault(f"a text gets longer than {MAX_CHARACTERS:,} characters")
    return separator.join(texts)


def _items(mapping: Any) -> Iterable[tuple[Any, Any]]:
    if not isinstance(mapping, Mapping) and mapping:
        raise TemplateFault(f"`items` is for mappings, and this is {str(mapping)[:60]!r}")
    return mapping.items() if mapping else ()


def _each(items: Any, steps: int = 0) -> list[Any]:
    """Return a list's items for a loop, in which each takes so many steps."""
    if isinstance(items, str) and items:
        raise TemplateFault(f"there should be a list, and there is a text: {items[:60]!r}")
    found = list(islice(items or (), MAX_ITEMS + 1))
    if len(found) > MAX_ITEMS:
        raise TemplateFault(f"a list has more than {MAX_ITEMS:,} items")
    charge(steps * len(found))
    return found


environment = _Fields(
    autoescape=False,  # what is written is no HTML
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
"""Compiles trees that `checked_tree` made."""
environment.globals.clear()
environment.filters = {name: charging(FILTERS[name]) for name in _FILTERS}
environment.filters |= {"tojson": charging(_to_json), "join": charging(_join), "items": _items, _EACH: _each}


def checked_tree(source: str) -> nodes.Template:
    """Parse a template; raises TemplateSyntaxError for what is no Jinja, and for what templates may not say."""
    tree = environment.parse(source)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _NODES):
            kind = type(node).__name__
            raise TemplateSyntaxError(
                f"a template shows fields, with `if`, `for` and filters; {kind!r} is not among what it may do",
                node.lineno,
            )
        if isinstance(node, nodes.Filter) and node.name not in environment.filters:
            known = did_you_mean(node.name, environment.filters.keys() - {_EACH})
            raise TemplateSyntaxError(f"there is no filter {node.name!r}.{known}", node.lineno)
    for loop in list(tree.find_all(nodes.For)):
        if any(inner.find(nodes.For) for inner in loop.find_all(nodes.For)):
            raise TemplateSyntaxError("loops stand three deep; two is the most", loop.lineno)
        steps = [nodes.Const(10 * sum(1 for _ in loop.find_all(nodes.Node)))]
        loop.iter = nodes.Filter(loop.iter, _EACH, steps, [], None, None, lineno=loop.lineno, environment=environment)
    return tree
