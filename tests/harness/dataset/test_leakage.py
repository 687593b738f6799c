import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shoptune.dataset.leakage import TEST, TRAIN, VALIDATION, find_leaks, is_held_out_from

rows = st.lists(
    st.tuples(st.sampled_from([TRAIN, VALIDATION, TEST]), st.integers(0, 5), st.integers(0, 8), st.integers(0, 3)),
    max_size=30,
)


def columns(found: list[tuple[int, int, int, int]]) -> list[np.ndarray]:
    parts, groups, texts, clusters = np.array(found, dtype=np.int64).reshape(-1, 4).T
    return [parts, groups, texts, clusters * 10 + 0 * texts]


@given(rows)
def test_a_row_leaks_if_and_only_if_one_like_it_is_held_out_further(found: list[tuple[int, int, int, int]]) -> None:
    parts, groups, texts, clusters = columns(found)
    leaks = find_leaks(parts, groups, texts, clusters)
    for i in range(len(parts)):
        further = parts > parts[i]
        by_id, exact, near = (bool((further & (keys == keys[i])).any()) for keys in (groups, texts, clusters))
        assert leaks.by_id[i] == by_id
        assert leaks.exact[i] == (exact and not by_id)
        assert leaks.near[i] == (near and not exact and not by_id)
        assert leaks.any[i] == (by_id or exact or near)
        if leaks.any[i]:
            assert parts[leaks.of[i]] > parts[i]


@given(rows)
def test_what_is_left_after_leaks_are_taken_out_does_not_leak(found: list[tuple[int, int, int, int]]) -> None:
    parts, groups, texts, clusters = columns(found)
    kept = ~find_leaks(parts, groups, texts, clusters).any
    again = find_leaks(parts[kept], groups[kept], texts[kept], clusters[kept])
    assert not again.any.any()


@given(rows)
def test_the_test_part_never_loses_a_row(found: list[tuple[int, int, int, int]]) -> None:
    parts, groups, texts, clusters = columns(found)
    assert not find_leaks(parts, groups, texts, clusters).any[parts == TEST].any()


def test_the_furthest_is_named() -> None:
    parts, keys = np.array([TRAIN, VALIDATION, TEST, TRAIN, TEST]), np.array([1, 1, 1, 2, 3])
    assert is_held_out_from(parts, keys).tolist() == [2, 2, -1, -1, -1]
