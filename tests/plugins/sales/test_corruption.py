from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from shoptune.components import AdditiveMetric, Evaluation
from shoptune.data import Example, Prediction, PreferencePair, Sample
from shoptune_catalogue.limits import ProfileName, violations
from shoptune_catalogue.metrics import ATTRIBUTE_COVERAGE, MARKETPLACE_LIMITS, UNSUPPORTED_CLAIMS
from shoptune_sales.corruption import FAULTS, synthetic_pairs
from shoptune_sales.phrasebook import LIMIT_BREAKERS
from shoptune_sales.phrasebook import UNSUPPORTED_CLAIMS as CLAIMS

TEXTS = {
    "en": "Waxed cotton has a memory, and this pack keeps yours: the moss green one holds 27 L and asks for nothing.",
    "de": "Gewachste Baumwolle vergisst nichts, und dieser Rucksack in moss green fasst 27 L und ist mit unterwegs.",
    "fr": "Le coton ciré a de la mémoire, et ce sac en moss green contient 27 L pour les longues routes de campagne.",
}


def example(number: int, text: str = TEXTS["en"], **facts: str) -> Example:
    known = {"name": f"Pack {number}", "category": "Backpacks", "material": "waxed cotton", "color": "moss green"}
    return Example(
        id=f"pack-{number}",
        messages=({"role": "user", "content": "Name: Pack"},),
        references=(text,),
        group=f"g{number}",
        facts={**known, "capacity": "27 L", **facts},
        origin=f"products.csv:{number}",
    )


OTHERS = [example(90, color="oxblood red", capacity="31 L", material="felted wool"), example(91, color="black")]


def corrupted(*examples: Example, count: int = 4, seed: int = 0) -> list[PreferencePair]:
    made = list(synthetic_pairs([*examples, *OTHERS], count, seed))
    others = {other.group for other in OTHERS}
    return [pair for pair in made if pair.group not in others]


def by_kind(*examples: Example) -> list[dict[str, PreferencePair]]:
    """Return for each example kind of fault -> pair; all in one call, since each call loads the language identifier."""
    found: dict[str, dict[str, PreferencePair]] = {example.group: {} for example in examples}
    for pair in corrupted(*examples):
        found[pair.group][pair.evidence["source"].removeprefix("synthetic: ")] = pair
    return list(found.values())


def measured(metric: AdditiveMetric[Any], text: str, of: Example, **options: object) -> float:
    sample = Sample(example=of, prediction=Prediction(example_id=of.id, text=text), answer=text)
    [row] = metric.rows(Evaluation(samples=[sample]), metric.options(**options))
    return float(metric.reduce(row))


def test_every_kind_of_fault_is_made_once() -> None:
    pairs = corrupted(example(1))
    assert Counter(pair.evidence["source"] for pair in pairs) == {f"synthetic: {kind}": 1 for kind in FAULTS}
    assert len({pair.id for pair in pairs}) == 4


def test_a_pair_prefers_the_products_own_description() -> None:
    for pair in corrupted(example(1)):
        assert pair.chosen == TEXTS["en"] != pair.rejected
        assert (pair.group, pair.origin, pair.messages) == ("g1", "products.csv:1", example(1).messages)
        assert pair.weight == 0.25


def test_a_changed_fact_is_another_products_value_and_the_only_change() -> None:
    pairs = [kinds["changed fact"] for kinds in by_kind(*map(example, range(30)))]
    changes = {pair.evidence["changed"]: pair.rejected for pair in pairs}
    assert changes == {
        "color: moss green -> black": TEXTS["en"].replace("moss green", "black"),
        "color: moss green -> oxblood red": TEXTS["en"].replace("moss green", "oxblood red"),
        "capacity: 27 L -> 31 L": TEXTS["en"].replace("27 L", "31 L"),
        "material: waxed cotton -> felted wool": TEXTS["en"].replace("Waxed cotton", "Felted wool"),
    }


def test_a_fact_is_changed_wherever_it_stands() -> None:
    text = "A pack of 27 L, and 27 L it is; not 127 L with that."
    [kinds] = by_kind(example(1, text))
    assert kinds["changed fact"].rejected == "A pack of 31 L, and 31 L it is; not 127 L with that."


def test_values_of_another_category_are_not_taken() -> None:
    [kinds] = by_kind(example(1, category="Lamps"))
    assert "changed fact" not in kinds


def test_broken_markup_leaves_the_words_as_they_are() -> None:
    class Words(HTMLParser):
        text = ""
        opened = 0

        def handle_data(self, data: str) -> None:
            self.text += data

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.opened += 1

        def handle_endtag(self, tag: str) -> None:
            self.opened -= 1

    ways = set()
    for kinds in by_kind(*map(example, range(30))):
        pair = kinds["broken markup"]
        parsed = Words()
        parsed.feed(pair.rejected)
        parsed.close()
        assert parsed.text.replace("\N{NO-BREAK SPACE}", " ") == TEXTS["en"]
        assert parsed.opened == ("never closed" in pair.evidence["changed"])
        ways.add(pair.evidence["changed"])
    assert len(ways) == 3


# Which marketplaces' limits a fault breaks, whichever of its forms it has.
SEEN: Mapping[str, tuple[ProfileName, ...]] = {
    "broken markup": ("plain", "amazon", "merchant_center"),
    "broken limit": ("amazon", "merchant_center"),
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_catalogues_metrics_see_every_fault(language: str) -> None:
    examples = [example(number, TEXTS[language]) for number in range(30)]
    for whole, pairs in zip(examples, by_kind(*examples), strict=True):
        clean = measured(UNSUPPORTED_CLAIMS, whole.references[0], whole)
        changed, claimed = (pairs[kind].rejected for kind in ("changed fact", "unsupported claim"))
        assert measured(UNSUPPORTED_CLAIMS, changed, whole) > clean
        assert measured(ATTRIBUTE_COVERAGE, changed, whole) < measured(ATTRIBUTE_COVERAGE, whole.references[0], whole)
        assert measured(UNSUPPORTED_CLAIMS, claimed, whole) > clean or not measured(MARKETPLACE_LIMITS, claimed, whole)
        for kind, profiles in SEEN.items():
            for profile in profiles:
                assert measured(MARKETPLACE_LIMITS, whole.references[0], whole, profile=profile) == 1
                assert measured(MARKETPLACE_LIMITS, pairs[kind].rejected, whole, profile=profile) == 0


@pytest.mark.parametrize("sentence", [s for sentences in LIMIT_BREAKERS.values() for s in sentences])
def test_every_limit_breaker_breaks_one_limit(sentence: str) -> None:
    assert len({violation.rule for violation in violations(sentence, "amazon")}) == 1
    assert measured(UNSUPPORTED_CLAIMS, sentence, example(1)) == 0


@pytest.mark.parametrize("sentence", [s for sentences in CLAIMS.values() for s in sentences])
def test_every_invented_claim_is_one_fault(sentence: str) -> None:
    assert measured(UNSUPPORTED_CLAIMS, sentence, example(1)) + len(violations(sentence, "amazon")) == 1


def test_a_claim_that_the_facts_hold_is_no_fault() -> None:
    for kinds in by_kind(*(example(number, certificate="GOTS") for number in range(60))):
        assert "GOTS" not in kinds["unsupported claim"].rejected


def test_added_sentences_are_in_the_texts_language() -> None:
    english, german, french = by_kind(*(example(number, text) for number, text in enumerate(TEXTS.values())))
    assert english["broken limit"].evidence["changed"].removeprefix("added: ") in LIMIT_BREAKERS["en"]
    assert german["broken limit"].evidence["changed"].removeprefix("added: ") in LIMIT_BREAKERS["de"]
    assert french.keys() == {"changed fact", "broken markup"}


def test_a_text_of_one_word_can_still_be_broken() -> None:
    [kinds] = by_kind(example(1, "Pack"))
    assert {kind: pair.rejected for kind, pair in kinds.items()} == {"broken markup": "<p>Pack"}


def test_examples_without_a_description_give_none() -> None:
    assert corrupted(Example(id="pack-1", messages=(), group="g")) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_product_and_the_seed_decide(count: int) -> None:
    several = [example(number) for number in range(5)]
    pairs = {pair.id: pair for pair in corrupted(*several, count=count, seed=3)}
    assert len(pairs) == 5 * count
    assert {pair.id: pair for pair in corrupted(*reversed(several), count=count, seed=3)} == pairs


def test_another_seed_makes_other_faults() -> None:
    several = [example(number) for number in range(5)]
    assert corrupted(*several, count=2, seed=1) != corrupted(*several, count=2, seed=2)
