"""The OpenMetrics report, read back by the format's reference parser."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from shoptune.comparison import Comparison
from shoptune.prices import Prices
from shoptune.testing.hostile import CONTROLS, everywhere
from shoptune_reports.formats.openmetrics import render_openmetrics
from shoptune_reports.text.plain import printable
from tests.plugins.reports.hostile import texts

Build = Callable[..., Comparison]
Labels = dict[str, str]


def parsed(comparison: Comparison) -> dict[str, list[tuple[Labels, float]]]:
    """Sample name -> labels and value of each."""
    found: dict[str, list[tuple[Labels, float]]] = {}
    text = render_openmetrics(comparison, [])["metrics.txt"]
    for family in text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def one(found: list[tuple[Labels, float]], **labels: str) -> float:
    (value,) = [value for had, value in found if had.items() >= labels.items()]
    return value


def test_results_are_there_with_their_intervals(comparison: Comparison) -> None:
    found = parsed(comparison)
    for result in comparison.results:
        if result.slice is None:
            where = {"task": result.task, "metric": result.metric, "candidate": result.candidate}
            assert one(found["shoptune_value"], **where) == result.value
            if result.interval:
                ends = (one(found["shoptune_value_low"], **where), one(found["shoptune_value_high"], **where))
                assert ends == result.interval
            if result.difference is not None:
                assert one(found["shoptune_difference"], **where) == result.difference
    whole = [result for result in comparison.results if result.slice is None]
    assert len(found["shoptune_value"]) == len(whole)
    assert len(found["shoptune_value_low"]) == sum(result.interval is not None for result in whole)
    assert len(found["shoptune_difference_high"]) == sum(result.difference_interval is not None for result in whole)


def test_a_gate_is_in_one_state(comparison: Comparison) -> None:
    found = parsed(comparison)["shoptune_gate"]
    assert len(found) == 3 * len(comparison.gates)
    assert [(had["gate"], had["shoptune_gate"]) for had, value in found if value] == [
        ("description: rouge_l of sft must be better", "passed"),
        ("description: unsupported_claims of dpo must not be worse", "inconclusive"),
    ]


def test_the_decision_and_who_is_recommended_are_there_by_task(comparison: Comparison) -> None:
    found = parsed(comparison)
    decided = {labels["shoptune_decision"]: value for labels, value in found["shoptune_decision"]}
    assert decided == {"ship": 1, "weigh": 0, "keep": 0, "no_verdict": 0}
    recommended = {labels["candidate"]: value for labels, value in found["shoptune_recommended"]}
    assert recommended == {"template": 0, "base": 0, "few_shot": 0, "sft": 1, "dpo": 0}
    assert {labels["task"] for labels, _ in found["shoptune_recommended"]} == {"description"}


def test_cost_is_there_by_phase(comparison: Comparison) -> None:
    found = parsed(comparison)
    assert one(found["shoptune_cost_seconds"], candidate="sft", phase="tune", task="") == 252.0
    assert one(found["shoptune_cost_seconds"], candidate="sft", phase="predict", task="description") == 40.2
    assert one(found["shoptune_cost_tokens"], candidate="base", direction="in") == 7120
    assert one(found["shoptune_cost_tokens"], candidate="base", direction="out") == 5683
    assert one(found["shoptune_peak_memory_bytes"], candidate="dpo", phase="tune") == 2_688_490_188
    assert len(found["shoptune_peak_memory_bytes"]) == 5  # of the sixth it is not known


def test_money_is_there_where_there_are_prices(build: Build, comparison: Comparison) -> None:
    (first, *_) = comparison.cost
    paid = parsed(build(cost=[first.model_copy(update={"money": 0.125})], prices=Prices(currency="CHF")))
    assert one(paid["shoptune_cost_money"], candidate="base", currency="CHF", phase="predict") == 0.125
    assert "shoptune_cost_money" not in parsed(comparison)


def test_what_is_not_there_or_not_finite_has_no_line(build: Build, comparison: Comparison) -> None:
    base = next(result for result in comparison.results if result.candidate == "base")
    broken = base.model_copy(update={"value": None, "interval": (float("nan"), float("inf"))})
    found = parsed(build(results=[broken], gates=[], cost=[]))
    assert found.keys() == {"shoptune_decision", "shoptune_recommended"}


def test_lines_are_named_alike_in_every_run(comparison: Comparison) -> None:
    """A metrics report compares what stands before the last space of a line."""
    lines = render_openmetrics(comparison, [])["metrics.txt"].splitlines()
    names = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]
    assert len(set(names)) == len(names)
    assert lines[-1] == "# EOF"
    assert 'shoptune_value{candidate="sft",metric="rouge_l",task="description"} 0.313' in lines


def test_control_characters_end_no_line(comparison: Comparison) -> None:
    found = parsed(everywhere(comparison, CONTROLS))
    assert {had["task"] for had, _ in found["shoptune_value"]} == {"description" + printable(CONTROLS)}


def test_hostile_text_stays_in_its_label(hostile: Comparison) -> None:
    states = parsed(hostile)["shoptune_gate"]
    assert len(states) == 3 * len(hostile.gates)
    assert hostile.gates[0].must.replace("_", " ") in states[0][0]["gate"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_any_text_reads_back(comparison: Comparison, text: str) -> None:
    found = parsed(everywhere(comparison, text))["shoptune_value"]
    assert {had["metric"] for had, _ in found} == {printable(metric.name + text) for metric in comparison.metrics}
