"""What an answer's JSON Schema may ask for: what can be checked in bounded time.

A schema may come from a stranger.  With Python's regular expressions a short pattern can take longer than anybody waits
to find that a text does not match; so patterns are matched by RE2, in time that grows with the text alone.  A chain of
references that each stand for two others doubles with every link; so parts are counted with all references followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

__all__ = ["follows", "problem_of"]

MAX_PARTS = 10_000
"""How many parts a schema may have, when each reference is what it names."""


def problem_of(schema: Mapping[str, Any]) -> str | None:
    """Return what of a schema can't be checked in bounded time, None if all can; it must be a valid schema."""
    for part in _all_parts(schema):
        if isinstance(part, Mapping) and isinstance(pattern := part.get("pattern"), str):
            try:
                _matches(pattern, "")
            except ValueError as error:
                return f"the pattern {pattern[:60]!r} is none of RE2's: {error}"
        if isinstance(part, Mapping) and isinstance(part.get("patternProperties"), Mapping):
            return "`patternProperties`; name the `properties`"
    if _size(schema) > MAX_PARTS:
        return f"its references stand for more than {MAX_PARTS:,} parts"
    return None


def follows(found: object, schema: Mapping[str, Any]) -> str | None:
    """Return where and how a JSON value is against the schema; None where it follows it."""
    error = next(_validator()(schema).iter_errors(found), None)
    return f"{error.json_path}: {error.validator}" if error else None


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator, ValidationError  # a plan needs none
    from jsonschema.validators import extend

    def pattern(validator: Any, wanted: str, found: object, schema: object) -> Iterator[ValidationError]:  # noqa: ARG001
        if isinstance(found, str) and not _matches(wanted, found):
            yield ValidationError(f"{found!r} does not match {wanted!r}")

    return extend(Draft202012Validator, {"pattern": pattern})  # type: ignore[no-untyped-call]


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


def _size(schema: Mapping[str, Any]) -> int:
    """Return how many parts a schema has with all references followed; one that leads back to itself counts once."""
    anchors = dict(_anchors(schema))
    sizes: dict[int, int] = {}

    def size(part: Any) -> int:
        if id(part) not in sizes:
            sizes[id(part)] = 1
            references = [part.get(key) for key in ("$ref", "$dynamicRef")] if isinstance(part, Mapping) else []
            named = [_named(schema, anchors, ref) for ref in references if isinstance(ref, str)]
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
    for name in reference.removeprefix("#").split("/")[1:]:
        key = name.replace("~1", "/").replace("~0", "~")
        try:
            here = here[int(key)] if isinstance(here, list) else here[key]
        except (LookupError, TypeError, ValueError):
            return None
    return here
