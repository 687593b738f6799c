import random

import pytest

from shoptune.languages import BEGINNING, SAMPLE, LanguageSample, languages_of

SENTENCES = {
    "en": "Waterproof hiking jacket with an adjustable hood",
    "de": "Wasserdichte Wanderjacke mit verstellbarer Kapuze",
    "fr": "Veste de randonnée imperméable avec capuche réglable",
    "es": "Chaqueta impermeable de senderismo con capucha ajustable",
    "it": "Giacca impermeabile da trekking con cappuccio regolabile",
    "nl": "Waterdichte wandeljas met verstellbare capuchon en zakken",
    "pl": "Wodoodporna kurtka turystyczna z regulowanym kapturem",
    "ja": "調節可能なフード付き防水ハイキングジャケット、リサイクル素材",
}
SPECIFICATIONS = [
    "16GB DDR4 2x8 1.2V PC4-19200 CL17",
    "SKU 4471-22 / 230V / 50Hz / IP44 / 1200W",
    "Color: red; Size: 12 x 14 x 3 cm; Weight: 300 g",
]


def test_product_texts_in_several_languages() -> None:
    assert list(languages_of(SENTENCES.values())) == list(SENTENCES)


@pytest.mark.parametrize("text", ["", "Porcelain mug", *SPECIFICATIONS])
def test_where_there_is_too_little_text(text: str) -> None:
    assert list(languages_of([text])) == ["?"]


def test_the_longest_text_counts_and_neither_an_original_nor_an_address() -> None:
    sample = LanguageSample()
    html = f"<p lang='en' class='of no matter to anybody, being never shown'>{SENTENCES['de']}</p>"
    url = "https://shop.example/products/waterproof-hiking-jacket-with-an-adjustable-hood-and-more"
    sample.add(1, {"name": "Jacket", "description": SENTENCES["de"], "description_html": html, "url": url, "price": 3})
    sample.add(2, {"name": SENTENCES["en"], "description": ""})
    sample.add(3, {"name": SENTENCES["en"]})
    sample.add(4, {"tags": ["waterproof"], "price": None})
    assert sample.count() == ({"en": 2, "?": 1, "de": 1}, 4)


def test_the_sample_is_bounded_and_the_same_in_any_order() -> None:
    rows = [(draw, {"name": "x" if draw < 2 * SAMPLE else SENTENCES["fr"] * 50}) for draw in range(3 * SAMPLE)]
    sample = LanguageSample()
    random.Random(5).shuffle(rows)
    for draw, fields in rows:
        sample.add(draw, fields)
    assert sorted(draw for draw, _ in sample._texts) == list(range(2 * SAMPLE, 3 * SAMPLE))
    assert {len(text) for _, text in sample._texts} == {BEGINNING}


def test_no_record_no_language() -> None:
    assert LanguageSample().count() == ({}, 0)
