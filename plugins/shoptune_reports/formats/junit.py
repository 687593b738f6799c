"""The format ``junit``: gates and results as test cases, for the test tab of a CI server.

What is red there is what stops the build, and nothing else:

- The suite ``gates`` has a case per gate.  A gate that failed is a failure, with what it saw.  An inconclusive one is a
  failure of type ``inconclusive`` where the gate says that doubt fails the build, else it is skipped.
- The suite ``recommendation`` has a case per task, and one for all where there are several, which says what to do and
  why.  It never fails: a gate may demand that a candidate be recommended.
- A suite per task has a case per metric and candidate, which says the value, interval, difference and verdict.  It
  never fails: that a metric got worse is a finding, and only a gate makes it a fault.  One that nothing could be
  measured of is skipped.

Names hold no figures, since a CI server knows a case again by its name and shows when it turned red.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from junitparser import Failure, Skipped, TestCase
from junitparser.xunit2 import JUnitXml, TestSuite

from shoptune.comparison import Comparison, GateVerdict, MetricInfo, Result
from shoptune.components import Section
from shoptune.formatting import difference, difference_interval, interval, left_out, p_value, prompt_sensitivity, value
from shoptune.recommendation import Recommendation
from shoptune.task_results import TaskResults, task_results
from shoptune_reports.text.gate_names import named_gates
from shoptune_reports.text.plain import printable

__all__ = ["render_junit"]


def render_junit(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return ``junit.xml``, valid by the schema of Jenkins's xUnit plugin (``junit-10.xsd``)."""
    del sections
    report = JUnitXml(printable(comparison.experiment))
    gates = [_gate_case(name, gate) for name, gate in named_gates(comparison.gates)]
    report.add_testsuite(_suite("gates", gates, {}, comparison))
    report.add_testsuite(_suite("recommendation", [*_recommended(comparison.recommendation)], {}, comparison))
    for task in task_results(comparison):
        cases = [
            _result_case(task, metric, result)
            for metric in task.metrics
            for candidate in task.candidates
            if (result := task.results.get((metric.name, candidate.name))) is not None
        ]
        about = {
            "baseline": task.baseline,
            "scored on": task.info.scored_on,
            "examples": str(task.info.examples),
            "groups": str(task.info.groups),
        }
        report.add_testsuite(_suite(task.name, cases, about, comparison))
    report.update_statistics()  # type: ignore[no-untyped-call]
    written = io.BytesIO()
    report.write(written)
    return {"junit.xml": written.getvalue().decode() + "\n"}


def _suite(name: str, cases: list[TestCase], about: Mapping[str, str], comparison: Comparison) -> TestSuite:
    suite = TestSuite(printable(name))  # type: ignore[no-untyped-call]
    suite.timestamp = printable(comparison.provenance.created)
    for key, text in about.items():
        suite.add_property(key, printable(text))
    suite.add_testcases(cases)
    return suite


def _gate_case(name: str, gate: GateVerdict) -> TestCase:
    case = TestCase(printable(name), classname="gates")
    saw = printable(gate.saw)
    if gate.outcome == "passed":
        case.system_out = saw
    elif gate.outcome == "inconclusive" and gate.on_inconclusive == "pass":
        case.result = Skipped(saw, gate.outcome)
    else:
        failure = Failure(saw, gate.outcome)
        failure.text = saw  # some servers show the message alone, some the text alone
        case.result = failure
    return case


def _recommended(found: Recommendation) -> Iterator[TestCase]:
    said = {task.task: (task.headline, task.reason) for task in found.tasks}
    if len(said) > 1:
        said = {"all tasks": (found.headline, found.reason)} | said
    for name, sentences in said.items():
        case = TestCase(printable(name), classname="recommendation")
        case.system_out = printable("\n".join(sentences))
        yield case


def _result_case(task: TaskResults, metric: MetricInfo, result: Result) -> TestCase:
    case = TestCase(printable(result.candidate), classname=printable(f"{task.name}.{metric.name}"))
    if result.value is None:
        why = f": {left_out(result)}" if result.left_out else ""
        case.result = Skipped(f"The metric applies to none of the samples{why}.", "no value")
    else:
        case.system_out = printable("\n".join(_figures(task, metric, result)))
    return case


def _figures(task: TaskResults, metric: MetricInfo, result: Result) -> Iterable[str]:
    """Say all of a result in lines of its own."""
    yield f"value: {value(result.value, metric.format)}"
    if result.interval is not None:
        yield f"95 % interval: {interval(result.interval, metric.format)}"
    if result.reference is not None:
        yield f"references: {value(result.reference, metric.format)}"
    if result.left_out:
        yield left_out(result)
    if result.prompt_sensitivity is not None:
        yield prompt_sensitivity(result.prompt_sensitivity, metric.format)
    if result.difference is not None:
        yield f"difference to {task.baseline}: {difference(result.difference, metric.format)}"
    if result.drawn_interval is not None:
        yield f"interval of the difference: {difference_interval(result.drawn_interval, metric.format)}"
    if result.verdict is not None:
        p = "" if result.p_adjusted is None else f" ({p_value(result.p_adjusted)} after correction)"
        yield f"verdict: {result.verdict}{p}"
    yield f"samples: {result.n}, of which {result.invalid} invalid"
