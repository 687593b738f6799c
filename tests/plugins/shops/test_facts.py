"""Which cells are facts about a product, and what they say.  All names and values are invented or general."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Note
from shoptune_shops.fact_names import fact_name, is_fact_name
from shoptune_shops.facts import NAMED, Facts, fact_value, named_columns

NO_FACTS = (
    "Google: Custom Product (product.metafields.mm-google-shopping.custom_product)",
    "Product rating (product.metafields.reviews.rating)",
    "Product rating count (product.metafields.reviews.rating_count)",
    "Related (product.metafields.shopify--discovery--product_recommendation.related_products)",
    "Boosts (product.metafields.shopify--discovery--product_search_boost.queries)",
    "Hidden from search (product.metafields.seo.hidden)",
    "Snippet (product.metafields.judgeme.widget)",
    "Also (product.metafields.custom.frequently_bought_together)",
    "custom_label_3",
    "Meta title",
    "Search keywords",
    "Cross-sells",
    "hs_code",
    "Shipping class",
    "manage_stock",
    "is_featured",
    "sort order",
    "erpId",
    "supplier",
    "quantity_and_stock_status",
    "has_options",
    "gift_message_available",
    "url_key",
    "updated_at",
    "Price per litre",
    "Einkaufspreis (product.metafields.custom.ek)",
    "Interne Notiz",
    "internal_code",
    "Lagerort",
    "Lieferzeit",
    "Délai de livraison",
    "Fournisseur",
    "Plazo de entrega",
    "Proveedor",
    "Giacenza",
    "Levertijd",
    "Dostawca",
    "Leverantör",
    "MwSt-Satz",
)
FACTS = (
    "Material (product.metafields.custom.material)",
    "Colour (product.metafields.shopify.color-pattern)",
    "Care (product.metafields.my_fields.care_instructions)",
    "Shoe Width (EU)",
    "Care label",
    "Layout",
    "Sleeping position",
    "Hidden pocket",
    "Number of links",
    "Stock material",
    "Boost mode",
    "Type",
    "country_of_manufacture",
    "Order of rotation",
    "Images per minute",
    "Lieferumfang",
    "Kugellager",
    "Hersteller",
    "Internal volume",
    "Innenmaterial",
    "Steckertyp",
    "Largeur",
    "Note olfactive",
    "Composición",
    "Materiale",
    "Zustand",
)


@pytest.mark.parametrize("name", NO_FACTS)
def test_what_a_shop_and_its_apps_keep_for_themselves_is_no_fact(name: str) -> None:
    assert not is_fact_name(name)


@pytest.mark.parametrize("name", FACTS)
def test_what_a_shopper_may_read_is_a_fact(name: str) -> None:
    assert is_fact_name(name)


ROOT = {
    "type": "root",
    "children": [
        {"type": "heading", "level": 2, "children": [{"type": "text", "value": "Care"}]},
        {
            "type": "paragraph",
            "children": [{"type": "text", "value": "Wash "}, {"type": "text", "value": "cold.", "bold": True}],
        },
        {
            "type": "list",
            "listType": "unordered",
            "children": [
                {"type": "list-item", "children": [{"type": "text", "value": word}]} for word in ("dry", "air")
            ],
        },
    ],
}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["linen", "hemp"], "linen, hemp"),
        ({"value": 3, "unit": "kg"}, "3 kg"),
        ({"value": "2.50", "unit": "INCHES"}, "2.50 in"),
        ([{"value": 3.0, "unit": "kg"}, {"value": 4.5, "unit": "kg"}], "3 kg, 4.5 kg"),
        (ROOT, "Care; Wash cold. dry, air"),
        (["gid://shopify/Metaobject/1", "gid://shopify/Metaobject/2"], ""),
        ({"scale_min": "1.0", "scale_max": "5.0", "value": "4.0"}, ""),
        ({"amount": "12.00", "currency_code": "EUR"}, ""),
        ([{"name": "Wood", "value": "oak &amp; ash"}, {"name": "erp_id", "value": "7"}], "wood: oak & ash"),
        ({"width": {"value": 3, "unit": "cm"}, "height": {"value": 4, "unit": "cm"}}, "width: 3 cm; height: 4 cm"),
        ({"id": 4, "label": "Moss"}, "Moss"),
        ({str(number): number for number in range(50)}, ""),
        (True, "true"),
        (None, ""),
        ([], ""),
    ],
)
def test_json_is_unpacked(value: Any, text: str) -> None:
    assert fact_value(json.dumps(value)) == text if isinstance(value, list | dict) else True
    assert fact_value(json.dumps([value])) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("gid://shopify/Product/12", ""),
        ("gid://shopify/Product/1, gid://shopify/Product/2", ""),
        ("https://invented.example/size.pdf", ""),
        ("#ff0000", ""),
        ("[sic] as written]", "[sic] as written]"),
        ("{broken: json}", "{broken: json}"),
        ("Wool &amp; silk", "Wool & silk"),
        ("<ul><li>Wash cold</li><li>Dry flat</li></ul>", "Wash cold; Dry flat"),
        ("<p>Wash cold.</p><p>Dry flat.</p>", "Wash cold. Dry flat."),
        ("NULL", ""),
        ("#1 by hand", "#1 by hand"),
    ],
)
def test_plain_cells(cell: str, text: str) -> None:
    assert fact_value(cell) == text


@given(st.text(alphabet='[]{}":,ab1 <>&', max_size=60))
def test_any_cell_becomes_one_line(cell: str) -> None:
    text = fact_value(cell)
    assert text == " ".join(text.split())


def test_deep_nesting_is_a_programs_data() -> None:
    assert fact_value("[" * 50 + '"x"' + "]" * 50) == ""
    assert len(fact_value("[" * 200_000 + "]" * 200_000)) <= 400_000


def test_names_of_facts_are_cleaned() -> None:
    assert [fact_name(name) for name in ("attribute_pa_colour", "Care &amp; use:", "Grösse")] == [
        "colour",
        "care_use",
        "grösse",
    ]


def test_what_is_left_out_is_counted_and_named() -> None:
    facts = Facts()
    boost = "Boost (product.metafields.search.boost)"
    assert facts.of([("pa_colour", "red"), ("sku_old", "A1"), (boost, "x"), ("Fit", "")]) == {"colour": "red"}
    assert facts.of([("colour", "gid://shopify/Colour/1"), ("sku_old", "A2")]) == {}
    (note,) = facts.notes()
    assert note.figures == {"sku_old": 2, "Boost": 1, "colour": 1}


def test_a_name_that_somebody_gave_is_a_fact() -> None:
    assert Facts(asked_for=["Meta: _badge"]).of([("Meta: _badge", "Vegan")]) == {"badge": "Vegan"}
    assert Facts({"Fit": "cut"}).of([("Fit", "loose")]) == {"cut": "loose"}


def test_two_cells_of_one_name_are_one_fact() -> None:
    assert Facts().of([("Colour", "red"), ("pa_colour", "blue"), ("colour", "red")]) == {"colour": "red, blue"}


def test_a_note_names_a_few_columns() -> None:
    assert list(named_columns("columns that were not read", [])) == []
    (note,) = named_columns("columns that were not read", [f"c{number}" for number in range(NAMED + 3)])
    assert note == Note(
        topic="columns that were not read",
        figures={"15": ", ".join(f"c{number}" for number in range(NAMED)) + " and 3 more"},
    )


def test_cells_of_one_name_say_each_value_once() -> None:
    cells = [("Colour", "dark red"), ("colour", "red"), ("Colour", "dark red"), ("Colour", "")]
    assert Facts().of(cells) == {"colour": "dark red, red"}


def test_the_name_of_an_attribute_is_judged_once_however_many_there_are() -> None:
    """An export with 20,000 of them: were fewer remembered, each would be forgotten before the next product."""
    cells = [(f"invented property {number}", "soft") for number in range(20_000)]
    facts, before = Facts(), (is_fact_name.cache_info().misses, fact_name.cache_info().misses)
    for _ in range(3):
        assert len(facts.of(cells)) == len(cells)
    after = is_fact_name.cache_info().misses, fact_name.cache_info().misses
    assert all(now - then <= len(cells) for now, then in zip(after, before, strict=True))
