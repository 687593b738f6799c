from collections.abc import Sequence
from itertools import combinations, count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Example, Note, PreferencePair, Record
from shoptune_sales.beta_binomial import Prior, expected_rate, probability_better
from shoptune_sales.preference import DEFAULT_VARIANCE, preference_pairs, prior_of
from shoptune_sales.variants import Variant, differ_only_in_length

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


def prior(*tests: Record, variance: float = DEFAULT_VARIANCE) -> Prior:
    return prior_of([Variant(**record.fields, origin="") for record in tests], variance)


def test_the_text_that_converts_better_is_chosen() -> None:
    tests = [shown("A", HYPE, conversions=40), shown("B", PLAIN, conversions=60)]
    [pair], dropped = decide(tests)
    assert not dropped
    assert (pair.chosen, pair.rejected) == (PLAIN, HYPE)
    assert (pair.messages, pair.group) == (EXAMPLE.messages, "tarn")
    assert pair.origin == "ab.csv:B and ab.csv:A"


def test_a_pair_carries_its_evidence() -> None:
    tests = [shown("A", HYPE, conversions=40), shown("B", PLAIN, conversions=60)]
    [pair], _ = decide(tests)
    better, worse = (expected_rate(2000, conversions, prior(*tests)) for conversions in (60, 40))
    probability = probability_better(2000, 60, 2000, 40, prior(*tests))
    assert pair.evidence == {
        "source": "A/B test",
        "chosen": {
            "variant": "B",
            "exposures": 2000,
            "conversions": 60,
            "rate": better,
            "probability": pytest.approx(probability),
        },
        "rejected": {
            "variant": "A",
            "exposures": 2000,
            "conversions": 40,
            "rate": worse,
            "probability": pytest.approx(1 - probability),
        },
        "probability": pytest.approx(probability),
        "gain": better / worse - 1,
    }


def test_weight_is_gain_times_certainty() -> None:
    [pair], _ = decide([shown("A", HYPE, conversions=40), shown("B", PLAIN, conversions=60)])
    gain, probability = pair.evidence["gain"], pair.evidence["probability"]
    assert 0.3 < gain < 0.5
    assert pair.weight == pytest.approx(gain * (2 * probability - 1))


def test_a_gain_of_more_than_double_counts_as_double() -> None:
    [pair], _ = decide([shown("A", HYPE, conversions=10), shown("B", PLAIN, conversions=90)])
    assert pair.evidence["gain"] > 3
    assert pair.weight == pytest.approx(1, abs=1e-6)


def test_any_two_texts_of_a_test_are_compared() -> None:
    close = shown("B", OTHER, conversions=85)
    pairs, [dropped] = decide([shown("A", HYPE, conversions=40), close, shown("C", PLAIN, conversions=90)])
    assert [(p.chosen, p.rejected) for p in pairs] == [(OTHER, HYPE), (PLAIN, HYPE)]
    assert (dropped.origin, dropped.reason) == ("ab.csv:B and ab.csv:C", "not enough evidence")
    assert dropped.detail.startswith("C is better with probability 0.6")


def test_too_little_evidence() -> None:
    assert reasons([shown("A", PLAIN, conversions=52), shown("B", HYPE, conversions=50)]) == [
        ("ab.csv:A and ab.csv:B", "not enough evidence")
    ]


def test_the_prior_lies_around_the_tests_own_rate() -> None:
    test = shown("A", HYPE, conversions=40), shown("B", PLAIN, conversions=60)
    found = prior(*test, variance=0.04)
    rate = found.conversions / (found.conversions + found.others)
    assert rate == pytest.approx(100.5 / 4001)
    # The relative variance of Beta(a, b) is b / (a (a + b + 1)).
    variance = found.others / (found.conversions * (found.conversions + found.others + 1))
    assert variance == pytest.approx(0.04, rel=0.05)


@pytest.mark.parametrize("conversions", [0, 2000])
def test_a_test_in_which_nobody_or_everybody_bought_has_a_prior(conversions: int) -> None:
    found = prior(shown("A", HYPE, conversions=conversions), shown("B", PLAIN, conversions=conversions))
    assert found.conversions >= 1
    assert found.others > 0
    assert reasons([shown("A", PLAIN, conversions=conversions), shown("B", HYPE, conversions=conversions)]) == [
        ("ab.csv:A and ab.csv:B", "not enough evidence")
    ]


def test_the_less_the_shops_tests_differ_the_more_evidence_is_asked_for() -> None:
    def others(difference: int) -> list[Record]:
        return [
            shown(variant, text, conversions=conversions, product_id=f"other-{i}")
            for i in range(30)
            for variant, text, conversions in (("A", PLAIN, 50 - difference), ("B", HYPE, 50 + difference))
        ]

    test = [shown("A", PLAIN, conversions=64), shown("B", HYPE, conversions=40)]
    assert len(decide([*test, *others(20)])[0]) == 1
    assert len(decide([*test, *others(0)])[0]) == 0


def test_the_note_says_what_was_compared() -> None:
    tests = [shown("A", PLAIN), shown("B", HYPE), shown("C", OTHER), shown("A", PLAIN, product_id="fen-30")]
    [note] = [x for x in preference_pairs(tests, [EXAMPLE], 0.95) if isinstance(x, Note)]
    assert note.topic == "A/B tests"
    assert note.figures == {
        "texts": 4,
        "tests of texts shown side by side": 1,
        "candidate pairs": 3,
        "spread of rates within a test": "50 % (assumed: too few tests to tell)",
    }


def test_examples_are_passed_over_once() -> None:
    tests = [shown("A", HYPE, conversions=40), shown("B", PLAIN, conversions=60)]
    pairs = [x for x in preference_pairs(tests, iter([EXAMPLE]), 0.95) if isinstance(x, PreferencePair)]
    assert len(pairs) == 1


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
    assert (dropped.origin, dropped.reason) == (
        "ab.csv:A and ab.csv:B",
        "the better text states what the facts do not",
    )
    assert dropped.detail == "A: 99 L, 3 kg"


def test_a_winner_that_invents_leaves_the_others_to_be_compared() -> None:
    tests = [shown("A", INVENTED, conversions=99), shown("B", HYPE, conversions=30), shown("C", PLAIN, conversions=80)]
    [pair], dropped = decide(tests)
    assert (pair.chosen, pair.rejected) == (PLAIN, HYPE)
    assert [x.origin for x in dropped] == ["ab.csv:A and ab.csv:B", "ab.csv:A and ab.csv:C"]


def test_a_loser_may_have_invented() -> None:
    [pair], _ = decide([shown("A", INVENTED, conversions=30), shown("B", PLAIN, conversions=90)])
    assert pair.rejected == INVENTED


def test_a_text_cut_short_is_refused() -> None:
    assert reasons([shown("A", PLAIN, conversions=90), shown("B", PLAIN[:28], conversions=30)]) == [
        ("ab.csv:A and ab.csv:B", "differ only in length")
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
        assert pair.evidence["chosen"]["probability"] + pair.evidence["rejected"]["probability"] == pytest.approx(1)
        assert 0 <= pair.weight <= 1
        assert pair.chosen != INVENTED
        assert not differ_only_in_length(pair.chosen, pair.rejected)


@given(figures_of_a_product())
def test_every_candidate_is_kept_or_refused_once(tests: list[Record]) -> None:
    pairs, dropped = decide(tests)
    together = [[record.origin for record in tests if record.fields["start"] == f"2025-03-0{day}"] for day in (1, 2)]
    expected = [set(pair) for group in together for pair in combinations(group, 2)]
    expected += [{group[0]} for group in together if len(group) == 1]
    decided = [{*origin.split(" and ")} for origin in (*(p.origin for p in pairs), *(d.origin for d in dropped))]
    assert sorted(map(sorted, decided)) == sorted(map(sorted, expected))


@given(figures_of_a_product(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(tests: list[Record], random: Any) -> None:
    pairs, _ = decide(tests)
    random.shuffle(tests)
    assert decide(tests)[0] == pairs
