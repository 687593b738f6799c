import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from shoptune.data import Dropped, Example, Invalid, Note, PreferencePair, Record
from shoptune.errors import UsageError
from shoptune_catalogue.claims import unsupported
from shoptune_product_description import plugin
from shoptune_product_description.task import PRODUCT_DESCRIPTION, ProductDescriptionOptions, SalesOptions, template

TARN = {
    "name": "Tarn 27 Backpack",
    "description": "You carry the Tarn 27 because it asks for nothing.",
    "description_html": "<p>You carry the Tarn 27 because it asks for nothing.</p>",
    "brand": "Fellfoot",
    "category": "Luggage & Bags > Backpacks",
    "type": "Bag",
    "tags": ["hiking", "commuting"],
    "price": 89.0,
    "attributes": {"material": "waxed cotton", "color": "moss green", "strap_width": "57 mm"},
}


def product(number: int = 1, **fields: Any) -> Record:
    return Record(id=f"p{number}", group=f"g{number}", fields={**TARN, **fields}, origin=f"products.csv:{number}")


def read(*records: Record, **options: Any) -> list[Example | Dropped | Note]:
    return list(PRODUCT_DESCRIPTION.examples({"products": records}, ProductDescriptionOptions(**options)))


def one(*records: Record, **options: Any) -> Example:
    [example] = read(*records, **options)
    assert isinstance(example, Example)
    return example


def user_turn(example: Example) -> str:
    return example.messages[-1]["content"]


def test_a_product_becomes_an_example() -> None:
    assert one(product()) == Example(
        id="p1",
        messages=(
            {
                "role": "system",
                "content": "You write product descriptions for a shop. State every fact and invent none.",
            },
            {
                "role": "user",
                "content": "Name: Tarn 27 Backpack\nBrand: Fellfoot\nCategory: Backpacks\nColor: moss green\n"
                "Material: waxed cotton\nStrap width: 57 mm",
            },
        ),
        references=("You carry the Tarn 27 because it asks for nothing.",),
        group="g1",
        slices={"category": "Backpacks", "brand": "Fellfoot"},
        facts={
            "name": "Tarn 27 Backpack",
            "brand": "Fellfoot",
            "category": "Backpacks",
            "color": "moss green",
            "material": "waxed cotton",
            "strap_width": "57 mm",
        },
        origin="products.csv:1",
    )


def test_a_list_of_names_and_prices_works_too() -> None:
    record = Record(
        id="0",
        group="0",
        fields={"id": 0, "name": "Sony Turntable", "description": "Belt Drive System", "price": 399.0},
        origin="abt.psv:2",
    )
    example = one(record, facts=["name", "price"])
    assert user_turn(example) == "Name: Sony Turntable\nPrice: 399"
    assert example.slices == {}


def test_facts_come_in_the_order_asked_for() -> None:
    example = one(product(), facts=["strap_width", "tags", "name"])
    assert user_turn(example) == "Strap width: 57 mm\nTags: hiking, commuting\nName: Tarn 27 Backpack"


def test_the_prompt_shows_the_facts_and_not_the_answer() -> None:
    example = one(product())
    assert all(value in user_turn(example) for value in example.facts.values())
    assert example.references[0] not in user_turn(example)


def test_a_fact_stays_on_its_line() -> None:
    assert "Name: Tarn 27\n" in user_turn(one(product(name=" Tarn\n27 ")))


def test_the_instruction_can_be_set() -> None:
    assert one(product(), instruction="Be dry.").messages[0] == {"role": "system", "content": "Be dry."}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": None}, "product without a name"),
        ({"name": " "}, "product without a name"),
        ({"description": ""}, "product without a description"),
        (
            {"description": "Lorem ipsum dolor sit amet."},
            "product with a placeholder for a description (lorem ipsum)",
        ),
        ({"description": "Coming soon!"}, "product with a placeholder for a description (a phrase)"),
    ],
)
def test_products_that_can_not_be_used_are_dropped_with_a_reason(fields: dict[str, Any], reason: str) -> None:
    [dropped] = read(product(**fields))
    assert isinstance(dropped, Dropped)
    assert (dropped.origin, dropped.reason) == ("products.csv:1", reason)


def test_a_product_without_any_of_the_facts_is_dropped() -> None:
    _, dropped = read(product(1), product(2, tags=[], description="Another."), facts=["tags"])
    assert isinstance(dropped, Dropped)
    assert dropped.reason == "product without any of the facts"


def test_a_description_that_another_product_has_is_the_cores_business() -> None:
    assert all(isinstance(row, Example) for row in read(product(1), product(2)))


def test_the_date_is_that_on_which_the_product_was_created() -> None:
    assert one(product(created_at="2026-03-31")).date == "2026-03-31"
    assert one(product()).date == ""


# Twelve products of one price: the n-th sold n times ten in 1,000 views.
SELLING = [product(number, name=f"Tarn {number}") for number in range(12)]
REPORT = [
    Record(
        id=str(number),
        group=f"p{number}",
        origin=f"sales.csv:{number}",
        fields={"product_id": f"p{number}", "sku": "", "name": "", "units": 10 * number, "views": 1000},
    )
    for number in range(12)
]


def weighed(**sales: Any) -> list[Example | Dropped | Note]:
    options = ProductDescriptionOptions(sales=SalesOptions(**sales))
    return list(PRODUCT_DESCRIPTION.examples({"products": SELLING, "sales": REPORT}, options))


def test_products_that_sell_better_than_their_like_weigh_more() -> None:
    examples = [row for row in weighed() if isinstance(row, Example)]
    weights = [example.weight for example in examples]
    assert weights == sorted(weights)
    assert weights[0] < 0.6
    assert weights[-1] > 1.4
    assert examples[11].evidence["units"] == 110
    assert examples[11].evidence["views"] == 1000
    assert [example.slices["sales"] for example in examples] == ["tail"] * 9 + ["head"] * 3


OPTIONS: dict[str, Any] = {"options": {"colour": ["red", "blue"], "size": ["S", "M"]}, "attributes": {"fit": "loose"}}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (None, {"category": "Backpacks", "size": "S, M", "colour": "red, blue", "fit": "loose"}),
        (["options"], {"colour": "red, blue", "size": "S, M"}),
        (["attributes", "colour"], {"fit": "loose", "colour": "red, blue"}),
        (["size"], {"size": "S, M"}),
    ],
)
def test_what_variants_differ_in_is_a_fact(facts: list[str] | None, expected: dict[str, str]) -> None:
    example = one(product(name="Tarn", brand="", **OPTIONS), facts=facts and ["name", *facts])
    assert dict(example.facts) == {"name": "Tarn", **expected}
    assert "Colour: red, blue" in user_turn(example) or "colour" not in expected


def test_an_attribute_is_surer_than_an_option_of_its_name() -> None:
    options = {"color": ["moss", "slate"]}
    assert one(product(options=options)).facts["color"] == "moss green"


def test_options_that_are_a_plain_column_are_a_field() -> None:
    assert one(product(options="with lid", attributes={}), facts=["options"]).facts == {"options": "with lid"}


def test_a_text_need_not_list_what_a_buyer_may_choose() -> None:
    example = one(product(options={"size": ["S", "M", "L"]}))
    assert example.facts["size"] == "S, M, L"
    assert example.optional_facts == ("size",)


def test_claims_about_an_option_are_supported() -> None:
    example = one(product(attributes={}, options={"colour": ["red", "navy"]}))
    assert unsupported("Sold in red and in navy.", example.facts) == []


def test_the_notes_on_the_join_and_the_weights_come_first() -> None:
    assert [row.topic for row in weighed()[:2] if isinstance(row, Note)] == ["sales", "sales as weights"]
    assert not any(isinstance(row, Note) for row in weighed()[2:])


def test_weights_have_bounds() -> None:
    weights = [row.weight for row in weighed(low=1, high=3) if isinstance(row, Example)]
    assert 1 < min(weights) < 1.1
    assert 2.9 < max(weights) < 3


def test_the_worst_sellers_can_be_left_out_of_training() -> None:
    weights = [row.weight for row in weighed(keep=0.5) if isinstance(row, Example)]
    assert [weight > 0 for weight in weights] == [False] * 6 + [True] * 6


def test_sales_can_be_kept_out_of_the_weights() -> None:
    examples = [row for row in weighed(weights=False) if isinstance(row, Example)]
    assert {example.weight for example in examples} == {1.0}
    assert not any(example.evidence for example in examples)
    assert examples[11].slices["sales"] == "head"


def test_a_product_without_figures_weighs_one() -> None:
    tables = {"products": [*SELLING, product(99)], "sales": REPORT}
    *_, last = PRODUCT_DESCRIPTION.examples(tables, ProductDescriptionOptions())
    assert isinstance(last, Example)
    assert (last.weight, last.evidence) == (1.0, {})
    assert "sales" not in last.slices


def test_a_fact_that_no_product_has_is_an_error_with_the_nearest_match() -> None:
    message = r"no product has a field, attribute or option 'matrial'\. Did you mean 'material'\?"
    with pytest.raises(UsageError, match=message):
        read(product(), facts=["name", "matrial"])


@pytest.mark.parametrize(
    "options",
    [
        {"facts": []},
        {"facts": ["description_html"]},
        {"threshold": 0.5},
        {"fact": []},
        {"synthetic_pairs": 5},
        {"sales": {"keep": 0}},
        {"sales": {"low": 0}},
        {"sales": {"low": 2, "high": 1}},
        {"sales": {"weight": True}},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProductDescriptionOptions(**options)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("  A plain pack.\n", "A plain pack."),
        ("Description: A plain pack.", "A plain pack."),
        ('**Product description:** "A plain pack."', "A plain pack."),
        ("“A plain pack.”", "A plain pack."),
        ('"Tarn" is not "Fen"', '"Tarn" is not "Fen"'),
        ("A description: short.", "A description: short."),
        ('"', '"'),
    ],
)
def test_answers_are_read(answer: str, text: str) -> None:
    assert PRODUCT_DESCRIPTION.parse(answer, one(product())) == text


@pytest.mark.parametrize("answer", ["", " \n", "Description:", '""'])
def test_an_empty_answer_is_invalid(answer: str) -> None:
    assert PRODUCT_DESCRIPTION.parse(answer, one(product())) == Invalid("empty answer")


def test_the_template_states_every_fact() -> None:
    assert template(one(product())) == (
        "The Tarn 27 Backpack by Fellfoot, made of waxed cotton in moss green. Strap width 57 mm."
    )


def test_the_template_makes_do_with_what_there_is() -> None:
    assert template(one(product(), facts=["name"])) == "The Tarn 27 Backpack."
    assert template(one(product(), facts=["name", "color"])) == "The Tarn 27 Backpack, in moss green."
    assert template(one(product(), facts=["price", "strap_width"])) == "The product. Price 89, strap width 57 mm."


def test_a_shop_without_tests_has_no_pairs() -> None:
    options = ProductDescriptionOptions()
    assert list(PRODUCT_DESCRIPTION.rows["pairs"]({"products": []}, [one(product())], options)) == []


def test_pairs_come_from_ab_tests_and_from_faults() -> None:
    example = one(product())
    shown = {"product_id": "p1", "exposures": 2000, "start": "2026-03-01", "end": "2026-03-31"}
    texts = {"A": (example.references[0], 90), "B": ("You will love it.", 30)}
    tests = [
        Record(
            id=f"p1/{name}",
            group="p1",
            origin="ab.csv",
            fields=shown | {"variant_id": name, "text": text, "conversions": conversions},
        )
        for name, (text, conversions) in texts.items()
    ]
    options = ProductDescriptionOptions(synthetic_pairs=1)
    note, tested, synthetic = PRODUCT_DESCRIPTION.rows["pairs"]({"products": [], "tests": tests}, [example], options)
    assert isinstance(note, Note)
    assert isinstance(tested, PreferencePair)
    assert isinstance(synthetic, PreferencePair)
    assert tested.evidence["source"] == "A/B test"
    assert synthetic.evidence["source"].startswith("synthetic: ")
    assert tested.chosen == synthetic.chosen == example.references[0]


def test_the_plugin_brings_the_task_without_its_weight() -> None:
    assert [task.name for task in plugin.register_tasks()] == ["product_description"]
    light = (
        "import sys, shoptune_product_description.plugin; assert not {'numpy', 'pydantic', 'scipy'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", light], check=True)


def test_the_task_imports_no_torch() -> None:
    code = "import sys, shoptune_product_description.task; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_empty_instruction_is_no_system_turn() -> None:
    assert [message["role"] for message in one(product(), instruction="").messages] == ["user"]


def test_what_was_thought_is_no_part_of_a_description() -> None:
    assert PRODUCT_DESCRIPTION.parse('<think>Cotton? "No."</think>\nDescription: A wool rug.', one(product())) == (
        "A wool rug."
    )
