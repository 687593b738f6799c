"""Examples from judgements, options, and the baselines."""

from typing import Any

import pytest
from pydantic import ValidationError

from shoptune.data import Example, Record
from shoptune.errors import DataError, UsageError
from shoptune_query_relevance.task import QUERY_RELEVANCE as TASK
from shoptune_query_relevance.task import QueryRelevanceOptions

THREE = {"choices": ("exact", "partial", "irrelevant"), "instruction": "Does it fit?"}


def record(number: int = 1, **fields: Any) -> Record:
    judged = {"query": "red mug", "name": "Mug, Red", "brand": "Corvan", "label": "exact"}
    return Record(id=f"j{number}", group=f"g{number}", origin=f"j.csv:{number}", fields=judged | fields)


def examples(*records: Record, **options: Any) -> list[Any]:
    return list(TASK.examples({"judgements": records}, QueryRelevanceOptions(**options)))


def test_a_judgement_becomes_an_example() -> None:
    [example] = examples(record(category="Mugs"))
    assert example.messages[0]["content"].endswith("Answer exact, substitute, complement or irrelevant.")
    assert example == Example(
        id="j1",
        group="red mug",
        origin="j.csv:1",
        messages=(
            example.messages[0],
            {"role": "user", "content": "Search: red mug\n\nName: Mug, Red\nBrand: Corvan"},
        ),
        references=("exact",),
        choices=("exact", "substitute", "complement", "irrelevant"),
        slices={"category": "Mugs"},
        facts={"query": "red mug", "product": "Mug, Red\nCorvan"},
        content="red mug\nMug, Red\nCorvan",
    )


def test_the_products_of_a_query_are_one_group() -> None:
    assert [e.group for e in examples(record(1), record(2, query=" red  mug"), record(3, query="mug"))] == [
        "red mug",
        "red mug",
        "mug",
    ]


def test_labels_in_other_words() -> None:
    letters = {"E": "exact", "S": "substitute", "0": "irrelevant"}
    rows = [record(n, label=label) for n, label in enumerate(["e", "S", 0, "COMPLEMENT", "?"])]
    *judged, dropped = examples(*rows, labels=letters)
    assert [e.references[0] for e in judged] == ["exact", "substitute", "irrelevant", "complement"]
    assert (dropped.reason, dropped.detail) == (
        "label is none of the choices",
        "label is '?'; say under `labels` what it stands for",
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"query": " "}, "no query"), ({"name": "", "brand": None}, "product without text")],
)
def test_rows_that_ask_nothing_are_dropped(fields: dict[str, Any], reason: str) -> None:
    [dropped] = examples(record(**fields))
    assert (dropped.reason, dropped.bad) == (reason, False)


def test_chosen_fields() -> None:
    mapped = record(text="mug", item={"name": "Mug", "size": "L"}, grade="irrelevant")
    [example] = examples(mapped, query="text", product=("item", "brand"), label="grade")
    assert example.messages[1]["content"] == "Search: mug\n\nName: Mug\nSize: L\nBrand: Corvan"
    with pytest.raises(UsageError, match=r"no row has a field 'itme'. Did you mean 'item'?"):
        examples(mapped, product=("itme",))


def test_choices_of_ones_own() -> None:
    [example] = examples(record(label="Partial"), **THREE)
    assert (example.references, example.choices) == (("partial",), THREE["choices"])
    assert example.messages[0]["content"] == "Does it fit? Answer exact, partial or irrelevant."


@pytest.mark.parametrize(
    "wrong",
    [
        {"choices": THREE["choices"]},
        {"choices": ("a", "A "), "instruction": "?"},
        {"choices": ("a",), "instruction": "?"},
        {"labels": {"E": "exakt"}},
        {"product": ()},
    ],
)
def test_wrong_options(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        QueryRelevanceOptions(**wrong)


def test_options_survive_being_stored() -> None:
    options = QueryRelevanceOptions(**THREE, labels={"P": "partial"})
    assert QueryRelevanceOptions.model_validate(options.model_dump(mode="json")) == options
    assert (
        QueryRelevanceOptions.model_validate(QueryRelevanceOptions().model_dump(mode="json")) == QueryRelevanceOptions()
    )


@pytest.mark.parametrize(
    ("query", "choice"),
    [("red mug", 0), ("RED, mug", 0), ("red tea mug", 1), ("red vase", 1), ("red tea vase", 2), ("vase", 3), ("?", 0)],
)
def test_word_overlap(query: str, choice: int) -> None:
    [example] = examples(record(query=query))
    assert TASK.baselines["word_overlap"](example) == example.choices[choice]


def test_constant_baselines() -> None:
    [four], [three] = examples(record()), examples(record(), **THREE)
    constant = [TASK.baselines[f"always_{number}"] for number in ("first", "second", "third", "fourth")]
    assert tuple(answer(four) for answer in constant) == four.choices
    assert tuple(answer(three) for answer in constant[:3]) == three.choices
    with pytest.raises(DataError, match=r"j.csv:1: there are 3 choices"):
        constant[3](three)
