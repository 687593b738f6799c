"""Examples from pairs of offers, options, and the baselines."""

from typing import Any

import pytest
from pydantic import ValidationError

from shoptune.data import Dropped, Example, Record
from shoptune.errors import UsageError
from shoptune_product_matching.task import PRODUCT_MATCHING as TASK
from shoptune_product_matching.task import ProductMatchingOptions


def record(number: int = 1, **fields: Any) -> Record:
    offers = {"left": "Mug, red", "right": "red mug", "label": "1"}
    return Record(id=f"p{number}", group=f"g{number}", origin=f"pairs.csv:{number}", fields=offers | fields)


def examples(*records: Record, **options: Any) -> list[Any]:
    return list(TASK.examples({"pairs": records}, ProductMatchingOptions(**options)))


def test_a_pair_becomes_an_example() -> None:
    assert examples(record(category="Mugs")) == [
        Example(
            id="p1",
            group="g1",
            origin="pairs.csv:1",
            messages=(
                {"role": "system", "content": "Do the two offers sell the same product? Answer yes or no."},
                {"role": "user", "content": "First offer\nMug, red\n\nSecond offer\nred mug"},
            ),
            references=("yes",),
            choices=("yes", "no"),
            slices={"category": "Mugs"},
            facts={"left": "Mug, red", "right": "red mug"},
            content="Mug, red\nred mug",
        )
    ]


def test_the_marks_of_a_serialised_offer_are_no_words() -> None:
    """Invented offers of quite different things, as Ditto's data sets write them."""
    left, right = "COL title VAL Tarn mug, red COL price VAL 12.00", "COL title VAL steel kettle COL price VAL "
    [example] = examples(record(left=left, right=right, label=0))
    assert example.facts == {"left": "Tarn mug, red\n12.00", "right": "steel kettle"}
    assert example.content == "Tarn mug, red\n12.00\nsteel kettle"
    assert example.messages[1]["content"] == (
        "First offer\nTitle: Tarn mug, red\nPrice: 12.00\n\nSecond offer\nTitle: steel kettle"
    )
    assert TASK.baselines["same_words"](example) == "no"
    [empty] = examples(record(left="COL title VAL ", right=right))
    assert isinstance(empty, Dropped)
    assert empty.reason == "offer without text"
    assert examples(record(left="cable COL VAL 12"))[0].facts["left"] == "cable COL VAL 12"


def test_what_is_learnt_is_one_of_the_choices() -> None:
    for example in examples(record(1), record(2, label="0"), choices=("same", "another")):
        assert example.references[0] in example.choices == ("same", "another")
        assert TASK.parse(example.references[0], example) == example.references[0]
        assert example.messages[0]["content"].endswith("Answer same or another.")


@pytest.mark.parametrize("label", ["1", 1, 1.0, True, "TRUE", "Yes", "match ", "Ja", "Sí", "tak"])
def test_labels_of_a_match(label: object) -> None:
    assert examples(record(label=label))[0].references == ("yes",)


@pytest.mark.parametrize("label", ["0", 0, False, "no", "No Match", "Nein", "não", "NIE"])
def test_labels_of_none(label: object) -> None:
    assert examples(record(label=label))[0].references == ("no",)


def test_labels_of_ones_own() -> None:
    own = {"label": "verdict", "match": ["duplicate"], "no_match": ["other"]}
    found = examples(record(verdict="Duplicate"), record(2, verdict="other"), record(3, verdict="1"), **own)
    assert [row.references for row in found[:2]] == [("yes",), ("no",)]
    assert found[2] == Dropped(
        origin="pairs.csv:3",
        reason="label is neither for a match nor for none",
        detail="verdict is '1'; name it under `match` or `no_match`",
    )


def test_offers_of_several_fields() -> None:
    columns = {"left": ("left_name", "left_price"), "right": ("right",)}
    offer = record(left_name="Mug", left_price=4.5, right={"name": "mug", "price": "4,50", "note": None})
    [example] = examples(offer, **columns)
    assert (
        example.messages[1]["content"] == "First offer\nName: Mug\nPrice: 4.5\n\nSecond offer\nName: mug\nPrice: 4,50"
    )
    assert example.facts == {"left": "Mug\n4.5", "right": "mug\n4,50"}


def test_an_offer_without_text_is_dropped() -> None:
    [dropped] = examples(record(right=" "))
    assert (dropped.reason, dropped.detail, dropped.bad) == ("offer without text", "the right one", False)


def test_a_field_that_no_pair_has() -> None:
    with pytest.raises(UsageError, match="no row has a field 'left_nam'"):
        examples(record(left_name="Mug"), left=("left_nam",))


@pytest.mark.parametrize(
    "wrong",
    [{"choices": ("yes",)}, {"choices": ("Yes", "yes ")}, {"choices": (True, False)}, {"match": ("0",)}, {"left": ()}],
)
def test_wrong_options(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProductMatchingOptions(**wrong)


@pytest.mark.parametrize(
    ("right", "answer"),
    [
        *(("Mug, red", "yes"), ("RED mug!", "yes"), ("large red vase", "yes"), ("a large, red vase", "yes")),
        *(("vase", "no"), ("a very large, red vase", "no")),
    ],
)
def test_same_words_takes_a_fifth_of_the_words_for_a_match(right: str, answer: str) -> None:
    [example] = examples(record(right=right))
    assert TASK.baselines["same_words"](example) == answer


def test_constant_baselines() -> None:
    [example] = examples(record(), choices=("same", "another"))
    assert [TASK.baselines[name](example) for name in ("always_match", "never_match")] == ["same", "another"]
