"""Which group goes where: a split that stays put when rows are added."""

import hashlib
from typing import Literal

from pydantic import Field, model_validator

from shoptune.components import Options

__all__ = ["SPLITS", "Split", "SplitName", "split_of"]

SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")


class Split(Options):
    """The shares of groups that are held out; the rest is for training."""

    test: float = Field(0.2, gt=0, lt=1)
    validation: float = Field(0.1, ge=0, lt=1)
    """Settings are chosen on this part, so that the test part stays unseen until the end."""

    @model_validator(mode="after")
    def _leaves_some(self) -> "Split":
        if self.test + self.validation >= 1:
            raise ValueError(f"test {self.test} and validation {self.validation} leave nothing to train on")
        return self


def split_of(group: str, split: Split, seed: int) -> SplitName:
    """Return the part that `group` belongs to: a hash of its name decides, so other groups have no say in it."""
    digest = hashlib.sha256(f"{seed}\0{group}".encode()).digest()
    position = int.from_bytes(digest[:8], "big") / 2**64
    if position < split.test:
        return "test"
    return "validation" if position < split.test + split.validation else "train"
