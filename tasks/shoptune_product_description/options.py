"""What an experiment file may set of the task."""

from pydantic import Field, field_validator

from shoptune.components import Options

__all__ = ["ProductDescriptionOptions"]


class ProductDescriptionOptions(Options):
    """How products become prompts, and A/B tests preference pairs."""

    instruction: str = Field(
        default="You write product descriptions for a shop. State every fact and invent none.",
        description="The system message of every prompt.",
    )
    facts: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="The fields and attributes that the prompt shows and a description may state, in this order. "
        "Default: name, brand, category, color, size, material and every free attribute.",
    )
    threshold: float = Field(
        default=0.95,
        gt=0.5,
        lt=1.0,
        description="How probable it must be that a text converts better than another of its product "
        "for the two to become a preference pair.",
    )

    @field_validator("facts")
    @classmethod
    def _keep_the_answer_out(cls, facts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if facts and any(name.startswith("description") for name in facts):
            raise ValueError("the description is what a model has to write, so it can't be among the facts")
        return facts
