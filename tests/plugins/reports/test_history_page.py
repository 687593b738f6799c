"""The page of the history: every run and every figure is in it, and names are text.  All figures are invented."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from shoptune.comparison import CandidateInfo, GateVerdict, MetricInfo, Result
from shoptune.kept_run import KeptRun
from shoptune.testing.invented_comparison import sample_comparison
from shoptune_reports.charts.trends import trends
from shoptune_reports.formats.history_html import render_history_html

HOSTILE = "<script>alert(1)</script>|`x`"
METRIC = MetricInfo(
    task="echo", name="overlap", metric="m", summary="", higher_is_better=True, format="share", additive=True
)
GATE = GateVerdict(task="echo", metric="overlap", candidate=HOSTILE, must="be_better", outcome="passed", saw="")
INVENTED = sample_comparison()


def a_result(value: float | None) -> Result:
    return Result(
        task="echo",
        metric="overlap",
        candidate=HOSTILE,
        value=value,
        interval=None if value is None else (value - 0.1, value + 0.1),
        difference=0.1,
        verdict=None if value is None else "better",
        n=9,
        invalid=0,
    )


def a_run(number: int, value: float | None, samples: str = "s", experiment: str = "demo") -> KeptRun:
    asked = {"name": "echo", "prompts_fingerprint": "p", "samples_fingerprint": samples}
    comparison = INVENTED.model_copy(
        update={
            "experiment": experiment,
            "tasks": [INVENTED.tasks[0].model_copy(update=asked)],
            "candidates": [CandidateInfo(name=HOSTILE, kind="tuned", summary="")],
            "metrics": [METRIC],
            "results": [a_result(value)],
            "gates": [GATE],
            "provenance": INVENTED.provenance.model_copy(update={"created": "2026-01-02T03:04:05+00:00"}),
            "samples": [],
        }
    )
    return KeptRun(number=number, id="r0123456789a", reports="", comparison=comparison)


@pytest.fixture
def runs() -> list[KeptRun]:
    return [a_run(1, 0.5), a_run(2, None), a_run(4, 0.6), a_run(7, 0.7, "other")]


def test_a_trend_has_every_value_and_breaks_where_other_samples_were_asked(runs: list[KeptRun]) -> None:
    (trend,) = trends(runs)
    assert [(point.run, round(point.value), point.part) for point in trend.points] == [
        (1, 50, 0),
        (4, 60, 0),
        (7, 70, 1),
    ]
    assert trend.breaks == (5.5,)
    assert trend.words == f"overlap, runs 1 to 7: {HOSTILE} from 50 to 70%"


def test_the_page_shows_each_run_and_figure_as_text(runs: list[KeptRun]) -> None:
    html = render_history_html([*runs, a_run(9, 0.3, experiment="other")])["history.html"]
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
