"""A split that comes out far from what was asked for is said."""

from datetime import date

from shoptune.dataset.shares import far_from_asked
from shoptune.dataset.splits import Split


def test_parts_far_from_what_was_asked_for_are_named() -> None:
    split = Split(test=0.3, validation=0.15)
    assert far_from_asked(split, {"train": 18, "validation": 7, "test": 15}) == {
        "test": "38 % of 40, asked for: 30 %",
    }
    assert far_from_asked(split, {"train": 550, "validation": 150, "test": 300}) == {}
    assert far_from_asked(split, {"train": 0, "validation": 0, "test": 0}) == {}


def test_a_split_by_time_has_no_shares() -> None:
    split = Split(by="time", test_from=date(2026, 1, 1))
    assert far_from_asked(split, {"train": 1, "validation": 0, "test": 9}) == {}
