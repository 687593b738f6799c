"""How sure an A/B test makes us that one text converts better than another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["UNIFORM", "Prior", "expected_rate", "probability_better"]


@dataclass(frozen=True, slots=True)
class Prior:
    """What is thought of a conversion rate before anything was shown: Beta(conversions, others).

    It counts like a test of its own, with so many conversions and so many others.
    """

    conversions: int
    """A whole number, 1 or more, for which `probability_better` is a finite sum."""
    others: float
    """Exposures without a conversion; more than 0."""


UNIFORM = Prior(1, 1.0)
"""Every rate from 0 to 1 is as probable as any other."""


def expected_rate(exposures: int, conversions: int, prior: Prior = UNIFORM) -> float:
    """Return the mean of the conversion rate's posterior: that of the test and the prior, counted together.

    So the rate of a text that few have seen is shrunk towards the prior's, and is never 0 or 1.
    """
    return (conversions + prior.conversions) / (exposures + prior.conversions + prior.others)


def probability_better(
    exposures_a: int, conversions_a: int, exposures_b: int, conversions_b: int, prior: Prior = UNIFORM
) -> float:
    """Return the probability that text A converts better than text B, given what each was shown and sold.

    Conversions are binomial and both rates have the same prior, so the posteriors are independent Beta(a, b) with
    a = conversions + prior.conversions and b = exposures - conversions + prior.others.  For a whole a_A the probability
    is a finite sum, which is exact up to rounding (E. Miller, "Formulas for Bayesian A/B Testing", 2014):

        P(A > B) = sum over i in 0 .. a_A - 1 of  Beta(a_B + i, b_A + b_B) / ((b_A + i) Beta(1 + i, b_A) Beta(a_B, b_B))

    Raises ValueError unless 0 <= conversions <= exposures for both.
    """
    from scipy.special import betaln  # slow to import, and not needed to plan

    for exposures, conversions in ((exposures_a, conversions_a), (exposures_b, conversions_b)):
        if not 0 <= conversions <= exposures:
            raise ValueError(f"{conversions} conversions of {exposures} exposures")
    a_a, b_a = conversions_a + prior.conversions, exposures_a - conversions_a + prior.others
    a_b, b_b = conversions_b + prior.conversions, exposures_b - conversions_b + prior.others
    i = np.arange(a_a)
    log_terms = betaln(a_b + i, b_a + b_b) - np.log(b_a + i) - betaln(1 + i, b_a) - betaln(a_b, b_b)
    return min(1.0, float(np.exp(log_terms).sum()))
