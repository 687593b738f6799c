"""Gates: what a CI build asks of the comparison, and the exit code that it gets."""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shoptune.comparison import GateVerdict, MetricInfo, Result, Verdict
from shoptune.errors import UsageError, did_you_mean

__all__ = ["Gate", "check_gates", "exit_code", "judge"]

Outcome = Literal["passed", "failed", "inconclusive"]

_OF_VERDICT: dict[Verdict | None, Outcome] = {"better": "passed", "worse": "failed"}


class Gate(BaseModel):
    """One thing that a candidate must achieve on one metric of one task.

    - ``be_better``: the verdict against the baseline is *better*; fails on *worse*.
    - ``not_be_worse``: even the pessimistic end of the difference's interval loses at most `margin`; fails where even
      the optimistic end loses more.
    - ``at_least``, ``at_most``: the value itself, without regard to its interval.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: str
    metric: str
    candidate: str
    must: Literal["be_better", "not_be_worse", "at_least", "at_most"]
    margin: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """How much worse is still all right, in the metric's units (0.02 of a share is two percentage points)."""
    value: float | None = Field(default=None, allow_inf_nan=False)
    """The limit of ``at_least`` and ``at_most``."""
    on_inconclusive: Literal["pass", "fail"] = "fail"

    @model_validator(mode="after")
    def _figures_fit(self) -> Self:
        limit = self.must in {"at_least", "at_most"}
        if limit and self.value is None:
            raise ValueError(f"'must: {self.must}' needs a 'value'")
        if not limit and self.value is not None:
            raise ValueError(f"'value' is for 'at_least' and 'at_most', and means nothing for 'must: {self.must}'")
        if "margin" in self.model_fields_set and self.must != "not_be_worse":
            raise ValueError(f"'margin' is for 'not_be_worse', and means nothing for 'must: {self.must}'")
        return self


def check_gates(
    gates: Sequence[Gate], metrics: Iterable[MetricInfo], candidates: Collection[str], baseline: str
) -> None:
    """Raise `UsageError` for a gate that names what there isn't, or asks what can't be answered.

    Needs no result, so that a run can refuse such a gate before it computes anything.
    """
    known = {(m.task, m.name): m for m in metrics}
    for number, gate in enumerate(gates, start=1):
        where = f"Gate {number} ({gate.must})"
        tasks = {task for task, _ in known}
        if gate.task not in tasks:
            raise UsageError(f"{where}: there is no task {gate.task!r}.{did_you_mean(gate.task, tasks)}")
        names = {name for task, name in known if task == gate.task}
        if gate.metric not in names:
            raise UsageError(
                f"{where}: task {gate.task!r} has no metric {gate.metric!r}.{did_you_mean(gate.metric, names)}"
            )
        if gate.candidate not in candidates:
            raise UsageError(
                f"{where}: there is no candidate {gate.candidate!r}.{did_you_mean(gate.candidate, candidates)}"
            )
        if gate.must in {"at_least", "at_most"}:
            continue
        metric = known[gate.task, gate.metric]
        if gate.candidate == baseline:
            raise UsageError(f"{where}: {baseline!r} is the baseline, and can't be compared with itself.")
        if metric.higher_is_better is None or not metric.additive:
            lacks = "direction, neither more nor less is better" if metric.additive else "interval (it isn't additive)"
            raise UsageError(
                f"{where}: {gate.metric!r} has no {lacks}, so no verdict. Use 'at_least' or 'at_most' with a 'value'."
            )


def judge(
    gates: Sequence[Gate], results: Iterable[Result], metrics: Iterable[MetricInfo], baseline: str
) -> list[GateVerdict]:
    """Hold each gate against the results on all samples; raises `UsageError` as `check_gates` does."""
    found = {(r.task, r.metric, r.candidate): r for r in results if r.slice is None}
    known = {(m.task, m.name): m for m in metrics}
    check_gates(gates, known.values(), {candidate for _, _, candidate in found}, baseline)
    return [
        _verdict(gate, found[gate.task, gate.metric, gate.candidate], known[gate.task, gate.metric], baseline)
        for gate in gates
    ]


def exit_code(gates: Sequence[Gate], verdicts: Sequence[GateVerdict]) -> int:
    """Return 1 if a gate failed, else 4 if one that demands certainty is inconclusive, else 0."""
    if any(verdict.outcome == "failed" for verdict in verdicts):
        return 1
    open_ones = (
        gate.on_inconclusive == "fail"
        for gate, verdict in zip(gates, verdicts, strict=True)
        if verdict.outcome == "inconclusive"
    )
    return 4 if any(open_ones) else 0


def _verdict(gate: Gate, result: Result, metric: MetricInfo, baseline: str) -> GateVerdict:
    return GateVerdict(
        task=gate.task,
        metric=gate.metric,
        candidate=gate.candidate,
        must=gate.must,
        outcome=_outcome(gate, result, higher_is_better=metric.higher_is_better is True),
        saw=_saw(gate, result, baseline),
    )


def _outcome(gate: Gate, result: Result, *, higher_is_better: bool) -> Outcome:
    """Return whether the gate is met; inconclusive also where there is nothing to judge by."""
    if result.value is None:
        return "inconclusive"
    if gate.value is not None:
        met = result.value >= gate.value if gate.must == "at_least" else result.value <= gate.value
        return "passed" if met else "failed"
    if gate.must == "be_better":
        return _OF_VERDICT.get(result.verdict, "inconclusive")
    if result.difference_interval is not None:
        low, high = result.difference_interval
        worst, best = (low, high) if higher_is_better else (-high, -low)
        if worst >= -gate.margin:
            return "passed"
        if best < -gate.margin:
            return "failed"
    return "inconclusive"


def _saw(gate: Gate, result: Result, baseline: str) -> str:
    """Say in one sentence what the outcome rests on, in the units of the experiment file."""
    if result.value is None:
        return f"{result.metric} of {result.candidate} has no value: it applies to none of the samples."
    saw = f"{result.metric} of {result.candidate} is {result.value:.4g}"
    if gate.value is not None:
        return f"{saw}; asked is {gate.must.replace('_', ' ')} {gate.value:.4g}."
    if result.difference is None:
        return f"{saw}, and {baseline} has no value to compare it with."
    saw += f", {result.difference:+.4g}"
    if result.difference_interval is None:
        return f"{saw} against {baseline}, with too few groups for an interval."
    low, high = result.difference_interval
    saw += f" [{low:.4g}, {high:.4g}] against {baseline}"
    if gate.must == "be_better":
        p = "" if result.p_adjusted is None else f" ({_p(result.p_adjusted)} after correction)"
        return f"{saw}: {result.verdict}{p}."
    return f"{saw}; allowed is {f'a loss of {gate.margin:.4g}' if gate.margin else 'no loss'}."


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
