"""Preference pairs against a simulated shop whose true conversion rates are known.

Each product has two texts, shown 2,000 to 8,000 times each at a base rate of 2 to 5 %; their rates differ by a factor
drawn from a lognormal distribution.  `pytest --log-cli-level=info` shows the figures.
"""

import logging
from functools import cache

import numpy as np
import pytest

from shoptune.data import Example, Note, PreferencePair, Record
from shoptune_sales.preference import preference_pairs

LOG = logging.getLogger(__name__)

TESTS = 3000
TEXTS = {"A": "A plain text for slow roads.", "B": "Everyone will love this one."}


@cache
def simulate(sigma: float, tests: int = TESTS, seed: int = 0) -> tuple[int, int, Note]:
    """Return how many pairs are kept, how many of them point the right way, and the note."""
    random = np.random.default_rng(seed)
    base = random.uniform(0.02, 0.05, tests)
    rates = np.stack([base, base * random.lognormal(0, sigma, tests)], axis=1)
    exposures = random.integers(2000, 8001, (tests, 2))
    conversions = random.binomial(exposures, rates)
    rows = [
        Record(
            id=f"{i}/{name}",
            group=str(i),
            origin=f"ab.csv:{i}{name}",
            fields={
                "product_id": str(i),
                "variant_id": name,
                "text": TEXTS[name],
                "exposures": int(exposures[i, side]),
                "conversions": int(conversions[i, side]),
                "start": "2026-03-02",
                "end": "2026-03-29",
            },
        )
        for i in range(tests)
        for side, name in enumerate(TEXTS)
    ]
    examples = (Example(id=str(i), messages=(), group=str(i)) for i in range(tests))
    found = list(preference_pairs(rows, examples, 0.95))
    [note] = [x for x in found if isinstance(x, Note)]
    pairs = [x for x in found if isinstance(x, PreferencePair)]
    better = np.array(list(TEXTS))[rates.argmax(axis=1)]
    right = sum(pair.evidence["chosen"]["variant"] == better[int(pair.group)] for pair in pairs)
    LOG.info(
        "sigma %g, %d tests: kept %.1f %%, right %.1f %% of them; spread found %s",
        sigma,
        tests,
        100 * len(pairs) / tests,
        100 * right / max(1, len(pairs)),
        note.figures["spread of rates within a test"],
    )
    return len(pairs), right, note


def test_kept_pairs_point_the_right_way() -> None:
    kept, right, _ = simulate(0.2)
    assert kept > 0.25 * TESTS  # and not because hardly any were kept
    assert right >= 0.96 * kept  # 93 % are demanded


@pytest.mark.parametrize("sigma", [0.05, 0.1, 0.4])
def test_kept_pairs_point_the_right_way_whatever_the_differences(sigma: float) -> None:
    kept, right, _ = simulate(sigma)
    assert kept - right <= max(3, 0.07 * kept)  # of the smallest differences hardly a pair is kept


def test_without_a_difference_hardly_any_candidate_is_kept() -> None:
    kept, _, _ = simulate(0.0)
    assert kept <= 0.01 * TESTS  # 11 % are the limit


def test_a_shop_with_few_tests_keeps_to_the_limit() -> None:
    # Nine tests are too few to estimate the spread, so the weak prior decides.
    kept = sum(simulate(0.0, tests=9, seed=seed)[0] for seed in range(200))
    assert kept <= 0.11 * 9 * 200
    decided = [simulate(0.2, tests=9, seed=seed)[:2] for seed in range(200)]
    assert sum(right for _, right in decided) >= 0.93 * sum(kept for kept, _ in decided)


@pytest.mark.parametrize("sigma", [0.1, 0.2, 0.4])
def test_the_spread_is_found(sigma: float) -> None:
    # One text has the base rate and the other differs by sigma: half the variance is within a test.
    _, _, note = simulate(sigma)
    found = float(str(note.figures["spread of rates within a test"]).rstrip("%")) / 100
    assert found == pytest.approx(sigma / 2**0.5, abs=0.02)
