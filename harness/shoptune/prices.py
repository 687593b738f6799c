"""What computing costs, as the experiment file gives it."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from shoptune.described import Described

__all__ = ["Prices"]


class Prices(Described):
    """Prices in one currency; what isn't given costs nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    currency: str = "EUR"
    """The currency of all amounts of money in the experiment and its reports, such as ``EUR``."""
    machine_hour: float = Field(0.0, ge=0)
    """Price of one hour of the machine that tunes and answers."""
    million_tokens_in: float = Field(0.0, ge=0)
    """What a provider charges for a million prompt tokens, beside or instead of the machine."""
    million_tokens_out: float = Field(0.0, ge=0)
    """What a provider charges for a million generated tokens."""

    def of(self, *, seconds: float, tokens_in: int = 0, tokens_out: int = 0) -> float:
        """Return what so much computing costs.  Tokens of tuning are the machine's business: give none."""
        tokens = tokens_in * self.million_tokens_in + tokens_out * self.million_tokens_out
        return seconds / 3600 * self.machine_hour + tokens / 1_000_000
