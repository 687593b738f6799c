"""Figures as text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune import formatting as f


def spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f.value(0.4131, "share"), "41.3 %"),
        (f.value(0.3124, "score"), "0.312"),
        (f.value(61.44, "count"), "61.4"),
        (f.value(12345.6, "count"), "12,345.6"),
        (f.value(-0.25, "score"), "−0.250"),
        (f.value(-0.00001, "score"), "0.000"),
        (f.value(None, "score"), "–"),
        (f.value(float("nan"), "share"), "–"),
        (f.interval((0.29, 0.334), "score"), "[0.290, 0.334]"),
        (f.interval((0.381, 0.446), "share"), "[38.1, 44.6] %"),
        (f.interval(None, "score"), "–"),
        (f.difference(0.144, "score"), "+0.144"),
        (f.difference(-0.012, "share"), "−1.2 pp"),
        (f.difference(0.0, "score"), "0.000"),
        (f.difference(-0.0001, "score"), "0.000"),
        (f.difference(None, "count"), "–"),
        (f.difference_interval((-0.8, 0.4), "count"), "[−0.8, +0.4]"),
        (f.integer(65_536), "65,536"),
        (f.integer(None), "–"),
        (f.duration(0.04), "0.0 s"),
        (f.duration(9.96), "10 s"),
        (f.duration(59.7), "1 min 00 s"),
        (f.duration(252), "4 min 12 s"),
        (f.duration(3599.7), "1 h 00 min"),
        (f.duration(3840), "1 h 04 min"),
        (f.size(512), "512 B"),
        (f.size(1_288_490_188), "1.2 GiB"),
        (f.size(1024**2 - 1), "1.0 MiB"),
        (f.size(None), "–"),
        (f.rate(335.2), "335"),
        (f.rate(4.19), "4.2"),
        (f.rate(None), "–"),
        (f.share(941, 1000), "94 %"),
        (f.share(1339, 1342), "> 99 %"),
        (f.share(3, 1342), "< 1 %"),
        (f.share(0, 5), "0 %"),
        (f.share(5, 5), "100 %"),
        (f.share(0, 0), "–"),
        (f.plain(True), "yes"),
        (f.plain(1204), "1,204"),
        (f.plain(0.41234), "0.4123"),
        (f.plain(-0.5), "−0.5"),
        (f.plain(float("inf")), "–"),
        (f.plain(None), "–"),
        (f.plain("as it is"), "as it is"),
    ],
)
def test_figures_are_written_as_people_read_them(text: str, wanted: str) -> None:
    assert spaced(text) == wanted


@given(number=st.floats(-1e6, 1e6), kind=st.sampled_from(["share", "score", "count"]))
def test_a_difference_says_its_sign_unless_it_rounds_to_zero(number: float, kind: f.Format) -> None:
    text = f.difference(number, kind)
    shown = float(re.sub(r"[^\d.]", "", text))
    if shown:
        assert text.startswith("+" if number > 0 else "−")
    else:
        assert text[0] == "0"


@given(seconds=st.floats(0, 1e7))
def test_a_duration_is_right_to_its_smallest_unit(seconds: float) -> None:
    units = {"h": 3600.0, "min": 60.0, "s": 1.0}
    parts = re.findall(r"([\d.,]+) (h|min|s)", spaced(f.duration(seconds)))
    total = sum(float(number.replace(",", "")) * units[unit] for number, unit in parts)
    assert abs(total - seconds) <= units[parts[-1][1]] / 2 + 0.06
