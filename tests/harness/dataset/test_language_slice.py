"""The slice `language` of what may be scored."""

from __future__ import annotations

import random

import pytest

from shoptune.data import Example
from shoptune.dataset.language_slice import with_language
from shoptune.languages import UNKNOWN
from shoptune.storage.jsonl import read_jsonl
from tests.fakes import Shop

GERMAN = "eine warme Decke aus weicher Wolle für kalte Abende auf dem Sofa mit langen Fransen und einem schönen Muster"
ENGLISH = "a warm blanket made of soft wool for cold evenings on the sofa with long fringes and such a lovely pattern"


def example(content: str = "", reference: str = "", **slices: str) -> Example:
    return Example(id="1", group="1", messages=(), references=(reference,), content=content, slices=slices)


@pytest.mark.parametrize(
    ("given", "language"),
    [
        (example(content="inhalt", reference="text"), "of inhalt"),
        (example(reference="text", category="rugs"), "of text"),
        (Example(id="1", group="1", messages=()), "of "),
        (example(content="inhalt", language="de-AT"), "de-AT"),
        (example(content="x" * 900), "of " + "x" * 500),
    ],
)
def test_is_that_of_the_shops_own_words(given: Example, language: str) -> None:
    found = with_language(given, lambda text: f"of {text}")
    assert found.slices == {**given.slices, "language": language}
    assert given.slices.get("language") in {None, language}


def test_is_left_out_where_nobody_can_tell() -> None:
    assert with_language(example(content="XJ-9", category="rugs"), lambda _: UNKNOWN).slices == {"category": "rugs"}


def test_what_may_be_scored_has_it(shop: Shop) -> None:
    chance = random.Random(3)
    texts = [" ".join(chance.sample((ENGLISH if i % 2 else GERMAN).split(), 12)) for i in range(40)]
    shop.write_rows("products.fake", ["id,text,category", *(f"p{i},{text},rugs" for i, text in enumerate(texts))])
    assert shop.run().code == 0
    prepared = shop.stored("prepare", task="echo")
    for part in ("validation", "test"):
        found = list(read_jsonl(prepared.path(f"examples.{part}.jsonl"), Example))
        assert {e.slices["language"] for e in found} == {"de", "en"}
        assert all((e.slices["language"] == "en") == (int(e.id[1:]) % 2) for e in found)
    assert not any("language" in e.slices for e in read_jsonl(prepared.path("examples.train.jsonl"), Example))
    sliced = {
        r["slice"]["value"] for r in shop.comparison()["results"] if r["slice"] and r["slice"]["by"] == "language"
    }
    assert sliced == {"de", "en"}
