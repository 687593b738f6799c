"""Which values of a key get a slice."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shoptune.comparing.slicing import MAX_SLICES, MIN_GROUPS, OTHER, breakdown


def broken_down(**products: int) -> dict[str, int]:
    """Return the samples of each slice, where each value has so many products of two variants each."""
    values = [value for value, count in products.items() for _ in range(2 * count)]
    return {value: len(found) for value, found in breakdown(values, [str(i // 2) for i in range(len(values))]).items()}


def test_each_value_has_a_slice_unless_it_is_one_product() -> None:
    assert broken_down(rugs=2, bags=3, lamps=1) == {"bags": 6, "rugs": 4}
    assert list(broken_down(rugs=2, bags=3)) == ["bags", "rugs"]


def test_one_value_is_no_breakdown() -> None:
    assert broken_down(bags=9) == {}
    assert breakdown([None, None], ["a", "b"]) == {}
    assert breakdown([], []) == {}


def test_samples_without_a_value_are_in_no_slice() -> None:
    found = breakdown(["b", None, "a", "b", "a"], list("12345"))
    assert {value: places.tolist() for value, places in found.items()} == {"a": [2, 4], "b": [0, 3]}


def test_of_very_many_values_the_largest_keep_their_slices() -> None:
    brands = {f"brand {i}": MIN_GROUPS + i for i in range(MAX_SLICES)}
    assert broken_down(**brands) == {brand: 2 * count for brand, count in brands.items()}
    found = broken_down(**brands, tiny=1)
    assert len(found) == MAX_SLICES
    assert found[OTHER] == 2 * (brands["brand 0"] + 1)
    assert "brand 0" not in found


def test_of_very_many_small_values_none_has_a_slice() -> None:
    small = {f"brand {i}": MIN_GROUPS - 1 for i in range(MAX_SLICES)}
    assert broken_down(**small, large=MIN_GROUPS) == {"large": 2 * MIN_GROUPS, OTHER: 2 * sum(small.values())}
    assert broken_down(**{f"sku {i}": 1 for i in range(500)}) == {}


def test_a_value_of_that_name_is_among_the_others() -> None:
    brands = {f"brand {i}": MIN_GROUPS for i in range(MAX_SLICES)}
    found = broken_down(**brands, **{OTHER: 50})
    assert (len(found), found[OTHER]) == (MAX_SLICES, 2 * (MIN_GROUPS + 50))


@given(st.lists(st.tuples(st.sampled_from([*map(str, range(60)), OTHER, None]), st.integers(0, 9).map(str))))
def test_no_sample_is_in_two_slices(rows: list[tuple[str | None, str]]) -> None:
    values, groups = [value for value, _ in rows], [group for _, group in rows]
    found = breakdown(values, groups)
    assert len(found) <= MAX_SLICES
    places = np.concatenate([np.array([], dtype=int), *found.values()])
    assert len(set(places.tolist())) == len(places)
    assert all(value in {values[place], OTHER} for value, members in found.items() for place in members)
