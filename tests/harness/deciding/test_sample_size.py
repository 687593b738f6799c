"""How large a test would settle what is inconclusive.  All figures are invented."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from tests.harness.deciding.cases import compare, row


def test_a_quarter_of_the_minimum_detectable_effect_difference_takes_sixteen_times_as_many_groups() -> None:
    """One metric is open, so that nothing is added for the number of comparisons."""
    j = compare(sft=row(0.4, 0.7, 0.3125))
    (size,) = j.sample_sizes
    assert (size.metric, size.groups) == ("claims", 800)
    assert size.sentence == (
        "claims: a difference of the size seen (+0.013) takes about 800 test groups to be detected with 80 % "
        "power; after correction, the 50 of this test show 0.050 or more."
    )


def test_what_is_open_beside_it_makes_a_test_larger() -> None:
    """Of three that are open, one has to be certain at 0.05 / 3: ((2.394 + 0.842) / (1.960 + 0.842))² = 1.334 times."""
    j = compare(sft=row(0.2125, 0.4, 0.3))
    assert len(j.sample_sizes) == 1, "no test settles a difference that can't be seen"
    assert "about 1,100 test groups" in j.sample_sizes[0].sentence
    assert "show 0.058 or more" in j.sample_sizes[0].sentence


def test_a_hopeless_test_is_not_counted() -> None:
    assert "takes more than 100 times as many test groups" in compare(sft=row(0.4, 0.7, 0.301)).sample_sizes[0].sentence


@given(difference=st.floats(0.001, 0.0499))
def test_the_groups_asked_for_could_have_shown_the_difference(difference: float) -> None:
    """The smallest detectable difference shrinks with the root of the groups, and reaches the one seen."""
    (size,) = compare(sft=row(0.4, 0.7, 0.3 + difference)).sample_sizes
    if groups := size.groups:
        assert f"about {groups:,} test groups" in size.sentence
        assert 0.05 * math.sqrt(50 / groups) <= difference * (1 + 1e-6)
        assert groups <= 1.1 * 50 * (0.05 / difference) ** 2 + 1, "and not many more"
    else:
        assert (0.05 / difference) ** 2 > 100


def test_what_may_be_a_loss_is_what_most_wants_settling() -> None:
    j = compare(sft=row(0.245, 0.7, 0.31), half=0.008)
    assert [size.metric for size in j.sample_sizes] == ["claims", "overlap"]
