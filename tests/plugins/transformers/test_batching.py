from hypothesis import given
from hypothesis import strategies as st

from shoptune_transformers.batching import MAX_SEQUENCES, schedule

LENGTHS = st.lists(st.integers(1, 300), max_size=100)


@given(LENGTHS, st.integers(1, 64), st.integers(1, 4000))
def test_each_prompt_is_in_one_batch_within_the_budget(lengths: list[int], new: int, budget: int) -> None:
    batches = schedule(lengths, new, budget)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert 1 <= len(batch) <= MAX_SEQUENCES["cpu"]
        assert len(batch) == 1 or len(batch) * (max(lengths[i] for i in batch) + new) <= budget


@given(LENGTHS, st.integers(1, 64), st.integers(1, 4000))
def test_longest_first(lengths: list[int], new: int, budget: int) -> None:
    order = [lengths[index] for batch in schedule(lengths, new, budget) for index in batch]
    assert order == sorted(lengths, reverse=True)


def test_batches_are_filled() -> None:
    assert schedule([10, 30, 20], 10, 80) == [[1, 2], [0]]
    assert schedule([10, 30, 20], 10, 120) == [[1, 2, 0]]
    assert schedule([500, 5], 10, 100) == [[0], [1]], "a prompt above the budget is computed alone"


def test_cuda_computes_more_at_once() -> None:
    (batch,) = schedule([10] * MAX_SEQUENCES["cuda"], 10, 1_000_000, device="cuda")
    assert len(batch) == MAX_SEQUENCES["cuda"] > MAX_SEQUENCES["cpu"]
