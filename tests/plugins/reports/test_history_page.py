"""The page of the history: every run and every figure is in it, and names are text.  All figures are invented."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from shoptune.history.run_record import CandidateRecord, Figure, MetricRecord, RunRecord, TaskRecord
from shoptune_reports.charts.trends import trends
from shoptune_reports.formats.history_html import render_history_html

HOSTILE = "<script>alert(1)</script>|`x`"
METRIC = MetricRecord(
    task="echo", metric="overlap", component="m", higher_is_better=True, format="share", additive=True, options="{}"
)
TASK = TaskRecord(task="echo", component="t", scored_on="test", examples=9, groups=9, prompts="p", samples="s")
RUN = RunRecord(
    number=1,
    id="r0123456789a",
    created="2026-01-02T03:04:05+00:00",
    experiment="demo",
    baseline="base",
    outcome="passed",
    seed=0,
    command="",
    reports="",
    currency=None,
    versions={},
    plugins={},
    fingerprints={},
    tasks=(TASK,),
    candidates=(CandidateRecord(candidate=HOSTILE, kind="tuned", summary=""),),
    metrics=(METRIC,),
)


def a_figure(value: float | None) -> Figure:
    low, high = (None, None) if value is None else (value - 0.1, value + 0.1)
    return Figure(
        task="echo",
        metric="overlap",
        candidate=HOSTILE,
        value=value,
        low=low,
        high=high,
        difference=0.1,
        difference_low=None,
        difference_high=None,
        verdict=None if value is None else "better",
        n=9,
        invalid=0,
    )


def a_run(number: int, value: float | None, samples: str = "s") -> RunRecord:
    return replace(RUN, number=number, figures=(a_figure(value),), tasks=(replace(TASK, samples=samples),))


@pytest.fixture
def runs() -> list[RunRecord]:
    return [a_run(1, 0.5), a_run(2, None), a_run(4, 0.6), a_run(7, 0.7, "other")]


def test_a_trend_has_every_value_and_breaks_where_other_samples_were_asked(runs: list[RunRecord]) -> None:
    (trend,) = trends(runs)
    assert [(point.run, round(point.value), point.part) for point in trend.points] == [
        (1, 50, 0),
        (4, 60, 0),
        (7, 70, 1),
    ]
    assert trend.breaks == (5.5,)
    assert trend.words == f"overlap, runs 1 to 7: {HOSTILE} from 50 to 70%"


def test_the_page_shows_each_run_and_figure_as_text(runs: list[RunRecord]) -> None:
    html = render_history_html([*runs, replace(a_run(9, 0.3), experiment="other")])["history.html"]
    page = BeautifulSoup(html.replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " "), "html.parser")
    sections = page.select("section")
    assert [section.h2.text for section in sections if section.h2] == ["demo", "other"]
    rows = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in sections[0].select("tbody tr")]
    assert [row[0] for row in rows] == ["7", "4", "2", "1", "1", "2", "4", "7"], "the newest first, then the trend's"
    assert rows[0] == ["7", "2026-01-02 03:04", "✓ passed", f"{HOSTILE} 1 ▲ better", "r0123456789a"]
    assert [row[1] for row in rows[4:]] == ["50.0 % ▲ better", "–", "60.0 % ▲ better", "70.0 % ▲ better"]
    assert [row.th.text for row in page.select("tr.anew") if row.th] == ["7"]
    figures = [figure["data-trend"] for figure in page.select("figure[data-chart=trend]")]
    data = json.loads(page.select('script[type="application/json"]')[0].text)
    assert figures == ["0", "1"]
    assert [plot["points"][0]["run"] for plot in data["trends"]] == [1, 9]
    assert HOSTILE not in html


def test_a_metric_without_any_value_is_not_drawn() -> None:
    assert trends([a_run(1, None)]) == []
