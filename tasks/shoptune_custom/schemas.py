"""What an answer's JSON Schema may ask for: what can be checked in bounded time.

A schema may come from a stranger.  With Python's regular expressions a short pattern can take longer than anybody waits
to find that a text does not match; so patterns are matched by RE2, in time that grows with the text alone.  A chain of
references that each stand for two others doubles with every link; so parts are counted with all references followed.
One that leads back doubles with every level of an answer instead; so the work on an answer is bounded as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from typing import Any

from shoptune_custom.budget import TooMuchWorkError, charge, limited

__all__ = ["follows", "problem_of"]

MAX_PARTS = 10_000
"""How many parts a schema may have, when each reference is what it names."""


def problem_of(schema: Mapping[str, Any]) -> str | None:
    """Return why no answer can be checked against a schema, None if it can; it must be a valid schema."""
    problems = (_problem_of_part(part, schema) for part in _all_parts(schema) if isinstance(part, Mapping))
    if problem := next(filter(None, problems), None):
        return problem
    if lost := next(_dangling(schema), None):
        return f"it refers to {lost!r}, which it does not have"
    if _turns_in_a_circle(schema):
        return "a part of it stands for itself and nothing else"
    if _size(schema) > MAX_PARTS:
        return f"its references stand for more than {MAX_PARTS:,} parts"
    return None


def _problem_of_part(part: Mapping[str, Any], whole: Mapping[str, Any]) -> str | None:
    if isinstance(pattern := part.get("pattern"), str):
        try:
            _matches(pattern, "")
        except ValueError as error:
            return f"the pattern {pattern[:60]!r} is none of RE2's: {error}"
    if isinstance(part.get("patternProperties"), Mapping):
        return "`patternProperties`; name the `properties`"
    if isinstance(part.get("$id"), str) and part is not whole:
        return "a part with an `$id` of its own; refer to parts by where they stand (#/$defs/...)"
    return None


def follows(found: object, schema: Mapping[str, Any]) -> str | None:
    """Return where and how a JSON value is against the schema; None where it follows it."""
    try:
        with limited():
            error = next(_validator()(schema).iter_errors(found), None)
    except TooMuchWorkError:
        return "finding out is too much work"
    except OverflowError:
        return "a number is too large"
    return f"{error.json_path}: {error.validator}" if error else None


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator, ValidationError  # a plan needs none
    from jsonschema.validators import extend

    def pattern(validator: Any, wanted: str, found: object, schema: object) -> Iterator[ValidationError]:  # noqa: ARG001
        if isinstance(found, str) and not _matches(wanted, found):
            yield ValidationError(f"{found!r} does not match {wanted!r}")

    def unique(validator: Any, wanted: object, found: object, schema: object) -> Iterator[ValidationError]:  # noqa: ARG001
        if wanted and isinstance(found, list) and len(set(map(_canonical, found))) < len(found):
            yield ValidationError(f"{found!r} has equal items")

    ours = {**Draft202012Validator.VALIDATORS, "pattern": pattern, "uniqueItems": unique}
    charged = {name: _charged(keyword) for name, keyword in ours.items()}
    return extend(Draft202012Validator, charged)  # type: ignore[no-untyped-call]


STEPS_OF_A_KEYWORD = 50
"""What checking one keyword takes of the budget, beside the lines of ours that it runs."""


def _charged(keyword: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(keyword)
    def charged(*given: Any) -> Any:
        charge(STEPS_OF_A_KEYWORD)
        return keyword(*given)

    return charged


def _canonical(value: Any) -> str:
    """Return a JSON value as a text, the same for values that JSON Schema calls equal, such as 1 and 1.0."""
    return json.dumps(_whole(value), sort_keys=True)


def _whole(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _whole(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches anywhere in the text; raises ValueError for one that RE2 does not know."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return bool(pc.match_substring_regex(pa.array([text], pa.string()), pattern=pattern)[0].as_py())


def _all_parts(schema: Any) -> Iterator[Any]:
    yield schema
    for part in _parts(schema):
        yield from _all_parts(part)


def _parts(schema: Any) -> Iterator[Any]:
    if isinstance(schema, Mapping):
        yield from schema.values()
    elif isinstance(schema, list):
        yield from schema


def _references(part: Any) -> list[str]:
    found = [part.get(key) for key in ("$ref", "$dynamicRef")] if isinstance(part, Mapping) else []
    return [reference for reference in found if isinstance(reference, str)]


def _dangling(schema: Mapping[str, Any]) -> Iterator[str]:
    anchors = dict(_anchors(schema))
    for part in _all_parts(schema):
        yield from (ref for ref in _references(part) if _named(schema, anchors, ref) is None)


IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
"""Keywords whose parts are about the very value that the part with the keyword is about."""


def _turns_in_a_circle(schema: Mapping[str, Any]) -> bool:
    """Whether a part, followed through its references and `IN_PLACE`, comes to itself without going into the value."""
    anchors = dict(_anchors(schema))
    done: dict[int, bool] = {}
    """id of a part -> whether it was left again; False while it is being followed."""

    def circular(part: Any) -> bool:
        if not isinstance(part, Mapping) or done.get(id(part)):
            return False
        if id(part) in done:
            return True
        done[id(part)] = False
        same = [_named(schema, anchors, reference) for reference in _references(part)]
        for key in IN_PLACE:
            inner = part.get(key)
            same += _parts(inner) if isinstance(inner, list) or key == "dependentSchemas" else [inner]
        found = any(map(circular, same))
        done[id(part)] = True
        return found

    return any(map(circular, _all_parts(schema)))


def _size(schema: Mapping[str, Any]) -> int:
    """Return how many parts a schema has with all references followed; one that leads back to itself counts once."""
    anchors = dict(_anchors(schema))
    sizes: dict[int, int] = {}

    def size(part: Any) -> int:
        if id(part) not in sizes:
            sizes[id(part)] = 1
            named = [_named(schema, anchors, reference) for reference in _references(part)]
            sizes[id(part)] = min(1 + sum(map(size, (*_parts(part), *named))), MAX_PARTS + 1)
        return sizes[id(part)]

    return size(schema)


def _anchors(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, Mapping):
        for key in ("$anchor", "$dynamicAnchor"):
            if isinstance(schema.get(key), str):
                yield f"#{schema[key]}", schema
    for part in _parts(schema):
        yield from _anchors(part)


def _named(schema: Mapping[str, Any], anchors: Mapping[str, Any], reference: str) -> Any:
    """Return what a reference within the schema stands for; None where there is no such part."""
    here: Any = schema
    if reference in anchors:
        return anchors[reference]
    if reference != "#" and not reference.startswith("#/"):
        return None
    for name in reference.removeprefix("#").split("/")[1:]:
        key = name.replace("~1", "/").replace("~0", "~")
        try:
            here = here[int(key)] if isinstance(here, list) else here[key]
        except (LookupError, TypeError, ValueError):
            return None
    return here
