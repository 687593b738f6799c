"""What an experiment file may set of the task."""

from pydantic import Field, field_validator, model_validator

from shoptune.components import Options

__all__ = ["ProductDescriptionOptions", "SalesOptions"]


class SalesOptions(Options):
    """How orders and sales reports weigh products, if the shop has any."""

    weights: bool = True
    """Whether products that sell better than others of their category and price count more."""
    keep: float = Field(default=1.0, gt=0, le=1)
    """The share of products, those that sell best in their category and price band, that is trained on; the others get
    weight 0."""
    low: float = Field(default=0.5, gt=0)
    """The weight of the worst seller of its category and price band."""
    high: float = 1.5
    """The weight of the best."""

    @model_validator(mode="after")
    def _grows(self) -> "SalesOptions":
        if self.high < self.low:
            raise ValueError(f"the best seller would count less ({self.high}) than the worst ({self.low})")
        return self


class ProductDescriptionOptions(Options):
    """How products become prompts, sales weights, and A/B tests preference pairs."""

    instruction: str = "You write product descriptions for a shop. State every fact and invent none."
    """The system message of every prompt."""
    facts: tuple[str, ...] | None = Field(default=None, min_length=1)
    """The fields and attributes that the prompt shows and a description may state, in this order. Default: name, brand,
    category, color, size, material and every free attribute."""
    threshold: float = Field(default=0.95, gt=0.5, lt=1.0)
    """How probable it must be that a text converts better than another of its product for the two to become a
    preference pair."""
    sales: SalesOptions = SalesOptions()
    """How sales become weights."""
    synthetic_pairs: int = Field(default=0, ge=0, le=4)
    """Preference pairs per product in which its description is preferred to the same text with one fault: a changed
    fact, an unsupported claim, broken markup, a broken limit."""

    @field_validator("facts")
    @classmethod
    def _keep_the_answer_out(cls, facts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if facts and any(name.startswith("description") for name in facts):
            raise ValueError("the description is what a model has to write, so it can't be among the facts")
        return facts
