from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shoptune.dataset.splits import Split, split_by_date, split_by_key

GROUPS = [f"product {i}" for i in range(20_000)]


def test_shares_are_kept() -> None:
    split = Split(test=0.2, validation=0.1)
    parts = [split_by_key(group, split, seed=7) for group in GROUPS]
    # Four standard deviations of a binomial of 20,000 at 0.2 are 0.011.
    assert parts.count("test") / len(parts) == pytest.approx(0.2, abs=0.011)
    assert parts.count("validation") / len(parts) == pytest.approx(0.1, abs=0.011)


def test_golden_parts_so_that_no_release_moves_a_product_into_training() -> None:
    split = Split(test=0.3, validation=0.2)
    parts = {name: split_by_key(name, split, seed=7) for name in ["a", "b", "c", "d", "e", "f"]}
    # Not derived from anything: what the first release did.
    assert parts == {"a": "test", "b": "train", "c": "validation", "d": "train", "e": "train", "f": "train"}


@given(st.text(), st.integers(min_value=0, max_value=2**40))
def test_a_larger_test_share_only_adds_to_the_test_part(group: str, seed: int) -> None:
    if split_by_key(group, Split(test=0.2, validation=0), seed) == "test":
        assert split_by_key(group, Split(test=0.3, validation=0.5), seed) == "test"


@given(st.text())
def test_no_validation_part_where_its_share_is_zero(group: str) -> None:
    assert split_by_key(group, Split(test=0.5, validation=0), seed=1) in {"test", "train"}


def test_another_seed_is_another_split() -> None:
    split = Split(test=0.5, validation=0)
    assert [split_by_key(g, split, 1) for g in GROUPS[:64]] != [split_by_key(g, split, 2) for g in GROUPS[:64]]


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"test": 0}, "greater than 0"),
        ({"test": 1.1}, "less than or equal to 1"),
        ({"test": 0.7, "validation": 0.4}, "more than 1 together"),
        ({"test": 1, "validation": 0.1}, "more than 1 together"),
        ({"tset": 0.2}, "Extra inputs"),
    ],
)
def test_impossible_shares_are_refused(shares: dict[str, float], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Split.model_validate(shares)


@pytest.mark.parametrize("shares", [{"test": 1}, {"test": 1.0}, {"test": 1.0, "validation": 0}])
def test_all_may_be_held_out(shares: dict[str, float]) -> None:
    split = Split.model_validate(shares)
    assert split.validation == 0
    assert {split_by_key(group, split, seed=7) for group in GROUPS[:500]} == {"test"}


@pytest.mark.parametrize(("test", "validation"), [(0.2, 0.1), (0.9, 0.1), (0.95, 0.05), (0.99, 0.01)])
def test_validation_takes_no_more_than_the_test_leaves(test: float, validation: float) -> None:
    assert Split.model_validate({"test": test}).validation == validation


def test_test_and_validation_may_be_all_there_is() -> None:
    split = Split(test=0.7, validation=0.3)
    assert {split_by_key(group, split, seed=7) for group in GROUPS[:500]} == {"test", "validation"}


def test_by_time_the_newest_are_the_test() -> None:
    split = Split(by="time", test_from=date(2026, 3, 1), validation_from=date(2026, 2, 1))
    days = ["2025-12-31", "2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2027-01-01"]
    assert [split_by_date(day, split) for day in days] == ["train", "train", "validation", "validation", "test", "test"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"by": "time"}, "needs `test_from`"),
        ({"by": "time", "test_from": "2026-01-01", "validation_from": "2026-02-01"}, "is not before"),
        ({"by": "time", "test_from": "2026-01-01", "test": 0.2}, "leave out test"),
        ({"test_from": "2026-01-01"}, "need `by: time`"),
        ({"leakage": "ignore"}, "leave_out"),
        ({"similarity": 0.2}, "0.5"),
    ],
)
def test_splits_that_make_no_sense_are_refused(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Split.model_validate(wrong)
