"""Gates: what a build asks of the comparison, and the exit code that it gets.

`shoptune.deciding.gate_evaluation` holds them against the results.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from shoptune.comparison import GateVerdict, MetricInfo, Slice, gates_outcome
from shoptune.costs import CostName
from shoptune.data import PROMPT_SLICE
from shoptune.described import Described
from shoptune.errors import UsageError, did_you_mean
from shoptune.formatting import listed

__all__ = ["INVALID", "RECOMMENDATION", "Gate", "check_gates", "claims_of", "exit_code"]

INVALID = "invalid"
"""Stands for the share of answers that do not parse, on any task that has no metric of this name."""

RECOMMENDATION = "recommendation"
"""What a gate looks at that asks for neither a metric nor a cost."""

_MUST_BE_RECOMMENDED: JsonDict = {"properties": {"must": {"const": "be_recommended"}}}


def _on(measure: str) -> JsonDict:
    """Return the JSON Schema of a gate on a metric or a cost."""
    return {"required": [measure], "not": _MUST_BE_RECOMMENDED}


def _without(key: str) -> JsonDict:
    return {"not": {"required": [key]}}


_ALONE: JsonDict = {
    "allOf": [
        _MUST_BE_RECOMMENDED,
        *(_without(name) for name in ("metric", "cost", "slice", "margin", "value")),
    ]
}


def _known_form(value: object) -> object:
    """Say what a slice looks like, once and not for each form that it could have."""
    is_one_text = isinstance(value, dict) and len(value) == 1 and all(isinstance(x, str) for x in value.values())
    if value is None or value == "worst" or is_one_text:
        return value
    raise ValueError(
        "a slice is `{category: Bags}`, `{worst: category}` or `worst`, the worst of all; its value is text, "
        'so quote what looks like a number or yes and no: `{size: "42"}`'
    )


SliceAsked = Annotated[
    Literal["worst"] | Annotated[dict[str, str], Field(min_length=1, max_length=1)] | None, BeforeValidator(_known_form)
]


class Gate(Described):
    """One thing that a candidate must achieve on one task: on a metric, in what it costs, or over all.

    - ``be_better``: the verdict against the baseline is *better*; fails on *worse*.
    - ``not_be_worse``: even the pessimistic end of the difference's interval loses at most `margin`; fails where even
      the optimistic end loses more.
    - ``at_least``, ``at_most``: the value itself, without regard to its interval.
    - ``be_recommended``: the recommendation for the task names the candidate, which takes a certain gain, no loss, not
      even a doubtful one, no cheaper rival that does as well, and all other gates on it; needs no metric.

    The worst slice is the one that fails the gate most clearly, or comes nearest to failing it: where it passes, all
    slices do that have groups enough to be judged.  `shoptune.deciding.gate_evaluation` has the statistics of slices.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"oneOf": [_on("metric"), _on("cost"), _ALONE]},
    )

    task: str
    """The task on which the candidate must achieve it, by its name in the experiment file."""
    metric: str | None = None
    """A metric of the task, or ``invalid``: the share of answers that do not parse."""
    cost: CostName | None = None
    """Instead of a metric.  ``tune_...``: of tuning the candidate and those that it was tuned from, whichever task the
    gate names; the others: of answering this task.  Money needs `compare.prices`."""
    candidate: str
    """The candidate that must achieve it."""
    slice: SliceAsked = None
    """A part of the test set: ``{category: Bags}``, ``{worst: category}``, or ``worst`` for the worst slice of all that
    results are broken down by (see `compare.slices`).  None: all samples."""
    must: Literal["be_better", "not_be_worse", "at_least", "at_most", "be_recommended"]
    """What is asked. ``be_better``: a verdict of *better* against the baseline. ``not_be_worse``: a loss of at most
    `margin`, even at the pessimistic end of the difference's interval. ``at_least``, ``at_most``: the value itself
    against `value`. ``be_recommended``: the recommendation is to ship the candidate."""
    margin: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """For ``not_be_worse``: the loss that is still acceptable, in the metric's units (0.02 of a share is two percentage
    points)."""
    value: float | None = Field(default=None, allow_inf_nan=False)
    """For ``at_least`` and ``at_most``: the limit, in the metric's or cost's units."""
    on_inconclusive: Literal["pass", "fail"] = "fail"
    """Whether an inconclusive outcome passes or fails the build; it fails with exit code 4."""

    @property
    def measure(self) -> str:
        """What is looked at: the name of the metric or the cost, or the recommendation."""
        return self.cost or self.metric or RECOMMENDATION

    @property
    def asks_for_recommendation(self) -> bool:
        """Whether it is about the recommendation, and not about one figure."""
        return self.must == "be_recommended"

    @property
    def has_difference(self) -> bool:
        """Whether it looks at the difference to the baseline, and not at the value alone."""
        return self.must in {"be_better", "not_be_worse"}

    @property
    def named_slice(self) -> Slice | None:
        """The one slice that it is about, unless it is about the worst or all samples."""
        if self.slice is None or isinstance(self.slice, str) or "worst" in self.slice:
            return None
        ((by, value),) = self.slice.items()
        return Slice(by=by, value=value)

    @property
    def asks_for_worst(self) -> bool:
        """Whether it is about the worst slice."""
        return self.slice is not None and self.named_slice is None

    @property
    def slice_key(self) -> str | None:
        """What its slices are made by (category, brand, ...); None: by any key."""
        if self.slice is None or isinstance(self.slice, str):
            return None
        ((key, value),) = self.slice.items()
        return value if key == "worst" else key

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.asks_for_recommendation:
            if extra := sorted({"metric", "cost", "slice", "margin", "value"} & self.model_fields_set):
                raise ValueError(
                    f"'must: be_recommended' is about all metrics and samples together: leave out {listed(extra)}"
                )
            return self
        if (self.metric is None) == (self.cost is None):
            found = "both" if self.cost else "neither"
            raise ValueError(
                f"a gate is on either a 'metric' or a 'cost', unless it says 'must: be_recommended'; found {found}"
            )
        if self.cost and self.has_difference:
            raise ValueError(f"'cost' has no interval: use 'at_most' or 'at_least' with a 'value', not '{self.must}'")
        if self.cost and self.slice:
            raise ValueError("'cost' is known for all samples together, and not for a 'slice'")
        if not self.has_difference and self.value is None:
            raise ValueError(f"'must: {self.must}' needs a 'value'")
        if self.has_difference and self.value is not None:
            raise ValueError(f"'value' is for 'at_least' and 'at_most', and means nothing for 'must: {self.must}'")
        if "margin" in self.model_fields_set and self.must != "not_be_worse":
            raise ValueError(f"'margin' is for 'not_be_worse', and means nothing for 'must: {self.must}'")
        return self


def check_gates(
    gates: Sequence[Gate],
    *,
    tasks: Collection[str],
    metrics: Iterable[MetricInfo],
    candidates: Collection[str],
    baseline: str,
    slices: Collection[str] | None,
    priced: bool,
) -> None:
    """Raise `UsageError` for a gate that names what there isn't, or asks what can't be answered.

    `slices` are the keys that results are broken down by (None: all that the samples carry); `priced` says whether the
    experiment gives prices.  Needs no result, so that a run can refuse such a gate before it computes anything.
    """
    known = {(m.task, m.name): m for m in metrics}
    with_verdicts = {task for (task, _), m in known.items() if m.additive and m.higher_is_better is not None}
    for number, gate in enumerate(gates, start=1):
        metric = known.get((gate.task, gate.metric or ""))
        unknown = _unknown(gate, tasks, known, candidates, slices)
        unanswerable = (
            _never_recommended(gate, baseline, with_verdicts)
            if gate.asks_for_recommendation
            else _unanswerable(gate, metric, baseline, priced=priced)
        )
        for fault in chain(unknown, unanswerable):
            raise UsageError(f"Gate {number} ({gate.must}): {fault}")


def claims_of(gates: Iterable[Gate]) -> list[tuple[str, str, str]]:
    """Return what gates claim of all samples, as (task, metric, candidate) in their order: that it got better.

    The others ask for no claim: see `shoptune.deciding.gate_evaluation`.
    """
    return [
        (gate.task, gate.metric, gate.candidate)
        for gate in gates
        if gate.must == "be_better" and gate.metric is not None and gate.slice is None
    ]


def exit_code(verdicts: Iterable[GateVerdict]) -> int:
    """Return 1 if a gate failed, else 4 if one that demands certainty is inconclusive, else 0."""
    return {"failed": 1, "inconclusive": 4}.get(gates_outcome(verdicts), 0)


def _unknown(
    gate: Gate,
    tasks: Collection[str],
    metrics: Collection[tuple[str, str]],
    candidates: Collection[str],
    slices: Collection[str] | None,
) -> Iterator[str]:
    """Yield which names stand for nothing."""
    if gate.task not in tasks:
        yield f"there is no task {gate.task!r}.{did_you_mean(gate.task, tasks)}"
    names = {INVALID, *(name for task, name in metrics if task == gate.task)}
    if gate.metric is not None and gate.metric not in names:
        yield f"task {gate.task!r} has no metric {gate.metric!r}.{did_you_mean(gate.metric, names)}"
    if gate.candidate not in candidates:
        yield f"there is no candidate {gate.candidate!r}.{did_you_mean(gate.candidate, candidates)}"
    key = gate.slice_key
    if key is not None and slices is not None and key not in {*slices, PROMPT_SLICE}:
        yield f"results are not broken down by {key!r}, see `compare.slices`.{did_you_mean(key, slices)}"


def _never_recommended(gate: Gate, baseline: str, with_verdicts: Collection[str]) -> Iterator[str]:
    """Yield why the candidate can't be recommended, whatever the results are."""
    if gate.candidate == baseline:
        yield f"{baseline!r} is the baseline, which the others are compared with; ask it of one of them."
    if gate.task not in with_verdicts:
        yield f"no metric of task {gate.task!r} gives a verdict, so nothing is recommended; name one under `metrics`."


def _unanswerable(gate: Gate, metric: MetricInfo | None, baseline: str, *, priced: bool) -> Iterator[str]:
    """Yield why there can be no answer."""
    if gate.cost and "money" in gate.cost and not priced:
        yield f"{gate.cost!r} needs prices; give them in `compare.prices`."
    if gate.has_difference and gate.candidate == baseline:
        yield f"{baseline!r} is the baseline, and can't be compared with itself."
    if gate.metric and metric is None:
        if gate.slice:
            yield f"{INVALID!r} is counted on all samples only; on slices use a metric that counts such answers."
        if gate.has_difference:
            yield f"{INVALID!r} is a count without interval, so no verdict. Use 'at_most' with a 'value'."
    if metric is None:
        return
    if gate.slice and not metric.additive and gate.slice_key != PROMPT_SLICE:
        yield f"{metric.name!r} has no value on slices (it isn't additive)."
    if gate.has_difference and (metric.higher_is_better is None or not metric.additive):
        lacks = "direction, neither more nor less is better" if metric.additive else "interval (it isn't additive)"
        yield f"{metric.name!r} has no {lacks}, so no verdict. Use 'at_least' or 'at_most' with a 'value'."
