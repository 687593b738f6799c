import dataclasses

from shoptune.testing import sample_pairs
from shoptune_trl.rows import dpo_rows, sft_rows
from tests.tiny import examples


def test_sft_rows_hold_prompt_and_first_reference() -> None:
    (example,) = examples(1)
    example = dataclasses.replace(example, references=("first", "second"))
    rows = sft_rows([example])
    assert rows.rows == [
        {
            "row": 0,
            "prompt": [dict(message) for message in example.messages],
            "completion": [{"role": "assistant", "content": "first"}],
        }
    ]
    assert (rows.ids, rows.given, rows.dropped) == (["e0"], 1, [])


def test_sft_rows_say_what_they_leave_out() -> None:
    one, two, three, four = examples(4)
    rows = sft_rows(
        [
            dataclasses.replace(one, references=()),
            dataclasses.replace(two, references=(" \n",)),
            dataclasses.replace(three, weight=0.0),
            four,
        ]
    )
    assert rows.dropped == [("e0", "empty target"), ("e1", "empty target"), ("e2", "weight 0")]
    assert (rows.ids, rows.rows[0]["row"], rows.given) == (["e3"], 0, 4)


def test_dpo_rows_say_what_they_leave_out() -> None:
    one, two, three, four = sample_pairs(4)
    rows = dpo_rows(
        [
            dataclasses.replace(one, rejected=""),
            dataclasses.replace(two, rejected=two.chosen),
            dataclasses.replace(three, weight=0.0),
            four,
        ]
    )
    assert rows.dropped == [("p0", "empty answer"), ("p1", "both answers are the same"), ("p2", "weight 0")]
    assert rows.rows[0]["chosen"] == [{"role": "assistant", "content": four.chosen}]
    assert rows.rows[0]["rejected"] == [{"role": "assistant", "content": four.rejected}]
