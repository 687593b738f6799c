"""Which finds of a plugin's recogniser are masked, held against a plain reading of what its contract says."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from shoptune.components import PersonalFind
from shoptune.dataset.personal_data.recognised import _masked

TEXT = "ab [email] cd [name][id] ef"
MASKS = [(3, 10), (14, 20), (20, 24)]
span = st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 8)).map(lambda s: (s[0], min(len(TEXT), s[0] + s[1])))


def plainly(spans: list[tuple[int, int]]) -> str:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda one: (one[0], -one[1])):
        if all(end <= begin or stop <= start for begin, stop in [*MASKS, *kept]):
            kept.append((start, end))
    text = TEXT
    for start, end in reversed(kept):
        text = f"{text[:start]}[card]{text[end:]}"
    return text


@given(st.lists(span, max_size=6))
def test_finds_that_overlap_nothing_before_them_are_masked(spans: list[tuple[int, int]]) -> None:
    found: Counter[str] = Counter()
    clean = _masked(TEXT, found, [PersonalFind("card", *one) for one in spans])
    assert clean == plainly(spans)
    assert found["card"] == clean.count("[card]")
