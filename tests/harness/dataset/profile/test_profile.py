import random
import tracemalloc
from collections.abc import Iterable, Mapping
from statistics import median_low
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoptune.data import Record
from shoptune.data_report import Quantiles
from shoptune.dataset.profile import FIELDS, WATCHED, Profile

WORDS = ["soft", "warm", "wool", "cotton", "light", "strong", "blue", "table", "lamp", "steel", "glass", "with", "and"]
"""All products in this file are invented."""


def record(number: int, fields: Mapping[str, Any]) -> Record:
    return Record(id=f"product {number}", group=f"product {number}", origin=f"products.csv:{number}", fields=fields)


def products(count: int) -> list[dict[str, Any]]:
    """Return invented products without anything strange."""
    dice = random.Random(11)
    return [
        {
            "name": " ".join(dice.choices(WORDS, k=dice.randint(4, 8))),
            "description": " ".join(dice.choices(WORDS, k=dice.randint(30, 90))),
            "brand": dice.choice(["Alder", "Birch", "Cedar"]),
            "sku": f"A-{number:06d}",
            "price": round(dice.lognormvariate(3.5, 0.6), 2),
            "tags": ["home"],
            "attributes": {"material": dice.choice(["wool", "steel"])},
        }
        for number in range(count)
    ]


def profile(rows: Iterable[Mapping[str, Any]], order: int | None = None) -> Profile:
    records = [record(number, fields) for number, fields in enumerate(rows, start=2)]
    if order is not None:
        random.Random(order).shuffle(records)
    seen = Profile()
    for item in records:
        seen.add(item)
    return seen


def strange(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    return {row.origin: row.why for row in profile(rows).strange()}


# --- fields ----------------------------------------------------------------------------------------------------------


def test_a_small_table_counted_by_hand() -> None:
    rows = [
        {
            "name": "Oak table",
            "description": " ".join(["word"] * words),
            "description_html": "<p>of no matter to the lengths</p>",
            "price": None if words > 5 else 0,
            "tags": [] if words < 3 else ["oak"],
            "gtin": " ",
            "attributes": {"color": "red", "size": "L" if words == 1 else "", "finish": "oil"},
        }
        for words in (1, 2, 3, 4, 10)
    ]
    fields = {field.name: (field.filled, field.words) for field in profile(rows).fields()}
    assert fields == {
        "name": (5, None),
        # The smallest length that at least 5 %, 50 % and 95 % of five texts do not exceed: the 1st, 3rd and 5th.
        "description": (5, Quantiles(p5=1, p50=3, p95=10, max=10)),
        "description_html": (5, None),
        "price": (4, None),
        "tags": (3, None),
        "gtin": (0, None),
        "attributes.color": (5, None),
        "attributes.finish": (5, None),
        "attributes.size": (1, None),
    }
    assert list(fields)[:6] == ["name", "description", "description_html", "price", "tags", "gtin"]
    assert list(fields)[6:] == ["attributes.color", "attributes.finish", "attributes.size"]


def test_an_empty_table() -> None:
    seen = Profile()
    assert (seen.fields(), seen.languages(), seen.strange()) == ([], ({}, 0), [])


def test_languages_of_a_table() -> None:
    german = {"description": "Wasserdichte Wanderjacke mit verstellbarer Kapuze"}
    english = {"description": "Waterproof hiking jacket with an adjustable hood"}
    assert profile([german, english, english, {"description": ""}]).languages() == ({"en": 2, "?": 1, "de": 1}, 4)


def test_an_id_that_is_no_valid_unicode() -> None:
    seen = Profile()
    seen.add(Record(id="\ud800", group="\ud800", origin="products.json:1", fields={"name": "Lamp"}))
    assert seen.fields()[0].filled == 1


VALUES = st.sampled_from(
    [None, "", "mug", "a mug of clay", "A BIG RED MUG", "<b>one</b> mug of clay", "кружка", 0, 3, 4.5]
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), max_size=80), st.integers())
def test_the_order_of_records_does_not_matter(values: list[tuple[Any, Any]], order: int) -> None:
    rows = [{"name": name, "text": text} for name, text in values]
    one, other = profile(rows), profile(rows, order)
    assert one.fields() == other.fields()
    assert one.strange() == other.strange()


def test_the_order_of_a_greater_table_does_not_matter() -> None:
    rows = products(2_000)
    for number in range(0, 2_000, 100):
        rows[number]["description"] = ""
    one, other = profile(rows), profile(rows, order=3)
    assert one.fields() == other.fields()
    assert one.languages() == other.languages()
    assert len(one.strange()) == 10
    assert one.strange() == other.strange()


# --- strange records -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 20, 300, 3_000])
def test_nothing_is_strange_in_a_uniform_table(count: int) -> None:
    assert strange(products(count)) == {}


def test_nothing_is_strange_where_all_records_are_the_same() -> None:
    assert strange(products(1) * 300) == {}


CYRILLIC = "мягкая тёплая шерсть для дома и сада " * 7


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"description": "soft wool " * 1_002}, "description has 2,004 words (half have at most {words})"),
        ({"description": "lamp"}, "description has 1 word (half have at least {words})"),
        ({"description": ""}, "description is empty (99.6 % have one)"),
        ({"brand": None}, "brand is empty (99.6 % have one)"),
        ({"price": 0.01}, "price is 0.01 (half are at least {price})"),
        ({"price": 95_000}, "price is 95,000 (half are at most {price})"),
        ({"price": 0}, "price is 0 (99.6 % are above 0)"),
        ({"price": -3.5}, "price is below 0 (99.6 % are above 0)"),
        ({"description": "SOFT WARM WOOL lamp " * 15}, "75 % of the words of description are in capitals"),
        ({"description": "<li>wool</li> lamp " * 30}, "description holds 60 HTML tags or entities"),
        ({"description": "soft wool &amp; steel " * 9 + "lamp " * 20}, "description holds 9 HTML tags or entities"),
        ({"name": "soft warm wool", "description": "soft warm wool"}, "name and description are the same"),
        ({"description": CYRILLIC}, "description is in Cyrillic script (99.6 % are in Latin)"),
        ({"name": '=HYPERLINK("https://shop.example")'}, "name looks like a spreadsheet formula"),
        ({"attributes": {}}, "attributes.material is empty (99.6 % have one)"),
    ],
)
def test_one_strange_record_is_found(change: dict[str, Any], why: str) -> None:
    rows = products(300)
    rows[116] |= change
    found = strange(rows)
    words = median_low(len(fields["description"].split()) for fields in rows if fields["description"])
    price = float(f"{median_low(fields['price'] for fields in rows if fields['price'] > 0):.3g}")
    assert list(found) == ["products.csv:118"]
    assert why.format(words=words, price=f"{price:g}") in found["products.csv:118"]


def test_reasons_add_up() -> None:
    rows = products(300)
    rows[8] |= {"brand": ""}
    rows[7] |= {"brand": "", "description": "", "price": None}
    rows[9] |= {"description": ""}
    found = strange(rows)
    # The first two by weight: -log2(2/300) for each empty field; equal weights by their place in the file.
    assert list(found) == ["products.csv:9", "products.csv:10", "products.csv:11"]
    assert found["products.csv:9"] == [
        "price is empty (99.6 % have one)",
        "brand is empty (99.3 % have one)",
        "description is empty (99.3 % have one)",
    ]


def test_more_markup_is_stranger_and_equals_stand_as_in_the_file() -> None:
    rows = products(300)
    for number, tags in [(3, 2), (7, 2), (8, 2), (200, 50)]:
        rows[number] |= {"description": "<b>wool " * tags + "lamp " * (60 - tags)}
    assert list(strange(rows)) == ["products.csv:202", "products.csv:5", "products.csv:9", "products.csv:10"]


def test_one_missing_field_among_many_bare_records() -> None:
    rows = products(300)
    for fields in rows[::10]:
        fields |= {"attributes": {}, "tags": [], "sku": ""}
    rows[55] |= {"brand": ""}
    assert strange(rows) == {"products.csv:57": ["brand is empty (99.6 % have one)"]}


def test_a_missing_original_is_not_strange() -> None:
    rows = [fields | {"description_html": f"<p>{fields['description']}</p>"} for fields in products(300)]
    rows[55] |= {"description_html": ""}
    assert strange(rows) == {}


def test_a_long_tail_on_one_side_is_not_strange_there() -> None:
    # Half of the prices lie just below 20, the other half anywhere up to 20,000.
    rows = [{"price": 19 + n / 200 if n < 200 else 20 * 1000 ** ((n - 200) / 200)} for n in range(400)]
    assert strange(rows) == {}
    rows[7]["price"] = 1.5
    assert strange(rows) == {"products.csv:9": ["price is 1.5 (half are at least 20)"]}


def test_at_most_ten_are_named_the_strangest_first() -> None:
    rows = products(3_000)
    for number in range(100, 112):
        rows[number] |= {"brand": ""}
    rows[2_000] |= {"brand": "", "description": "soft wool " * 3_000}
    found = strange(rows)
    assert len(found) == 10
    assert next(iter(found)) == "products.csv:2002"


def test_what_many_records_have_is_not_strange() -> None:
    rows = products(300)
    for fields in rows[::20]:
        fields |= {"brand": "", "description": "SOFT WARM <b>WOOL</b> LAMP " * 15, "price": 0}
    assert strange(rows) == {}


def test_numbering_is_not_strange() -> None:
    assert strange({"position": number} for number in range(1, 2_000)) == {}


def test_other_fields_than_running_text_may_shout_and_be_the_same() -> None:
    rows = [{"code": "A B", "sku": f"A-{n}", "mpn": f"B-{n}"} for n in range(300)]
    rows[3] |= {"code": "A B C D E", "sku": "A B C", "mpn": "A B C"}
    assert strange(rows) == {}


def test_a_record_that_is_shown_twice_is_no_error() -> None:
    assert profile([{"name": "a mug"}]).fields() == profile([{"name": "a mug"}]).fields()
    seen = Profile()
    for _ in range(30):
        seen.add(record(2, {"name": "a mug of clay", "price": 3}))
    assert seen.strange() == []


# --- bounds ----------------------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_table() -> None:
    rows = products(1_000)
    seen = Profile()

    def grown(numbers: range) -> int:
        for number in numbers:
            # Ever longer and dearer, so that each record stands at an edge for a while.
            seen.add(record(number, rows[number % 1_000] | {"price": number / 7, "stock": number}))
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = grown(range(10_000))
        after = grown(range(10_000, 20_000))
    finally:
        tracemalloc.stop()
    assert after < 2_000_000
    assert after - before < 200_000


def test_ever_new_attributes_are_counted_up_to_a_limit() -> None:
    seen = profile({"attributes": {f"colour {number}": "red"}} for number in range(FIELDS + 10))
    assert len(seen.fields()) == FIELDS


def test_how_many_fields_are_not_counted_is_said() -> None:
    wide = {f"colour {number}": "red" for number in range(FIELDS + 10)}
    assert profile([{"name": "Oak table"}, wide]).warnings() == [
        "fields: the first 2,000 are counted; a record has up to 11 more"
    ]
    assert profile([{"name": "Oak table"}]).warnings() == []


def test_more_fields_than_are_watched() -> None:
    same = "soft warm wool lamp"
    rows = [{f"field {number}": same for number in range(WATCHED + 20)} for _ in range(50)]
    rows[4]["field 3"] = ""
    rows[5][f"field {WATCHED + 3}"] = ""
    assert strange(rows) == {"products.csv:6": ["field 3 is empty (98 % have one)"]}
