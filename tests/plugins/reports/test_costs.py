"""The section on cost: what candidates cost, what tuning brought for its price, and the Pareto front."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st

from shoptune.comparison import Comparison, GateVerdict
from shoptune.prices import Prices
from shoptune.task_results import task_results
from shoptune_reports.charts.pareto import front
from shoptune_reports.formats.html import render_html
from shoptune_reports.html.task_view import TaskView, task_views
from shoptune_reports.text.costs import Amount, cost_sentences

Build = Callable[..., Comparison]

PRICES = Prices(currency="CHF", machine_hour=3.6, million_tokens_out=100)
ASKS_FOR_CLAIMS = GateVerdict(
    task="description", metric="unsupported_claims", candidate="sft", must="be_better", outcome="passed", saw=""
)


@pytest.fixture(scope="module")
def priced(comparison: Comparison) -> Comparison:
    """The comparison at 0.001 CHF a second and 0.0001 CHF a token written."""
    paid = [
        cost.model_copy(update={"money": PRICES.of(seconds=cost.seconds, tokens_out=cost.tokens_out)})
        for cost in comparison.cost
    ]
    return comparison.model_copy(update={"cost": paid, "prices": PRICES})


def section(comparison: Comparison) -> TaskView:
    (view,) = task_views(comparison)
    return view


def cost_html(comparison: Comparison) -> BeautifulSoup:
    page = BeautifulSoup(render_html(comparison, [])["report.html"], "html.parser")
    return BeautifulSoup(str(page.select_one("#cost")), "html.parser")


def text(soup: Tag) -> str:
    return " ".join(soup.get_text(" ").split())


# --- costs -----------------------------------------------------------------------------------------------------------


def test_tuning_counts_with_what_it_was_tuned_from(comparison: Comparison) -> None:
    tuning = {cost.candidate.name: cost.tuning for cost in section(comparison).costs}
    assert tuning["sft"] == Amount(252.0, None)
    assert tuning["dpo"] == Amount(252.0 + 131.5, None)
    assert tuning["base"] == tuning["template"] == Amount(0, None)


def test_answers_count_by_the_thousand(priced: Comparison) -> None:
    costs = {cost.candidate.name: cost for cost in section(priced).costs}
    assert costs["sft"].thousand.seconds == pytest.approx(40.2 / 48 * 1000)
    assert costs["sft"].thousand.money == pytest.approx((40.2 * 0.001 + 3028 * 0.0001) / 48 * 1000)
    assert costs["sft"].tokens_in == pytest.approx(7120 / 48)
    assert costs["sft"].tokens_out == pytest.approx(3028 / 48)
    assert costs["template"].thousand == Amount(None, None), "it was not measured"


def test_answers_are_called_as_the_task_calls_them(build: Build, comparison: Comparison) -> None:
    other = build(tasks=[comparison.tasks[0].model_copy(update={"answers_called": "limericks"})])
    assert "A thousand limericks" in text(cost_html(other))
    assert "tuning and the first thousand limericks" in text(cost_html(other))


def test_sentences_count_all_that_was_tuned_and_a_thousand_answers(priced: Comparison) -> None:
    def said(comparison: Comparison, candidate: str | None) -> str:
        return cost_sentences(comparison, task_results(comparison)[0], candidate).replace("\N{NO-BREAK SPACE}", " ")

    assert said(priced, "dpo") == (
        "Tuning dpo, and sft before it, took 6 min 24 s (0.38 CHF), once. "
        "A thousand answers take dpo 13 min 49 s (6.97 CHF) and base 21 min 17 s (13.12 CHF)."
    )
    assert said(priced, "template") == "A thousand answers take base 21 min 17 s (13.12 CHF)."
    free = [cost.model_copy(update={"money": None}) for cost in priced.cost]
    assert "CHF" not in said(priced.model_copy(update={"cost": free}), "dpo")
    assert said(priced.model_copy(update={"cost": []}), "dpo") == ""
    assert said(priced, None) == ""


# --- gains -----------------------------------------------------------------------------------------------------------


def test_a_gain_is_divided_by_all_the_tuning_it_took(priced: Comparison) -> None:
    found = section(priced).gains
    assert (found.time, found.money) == ("a minute", 0.01)
    sft, dpo = (gain for gain in found.rows if gain.finding.metric.name == "rouge_l")
    assert [gain.cost.candidate.name for gain in (sft, dpo)] == ["sft", "dpo"]
    assert sft.for_time
    assert dpo.for_time
    assert dpo.for_money
    assert sft.for_time.value == pytest.approx((0.313 - 0.169) / 252.0 * 60)
    assert dpo.for_time.value == pytest.approx((0.316 - 0.169) / 383.5 * 60)
    assert dpo.for_time.interval == pytest.approx(((0.147 - 0.022) / 383.5 * 60, (0.147 + 0.022) / 383.5 * 60))
    assert dpo.for_money.value == pytest.approx(0.147 / 0.3835 * 0.01)


def test_nothing_is_divided_where_nothing_is_certain(build: Build) -> None:
    rows = section(build(gates=[ASKS_FOR_CLAIMS])).gains.rows
    found = [gain for gain in rows if gain.finding.metric.name == "unsupported_claims"]
    assert [gain.finding.result.verdict for gain in found] == ["inconclusive"] * 2
    assert [gain.for_time for gain in found] == [None] * 2


def test_hours_of_tuning_are_counted_in_hours(build: Build, comparison: Comparison) -> None:
    slow = [cost.model_copy(update={"seconds": cost.seconds * 100}) for cost in comparison.cost]
    found = section(build(cost=slow)).gains
    assert found.time == "an hour"
    assert found.rows[0].for_time
    assert found.rows[0].for_time.value == pytest.approx(0.144 / 7.0)


# --- the Pareto front ------------------------------------------------------------------------------------------------


def test_the_front_is_who_is_beaten_by_nobody_in_both() -> None:
    values, amounts = [0.1, 0.4, 0.3, 0.4, None, 0.9], [1.0, 3.0, 4.0, 3.0, 0.5, None]
    assert front(values, amounts, higher=True) == (0, 1, 3), "2 is beaten by 1; 1 and 3 are equal; 4 and 5 lack one"
    assert front(values, amounts, higher=False) == (0,)


POINTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


@given(POINTS)
def test_nobody_on_the_front_is_beaten_and_everybody_else_is(points: list[tuple[int, int]]) -> None:
    found = set(front([value for value, _ in points], [amount for _, amount in points], higher=True))
    assert found
    for number, (value, amount) in enumerate(points):
        beaten = any(v >= value and a <= amount and (v, a) != (value, amount) for v, a in points)
        assert (number in found) is not beaten


def test_the_plot_has_every_metric_with_a_direction_and_every_cost(priced: Comparison) -> None:
    plot = section(priced).pareto
    assert plot is not None
    assert "words" not in [metric.name for metric in plot.metrics]
    assert [(cost.name, cost.unit) for cost in plot.costs] == [
        ("tuning and the first thousand descriptions", "CHF"),
        ("a thousand descriptions, without tuning", "CHF"),
        ("tuning and the first thousand descriptions", "minutes"),
        ("a thousand descriptions, without tuning", "minutes"),
    ]
    sft = plot.candidates.index("sft")
    assert plot.costs[2].amounts[sft] == pytest.approx((252.0 + 40.2 / 48 * 1000) / 60)
    assert plot.costs[2].words[sft] == "18\N{NO-BREAK SPACE}min 10\N{NO-BREAK SPACE}s"
    assert plot.metrics[plot.chosen].name == "rouge_l"


def test_who_is_on_the_front_depends_on_how_cost_is_counted(comparison: Comparison) -> None:
    plot = section(comparison).pareto
    assert plot is not None
    with_tuning, without = ({plot.candidates[number] for number in of_cost} for of_cost in plot.fronts[plot.chosen])
    # DPO is a little better and answers a little quicker than SFT, from which it was tuned on.
    assert with_tuning == {"sft", "dpo"}
    assert without == {"dpo"}


def test_one_candidate_makes_no_plot(build: Build, comparison: Comparison) -> None:
    assert section(build(cost=comparison.cost[:1])).pareto is None


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_says_it_without_the_plot(priced: Comparison) -> None:
    soup = cost_html(priced)
    rows = {row.th.get_text(" ", strip=True): text(row) for row in soup.select("table.costs tbody tr") if row.th}
    assert "7 min 52 s" not in rows["base"]
    assert rows["sft"].endswith("0.313 78.2 % 4 min 12 s 0.25 CHF 13 min 58 s 7.15 CHF 148 → 63")
    assert rows["template"].endswith("0.221 100.0 % none – –")
    assert [name for name in rows if name.endswith("on the front")] == ["dpo on the front"]
    assert "On the front: dpo ." in text(soup)
    assert "3.60 CHF for an hour of the machine" in text(soup)
    assert not soup.select("[hidden] table")


def test_without_prices_the_page_says_how_to_have_them(comparison: Comparison) -> None:
    soup = cost_html(comparison)
    assert "CHF" not in text(soup)
    assert "prices" in text(soup)
    assert "minute of tuning" in text(soup)


def test_the_accelerators_memory_is_shown_where_there_is_one(build: Build, comparison: Comparison) -> None:
    assert "Accelerator" not in text(cost_html(comparison))
    first, *others = comparison.cost
    used = build(cost=[first.model_copy(update={"peak_accelerator_bytes": 3 * 2**30}), *others])
    assert "3.0\N{NO-BREAK SPACE}GiB" in cost_html(used).get_text()


def test_the_rate_of_a_candidate_without_certain_gain_is_put_in_words(build: Build) -> None:
    assert "nothing certain" in text(cost_html(build(gates=[ASKS_FOR_CLAIMS])))
