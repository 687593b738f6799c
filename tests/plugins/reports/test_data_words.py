"""What a data report says in words."""

from __future__ import annotations

import pytest

from shoptune.data_report import DataReport, Drops, Duplicates, LeakageReport, Part
from shoptune_reports.text import data as w
from tests.plugins.reports.data_reports import NO_LEAKAGE, bare_data, make_data, make_table

SPLIT = "250 products to learn from, 57 held out"


def said(report: DataReport) -> str:
    return w.summary(report).replace("\N{NO-BREAK SPACE}", " ")


def leakage(**changes: object) -> LeakageReport:
    return NO_LEAKAGE.model_copy(update=changes)


def parts(train: tuple[int, int], test: tuple[int, int] = (0, 0)) -> dict[str, Part]:
    return {
        name: Part(examples=examples, groups=groups, rows={"pairs": 0})
        for name, (examples, groups) in (("train", train), ("validation", (0, 0)), ("test", test))
    }


def test_the_essentials_are_one_sentence() -> None:
    assert said(make_data()) == (
        "250 products to learn from, 57 held out; 287 pairs from A/B tests and 93 synthetic pairs, 31 refused; "
        "1,204 order lines, 97 % matched; 3 rows can't be used; "
        "3 examples and 4 pairs left out since they repeat held-out ones."
    )


def test_nothing_is_said_of_what_is_not_there() -> None:
    assert said(bare_data()) == "250 products to learn from, 57 held out; no leakage."
    assert said(bare_data(parts=parts((3, 3)))) == "3 products to learn from; no leakage."


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"parts": parts((1, 1), (1, 1))}, "1 product to learn from, 1 held out; no leakage."),
        # Two texts for one product, or two products with nearly the same text: an example isn't a product.
        ({"parts": parts((4, 2), (1, 1))}, "4 examples to learn from, 1 held out; no leakage."),
        ({"tables": {"rows": make_table()}, "parts": parts((1, 1))}, "1 example to learn from; no leakage."),
        (
            {"rows_kept": {"pairs": {"A/B test": 1}}},
            f"{SPLIT}; 1 pair from A/B tests; no leakage.",
        ),
        (
            {
                "rows_kept": {"pairs": {"synthetic: changed fact": 1}},
                "rows_refused": {"pairs": {"why": Drops(count=1, first=["x"])}},
            },
            f"{SPLIT}; 1 synthetic pair, 1 refused; no leakage.",
        ),
        (
            {"rows_kept": {"pairs": {"A/B test": 2, "rating": 2, "synthetic: a": 1, "synthetic: b": 2}}},
            f"{SPLIT}; 2 pairs from A/B tests, 2 pairs (rating) and 3 synthetic pairs; no leakage.",
        ),
        (
            {"rows_refused": {"pairs": {"why": Drops(count=1204, first=["x"])}}},
            f"{SPLIT}; no pairs, 1,204 refused; no leakage.",
        ),
        (
            {
                "rows_kept": {"pairs": {"A/B test": 1}, "judgements": {"returns": 9}},
                "rows_refused": {"pairs": {}, "judgements": {"why": Drops(count=2, first=["x"])}},
            },
            f"{SPLIT}; 1 pair from A/B tests; 9 judgements (returns), 2 refused; no leakage.",
        ),
        (
            {
                "notes": {
                    "orders": {"lines": 1, "match rate in %": 0},
                    "sales": {"lines": 40, "match rate in %": 90},
                    "A/B tests": {"texts": 4},
                }
            },
            f"{SPLIT}; 1 order line, 0 % matched; 40 sales lines, 90 % matched; no leakage.",
        ),
        (
            {"tables": {"products": make_table(bad={"no title": Drops(count=1, first=["p.csv:2"])})}},
            f"{SPLIT}; 1 row can't be used; no leakage.",
        ),
    ],
)
def test_one_is_not_called_many(changes: dict[str, object], wanted: str) -> None:
    assert said(bare_data(**changes)) == wanted


@pytest.mark.parametrize(
    ("found", "wanted", "kinds"),
    [
        (leakage(), "", ""),
        (leakage(near=1), "1 example left out since it repeats a held-out one", "1 nearly so (similarity 0.8 or more)"),
        (
            leakage(exact=1, rows={"pairs": 1}),
            "1 example and 1 pair left out since they repeat held-out ones",
            "1 word for word, 1 in a pair",
        ),
        (leakage(rows={"pairs": 1}), "1 pair left out since it repeats a held-out one", "1 in a pair"),
        (
            leakage(action="keep", by_id=2, exact=3, rows={"pairs": 2}),
            "5 examples and 2 pairs kept although they repeat held-out ones",
            "2 of the same product, 3 word for word, 2 in pairs",
        ),
        (
            leakage(rows={"pairs": 1, "judgements": 2}),
            "1 pair and 2 judgements left out since they repeat held-out ones",
            "1 in a pair, 2 in judgements",
        ),
    ],
)
def test_leakage_says_what_was_found_and_what_was_done(found: LeakageReport, wanted: str, kinds: str) -> None:
    assert w.leaked(found) == wanted
    assert w.leak_kinds(found) == kinds
    assert list(w.leaks(found)) == ([wanted] if wanted else [])


def test_the_first_leaks_are_named() -> None:
    assert list(w.leaks(leakage(exact=1, first=["a.csv:1 (train) ~ a.csv:2 (held out)", "b"]))) == [
        "1 example left out since it repeats a held-out one: a.csv:1 (train) ~ a.csv:2 (held out); b"
    ]


def test_rows_that_cannot_be_used_are_told_by_table_with_reason_and_place() -> None:
    assert list(w.bad_rows(bare_data())) == []
    (told,) = w.bad_rows(make_data())
    assert told == (
        "3 rows of products can't be used: price is no amount (2, first: products_1.csv:118: found 'abc'; write an "
        "amount such as 12.50); the id stands twice (1, first: products_2.csv:40: 'fen-blanket' stands at line 12 too)"
    )


def test_duplicates_are_told_by_how_alike_they_are() -> None:
    assert w.alike(Duplicates(exact=1204, near=3, largest=5, first=[])) == (
        "Examples that say what another one says: 1,204 word for word, 3 nearly so; at most 5 are alike."
    )
    assert "word for word" not in w.alike(Duplicates(exact=0, near=2, largest=2, first=[]))


@pytest.mark.parametrize(
    ("by", "wanted"),
    [("product", "one product stands in one part"), ("time", "newest are held out"), ("brand", "Split by brand")],
)
def test_the_split_is_explained(by: str, wanted: str) -> None:
    assert wanted in w.split(bare_data(split_by=by))


def test_kinds_and_codes_are_words() -> None:
    assert [w.masked(kind, 1) for kind in ("email", "address", "passport")] == [
        "1 email address",
        "1 address",
        "1 passport",
    ]
    assert [w.masked(kind, 12) for kind in ("phone", "address")] == ["12 phone numbers", "12 addresses"]
    assert [w.language(code) for code in ("de", "?", "cy")] == ["German", "too little text to tell", "cy"]
    assert [w.groups_of(table) for table in ("products", "test: orders", "tests")] == ["products", "orders", "groups"]
