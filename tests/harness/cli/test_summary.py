"""How the recommendation stands on a terminal of 80 columns.  All sentences are invented."""

from __future__ import annotations

import pytest

from shoptune.cli.summary import show_recommendation
from shoptune.recommendation import Recommendation, TaskRecommendation

REASON = "sft is better than base in " + ", ".join(f"metric_{n} 41.3\N{NO-BREAK SPACE}%" for n in range(12)) + "."


def task(name: str, headline: str = "Ship sft.") -> TaskRecommendation:
    return TaskRecommendation(
        task=name, decision="ship", headline=headline, reason=REASON, cautions=["[red]few_shot[/] is ahead " * 6]
    )


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def shown(found: Recommendation, capsys: pytest.CaptureFixture[str]) -> list[str]:
    show_recommendation(found)
    return capsys.readouterr().out.splitlines()


def test_one_task_needs_no_name_and_lines_fit(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(Recommendation(headline="Ship sft.", tasks=[task("description")]), capsys)
    assert lines[0] == "Ship sft."
    assert lines[1].startswith("  sft is better than base in metric_0 41.3\N{NO-BREAK SPACE}%, ")
    assert max(map(len, lines)) < 80
    assert not any(line.lstrip().startswith("%") for line in lines), "a unit stays with its figure"
    first, *others = [line for line in lines if "few_shot" in line]
    assert first.startswith("  ! [red]few_shot[/] is ahead"), "text is no markup"
    assert all(line.startswith("    ") for line in others)


def test_several_tasks_have_one_headline_above_them(capsys: pytest.CaptureFixture[str]) -> None:
    found = Recommendation(headline="Do not ship yet.", tasks=[task("a"), task("b", "Do not tune.")])
    lines = shown(found, capsys)
    assert [line for line in lines if not line.startswith("  ")] == [
        "Do not ship yet.",
        "a: Ship sft.",
        "b: Do not tune.",
    ]


def test_without_tasks_there_is_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(Recommendation(), capsys) == []
