"""Two runs of different days: what changed, what differs, and what can't be compared."""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from scipy import stats

from shoptune.comparison import CandidateInfo, MetricInfo, Result
from shoptune.components import AdditiveMetric, FloatArray, NoOptions
from shoptune.history.changes import Change, changes
from shoptune.history.evidence import Evidence
from shoptune.history.samples import disagreements
from shoptune.kept_run import KeptRun
from shoptune.reporting.asked import Asked, fingerprint_of_prompts, fingerprint_of_samples
from tests.fakes import Outcome, Shop, shoptune
from tests.harness.history.test_history import a_comparison


def compare(shop: Shop, *arguments: str) -> Outcome:
    with contextlib.chdir(shop.folder):
        return shoptune("compare", *arguments)


def found(shop: Shop, *arguments: str) -> dict[str, Any]:
    outcome = compare(shop, *arguments, "--json")
    content: dict[str, Any] = json.loads(outcome.output)
    return content


def by_candidate(content: dict[str, Any], metric: str = "overlap") -> dict[str, dict[str, Any]]:
    return {c["candidate"]: c for c in content["changes"] if c["metric"] == metric}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop with two runs: the second one's `drilled` learnt less; what doesn't learn is as it was."""
    shop = Shop(tmp_path_factory.mktemp("finished") / "shop")
    shop.run()
    shutil.copytree(shop.folder / "reports/fake", shop.folder / "monday")
    shop.set("candidates.drilled.tune.rate", 0.1).run()
    return shop.folder


@pytest.fixture
def two(shop: Shop, finished: Path) -> Shop:
    """The same shop, to be changed."""
    shutil.copytree(finished, shop.folder, dirs_exist_ok=True)
    return shop.set("candidates.drilled.tune.rate", 0.1)


# --- whole runs ------------------------------------------------------------------------------------------------------


def test_says_what_got_worse_and_why_and_what_is_the_same(two: Shop) -> None:
    outcome = compare(two, "1", "2")
    assert outcome.code == 1, "something got worse"
    for said in ("run 1: fake", "run 2: fake", "▼ worse", "= same", "method.options.rate", "0.5", "0.1"):
        assert said in outcome.output
    content = found(two, "1", "2")
    of = by_candidate(content)
    assert {name: change["verdict"] for name, change in of.items()}["drilled"] == "worse"
    assert of["base"]["verdict"] == of["silence"]["verdict"] == "same"
    assert of["drilled"]["low"] < of["drilled"]["difference"] < of["drilled"]["high"] < 0
    assert of["drilled"]["difference"] == pytest.approx(of["drilled"]["after"] - of["drilled"]["before"])
    assert by_candidate(content, "distinct")["drilled"]["low"] is None, "not additive"
    assert {"what": "method.options.rate", "before": "0.5", "after": "0.1", "where": ["tune drilled"]} in content[
        "differences"
    ]


def test_the_other_way_round(two: Shop) -> None:
    assert compare(two, "2", "1").code == 0, "nothing got worse"
    there, back = (by_candidate(found(two, *runs))["drilled"] for runs in (("1", "2"), ("2", "1")))
    assert back["verdict"] == "better"
    assert back["difference"] == pytest.approx(-there["difference"])


def test_a_run_and_itself(two: Shop) -> None:
    outcome = compare(two, "2", "2")
    assert outcome.code == 0
    assert "Nothing else differs." in outcome.output
    assert {change["verdict"] for change in by_candidate(found(two, "2", "2")).values()} == {"same"}


@pytest.mark.parametrize("name", ["monday", "monday/comparison.json"])
@pytest.mark.parametrize("store", [".shoptune", "elsewhere"])
def test_a_run_named_by_its_files_gives_the_same_figures(two: Shop, name: str, store: str) -> None:
    """From ``samples.jsonl`` where the store is another: a mean can be told from its samples' values."""
    content = found(two, name, "reports/fake" if store == "elsewhere" else "2", "--store", store)
    of, expected = by_candidate(content)["drilled"], by_candidate(found(two, "1", "2"))["drilled"]
    assert of["verdict"] == expected["verdict"] == "worse"
    assert of["difference"] == pytest.approx(expected["difference"])
    assert f"{name}: fake" in compare(two, name, "2").output


def test_a_run_by_the_first_letters_of_its_id(two: Shop) -> None:
    first, second = (
        run["id"] for run in json.loads(shoptune("history", "--store", str(two.store.root), "--json").output)
    )
    assert found(two, first[:8], second)["before"]["number"] == 1
    both = compare(two, "r", second)
    assert both.code == 2
    assert f"is an ambiguous run id; it matches {first}, {second}" in both.output


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("1", "9"), "it has runs 1 to 2"),
        (("1", "٢"), "there is no run '٢'"),
        (("1", ""), "there is no run ''"),
        (("1", "%"), "there is no run '%'"),
        (("nowhere/comparison.json", "2"), "there is no nowhere/comparison.json"),
        (("reports", "2"), "there is no reports/comparison.json"),
        (("1", "2", "--task", "eccho"), "Did you mean 'echo'?"),
        (("1", "2", "--json", "--markdown"), "exclude one another"),
    ],
)
def test_what_can_not_be_found(two: Shop, names: tuple[str, ...], said: str) -> None:
    outcome = compare(two, *names)
    assert outcome.code == 2
    assert said in outcome.output
    assert "Traceback" not in outcome.output


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "not JSON"), ("[]", "schema version None"), ('{"schema_version": "0"}', "schema version '0'")],
)
def test_a_file_that_is_no_comparison(two: Shop, content: str, said: str) -> None:
    (two.folder / "x.json").write_text(content)
    outcome = compare(two, "x.json", "2")
    assert outcome.code == 2
    assert said in outcome.output


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("tasks.echo.instruction", "Say:", "echo: the prompts of 11 samples ("),
        ("tasks.echo.split", {"test": 0.6, "validation": 0.2}, "in run 3 alone"),
        ("tasks.echo.score_on", "validation", "in run 2 alone"),
    ],
)
@pytest.mark.parametrize("named", ["by number", "by files"])
def test_other_prompts_and_samples_are_refused_with_what_differs(
    two: Shop, key: str, value: Any, said: str, named: str
) -> None:
    two.set(key, value).run()
    if named == "by number":
        outcome = compare(two, "2", "3")
    else:
        outcome = compare(two, "monday", "reports/fake", "--store", "elsewhere")
        said = said.replace("run 3", "reports/fake").replace("run 2", "monday")
    assert outcome.code == 2
    assert "they were not asked the same" in outcome.output
    assert said in outcome.output


def test_a_task_that_differs_can_be_left_out(two: Shop) -> None:
    sort = {"task": "fake_sort", "data": "shop", "split": {"test": 0.4, "validation": 0.2}}
    two.set("tasks.sort", sort).run()
    two.set("tasks.sort.open_ended", 3).run()
    assert "sort: " in compare(two, "3", "4").output
    assert compare(two, "3", "4", "--task", "echo").code == 0


def test_runs_whose_samples_are_lost_are_compared_by_what_the_history_knows(two: Shop) -> None:
    two.set("tasks.echo.instruction", "Say:").run()
    shutil.rmtree(two.store.root / "steps")
    of = by_candidate(found(two, "1", "2"))["drilled"]
    assert of["difference"] < 0
    assert of["verdict"] is None
    assert "no longer there" in of["remark"]
    outcome = compare(two, "2", "3")
    assert outcome.code == 2
    assert "echo: the prompts differ" in outcome.output


def test_files_without_samples_are_compared_by_what_they_know(two: Shop) -> None:
    (two.folder / "monday/samples.jsonl").unlink()
    of = by_candidate(found(two, "monday", "reports/fake", "--store", "elsewhere"))["drilled"]
    assert of["difference"] < 0
    assert "no longer there" in of["remark"]
    two.set("tasks.echo.instruction", "Say:").run()
    outcome = compare(two, "monday", "reports/fake", "--store", "elsewhere")
    assert outcome.code == 2
    assert "echo: the prompts differ" in outcome.output


def test_a_damaged_samples_file(two: Shop) -> None:
    (two.folder / "monday/samples.jsonl").write_text('{"task": "echo"}\n')
    outcome = compare(two, "monday", "reports/fake", "--store", "elsewhere")
    assert outcome.code == 2
    assert "monday/samples.jsonl:1: no sample of a comparison" in outcome.output


def test_a_metric_with_other_options_is_not_compared(two: Shop) -> None:
    two.set("tasks.echo.metrics", [{"metric": "overlap", "case": False}]).run()
    change = by_candidate(found(two, "2", "3"))["drilled"]
    assert change["difference"] is None
    assert change["remark"] == "measured with other options: not compared"
    what = [difference["what"] for difference in found(two, "2", "3")["differences"]]
    assert "metric distinct of echo" in what


# --- samples ---------------------------------------------------------------------------------------------------------


def asked(number: int, **other: Any) -> Asked:
    fields = {"id": f"p{number}", "group": "g", "prompt": "p", "references": "r", "around": "a"}
    return Asked(**{**fields, **other})


@given(st.permutations([asked(i) for i in range(6)]))
def test_the_order_of_samples_does_not_matter(shuffled: list[Asked]) -> None:
    ordered = [asked(i) for i in range(6)]
    assert list(disagreements(ordered, shuffled, ("a", "b"))) == []
    assert fingerprint_of_prompts(shuffled) == fingerprint_of_prompts(ordered)
    assert fingerprint_of_samples(shuffled) == fingerprint_of_samples(ordered)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ([asked(0)], ["1 sample (p1) in a alone"]),
        ([asked(0), asked(1), asked(2)], ["1 sample (p2) in b alone"]),
        ([asked(0), asked(1, prompt="x")], ["the prompts of 1 sample (p1) differ"]),
        ([asked(0), asked(1, around="x")], ["the prompts of 1 sample (p1) differ"]),
        ([asked(0), asked(1, around=None)], []),
        ([asked(0), asked(1, references="x")], ["the references of 1 sample (p1) differ"]),
        ([asked(0), asked(1, group="x")], []),
    ],
)
def test_how_samples_differ(after: list[Asked], said: list[str]) -> None:
    assert list(disagreements([asked(0), asked(1)], after, ("a", "b"))) == said


# --- statistics ------------------------------------------------------------------------------------------------------


def mean(totals: FloatArray) -> FloatArray:
    value: FloatArray = totals[..., 0] / totals[..., 1]
    return value


def no_rows(*_: object) -> FloatArray:
    raise AssertionError


METRIC = AdditiveMetric(name="m", summary="", options=NoOptions, rows=no_rows, reduce=mean, higher_is_better=True)


def a_run(rows: FloatArray, value: float) -> KeptRun:
    result = Result(task="t", metric="m", candidate="c", value=value, n=len(rows), invalid=0)
    metric = MetricInfo(
        task="t", name="m", metric="m", summary="", higher_is_better=True, format="score", additive=True
    )
    parts = {
        "candidates": [CandidateInfo(name="c", kind="model", summary="")],
        "metrics": [metric],
        "results": [result],
    }
    return KeptRun(reports="", comparison=a_comparison().model_copy(update=parts))


def evidence(rows: FloatArray, order: list[int] | None = None, *, own_values: bool = False) -> Evidence:
    ids = order if order is not None else list(range(len(rows)))
    samples = {"t": [asked(i, group=f"g{i}") for i in ids]}
    return Evidence(asked=samples, rows=lambda *_: rows[ids], own_values=own_values)


def change(before: FloatArray, after: FloatArray, known: dict[str, Any] | None = None, **options: Any) -> Change:
    runs = a_run(before, mean(before.sum(axis=0)).item()), a_run(after, mean(after.sum(axis=0)).item())
    kept = evidence(before), evidence(after, **options)
    (found,) = changes(("t",), runs, kept, {"m": METRIC} if known is None else known, resamples=10_000)
    return found


@pytest.fixture(scope="module")
def rows() -> tuple[FloatArray, FloatArray]:
    chance = np.random.default_rng(5)
    before = chance.normal(1, 1, 80)
    after = before + chance.normal(0.2, 0.4, 80)
    return np.stack([before, np.ones(80)], axis=1), np.stack([after, np.ones(80)], axis=1)


def test_the_interval_is_that_of_paired_differences(rows: tuple[FloatArray, FloatArray]) -> None:
    """Against Student's interval of the mean difference, which scipy gives."""
    expected = stats.ttest_rel(rows[1][:, 0], rows[0][:, 0]).confidence_interval(0.95)
    got = change(*rows)
    assert got.low == pytest.approx(expected.low, abs=0.015)
    assert got.high == pytest.approx(expected.high, abs=0.015)
    assert got.verdict == "better"


def test_samples_in_another_order_are_still_paired(rows: tuple[FloatArray, FloatArray]) -> None:
    order = [int(place) for place in np.random.default_rng(1).permutation(80)]
    assert change(*rows, order=order) == change(*rows)


def test_a_metric_that_is_not_installed_is_read_as_a_mean_where_it_is_one(rows: tuple[FloatArray, FloatArray]) -> None:
    assert change(*rows, known={}) == change(*rows)


def test_rows_of_the_store_and_values_of_a_file_are_paired(rows: tuple[FloatArray, FloatArray]) -> None:
    assert change(*rows, own_values=True) == change(*rows)


def test_rows_that_do_not_give_the_recorded_value_get_no_interval(rows: tuple[FloatArray, FloatArray]) -> None:
    """A metric that counts otherwise by now must not pass its figures off as those of then."""
    other = replace(METRIC, reduce=lambda totals: totals[..., 0] / (totals[..., 1] + 1))
    doubled = tuple(of * [1, 2] for of in rows)
    runs = [a_run(of, 0.123) for of in doubled]
    (got,) = changes(
        ("t",), (runs[0], runs[1]), (evidence(doubled[0]), evidence(doubled[1])), {"m": other}, resamples=100
    )
    assert got.low is None
    assert got.verdict is None
    assert "does not make the recorded values" in got.remark


def test_no_true_change_is_hardly_ever_called_one() -> None:
    """Of 200 pairs of runs without a true difference about 5 % may be better or worse; 11 % would be 4 deviations."""
    chance = np.random.default_rng(3)
    verdicts = []
    for _ in range(200):
        before, after = (np.stack([chance.normal(size=40), np.ones(40)], axis=1) for _ in range(2))
        runs = a_run(before, mean(before.sum(axis=0)).item()), a_run(after, mean(after.sum(axis=0)).item())
        (got,) = changes(("t",), runs, (evidence(before), evidence(after)), {"m": METRIC}, resamples=1000)
        verdicts.append(got.verdict)
    assert sum(verdict != "inconclusive" for verdict in verdicts) <= 22


# --- Markdown --------------------------------------------------------------------------------------------------------


def test_markdown_has_the_same_figures(two: Shop) -> None:
    outcome = compare(two, "1", "2", "--markdown")
    assert outcome.code == 1
    html = MarkdownIt("commonmark").enable("table").render(outcome.output)
    assert html.count("<table>") == 2
    assert "<td>few_shot</td>" in html
    assert "<td>▼ worse</td>" in html


@given(st.text(max_size=20))
def test_names_stay_text_in_markdown(name: str) -> None:
    from shoptune.cli.compare_markdown import _row

    html = MarkdownIt("commonmark").enable("table").render(f"| a | b |\n| --- | --- |\n{_row(name, 'x')}\n")
    assert html.count("<td") == 2
    assert html.count("<") == html.count("<t") + html.count("</t"), "no element but those of the table"
