from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Example, PreferencePair, Record
from shoptune_product_description.beta_binomial import probability_better
from shoptune_product_description.preference import differ_only_in_length, preference_pairs

PLAIN = "A moss green pack for slow roads, in waxed cotton."
HYPE = "Simply the pack that everyone wants this year."
OTHER = "You will love it, and so will your friends."
INVENTED = "A moss green pack that holds 99 L and weighs 3 kg."

EXAMPLE = Example(
    id="tarn-27",
    messages=({"role": "user", "content": "Name: Tarn 27"},),
    references=(PLAIN,),
    group="tarn",
    facts={"name": "Tarn 27 Backpack", "material": "waxed cotton", "color": "moss green"},
)


def shown(
    variant: str, text: str, exposures: Any = 2000, conversions: Any = 60, start: str = "2025-03-03", **fields: Any
) -> Record:
    row = {
        "product_id": "tarn-27",
        "variant_id": variant,
        "text": text,
        "exposures": exposures,
        "conversions": conversions,
        "start": start,
        "end": "2025-03-30",
        **fields,
    }
    return Record(
        id=f"{row['product_id']}/{variant}", group=str(row["product_id"]), fields=row, origin=f"ab.csv:{variant}"
    )


def decide(tests: Sequence[Record], threshold: float = 0.95) -> tuple[list[PreferencePair], list[Dropped]]:
    found = list(preference_pairs(tests, [EXAMPLE], threshold))
    return [x for x in found if isinstance(x, PreferencePair)], [x for x in found if isinstance(x, Dropped)]


def reasons(tests: Sequence[Record]) -> list[tuple[str, str]]:
    pairs, dropped = decide(tests)
    assert not pairs
    return [(x.origin, x.reason) for x in dropped]


def test_the_text_that_converts_better_is_chosen() -> None:
    [pair], dropped = decide([shown("A", HYPE, conversions=40), shown("B", PLAIN, conversions=60)])
    assert not dropped
    assert (pair.chosen, pair.rejected) == (PLAIN, HYPE)
    assert (pair.messages, pair.group) == (EXAMPLE.messages, "tarn")
    assert pair.weight == pytest.approx(61 / 41 - 1)
    assert pair.evidence == {
        "source": "A/B test",
        "chosen": {"variant": "B", "exposures": 2000, "conversions": 60},
        "rejected": {"variant": "A", "exposures": 2000, "conversions": 40},
        "probability": probability_better(2000, 60, 2000, 40),
        "gain": pytest.approx(61 / 41 - 1),
    }
    assert pair.origin == "ab.csv:B and ab.csv:A"


def test_a_gain_of_more_than_double_weighs_one() -> None:
    [pair], _ = decide([shown("A", HYPE, conversions=10), shown("B", PLAIN, conversions=90)])
    assert pair.weight == 1
    assert pair.evidence["gain"] == pytest.approx(91 / 11 - 1)


def test_the_best_of_three_is_chosen_over_each_that_it_beats() -> None:
    close = shown("B", OTHER, conversions=85)
    pairs, [dropped] = decide([shown("A", HYPE, conversions=40), close, shown("C", PLAIN, conversions=90)])
    assert [(p.chosen, p.rejected) for p in pairs] == [(PLAIN, HYPE)]
    assert (dropped.origin, dropped.reason) == ("ab.csv:B", "not enough evidence")


def test_too_little_evidence() -> None:
    assert reasons([shown("A", PLAIN, conversions=52), shown("B", HYPE, conversions=50)]) == [
        ("ab.csv:B", "not enough evidence")
    ]


def test_before_and_after_is_no_comparison() -> None:
    tests = [shown("A", PLAIN, conversions=90), shown("B", HYPE, conversions=30, start="2025-03-04")]
    reason = "shown in another period than the product's other texts"
    assert reasons(tests) == [("ab.csv:A", reason), ("ab.csv:B", reason)]


def test_two_figures_of_a_product_are_kept_apart() -> None:
    pairs, dropped = decide(
        [
            shown("A", PLAIN, conversions=90),
            shown("B", HYPE, conversions=30),
            shown("A", PLAIN, conversions=30, start="2025-02-03", end="2025-03-01"),
            shown("C", OTHER, conversions=90, start="2025-02-03", end="2025-03-01"),
        ]
    )
    assert [(p.chosen, p.rejected) for p in pairs] == [(OTHER, PLAIN), (PLAIN, HYPE)]
    assert len({p.id for p in pairs}) == 2
    assert not dropped


def test_a_single_text_is_no_comparison() -> None:
    assert reasons([shown("A", PLAIN)]) == [("ab.csv:A", "the product's only text")]


def test_a_winner_that_invents_is_refused() -> None:
    pairs, [dropped] = decide([shown("A", INVENTED, conversions=90), shown("B", HYPE, conversions=30)])
    assert not pairs
    assert (dropped.origin, dropped.reason) == ("ab.csv:A", "states what the facts do not")
    assert dropped.detail == "99 L, 3 kg"


def test_a_winner_that_invents_leaves_the_others_to_be_compared() -> None:
    tests = [shown("A", INVENTED, conversions=95), shown("B", HYPE, conversions=30), shown("C", PLAIN, conversions=90)]
    [pair], [dropped] = decide(tests)
    assert (pair.chosen, pair.rejected) == (PLAIN, HYPE)
    assert dropped.origin == "ab.csv:A"


def test_a_loser_may_have_invented() -> None:
    [pair], _ = decide([shown("A", INVENTED, conversions=30), shown("B", PLAIN, conversions=90)])
    assert pair.rejected == INVENTED


def test_a_text_cut_short_is_refused() -> None:
    assert reasons([shown("A", PLAIN, conversions=90), shown("B", PLAIN[:28], conversions=30)]) == [
        ("ab.csv:B", "differs from the better text only in length")
    ]


@pytest.mark.parametrize(
    ("one", "other", "only_length"),
    [
        ("A pack. It holds 27 L.", "A pack.", True),
        ("It holds 27 L.", "A pack.  It holds\n27 L", True),
        ("A pack.", "a PACK", True),
        ("背包。容量27升。", "背包。", True),
        ("A pack in moss green.", "A pack in green.", False),
        ("A pack. It holds 27 L.", "It holds 27 L. A pack.", False),
    ],
)
def test_what_differs_only_in_length(one: str, other: str, only_length: bool) -> None:
    assert differ_only_in_length(one, other) is only_length
    assert differ_only_in_length(other, one) is only_length


def test_a_product_that_is_no_example() -> None:
    assert reasons([shown("A", PLAIN, product_id="fen-30")]) == [("ab.csv:A", "no example for its product")]


@pytest.mark.parametrize(
    ("bad", "detail"),
    [
        ({"exposures": "many"}, "exposures: Input should be a valid integer"),
        ({"exposures": 0}, "exposures: Input should be greater than 0"),
        ({"conversions": -1}, "conversions: Input should be greater than or equal to 0"),
        ({"conversions": 2001}, "2001 conversions of 2000 exposures"),
        ({"start": "2025-04-30"}, "it ends on 2025-03-30, before it starts on 2025-04-30"),
        ({"end": ""}, "end: "),
        ({"text": "  "}, "text: String should have at least 1 character"),
        ({"variant_id": None}, "variant_id: Input should be a valid string"),
    ],
)
def test_a_bad_row_is_dropped_with_its_field(bad: dict[str, Any], detail: str) -> None:
    found = list(preference_pairs([shown("A", **{"text": PLAIN, **bad})], [EXAMPLE], 0.95))
    [dropped] = found
    assert isinstance(dropped, Dropped)
    assert (dropped.origin, dropped.reason) == ("ab.csv:A", "not a variant's figures")
    assert detail in dropped.detail


def test_figures_may_come_as_text() -> None:
    [_], _ = decide([shown("A", PLAIN, "2000", "90"), shown("B", HYPE, "2000", "30")])


@st.composite
def figures_of_a_product(draw: st.DrawFn) -> list[Record]:
    number = count()
    row = st.builds(
        lambda text, exposures, share, start: shown(
            f"V{next(number)}", text, exposures, round(exposures * share), f"2025-03-0{start}"
        ),
        st.sampled_from([PLAIN, HYPE, OTHER, INVENTED, PLAIN[:20]]),
        st.integers(1, 4000),
        st.floats(0, 0.1),
        st.integers(1, 2),
    )
    return draw(st.lists(row, max_size=6))


@given(figures_of_a_product(), st.floats(0.51, 0.99))
def test_the_rule_holds_whatever_the_figures(tests: list[Record], threshold: float) -> None:
    pairs, _ = decide(tests, threshold)
    rows = {record.origin: record.fields for record in tests}
    for pair in pairs:
        chosen, rejected = (rows[origin] for origin in pair.origin.split(" and "))
        assert chosen["start"] == rejected["start"]
        assert pair.evidence["probability"] >= threshold
        assert pair.evidence["probability"] == probability_better(
            chosen["exposures"], chosen["conversions"], rejected["exposures"], rejected["conversions"]
        )
        assert 0 <= pair.weight <= 1
        assert pair.chosen != INVENTED
        assert not differ_only_in_length(pair.chosen, pair.rejected)


@given(figures_of_a_product())
def test_every_variant_is_paired_or_accounted_for(tests: list[Record]) -> None:
    pairs, dropped = decide(tests)
    losers = [pair.origin.split(" and ")[1] for pair in pairs] + [x.origin for x in dropped]
    assert len(losers) == len(set(losers))
    winners = {pair.origin.split(" and ")[0] for pair in pairs}
    unnamed = {record.origin for record in tests} - {*losers} - winners
    # Only the best text of a test that gave no pair goes unnamed: its rivals say why.
    periods = [record.fields["start"] for record in tests if record.origin in unnamed]
    assert len(periods) == len(set(periods))


@given(figures_of_a_product(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(tests: list[Record], random: Any) -> None:
    pairs, _ = decide(tests)
    random.shuffle(tests)
    assert decide(tests)[0] == pairs
