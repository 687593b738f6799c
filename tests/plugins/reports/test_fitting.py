"""Cutting a text to a limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shoptune_reports.text.fit import Block, fit, length

PLENTY = 1_000_000
NOTE = 1100
"""What is kept free for the remark on what was left out, at most."""

blocks = st.lists(
    st.builds(
        Block,
        name=st.text(max_size=2000),
        head=st.text(max_size=400),
        rows=st.lists(st.text(max_size=60), max_size=40),
        foot=st.text(max_size=20),
        rank=st.integers(0, 3),
    ),
    max_size=8,
)


@given(blocks=blocks, limit=st.integers(NOTE, 6000))
def test_the_limit_is_kept(blocks: list[Block], limit: int) -> None:
    assert length(fit(blocks, limit)) <= limit


@given(blocks=blocks)
def test_with_room_all_is_there_in_its_order(blocks: list[Block]) -> None:
    assert fit(blocks, PLENTY) == "\n".join(block.head + "".join(block.rows) + block.foot for block in blocks)


def test_characters_are_counted_as_a_browser_counts_them() -> None:
    assert length("a🧦é") == 4


def test_room_goes_by_rank_and_the_order_stays() -> None:
    late, first = Block("late", "l" * 500, rank=1), Block("first", "f" * 500)
    assert fit([late, first], NOTE + 600).startswith(
        "f" * 500 + "\n_Left out, since a comment may not be longer: late."
    )
    assert fit([late, first], NOTE + 1100) == "l" * 500 + "\n" + "f" * 500


def test_every_table_gets_first_rows_before_one_gets_more() -> None:
    rows = [f"{number:09}\n" for number in range(100)]
    text = fit([Block("a", "A\n", rows), Block("b", "B\n", rows)], NOTE + 500)
    a, b = text.split("B\n")
    assert a.startswith("A\n" + "".join(rows[:10]))
    assert b == "".join(rows[:10]) + "\n_90 of 100 left out here._\n"
    shown = a.count("\n0")
    assert shown > 10
    assert f"\n_{100 - shown} of 100 left out here._\n" in a


def test_a_block_without_room_for_one_row_is_named() -> None:
    text = fit([Block("the table", "head\n", ["r" * 5000])], 4000)
    assert text == "\n_Left out, since a comment may not be longer: the table. The HTML report has it all._\n"
