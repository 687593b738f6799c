"""Preference pairs from A/B tests, and why a test gives none.

A test is confounded unless both texts describe the same product and were shown in the same period.  Among the texts of
one product and period the one with the highest expected conversion rate whose claims the facts support is *chosen*; it
makes a pair with each other text that it probably (`threshold`) beats.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from shoptune.data import Dropped, Example, PreferencePair, Record
from shoptune_catalogue.claims import unsupported
from shoptune_product_description.beta_binomial import expected_rate, probability_better

__all__ = ["Variant", "differ_only_in_length", "preference_pairs"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Variant(BaseModel):
    """One text of a product, when it was shown, how often, and how often the product was then bought."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    product_id: Text
    variant_id: Text
    text: Text
    exposures: int = Field(gt=0)
    conversions: int = Field(ge=0)
    start: date
    end: date
    origin: str

    @model_validator(mode="after")
    def _is_possible(self) -> "Variant":
        if self.conversions > self.exposures:
            raise ValueError(f"{self.conversions} conversions of {self.exposures} exposures")
        if self.end < self.start:
            raise ValueError(f"it ends on {self.end}, before it starts on {self.start}")
        return self

    @property
    def rate(self) -> float:
        """The expected conversion rate."""
        return expected_rate(self.exposures, self.conversions)

    def beats(self, other: "Variant") -> float:
        """Return the probability that this text converts better than `other`."""
        return probability_better(self.exposures, self.conversions, other.exposures, other.conversions)


def preference_pairs(
    tests: Iterable[Record], examples: Sequence[Example], threshold: float
) -> Iterator[PreferencePair | Dropped]:
    """Yield the pairs that the tests support, and every variant that ends in none with the reason."""
    example_of = {example.id: example for example in examples}
    variants = []
    for record in tests:
        variant = _read(record)
        if isinstance(variant, Dropped):
            yield variant
        elif variant.product_id not in example_of:
            yield Dropped(origin=record.origin, reason="no example for its product", detail=variant.product_id)
        else:
            variants.append(variant)
    variants.sort(key=lambda v: (v.product_id, v.start, v.end))
    for product, shown in groupby(variants, key=lambda v: v.product_id):
        yield from _pairs_of_product(example_of[product], list(shown), threshold)


def _read(record: Record) -> Variant | Dropped:
    try:
        return Variant.model_validate({**record.fields, "origin": record.origin})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        detail = f"{field}: {first['msg']}" if field else first["msg"]
        return Dropped(origin=record.origin, reason="not a variant's figures", detail=detail)


def _pairs_of_product(
    example: Example, variants: Sequence[Variant], threshold: float
) -> Iterator[PreferencePair | Dropped]:
    """Yield the pairs of one product, whose variants come sorted by period."""
    for (start, end), shown in groupby(variants, key=lambda v: (v.start, v.end)):
        test = list(shown)
        if len(test) > 1:
            yield from _pairs_of_test(example, test, threshold)
        elif len(variants) > 1:
            yield _refused(test[0], "shown in another period than the product's other texts", f"{start} to {end}")
        else:
            yield _refused(test[0], "the product's only text")


def _pairs_of_test(example: Example, test: Sequence[Variant], threshold: float) -> Iterator[PreferencePair | Dropped]:
    """Yield the pairs of texts shown side by side."""
    ranked = sorted(test, key=lambda v: (-v.rate, v.variant_id))
    while claims := unsupported(ranked[0].text, example.facts):
        yield _refused(ranked.pop(0), "states what the facts do not", ", ".join(claim.text for claim in claims))
        if not ranked:
            return
    best, *others = ranked
    for other in others:
        probability = best.beats(other)
        if differ_only_in_length(best.text, other.text):
            yield _refused(other, "differs from the better text only in length")
        elif probability < threshold:
            yield _refused(other, "not enough evidence", f"the other text is better with probability {probability:.3f}")
        else:
            yield _pair(example, best, other, probability)


def _pair(example: Example, chosen: Variant, rejected: Variant, probability: float) -> PreferencePair:
    """Return the pair, weighted by gain: by how much more the chosen text converts (0.2: a fifth more), at most 1."""
    gain = chosen.rate / rejected.rate - 1
    figures: Mapping[str, object] = {
        side: {"variant": v.variant_id, "exposures": v.exposures, "conversions": v.conversions}
        for side, v in (("chosen", chosen), ("rejected", rejected))
    }
    return PreferencePair(
        id=f"{example.id}/{chosen.variant_id}-{rejected.variant_id}/{chosen.start}",
        messages=example.messages,
        chosen=chosen.text,
        rejected=rejected.text,
        group=example.group,
        weight=min(gain, 1.0),
        evidence={"source": "A/B test", **figures, "probability": probability, "gain": gain},
        origin=f"{chosen.origin} and {rejected.origin}",
    )


def differ_only_in_length(one: str, other: str) -> bool:
    """Tell whether one text is a beginning, an end or a part of the other; case, spaces and punctuation don't count.

    Such a pair would teach a model how long to write, and nothing about how.
    """
    shorter, longer = sorted(("".join(re.findall(r"\w+", text.casefold())) for text in (one, other)), key=len)
    return shorter in longer


def _refused(variant: Variant, reason: str, detail: str = "") -> Dropped:
    return Dropped(origin=variant.origin, reason=reason, detail=detail or f"{variant.product_id}/{variant.variant_id}")
