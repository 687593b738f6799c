"""Marks on their way from a metric to the comparison."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import AdditiveMetric, NoOptions
from shoptune.data import Example, Highlight, Prediction, Sample
from shoptune.errors import PluginError
from shoptune.metrics.highlights import highlights_of, read_highlights, write_highlights
from tests.fakes import Shop

TEXT = "a red scarf"
RED = Highlight(start=2, end=5, kind="good", note="states colour: red")
SCARF = Highlight(start=6, end=11, kind="bad", note="claims kind: “scarf”")


def sample() -> Sample:
    example = Example(id="p7", group="p7", messages=())
    return Sample(example=example, prediction=Prediction(example_id="p7", text=TEXT), answer="red")


def metric(*highlights: Any) -> AdditiveMetric[Any]:
    def mark(of: Sample, _: NoOptions) -> Iterable[Highlight]:
        for each in highlights:
            if isinstance(each, Exception):
                raise each
            yield each

    unused: Any = None
    return AdditiveMetric(
        name="m", summary="", options=NoOptions, rows=unused, reduce=unused, higher_is_better=True, highlights=mark
    )


def test_marks_come_in_order() -> None:
    assert highlights_of(metric(SCARF, RED), NoOptions(), sample()) == [RED, SCARF]
    assert highlights_of(metric(), NoOptions(), sample()) == []


@pytest.mark.parametrize(
    ("highlights", "told"),
    [
        ([KeyError("colour")], r"raised KeyError: 'colour'"),
        ([RED, "red"], r"are to be `Highlight`s of kind 'good' or 'bad'; found 'red'"),
        ([Highlight(start=0, end=1, kind="odd", note="")], r"of kind 'good' or 'bad'; found Highlight\("),  # type: ignore[arg-type]
        (
            [Highlight(start=-1, end=1, kind="bad", note="")],
            r"within its prediction's 11 characters .*Highlight\(start=-1",
        ),
        ([Highlight(start=3, end=3, kind="bad", note="")], r"hold one at least; found Highlight\(start=3, end=3"),
        ([Highlight(start=3, end=12, kind="bad", note="")], r"within its prediction's 11 characters .* end=12"),
    ],
)
def test_a_plugin_that_marks_what_is_not_there_is_named(highlights: list[Any], told: str) -> None:
    with pytest.raises(PluginError, match=rf"^Metric 'm': highlights of sample 'p7' .*{told}"):
        highlights_of(metric(*highlights), NoOptions(), sample())


def test_marks_are_kept_as_they_are(tmp_path: Path) -> None:
    highlights = [[RED, SCARF], [], [SCARF]]
    write_highlights(tmp_path / "highlights.jsonl", iter(highlights))
    assert list(read_highlights(tmp_path / "highlights.jsonl")) == highlights


MARKING = """            rows=overlap_rows,
            highlights=lambda sample, options: (
                [Highlight(start=0, end=1, kind="good", note=sample.text)] if sample.text else []
            ),
"""


def test_a_run_puts_them_beside_the_answers(shop: Shop) -> None:
    shop.plugin_source("            rows=overlap_rows,\n", MARKING)
    shop.plugin_source("from shoptune.data import ", "from shoptune.data import Highlight, ")
    assert shop.run().code == 0
    lines = (shop.folder / "reports/fake/samples.jsonl").read_text("utf-8").splitlines()
    answers = [answer for line in lines for answer in json.loads(line)["answers"].values()]
    for answer in answers:
        one = {"metric": "overlap", "start": 0, "end": 1, "kind": "good", "note": answer["text"]}
        assert answer["highlights"] == ([one] if answer["text"] else [])
    assert {bool(answer["highlights"]) for answer in answers} == {True, False}


def test_a_run_stops_where_a_plugin_marks_too_much(shop: Shop) -> None:
    shop.plugin_source("            rows=overlap_rows,\n", MARKING.replace("end=1", "end=10_000"))
    shop.plugin_source("from shoptune.data import ", "from shoptune.data import Highlight, ")
    found = shop.run()
    assert found.code == 3
    assert "Metric 'overlap': highlights of sample" in found.output
