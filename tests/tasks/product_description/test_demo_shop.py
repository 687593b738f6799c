"""What the data's README says of the invented shop is so, as the shops' adapters read it."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from shoptune.data import Dropped, Example, Note, PreferencePair, Record
from shoptune.experiment.load import load_experiment
from shoptune.training_rows import TrainingRow
from shoptune_catalogue.claims import unsupported
from shoptune_product_description.task import PRODUCT_DESCRIPTION, ProductDescriptionOptions
from tests.registered import data_adapters

DATA = Path(str(files("shoptune_product_description"))) / "data"


def read(file: str, adapter: str) -> list[Record | Dropped | Note]:
    chosen = data_adapters()[adapter]
    return list(chosen.read(DATA / file, chosen.options()))


@cache
def products() -> list[Record]:
    rows = read("products.csv", "shopify_products")
    return [row for row in rows if isinstance(row, Record)]


@cache
def ab_tests() -> list[Record]:
    rows = read("ab_tests.csv", "ab_tests")
    return [row for row in rows if isinstance(row, Record)]


@cache
def examples() -> list[Example]:
    found = list(PRODUCT_DESCRIPTION.examples({"products": products()}, ProductDescriptionOptions()))
    assert all(isinstance(x, Example) for x in found)
    return [x for x in found if isinstance(x, Example)]


@cache
def decided() -> list[TrainingRow | Dropped | Note]:
    tables = {"products": products(), "tests": ab_tests()}
    return list(PRODUCT_DESCRIPTION.rows["pairs"](tables, examples(), ProductDescriptionOptions()))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:[.,'’-][^\W_]+)*", text.lower())


def four_grams(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return set(zip(found, found[1:], found[2:], found[3:], strict=False))


def test_there_are_enough_products_in_enough_categories() -> None:
    assert len(products()) == len({p.id for p in products()}) == len({p.fields["name"] for p in products()}) == 336
    assert list(Counter(e.slices["category"] for e in examples()).values()) == [42] * 8


def test_every_product_becomes_an_example() -> None:
    assert len(examples()) == len(products())


def test_every_text_has_40_to_90_words() -> None:
    assert {e.id: n for e in examples() if not 40 <= (n := len(e.references[0].split())) <= 90} == {}


def test_no_two_descriptions_share_half_of_their_four_grams() -> None:
    grams = [four_grams(e.references[0]) for e in examples()]
    assert max(len(a & b) / min(len(a), len(b)) for a, b in combinations(grams, 2)) < 0.15


def test_every_description_states_every_attribute_value() -> None:
    unstated = {
        (p.id, name, value)
        for p in products()
        for name, value in p.fields["attributes"].items()
        if value.casefold() not in " ".join(p.fields["description"].split()).casefold()
    }
    assert unstated == set()


def test_every_product_has_five_to_seven_attributes_among_them_material_and_colour() -> None:
    for product in products():
        attributes = product.fields["attributes"]
        assert 5 <= len(attributes) <= 7, product.id
        assert {"material", "color"} <= attributes.keys(), product.id


def test_attribute_values_can_not_be_guessed() -> None:
    values: dict[str, Counter[str]] = {}
    for product in products():
        for name, value in product.fields["attributes"].items():
            values.setdefault(name, Counter())[value] += 1
    # The most frequent value of an attribute is what a model that reads nothing would do best to say.
    guessed = sum(counts.most_common(1)[0][1] for counts in values.values())
    assert guessed / sum(counts.total() for counts in values.values()) < 0.06


def test_descriptions_state_what_the_facts_do() -> None:
    assert {e.id: claims for e in examples() if (claims := unsupported(e.references[0], e.facts))} == {}


def test_descriptions_are_html_in_the_export_and_plain_when_read() -> None:
    assert all(p.fields["description_html"].startswith("<p>") for p in products())
    assert not any("<" in p.fields["description"] for p in products())
    assert any(p.fields["description_html"].count("<p>") == 2 for p in products())


def test_variants_stand_on_rows_of_their_own() -> None:
    variants = [variant for p in products() for variant in p.fields["variants"]]
    assert len(variants) == len({v["sku"] for v in variants}) == 509
    assert sum(bool(p.fields["options"]) for p in products()) == pytest.approx(336 / 3, abs=30)


def test_orders_are_read_without_those_that_were_undone() -> None:
    rows = read("orders.csv", "shopify_orders")
    lines = [row for row in rows if isinstance(row, Record)]
    undone = Counter(row.reason for row in rows if isinstance(row, Dropped))
    assert len(rows) == 602
    assert len(undone) >= 3
    assert 0 < undone.total() < 100
    months = {line.fields["created_at"][:7] for line in lines}
    assert months == {"2025-03", "2025-04", "2025-05", "2025-06"}
    assert Counter(line.group for line in lines).most_common(1)[0][1] >= 4


def test_order_lines_lead_to_products() -> None:
    skus = {variant["sku"] for p in products() for variant in p.fields["variants"]}
    names = {p.fields["name"] for p in products()}
    lines = [row for row in read("orders.csv", "shopify_orders") if isinstance(row, Record)]
    blank = [line for line in lines if not line.fields["sku"]]
    assert 3 <= len(blank) <= 30
    assert all(line.fields["name"].split(" - ")[0] in names for line in blank)
    assert {line.fields["sku"] for line in lines} - {""} <= skus


def test_demand_is_skewed() -> None:
    lines = [row for row in read("orders.csv", "shopify_orders") if isinstance(row, Record)]
    sold = sorted(Counter(line.fields["name"] for line in lines).values(), reverse=True)
    assert sum(sold[: len(sold) // 5]) > 0.4 * sum(sold)


def raw(file: str) -> Iterator[dict[str, Any]]:
    with (DATA / file).open(encoding="utf-8", newline="") as rows:
        yield from csv.DictReader(rows)


def test_personal_data_is_plainly_invented() -> None:
    for row in raw("orders.csv"):
        assert row["Email"].endswith("@example.com")
        assert re.fullmatch(r"(01632 960\d{3})?", row["Billing Phone"])  # reserved for fiction by Ofcom


def test_ab_figures_lie_where_the_readme_says() -> None:
    assert len({test.group for test in ab_tests()}) == 144
    for test in ab_tests():
        assert 400 <= test.fields["exposures"] <= 4000
        assert 0.01 <= test.fields["conversions"] / test.fields["exposures"] <= 0.06


def test_ab_tests_give_the_pairs_that_the_readme_says() -> None:
    pairs = [x for x in decided() if isinstance(x, PreferencePair)]
    assert len(pairs) == 107
    references = {e.group: " ".join(e.references[0].split()) for e in examples()}
    assert all(pair.chosen == references[pair.group] for pair in pairs)
    assert Counter(x.reason for x in decided() if isinstance(x, Dropped)) == {
        "not enough evidence": 25,
        "the better text states what the facts do not": 4,
        "shown in another period than the product's other texts": 8,
        "differ only in length": 3,
        "the product's only text": 1,
    }


def test_which_text_wins_does_not_hang_on_its_place_in_the_file() -> None:
    letters = Counter(x.evidence["chosen"]["variant"] for x in decided() if isinstance(x, PreferencePair))
    assert min(letters["A"], letters["B"]) > 35


def test_the_demo_experiment_is_valid() -> None:
    experiment = load_experiment(DATA / "experiment.yaml")
    assert experiment.tables["shop"].keys() == {"products", "orders", "tests"}
