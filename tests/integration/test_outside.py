"""What strangers' plugins can do without a change to the core: ask judges, compute elsewhere, record runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from shoptune.data import Prediction
from shoptune.storage.jsonl import read_jsonl
from tests.fakes import Shop

OUTSIDE = Path(__file__).parents[1] / "outside"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


def with_plugin(shop: Shop, name: str) -> Shop:
    shutil.copy(OUTSIDE / name, shop.folder)
    shop.experiment["plugins"].append(name)
    return shop


def texts(shop: Shop, candidate: str) -> list[str]:
    step = shop.stored("predict", task="echo", candidate=candidate)
    return [p.text for p in read_jsonl(step.path("predictions.jsonl"), Prediction)]


def value(shop: Shop, metric: str, candidate: str) -> float | None:
    (found,) = (
        r["value"]
        for r in shop.comparison()["results"]
        if (r["metric"], r["candidate"], r["slice"]) == (metric, candidate, None)
    )
    assert found is None or isinstance(found, float)
    return found


class TestJudge:
    @pytest.fixture
    def judged(self, shop: Shop) -> Shop:
        with_plugin(shop, "judged.py")
        shop.set("judges", {"strict": {"model": "any", "backend": "length_judge"}})
        return shop.set("tasks.echo.metrics", ["overlap", "found_long", "preferred"])

    def asked(self, shop: Shop) -> int:
        file = shop.folder / "asked.txt"
        count = file.read_text("utf-8").count("\n") if file.exists() else 0
        file.unlink(missing_ok=True)
        return count

    def test_it_is_asked_about_an_answer(self, judged: Shop) -> None:
        assert judged.run().code == 0
        for candidate in ("silence", "base", "drilled"):
            found = texts(judged, candidate)
            assert value(judged, "found_long", candidate) == sum(len(text) >= 20 for text in found) / len(found)

    def test_it_is_asked_about_two_side_by_side_and_its_weakness_for_the_first_is_found(self, judged: Shop) -> None:
        assert judged.run().code == 0
        base, few_shot = texts(judged, "base"), texts(judged, "few_shot")
        gaps = [len(ours) - len(theirs) for ours, theirs in zip(few_shot, base, strict=True)]
        assert any(0 <= gap < 6 for gap in gaps), "else the weakness decides nothing"
        points = [1.0 if gap >= 6 else 0.5 if gap > -6 else 0.0 for gap in gaps]
        assert value(judged, "preferred", "few_shot") == pytest.approx(sum(points) / len(points))
        assert value(judged, "preferred", "base") == 0.5, "beside itself"

    def test_its_cost_is_counted(self, judged: Shop) -> None:
        judged.run()
        path = judged.folder / "reports/fake/comparison.json"
        costs = [c for c in json.loads(path.read_text("utf-8"))["cost"] if c["phase"] == "judge"]
        assert {(c["metric"], c["candidate"]) for c in costs} >= {("found_long", "base"), ("preferred", "drilled")}
        assert {c["tokens_in"] for c in costs if c["metric"] == "found_long"} == {7 * 11}

    def test_nothing_is_asked_twice(self, judged: Shop) -> None:
        judged.run()
        assert self.asked(judged) == 5 * 11 * 3
        judged.run()
        assert self.asked(judged) == 0
        judged.set("candidates.twin", {"model": "fake-twin"}).run()
        assert self.asked(judged) == 11 * 3, "of the new candidate alone"
        judged.set("judges.strict.weakness", 0).run()
        assert self.asked(judged) == 6 * 11 * 3, "another judge is asked anew"

    def test_interrupted_it_goes_on_where_it_was(self, judged: Shop) -> None:
        (judged.folder / "stop at.txt").write_text("7", "utf-8")
        outcome = judged.run()
        assert outcome.code == 3
        assert "plugin 'judged' 1.0) failed: ValueError: stopped at question 7" in outcome.output
        assert self.asked(judged) == 7
        (judged.folder / "stop at.txt").unlink()
        assert judged.run().code == 0
        assert self.asked(judged) == 5 * 11 * 3 - 7

    def test_it_costs_what_is_said_for_all_whoever_answered(self, judged: Shop) -> None:
        prices = {"million_tokens_in": 1e6, "candidates": {"base": {"million_tokens_in": 0}}}
        judged.set("compare.prices", prices).run()
        path = judged.folder / "reports/fake/comparison.json"
        costs = {(c["phase"], c["candidate"], c["metric"]): c for c in json.loads(path.read_text("utf-8"))["cost"]}
        assert costs["predict", "base", None]["money"] == 0
        assert costs["judge", "base", "found_long"]["money"] == 7 * 11

    def test_the_metrics_libraries_decide_what_is_asked(self, judged: Shop) -> None:
        source = (judged.folder / "judged.py").read_text("utf-8")
        changed = source.replace("questions=about_one,", 'questions=about_one,\n        distributions=("numpy",),')
        (judged.folder / "judged.py").write_text(changed, "utf-8")
        step = judged.step("judge", candidate="base", metric="found_long")
        libraries = step.settings["libraries"]
        assert isinstance(libraries, dict)
        assert libraries.keys() == {"numpy"}

    def test_a_tasks_own_metric_can_be_given_one_of_several_by_listing_it(self, judged: Shop) -> None:
        del judged.experiment["tasks"]["echo"]["metrics"]
        judged.plugin_source('metrics=("overlap", "distinct")', 'metrics=("overlap", "found_long")')
        assert judged.run("plan").code == 0, "there is but one"
        outcome = judged.set("judges.lax", {"model": "any", "backend": "length_judge", "weakness": 0}).run("plan")
        assert outcome.code == 2
        said = "list the task's metrics under `metrics:`, and say which: `judge:` with one of lax, strict"
        assert said in outcome.output
        of_both = [{"metric": "found_long", "judge": "strict"}, {"metric": "found_long", "name": "b", "judge": "lax"}]
        assert judged.set("tasks.echo.metrics", of_both).run("plan").code == 0

    @pytest.mark.parametrize(
        ("key", "value", "said"),
        [
            ("judges", {}, "the metric 'found_long' asks a model about answers; name one under `judges:`"),
            (
                "tasks.echo.metrics",
                [{"metric": "found_long", "judge": "strikt"}],
                "tasks.echo.metrics.0.judge: there is no judge 'strikt'. Did you mean 'strict'?",
            ),
            (
                "tasks.echo.metrics",
                [{"metric": "overlap", "judge": "strict"}],
                "the metric 'overlap' asks no model; take `judge` out",
            ),
            (
                "judges.other",
                {"model": "any", "backend": "length_judge"},
                "say which: `judge:` with one of other, strict",
            ),
            (
                "judges.strict.generate",
                {"constrain": True},
                "judges.strict.generate.constrain: the backend 'length_judge' can't hold answers to a JSON Schema",
            ),
        ],
    )
    def test_what_can_not_work_is_refused_with_its_line(self, judged: Shop, key: str, value: Any, said: str) -> None:
        outcome = judged.set(key, value).run()
        assert outcome.code == 2
        assert said in outcome.output
        assert "experiment.yaml:" in outcome.output


class TestExecutor:
    def test_two_processes_come_to_the_same(self, shop: Shop, tmp_path: Path) -> None:
        with_plugin(shop, "pooled.py").set("executor", {"executor": "pooled", "at_once": 2})
        outcome = shop.run()
        assert outcome.code == 0, outcome.output
        assert len(list(shop.folder.glob("process *"))) == 4, "two for the data, two for the rest"
        alone = Shop(tmp_path / "alone")
        assert alone.run().code == 0
        ours, theirs = shop.comparison(), alone.comparison()
        del ours["provenance"]["plugins"], theirs["provenance"]["plugins"]
        assert ours == theirs

    def test_what_fails_is_named(self, shop: Shop) -> None:
        with_plugin(shop, "pooled.py").set("executor", "pooled").fail("batch 2")
        outcome = shop.run()
        assert outcome.code == 3
        assert "predict echo with" in outcome.output
        assert "(plugin 'fake_plugin' 1.2.3) failed: ValueError: batch 2 was asked to raise" in outcome.output

    @pytest.mark.parametrize(
        ("executor", "said"),
        [
            ("poold", "there is no executor 'poold'. Did you mean 'pooled'?"),
            ({"executor": "pooled", "at_one": 2}, "at_one"),
            ({"executor": "pooled", "at_once": 0}, "at_once"),
            ({"executor": "local", "processes": 2}, "processes"),
        ],
    )
    def test_unknown_options_are_refused_with_their_line(self, shop: Shop, executor: Any, said: str) -> None:
        outcome = with_plugin(shop, "pooled.py").set("executor", executor).run()
        assert outcome.code == 2
        assert said in outcome.output
        assert "experiment.yaml:" in outcome.output


class TestObserver:
    def events(self, shop: Shop) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (shop.folder / "record.jsonl").read_text("utf-8").splitlines()]

    @pytest.mark.parametrize("executor", ["local", {"executor": "processes", "processes": 2}])
    def test_it_records_a_run(self, shop: Shop, executor: Any) -> None:
        assert with_plugin(shop, "recorder.py").set("executor", executor).run().code == 0
        first, *steps, last = self.events(shop)
        assert (first["event"], first["experiment"]) == ("run begins", "fake")
        assert {event["step"] for event in steps} == set(first["steps"])
        (drilled,) = (event for event in steps if event["step"] == "tune drilled")
        assert [point["step"] for point in drilled["loss"]] == [1, 2, 3, 4]
        assert last["event"] == "run ends"
        assert last["values"]["overlap of drilled"] == value(shop, "overlap", "drilled")

    def test_it_is_told_of_a_candidate_that_failed(self, shop: Shop) -> None:
        with_plugin(shop, "recorder.py").fail("step 2")
        shop.run()
        events = self.events(shop)
        assert {"event": "step failed", "step": "tune drilled", "error": "ValueError"} in events
        assert events[-1]["event"] == "run ends", "the others are compared without it"

    def test_it_is_told_how_a_run_failed(self, shop: Shop) -> None:
        with_plugin(shop, "recorder.py").fail("examples")
        shop.run()
        failed, last = self.events(shop)[-2:]
        assert (failed["event"], last["event"]) == ("step failed", "run failed")


class TestScoresWhileTuning:
    @pytest.fixture
    def patient(self, shop: Shop) -> Shop:
        shop.experiment["candidates"] = {
            "base": {"model": "fake-model"},
            "patient": {"from": "base", "tune": {"method": "patient"}},
        }
        return with_plugin(shop, "patient.py")

    def test_a_method_keeps_its_best_step_by_the_tasks_own_metric(self, patient: Shop) -> None:
        outcome = patient.run()
        assert outcome.code == 0, outcome.output
        training = patient.stored("tune", candidate="patient").json("training.json")
        values = [row["value"] for row in training["loss"]]
        assert len(values) == 4, "it stopped when a step was no better"
        assert max(values) == values[2]
        weights = patient.stored("tune", candidate="patient").path("adapter") / "weights.json"
        assert json.loads(weights.read_text("utf-8")) == {"skill": 0.9}

    def test_rewards_are_single_texts_values(self, patient: Shop) -> None:
        patient.run()
        training = patient.stored("tune", candidate="patient").json("training.json")
        rewards = [row["reward"] for row in training["loss"]]
        assert rewards == sorted(rewards[:3]) + rewards[3:]
        assert 0 < rewards[0] < rewards[2] <= 1

    def test_the_metrics_options_decide_what_is_learned(self, patient: Shop) -> None:
        def tuned() -> str:
            return patient.step("tune", candidate="patient").fingerprint

        before = tuned()
        patient.set("tasks.echo.metrics", [{"metric": "overlap", "case": False}, "distinct"])
        assert tuned() != before
        before = tuned()
        patient.set("tasks.echo.metrics", [{"metric": "overlap", "case": False}])
        assert tuned() == before, "of a metric that it doesn't ask for"

    def test_a_metric_that_no_task_has_is_refused_with_its_line(self, patient: Shop) -> None:
        outcome = patient.set("candidates.patient.tune.keep", "overlop").run()
        assert outcome.code == 2
        assert "patient asks for the metric 'overlop' while it tunes, and no task that it learns from has it." in (
            outcome.output
        )
        assert "Did you mean 'overlap'?" in outcome.output
        assert "experiment.yaml:" in outcome.output

    def test_the_metrics_libraries_decide_it_too(self, patient: Shop) -> None:
        patient.plugin_source("rows=overlap_rows,", 'rows=overlap_rows,\n            distributions=("numpy",),')
        libraries = patient.step("tune", candidate="patient").settings["libraries"]
        assert isinstance(libraries, dict)
        assert libraries.keys() == {"numpy"}

    @pytest.mark.parametrize("needed", ["baseline_answers", "training"])
    def test_a_metric_that_needs_more_than_answers_is_refused_with_its_line(self, patient: Shop, needed: str) -> None:
        patient.plugin_source("rows=overlap_rows,", f'rows=overlap_rows,\n            needs=frozenset({{"{needed}"}}),')
        outcome = patient.run()
        assert outcome.code == 2
        assert "candidates.patient.tune: patient measures 'overlap' while it tunes" in outcome.output
        assert "experiment.yaml:" in outcome.output

    def test_without_validation_data_it_says_so(self, patient: Shop) -> None:
        outcome = patient.set("tasks.echo.split", {"test": 0.4, "validation": 0}).run()
        assert outcome.code == 2
        assert "patient asks for overlap on validation data, and there is none" in outcome.output

    def test_a_method_that_can_not_say_what_it_measures_is_named(self, patient: Shop) -> None:
        source = (patient.folder / "patient.py").read_text("utf-8")
        (patient.folder / "patient.py").write_text(source.replace("(options.keep,)", "(options.kept,)"), "utf-8")
        outcome = patient.run()
        assert outcome.code == 3
        assert "plugin 'patient' 1.0 raised AttributeError" in outcome.output
