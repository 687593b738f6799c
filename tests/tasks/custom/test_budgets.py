"""Templates and schemas from a stranger take a bounded amount of work, or are refused in words."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from shoptune.data import Example, Invalid
from shoptune_custom.budget import TooMuchWorkError
from shoptune_custom.language import TemplateFault
from shoptune_custom.options import JsonOptions
from shoptune_custom.schemas import follows
from shoptune_custom.task import compact_json
from shoptune_custom.templates import compile_template

ITEMS = [f"item {number}" for number in range(1000)]
LONG = "long " * 15_000


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in xs %}{% for b in xs %}{{ b | upper | title | lower }}{% endfor %}{% endfor %}",
        "{% for a in xs %}{% for b in xs %}{% endfor %}{% endfor %}",
        "{% for a in xs %}{% if a in text %}{% endif %}{{ text | upper | length }}{% endfor %}",
        "{% for a in xs %}{{ xs | sort | unique | first }}{% endfor %}",
        "{% for a in xs %}{{ xs | tojson | length }}{% endfor %}",
    ],
)
def test_work_that_multiplies_is_a_fault_of_the_record(source: str) -> None:
    template = compile_template(source)
    with pytest.raises(TemplateFault, match="too much work") as caught:
        template.fill({"xs": ITEMS, "text": LONG})
    assert isinstance(caught.value.__cause__, TooMuchWorkError)
    assert template.fill({"xs": ITEMS[:3], "text": "short"}) is not None, "the next record has its own budget"


def test_what_shops_write_is_far_from_it() -> None:
    source = (
        "{{ name | title }}: {% for key, value in attributes | items %}{{ key | capitalize }}: {{ value | trim }}"
        "{% if not loop.last %}; {% endif %}{% endfor %}{{ tags | sort | join(', ') }} {{ text | truncate(500) }}"
    )
    fields = {
        "name": "wool scarf",
        "attributes": {f"key {n}": f"value {n}" for n in range(500)},
        "tags": ITEMS,
        "text": LONG,
    }
    assert compile_template(source).fill(fields).startswith("Wool Scarf: Key 0: value 0; ")


def options(**properties: Any) -> JsonOptions:
    return JsonOptions(prompt="{{ a }}", target="{{ b }}", answer_schema={"type": "object", "properties": properties})


def doubling(links: int) -> dict[str, Any]:
    """A chain of references, each of which stands for the next one twice."""
    parts: dict[str, Any] = {
        f"part{n}": {"allOf": [{"$ref": f"#/$defs/part{n + 1}"}, {"$ref": f"#/$defs/part{n + 1}"}]}
        for n in range(links)
    }
    return {**parts, f"part{links}": {"type": "string"}}


def test_references_that_double_are_refused() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/part0"}}, "$defs": doubling(30)}
    with pytest.raises(ValidationError, match=r"its references stand for more than 10,000 parts"):
        JsonOptions(prompt="{{ a }}", target="{{ b }}", answer_schema=schema)


@pytest.mark.parametrize("links", [0, 3])
def test_references_that_are_few_are_followed(links: int) -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/part0"}}, "$defs": doubling(links)}
    assert JsonOptions(prompt="{{ a }}", target="{{ b }}", answer_schema=schema).answer_schema == schema


def test_a_schema_within_itself_is_fine() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"$ref": "#"}}}
    assert JsonOptions(prompt="{{ a }}", target="{{ b }}", answer_schema=schema).answer_schema == schema


def test_a_schema_that_is_too_deep_is_refused() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(5_000):
        deep = {"not": deep}
    with pytest.raises(ValidationError, match=r"too many brackets|bounded time"):
        options(a=deep)


@pytest.mark.parametrize("pattern", [r"(?=a)b", r"(a)\1", "a{2000}"])
def test_patterns_that_can_not_be_matched_in_linear_time_are_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match="is none of RE2's"):
        options(a={"type": "string", "pattern": pattern})


def test_names_by_pattern_are_refused() -> None:
    schema = {"type": "object", "properties": {"a": {}}, "patternProperties": {"(a+)+$": {}}}
    with pytest.raises(ValidationError, match="name the `properties`"):
        JsonOptions(prompt="{{ a }}", target="{{ b }}", answer_schema=schema)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(x+x+)+y", r"^([a-z]+ ?)*$"])
def test_a_text_that_does_not_match_is_found_out_at_once(pattern: str) -> None:
    schema = options(text={"type": "string", "pattern": pattern}).answer_schema
    example = Example(id="1", messages=(), answer_schema=schema, group="1", origin="")
    answer = compact_json(json.dumps({"text": "a" * 5_000 + "x" * 5_000 + "!"}), example)
    assert answer == Invalid("against the schema: $.text: pattern")


@pytest.mark.parametrize(("text", "good"), [("wool scarf", True), ("Wool", False), ("größe", False)])
def test_ordinary_patterns(text: str, good: bool) -> None:
    schema = options(text={"type": "string", "pattern": "^[a-z]+( [a-z]+)*$"}).answer_schema
    example = Example(id="1", messages=(), answer_schema=schema, group="1", origin="")
    assert isinstance(compact_json(json.dumps({"text": text}), example), str) == good


SELF = {"$ref": "#"}


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ({"$ref": "#/$defs/nowhere"}, "does not have"),
        ({"$ref": "#nobody"}, "does not have"),
        ({"$dynamicRef": "#nobody"}, "does not have"),
        ({"$ref": "#/properties/a"}, "stands for itself"),
        ({"anyOf": [{"type": "string"}, {"not": {"$ref": "#/properties/a"}}]}, "stands for itself"),
        ({"dependentSchemas": {"b": {"$ref": "#/properties/a"}}}, "stands for itself"),
        ({"$id": "part", "$defs": {"b": True}, "$ref": "#/$defs/b"}, "`\\$id` of its own"),
    ],
)
def test_references_that_lead_nowhere_are_refused_before_the_first_answer(part: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        options(a=part)


def test_a_property_may_be_called_like_a_keyword() -> None:
    assert checked(options(a={"type": "object", "properties": {"$id": {"type": "string"}}}), '{"a":"x"}')


def test_a_schema_that_doubles_with_every_level_of_an_answer_is_given_up_at_once() -> None:
    nested = options(a={"allOf": [SELF, SELF]})
    answer = '{"a":' * 60 + "{}" + "}" * 60
    assert checked(nested, answer) == Invalid("against the schema: finding out is too much work")


def test_long_lists_are_far_from_it() -> None:
    listed = options(a={"type": "array", "items": {"type": "string", "pattern": "^w", "maxLength": 9}})
    answer = json.dumps({"a": ["wool"] * 500}, separators=(",", ":"))
    assert checked(listed, answer) == answer


@pytest.mark.parametrize("number", ["1e999", "1" + "0" * 400])
def test_numbers_beyond_all_bounds_are_invalid(number: str) -> None:
    answer = checked(options(a={"type": "number", "multipleOf": 0.5}), f'{{"a":{number}}}')
    assert answer == Invalid("against the schema: a number is too large")


@pytest.mark.parametrize(
    ("items", "unique"),
    [
        ('["a","b"]', True),
        ('["a","a"]', False),
        ("[1,1.0]", False),
        ('[1,"1",true]', True),
        ('[[1,"x"],[1.0,"x"]]', False),
        (json.dumps([{"x": n} for n in range(300)]), True),
    ],
)
def test_equal_items_are_found_in_time_that_grows_with_their_number(items: str, unique: bool) -> None:
    wanted = {"type": "array", "uniqueItems": True}
    assert (follows({"a": json.loads(items)}, {"properties": {"a": wanted}}) is None) is unique


def checked(wanted: JsonOptions, answer: str) -> str | Invalid:
    return compact_json(answer, Example(id="1", messages=(), group="1", answer_schema=wanted.answer_schema))
