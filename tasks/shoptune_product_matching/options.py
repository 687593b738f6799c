"""What an experiment file may set of the task."""

from typing import Self

from pydantic import Field, model_validator

from shoptune.components import Options

__all__ = ["ProductMatchingOptions"]


class ProductMatchingOptions(Options):
    """How pairs of offers become questions."""

    instruction: str = "Do the two offers sell the same product?"
    """The system message of every prompt; the choices are added to it."""
    choices: tuple[str, str] = ("yes", "no")
    """The answer for a match, and the one for none. Write them in quotes."""
    left: tuple[str, ...] = Field(default=("left",), min_length=1)
    """The fields that describe the one offer, in the prompt's order."""
    right: tuple[str, ...] = Field(default=("right",), min_length=1)
    """The fields that describe the other offer."""
    label: str = "label"
    """The field that says whether the pair is a match."""
    match: tuple[str, ...] = Field(default=("1", "true", "yes", "match"), min_length=1)
    """What the label says of a match, in any case."""
    no_match: tuple[str, ...] = Field(default=("0", "false", "no", "no match"), min_length=1)
    """What the label says of a pair that is none, in any case."""

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.choices[0].strip().casefold() == self.choices[1].strip().casefold():
            raise ValueError(f"both choices are {self.choices[0]!r}")
        if both := {m.casefold() for m in self.match} & {m.casefold() for m in self.no_match}:
            raise ValueError(f"the label {min(both)!r} stands for a match and for none")
        return self
