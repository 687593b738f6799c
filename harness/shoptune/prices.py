"""What computing costs, as the experiment file gives it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ConfigDict, Field

from shoptune.described import Described

__all__ = ["CandidatePrices", "Prices"]

_CONFIG = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CandidatePrices(Described):
    """What one candidate costs, where that differs: what isn't given here is as for all."""

    model_config = _CONFIG

    machine_hour: float | None = Field(None, ge=0)
    """An hour of the machine that tunes and answers; 0 where it only waits for a provider."""
    million_tokens_in: float | None = Field(None, ge=0)
    """What a provider asks for a million tokens of prompts."""
    million_tokens_out: float | None = Field(None, ge=0)
    """What a provider asks for a million tokens of answers."""


class Prices(Described):
    """Prices in one currency; what isn't given costs nothing."""

    model_config = _CONFIG

    currency: str = "EUR"
    """The currency of all amounts of money in the experiment and its reports, such as ``EUR``."""
    machine_hour: float = Field(0.0, ge=0)
    """Price of one hour of the machine that tunes and answers."""
    million_tokens_in: float = Field(0.0, ge=0)
    """What a provider charges for a million prompt tokens, beside or instead of the machine."""
    million_tokens_out: float = Field(0.0, ge=0)
    """What a provider charges for a million answer tokens, beside or instead of the machine."""
    candidates: Mapping[str, CandidatePrices] = Field(default_factory=dict)
    """Candidate -> its own prices.  They hold for what is made `from` it as well."""

    def of_candidate(self, name: str | None, parents: Mapping[str, str | None]) -> Prices:
        """Return the prices of one candidate; `parents` says of each which one it was made from."""
        own: dict[str, float] = {}
        while name is not None:
            own = self.candidates.get(name, CandidatePrices()).model_dump(exclude_none=True) | own
            name = parents[name]
        return self.model_copy(update={**own, "candidates": {}})

    def of(self, *, seconds: float, tokens_in: int = 0, tokens_out: int = 0) -> float:
        """Return what so much computing costs.  Tokens of tuning are the machine's business: give none."""
        tokens = tokens_in * self.million_tokens_in + tokens_out * self.million_tokens_out
        return seconds / 3600 * self.machine_hour + tokens / 1_000_000
