"""What templates can say, what they can't, and what is said of a faulty one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_custom.language import MAX_CHARACTERS, MAX_ITEMS, TemplateFault
from shoptune_custom.templates import compile_template


def filled(source: str, **fields: Any) -> str:
    return compile_template(source).fill(fields)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ name }}: {{ price }}", "Mug & Co: 12"),
        ("{{ tags }} / {{ tags | join(' ') }}", "red, large / red large"),
        ("{{ nothing }}{{ absent }}{{ absent or 'n/a' }}{{ absent | join }}", "n/a"),
        ("{{ attributes.color }} {{ attributes['items'] }} {{ attributes.items }}", "red two two"),
        ("{{ attributes.colour | default('any') }}", "any"),
        ("{% for key, value in attributes | items %}\n{{ key }}={{ value }}\n{% endfor %}\n", "color=red\nitems=two"),
        (
            "{% for tag in tags %}{{ loop.index }}{{ tag }}{% if not loop.last %}; {% endif %}{% endfor %}",
            "1red; 2large",
        ),
        ("{{ images | map(attribute='alt') | join(' | ') }}", 'a "b"'),
        ("{{ 'good' if stars | int > 3 else 'bad' }}", "good"),
        ('{"color": {{ attributes.color | tojson }}, "alt": {{ images[0].alt | tojson }}}', None),
        ("{{ record['Review text'] }}{{ record.stars }}", "nice4"),
        ("{% for record in images %}{{ record.alt }}{% endfor %}", 'a "b"'),
        ("{{ name[:3] }}", "Mug"),
        ("{% raw %}{{ name }}{% endraw %}{# note #}", "{{ name }}"),
    ],
)
def test_what_they_say(source: str, text: str | None) -> None:
    fields = {
        "name": "Mug & Co",
        "price": 12.0,
        "stars": "4",
        "tags": ["red", "large"],
        "nothing": None,
        "attributes": {"color": "red", "items": "two"},
        "images": [{"alt": 'a "b"'}],
        "Review text": "nice",
    }
    assert filled(source, **fields) == (text if text is not None else '{"color": "red", "alt": "a \\"b\\""}')


def test_the_fields_that_one_names() -> None:
    source = (
        '{{ record["Review text"] }}{% for a in attributes | items %}{{ a[0] }}{% endfor %}{{ name or record.name }}'
    )
    assert compile_template(source).fields == ("Review text", "attributes", "name")


@given(st.text(max_size=200))
def test_a_text_comes_out_as_it_is(text: str) -> None:
    """A field that looks like a template is none: ``{{ 7 * 7 }}`` in a review stays what it is."""
    assert filled("{{ text }}", text=text) == text.strip()
    assert filled("{{ text }}", text="{{ secret }}{% include 'x' %}") == "{{ secret }}{% include 'x' %}"


@given(st.text(alphabet="{}%#abc |.()[]'\"~*\n", max_size=60))
def test_any_source_is_either_refused_in_words_or_filled(source: str) -> None:
    try:
        template = compile_template(source)
    except ValueError:
        return
    try:
        template.fill({"a": "x", "b": [1], "c": {"a": 1}})
    except TemplateFault:
        return


# --- what is refused before anything runs ----------------------------------------------------------------------------

REFUSED = {
    "{{ name.upper() }}": "'Call' is not among what it may do",
    "{{ range(10) }}": "'Call'",
    "{{ 'x' * 10000000000 }}": "'Mul'",
    "{{ '%9999999999d' % 1 }}": "'Mod'",
    "{{ 10 ** 10 ** 10 }}": "'Pow'",
    "{{ a ~ a }}": "'Concat'",
    "{% set a = 'x' %}{{ a }}": "'Assign'",
    "{% with a = 'x' %}{{ a }}{% endwith %}": "'With'",
    "{% macro a() %}{% endmacro %}": "'Macro'",
    "{% include 'secrets.txt' %}": "'Include'",
    "{% import 'x' as y %}": "'Import'",
    "{% extends 'x' %}": "'Extends'",
    "{% filter upper %}{% endfilter %}": "'FilterBlock'",
    "{% for a in b recursive %}{{ loop(a) }}{% endfor %}": "'Call'",
    "{{ a | attr('b') }}": "there is no filter 'attr'",
    "{{ a | center(10000000000) }}": "there is no filter 'center'",
    "{{ a | lowr }}": "there is no filter 'lowr'. Did you mean 'lower'?",
    "{% for a in d %}{% for b in d %}{% for c in d %}{% endfor %}{% endfor %}{% endfor %}": "two is the most",
    "{{ record }}": '`record` is followed by a field: record["Review text"]',
    "{{ record | tojson }}": "`record` is followed by a field",
    "first\n{{ name ": "line 2 of the template: ",
    "{{ " + "(" * 3000 + "a" + ")" * 3000 + " }}": "too many brackets",
    "{% if a %}" * 150 + "{% endif %}" * 150: "too many brackets or blocks",
    "x" * 10_001: "at most 10,000 characters",
}


@pytest.mark.parametrize("source", REFUSED, ids=lambda source: source[:30])
def test_what_they_cannot_say(source: str) -> None:
    with pytest.raises(ValueError, match=re.escape(REFUSED[source])):
        compile_template(source)


# --- what is found out as one is filled in ---------------------------------------------------------------------------

FAULTS = {
    "{{ attributes.colour }}": "line 1 of the template: there is no 'colour' in it. Did you mean 'color'?",
    "\n\n{{ stars > 3 }}": "line 3 of the template: '>' not supported between instances of 'str' and 'int'",
    "{{ attributes }}": "name one of its fields, or write `| tojson`",
    "{{ name.color }}": "it has no 'color', since it is no mapping: 'Mug'",
    "{{ absent.color }}": "it has no 'color', since it is empty",
    "{% for letter in name %}{{ letter }}{% endfor %}": "there should be a list, and there is a text: 'Mug'",
    "{{ name | join }}": "there should be a list",
    "{{ name | items | first }}": "`items` is for mappings",
    "{{ name.__class__ }}": "it has no '__class__'",
    "{{ attributes['__class__'] }}": "there is no '__class__' in it",
    "{{ attributes.keys }}": "there is no 'keys' in it",
}


@pytest.mark.parametrize("source", FAULTS)
def test_a_fault_is_said_in_words(source: str) -> None:
    with pytest.raises(TemplateFault, match=re.escape(FAULTS[source])):
        filled(source, name="Mug", stars="4", attributes={"color": "red"})


LONG = list(range(MAX_ITEMS))
HOSTILE: dict[str, dict[str, Any]] = {
    "{{ a" + " | tojson" * 60 + " }}": {"a": '"'},
    "{{ d | join(a) }}": {"d": LONG, "a": "x" * 1000},
    "{% for a in d %}{% for b in d %}{{ s }}{% endfor %}{% endfor %}": {"d": LONG, "s": "x"},
    "{% for a in d %}{% endfor %}": {"d": range(10**12)},
    "{{ s }}" * 1000: {"s": "x" * 1000},
}


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: source[:40])
def test_nobody_fills_the_memory_with_one(source: str) -> None:
    with pytest.raises(TemplateFault, match=f"{MAX_CHARACTERS:,} characters|{MAX_ITEMS:,} items|too much work"):
        filled(source, **HOSTILE[source])


def test_a_long_walk_ends() -> None:
    assert filled("{% for a in d %}{% for b in e %}{% endfor %}{% endfor %}", d=LONG, e=LONG[:10]) == ""
