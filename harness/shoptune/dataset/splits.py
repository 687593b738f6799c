"""Which example goes where: a split that stays put when rows are added.

A hash of the group's name (or of its category's, brand's, ...) decides, so other groups have no say in it; a split by
time has fixed dates.  What stands in training and resembles a held-out text is taken out of training instead of being
moved (`shoptune.dataset.leakage`), so no product ever goes from test to training, or the other way.
"""

import hashlib
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from shoptune.components import Options

__all__ = ["SPLITS", "Split", "SplitName", "position", "split_by_date", "split_by_key"]

SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")

_MOST_TESTED = 0.9
"""The share for the test beside which a tenth for validation has its place."""


class Split(Options):
    """What is held out; the rest is for training."""

    by: str = "product"
    """What is never divided between training and test: ``product`` (with all its variants), a slice such as
    ``category`` or ``brand`` (all its products go to one side), or ``time`` (the newest products are the test)."""
    test: float = Field(0.2, gt=0, le=1)
    """The share of products (categories, ...) that models are judged by; 1 is all of them, where nothing is tuned."""
    validation: float = Field(0.1, ge=0, lt=1)
    """The share on which settings are chosen, so that the test part stays unseen until the end."""
    test_from: date | None = None
    """With ``by: time``: the first day of the test part."""
    validation_from: date | None = None
    """With ``by: time``: the first day of the validation part."""
    leakage: Literal["leave_out", "fail", "keep"] = "leave_out"
    """What happens to training examples that stand in the held-out part as well, by id, word for word or nearly so:
    left out of training, an error, or kept (and reported)."""
    similarity: float = Field(0.8, ge=0.5, le=1)
    """From which Jaccard similarity on two texts are near-duplicates."""

    @model_validator(mode="before")
    @classmethod
    def _what_is_left(cls, given: Any) -> Any:
        """Leave no more for validation than the test does, where nothing is said of it: nothing where all is tested."""
        test = given.get("test") if isinstance(given, dict) else None
        if not isinstance(test, int | float) or "validation" in given or not _MOST_TESTED < test <= 1:
            return given
        return {"validation": round(1 - test, 9), **given}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.test + self.validation > 1 + 1e-9:
            raise ValueError(f"test {self.test} and validation {self.validation} are more than 1 together")
        return self

    @model_validator(mode="after")
    def _dates_go_with_time(self) -> Self:
        if self.by == "time":
            if self.test_from is None:
                raise ValueError("a split by time needs `test_from`, the first day of the test part")
            if self.validation_from and self.validation_from >= self.test_from:
                raise ValueError(f"validation_from {self.validation_from} is not before test_from {self.test_from}")
            if shares := sorted(self.model_fields_set & {"test", "validation"}):
                raise ValueError(f"a split by time has dates instead of shares; leave out {' and '.join(shares)}")
        elif self.test_from or self.validation_from:
            raise ValueError("test_from and validation_from need `by: time`")
        return self


def position(key: str, seed: int) -> float:
    """Return where `key` falls between 0 and 1: its hash with the seed."""
    digest = hashlib.sha256(f"{seed}\0{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def split_by_key(key: str, split: Split, seed: int) -> SplitName:
    """Return the part that `key` (a group, a category, ...) belongs to by its hash."""
    at = position(key, seed)
    if at < split.test:
        return "test"
    return "validation" if at < split.test + split.validation else "train"


def split_by_date(day: str, split: Split) -> SplitName:
    """Return the part that an ISO date belongs to."""
    if split.test_from and day >= split.test_from.isoformat():
        return "test"
    return "validation" if split.validation_from and day >= split.validation_from.isoformat() else "train"
