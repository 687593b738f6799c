"""The format ``openmetrics``: figures as a time series database and GitLab's metrics report read them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from prometheus_client import CollectorRegistry, Enum, Gauge
from prometheus_client.openmetrics.exposition import generate_latest

from shoptune.comparison import Comparison, Cost, GateVerdict, Result
from shoptune.components import Section
from shoptune.prices import Prices
from shoptune.recommendation import Decision
from shoptune_reports.text.gate_names import named_gates
from shoptune_reports.text.plain import printable

__all__ = ["render_openmetrics"]

_OUTCOMES = ("passed", "failed", "inconclusive")


def render_openmetrics(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return ``metrics.txt`` in OpenMetrics 1.0: the results on all samples, the gates and the cost.

    ==============================  ==================================================================================
    ``shoptune_value``              value of a metric; ``_low`` and ``_high`` are the ends of its 95 % interval
    ``shoptune_difference``         paired difference to the baseline; ``_low`` and ``_high`` likewise
    ``shoptune_decision``           1 at what is decided for a task (ship, weigh, keep, no_verdict), else 0
    ``shoptune_recommended``        1 at the candidate that is recommended for a task, 0 at the others
    ``shoptune_gate``               1 at the outcome of a gate (passed, failed, inconclusive), else 0
    ``shoptune_cost_seconds``       per candidate, phase (tune, predict) and task (empty for tuning)
    ``shoptune_cost_tokens``        likewise, by direction (in, out)
    ``shoptune_cost_money``         likewise, by currency, where the experiment gives prices
    ``shoptune_peak_memory_bytes``  likewise
    ==============================  ==================================================================================

    What is not there, or not finite, has no line.  Slices are left out: there may be thousands, and GitLab lists every
    line that a merge request changes.
    """
    del sections
    registry = CollectorRegistry()
    _add_results(registry, [result for result in comparison.results if result.slice is None])
    _add_recommendation(registry, comparison)
    _add_gates(registry, comparison.gates)
    _add_cost(registry, comparison.cost, comparison.prices)
    written: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return {"metrics.txt": written.decode()}


def _add_results(registry: CollectorRegistry, results: Iterable[Result]) -> None:
    labels = ("task", "metric", "candidate")
    of_value = _with_interval("shoptune_value", "Value of a metric on all samples", labels, registry)
    of_difference = _with_interval("shoptune_difference", "Paired difference to the baseline", labels, registry)
    for result in results:
        where = (result.task, result.metric, result.candidate)
        _set(of_value, where, (result.value, *(result.interval or ())))
        _set(of_difference, where, (result.difference, *(result.drawn_interval or ())))


def _add_recommendation(registry: CollectorRegistry, comparison: Comparison) -> None:
    decision = Enum("shoptune_decision", "What is decided", ("task",), registry=registry, states=get_args(Decision))
    recommended = Gauge("shoptune_recommended", "Whether to use it", ("task", "candidate"), registry=registry)
    for found in comparison.recommendation.tasks:
        decision.labels(printable(found.task)).state(found.decision)
        for candidate in comparison.candidates:
            _set([recommended], (found.task, candidate.name), [float(candidate.name == found.recommended)])


def _add_gates(registry: CollectorRegistry, gates: Iterable[GateVerdict]) -> None:
    outcome = Enum("shoptune_gate", "Outcome of a gate", ("gate",), registry=registry, states=_OUTCOMES)
    for name, gate in named_gates(gates):
        outcome.labels(printable(name)).state(gate.outcome)


def _add_cost(registry: CollectorRegistry, costs: Iterable[Cost], prices: Prices | None) -> None:
    labels = ("candidate", "task", "phase")
    seconds = Gauge("shoptune_cost", "Time that a phase took", labels, unit="seconds", registry=registry)
    tokens = Gauge("shoptune_cost", "Tokens of a phase", (*labels, "direction"), unit="tokens", registry=registry)
    memory = Gauge("shoptune_peak_memory", "Peak memory of a phase", labels, unit="bytes", registry=registry)
    money = Gauge("shoptune_cost_money", "Price of a phase", (*labels, "currency"), registry=registry)
    for cost in costs:
        # A task may have several metrics that ask a judge: each is a phase of its own.
        where = (cost.candidate, cost.task or "", f"{cost.phase} {cost.metric}" if cost.metric else cost.phase)
        _set([seconds], where, [cost.seconds])
        _set([tokens], (*where, "in"), [cost.tokens_in])
        _set([tokens], (*where, "out"), [cost.tokens_out])
        _set([memory], where, [cost.peak_memory_bytes])
        if prices:
            _set([money], (*where, prices.currency), [cost.money])


def _with_interval(name: str, meaning: str, labels: Sequence[str], registry: CollectorRegistry) -> Sequence[Gauge]:
    parts = {"": "", "_low": ", low end of the 95 % interval", "_high": ", high end of the 95 % interval"}
    return [Gauge(name + suffix, meaning + of, labels, registry=registry) for suffix, of in parts.items()]


def _set(gauges: Sequence[Gauge], labels: Sequence[str], figures: Sequence[float | None]) -> None:
    """Set the first gauges to the figures; without an interval only the first one has a figure."""
    for gauge, figure in zip(gauges, figures, strict=False):
        if figure is not None and math.isfinite(figure):
            gauge.labels(*map(printable, labels)).set(figure)
