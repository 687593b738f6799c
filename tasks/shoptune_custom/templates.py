"""Templates over a record's fields."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from shoptune_custom.budget import limited
from shoptune_custom.language import MAX_CHARACTERS, TemplateFault, checked_tree, environment

__all__ = ["FieldTemplate", "compile_template"]

MAX_SOURCE = 10_000
"""How long a template may be, in characters."""
RECORD = "record"
"""What stands for all fields, for those whose names have blanks: ``{{ record["Review text"] }}``."""


@dataclass(frozen=True)
class FieldTemplate:
    """A template that is ready to be filled in."""

    fields: tuple[str, ...]
    """The fields that it names, sorted."""
    template: Template

    def fill(self, fields: Mapping[str, Any]) -> str:
        """Return the text for a record, without white space around it; a field that the record lacks is empty.

        Raises TemplateFault where the template asks for what is not in a field, or makes something of it that can't be.
        """
        named = {name: fields.get(name) for name in self.fields}
        parts: list[str] = []
        length = 0
        try:
            with limited():
                for part in self.template.generate({RECORD: named, **named}):
                    length += len(part)
                    if length > MAX_CHARACTERS:
                        raise TemplateFault(f"the text gets longer than {MAX_CHARACTERS:,} characters")
                    parts.append(part)
        except Exception as error:  # anything that a value of another kind than expected can bring about
            raise TemplateFault(_in_words(error)) from error
        return "".join(parts).strip()


def _in_words(error: Exception) -> str:
    """Return what is wrong, and on which line of the template if it has several."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    what = str(error) or type(error).__name__
    return f"line {lines[-1]} of the template: {what}" if lines else what


def compile_template(source: str) -> FieldTemplate:
    """Compile a template; raises ValueError that says what is wrong with it, and on which of its lines."""
    if len(source) > MAX_SOURCE:
        raise ValueError(f"a template has at most {MAX_SOURCE:,} characters, and this has {len(source):,}")
    try:
        tree = checked_tree(source)
        return FieldTemplate(tuple(sorted(_fields(tree))), environment.from_string(tree))
    except TemplateSyntaxError as error:
        raise ValueError(f"line {error.lineno} of the template: {error.message}") from None
    except (RecursionError, SyntaxError, MemoryError):  # Python's own limits on the code that a template becomes
        raise ValueError("the template has too many brackets or blocks within one another") from None


def _fields(tree: nodes.Template) -> set[str]:
    """Return the fields that a template names, be it ``name`` or ``record["name"]``."""
    names = find_undeclared_variables(tree)
    if RECORD not in names:
        return names
    named: list[str] = []
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        match node:
            case nodes.Getattr(node=nodes.Name(name="record"), attr=field):
                named.append(field)
            case nodes.Getitem(node=nodes.Name(name="record"), arg=nodes.Const(value=field)):
                named.append(str(field))
    uses = [node for node in tree.find_all(nodes.Name) if node.name == RECORD]
    if len(named) < len(uses):
        raise TemplateSyntaxError('`record` is followed by a field: record["Review text"]', uses[0].lineno)
    return (names - {RECORD}).union(named)
