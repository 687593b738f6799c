"""How sure an A/B test makes us that one text converts better than another."""

import numpy as np
from scipy.special import betaln

__all__ = ["expected_rate", "probability_better"]


def expected_rate(exposures: int, conversions: int) -> float:
    """Return the mean of the conversion rate's posterior under a uniform prior: (conversions + 1) / (exposures + 2).

    The prior shrinks the rate of a text that few have seen towards one half, so it is never 0 or 1.
    """
    return (conversions + 1) / (exposures + 2)


def probability_better(exposures_a: int, conversions_a: int, exposures_b: int, conversions_b: int) -> float:
    """Return the probability that text A converts better than text B, given what each was shown and sold.

    Conversions are binomial and each rate has a uniform prior, so the posteriors are independent Beta(a, b) with
    a = conversions + 1 and b = exposures - conversions + 1.  For whole numbers the probability is a finite sum, which
    is exact up to rounding (E. Miller, "Formulas for Bayesian A/B Testing", 2014):

        P(A > B) = sum over i in 0 .. a_A - 1 of  Beta(a_B + i, b_A + b_B) / ((b_A + i) Beta(1 + i, b_A) Beta(a_B, b_B))

    Raises ValueError unless 0 <= conversions <= exposures for both.
    """
    for exposures, conversions in ((exposures_a, conversions_a), (exposures_b, conversions_b)):
        if not 0 <= conversions <= exposures:
            raise ValueError(f"{conversions} conversions of {exposures} exposures")
    a_a, b_a = conversions_a + 1, exposures_a - conversions_a + 1
    a_b, b_b = conversions_b + 1, exposures_b - conversions_b + 1
    i = np.arange(a_a)
    log_terms = betaln(a_b + i, b_a + b_b) - np.log(b_a + i) - betaln(1 + i, b_a) - betaln(a_b, b_b)
    return min(1.0, float(np.exp(log_terms).sum()))
