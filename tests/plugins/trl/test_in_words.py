"""What is said of the rows that are learnt.  All figures are invented."""

from shoptune_trl.data_report import in_words


def test_nearly_all_is_never_written_as_all_nor_next_to_nothing_as_none() -> None:
    report = {
        "used": 1000,
        "given": 1000,
        "dropped": {},
        "truncated": 0,
        "tokens": 100_000,
        "tokens_trained": 4,
        "share_masked": 0.99996,
        "stop_token_trained": False,
        "stop_token_share": 0.999,
        "weights": {"min": 1.0, "median": 1.0, "max": 1.0},
        "lengths": {"total": {"p50": 9, "max": 12}},
    }
    said = in_words(report).replace("\N{NO-BREAK SPACE}", " ")
    assert "4 of 100,000 tokens trained (> 99 % masked)" in said
    assert "STOP TOKEN TRAINED IN ONLY > 99 %" in said
