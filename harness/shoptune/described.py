"""Models whose JSON Schema describes each field with the docstring that stands under it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise

from pydantic import AliasChoices, BaseModel, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

__all__ = ["Described", "key_of"]


class Described(BaseModel, defer_build=True):
    """Base of every model that stands in a JSON Schema.

    pydantic's `use_attribute_docstrings` does the same, but reads the source of each class as the class is made: about
    a millisecond each, for some seventy of them, in every command.  Here it is read when a schema is asked for.
    """

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> JsonSchemaValue:
        made = handler(schema)
        properties = handler.resolve_ref_schema(made).get("properties", {})
        for name, text in _docstrings(cls).items():
            for key in (name, key_of(name, cls.model_fields[name])):
                if key in properties:
                    properties[key].setdefault("description", text)
        return made


def key_of(name: str, field: FieldInfo) -> str:
    """Return what a field is called in a file: of several names the first."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return next((choice for choice in alias.choices if isinstance(choice, str)), name)
    return alias if isinstance(alias, str) else name


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return field -> the string under it, in the model's source and that of what it inherits from."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, Described) and base is not Described:
            try:
                tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
            except (OSError, TypeError, SyntaxError):  # made without a source file
                continue
            body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
            for field, under in pairwise(body):
                match field, under:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                        found[name] = " ".join(text.replace("``", "`").split())
    return {name: text for name, text in found.items() if name in model.model_fields}
