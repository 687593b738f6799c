"""What an experiment file may set of the task."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shoptune.components import Options

__all__ = ["AttributeExtractionOptions", "Names", "Show"]


def _one_alone(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], Field(min_length=1)]
Show = Literal["all", "stated"]


class AttributeExtractionOptions(Options):
    """Which text is read, and which attributes are asked for."""

    instruction: str | None = None
    """The system message of every prompt; default: to extract the attributes as JSON, and what to do with those that
    the text does not state."""
    text: Annotated[Names, BeforeValidator(_one_alone, json_schema_input_type=str | Names)] = (
        "name",
        "description",
    )
    """The fields that are read, one or several."""
    targets: str = "attributes"
    """The field that holds the right answers: attribute -> value, list of values, or {value: score}, of whose values
    any is right."""
    attributes: Names | dict[str, Names] | None = None
    """The attributes that are asked for: a list, or a list for each category. Default: those that `at_least` this share
    of a category's products have."""
    at_least: float = Field(default=0.05, ge=0, le=1)
    """The share of a category's products that must have an attribute for it to be asked for."""
    show: Show = "all"
    """What a good answer names: ``all`` attributes that are asked for, n/a where the text states none, or only those
    ``stated``, which is shorter."""
