"""Preference pairs from A/B tests, and why a test gives none.

A test is confounded unless both texts describe the same product and were shown in the same period.  Any two texts of
one product and period are a candidate; it becomes a pair where one of the two probably (`threshold`) converts better.

How probable, depends on how much texts differ at all: among hundreds of tests without any difference one in ten shows
one with 95 % under a uniform prior.  So the prior of a test lies around the test's own rate, and is as narrow as the
spread between texts in all tests of the shop says.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from shoptune.data import Dropped, Example, Note, PreferencePair, Record
from shoptune.formatting import share
from shoptune_catalogue.claims import unsupported
from shoptune_sales.beta_binomial import Prior, expected_rate, probability_better
from shoptune_sales.spread import relative_variance
from shoptune_sales.variants import Variant, differ_only_in_length, read_variant, shown_together

__all__ = ["preference_pairs", "prior_of"]

DEFAULT_VARIANCE = 0.25
"""Relative variance of the rates of a test's texts where a shop has too few tests to tell: they differ by a half."""

MAX_PRIOR_CONVERSIONS = 10_000
"""A prior as narrow as 1 % of the rate is narrow enough."""

Test = Sequence[Variant]
"""Texts of one product that were shown side by side."""


def preference_pairs(
    tests: Iterable[Record], examples: Iterable[Example], threshold: float
) -> Iterator[PreferencePair | Dropped | Note]:
    """Yield the pairs that the tests support, every candidate that gives none with the reason, and a note.

    Holds all tests and passes over the examples once.
    """
    shown: dict[str, list[Variant]] = {}
    for record in tests:
        variant = read_variant(record)
        if isinstance(variant, Dropped):
            yield variant
        else:
            shown.setdefault(variant.product_id, []).append(variant)
    if not shown:
        return
    tests_of = {product: shown_together(variants) for product, variants in shown.items()}
    together = [test for tests in tests_of.values() for test in tests if len(test) > 1]
    variance = _variance(together)
    yield _note(shown, together, variance)
    for example in examples:
        yield from _pairs_of_product(
            example, tests_of.pop(example.id, ()), threshold, DEFAULT_VARIANCE if variance is None else variance
        )
    for variants in (variants for tests in tests_of.values() for variants in tests):
        yield from (_refused("no example for its product", variant) for variant in variants)


def _variance(tests: Sequence[Test]) -> float | None:
    """Return the relative variance of the true rates between the texts of a test, estimated from all of them."""
    figures = [(v.conversions, v.exposures, number) for number, test in enumerate(tests) for v in test]
    conversions, exposures, groups = np.array(figures, dtype=np.float64).reshape(-1, 3).T
    return relative_variance(conversions, exposures, groups.astype(np.int64), "binomial")


def _note(shown: Mapping[str, Sequence[Variant]], together: Sequence[Test], variance: float | None) -> Note:
    assumed = f"{share(math.sqrt(DEFAULT_VARIANCE))} (assumed: too few tests to tell)"
    return Note(
        topic="A/B tests",
        figures={
            "texts": sum(map(len, shown.values())),
            "tests of texts shown side by side": len(together),
            "candidate pairs": sum(math.comb(len(test), 2) for test in together),
            "spread of rates within a test": assumed if variance is None else share(math.sqrt(variance)),
        },
    )


def prior_of(test: Test, variance: float) -> Prior:
    """Return the prior of each text's rate: around the test's pooled rate m, with relative variance v.

    Beta(a, a (1 - m) / m) has mean m and relative variance (1 - m) / (a + m), so a = (1 - m) / v - m, rounded to a
    whole number.  Half a conversion is added to the test's own, so that m is never 0 or 1.
    """
    rate = (sum(v.conversions for v in test) + 0.5) / (sum(v.exposures for v in test) + 1)
    wanted = (1 - rate) / max(variance, 1 / MAX_PRIOR_CONVERSIONS) - rate
    conversions = max(1, round(wanted))
    return Prior(conversions, conversions * (1 - rate) / rate)


def _pairs_of_product(
    example: Example, tests: Sequence[Test], threshold: float, variance: float
) -> Iterator[PreferencePair | Dropped]:
    for test in tests:
        if len(test) > 1:
            prior = prior_of(test, variance)
            yield from (_judge(example, one, other, prior, threshold) for one, other in combinations(test, 2))
        elif len(tests) > 1:
            yield _refused("shown in another period than the product's other texts", *test)
        else:
            yield _refused("the product's only text", *test)


def _judge(example: Example, one: Variant, other: Variant, prior: Prior, threshold: float) -> PreferencePair | Dropped:
    """Return the pair of two texts shown side by side, or why there is none."""
    if differ_only_in_length(one.text, other.text):
        return _refused("differ only in length", one, other)
    probability = probability_better(one.exposures, one.conversions, other.exposures, other.conversions, prior)
    chosen, rejected = (one, other) if probability >= 0.5 else (other, one)
    probability = max(probability, 1 - probability)
    if probability < threshold:
        detail = f"{chosen.variant_id} is better with probability {probability:.3f}"
        return _refused("not enough evidence", one, other, detail=detail)
    if claims := unsupported(chosen.text, example.facts):
        detail = f"{chosen.variant_id}: {', '.join(claim.text for claim in claims)}"
        return _refused("the better text states what the facts do not", one, other, detail=detail)
    return _pair(example, chosen, rejected, prior, probability)


def _pair(example: Example, chosen: Variant, rejected: Variant, prior: Prior, probability: float) -> PreferencePair:
    """Return the pair, weighted by gain and certainty: the gain, between 0 and 1, times 2 probability - 1.

    The gain is by how much more the chosen text converts (0.2: a fifth more).  Weights are not scaled to a mean of 1,
    since the loss is divided by their sum.
    """
    rates = [expected_rate(v.exposures, v.conversions, prior) for v in (chosen, rejected)]
    gain = rates[0] / rates[1] - 1
    sides = zip((chosen, rejected), rates, (probability, 1 - probability), strict=True)
    figures = [
        {
            "variant": v.variant_id,
            "exposures": v.exposures,
            "conversions": v.conversions,
            "rate": rate,
            "probability": better,
        }
        for v, rate, better in sides
    ]
    return PreferencePair(
        id=f"{example.id}/{chosen.variant_id}-{rejected.variant_id}/{chosen.start}/{chosen.end}",
        messages=example.messages,
        chosen=chosen.text,
        rejected=rejected.text,
        group=example.group,
        weight=min(max(gain, 0.0), 1.0) * (2 * probability - 1),
        evidence={
            "source": "A/B test",
            "chosen": figures[0],
            "rejected": figures[1],
            "probability": probability,
            "gain": gain,
        },
        origin=f"{chosen.origin} and {rejected.origin}",
    )


def _refused(reason: str, *variants: Variant, detail: str = "") -> Dropped:
    return Dropped(
        origin=" and ".join(v.origin for v in variants),
        reason=reason,
        detail=detail or f"{variants[0].product_id}/{'-'.join(v.variant_id for v in variants)}",
    )
