"""A remote model that can only write, brought by a plugin from outside, beside a local one."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from shoptune.errors import UsageError
from shoptune.testing import check_backend, check_plugin, only_plugin
from tests.fakes import Shop

PLUGIN = Path(__file__).parents[1] / "outside" / "write_only.py"
API: dict[str, Any] = {"model": "big-model", "backend": "write_only", "as_of": "2026-11-01", "allow_sending": True}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no test cuts the power
    shop = Shop(tmp_path / "shop")
    shutil.copy(PLUGIN, shop.folder)
    shop.experiment["plugins"].append("write_only.py")
    return shop.set("candidates.api", dict(API))


def times_asked(shop: Shop) -> int:
    """How many prompts were paid for since the last call."""
    path = shop.folder / "asked.txt"
    if not path.exists():
        return 0
    count = len(path.read_text("utf-8").splitlines())
    path.unlink()
    return count


def refused(shop: Shop) -> str:
    """What is said before anything runs, without the line of the file."""
    with pytest.raises(UsageError) as caught:
        shop.load()
    assert shop.journal() == []
    return str(caught.value)


def line_of(shop: Shop, start: str) -> str:
    """Where the experiment file has this line: ``experiment.yaml:12``."""
    lines = [line.strip() for line in shop.path.read_text("utf-8").splitlines()]
    return f"experiment.yaml:{1 + lines.index(start)}"


def test_it_runs_beside_a_local_model_and_is_asked_once(shop: Shop) -> None:
    prices = {"machine_hour": 0, "candidates": {"api": {"million_tokens_in": 2e6, "million_tokens_out": 3e6}}}
    outcome = shop.set("compare.prices", prices).run()
    assert outcome.code == 0, outcome.output
    comparison = json.loads((shop.folder / "reports/fake/comparison.json").read_text("utf-8"))
    (task,) = comparison["tasks"]
    assert times_asked(shop) == task["examples"], "no noise floor, which would cost money and say nothing"
    candidates = {of["name"]: of for of in comparison["candidates"]}
    assert candidates["api"]["source"] == "https://models.invalid/v1, as of 2026-11-01"
    assert "noise" in candidates["base"]["info"]
    assert candidates["api"]["info"] == {"endpoint": "https://models.invalid/v1", "as of": "2026-11-01"}
    costs = {of["candidate"]: of for of in comparison["cost"] if of["phase"] == "predict"}
    api = costs["api"]
    assert api["money"] == pytest.approx(2 * api["tokens_in"] + 3 * api["tokens_out"])
    assert api["tokens_out"] > task["examples"]
    assert costs["base"]["money"] == 0


def test_what_it_said_is_known_until_the_date_changes(shop: Shop) -> None:
    shop.run()
    asked = times_asked(shop)
    before = shop.stored("predict", task="echo", candidate="api").folder
    assert shop.run().code == 0
    assert shop.stored("predict", task="echo", candidate="api").folder == before
    assert times_asked(shop) == 0
    shop.journal()
    assert shop.set("candidates.api.as_of", "2026-11-02").run().code == 0
    assert times_asked(shop) == asked
    assert not [line for line in shop.journal() if line.startswith(("answered", "trained"))], "others are known"
    assert shop.set("candidates.api.endpoint", "https://elsewhere.invalid").run().code == 0
    assert times_asked(shop) == asked


def test_without_leave_nothing_is_sent(shop: Shop) -> None:
    del shop.experiment["candidates"]["api"]["allow_sending"]
    message = refused(shop)
    assert message.startswith(f"{line_of(shop, 'api:')}: candidates.api: the backend 'write_only' sends prompts")
    assert message.endswith("this machine; write `allow_sending: true` here if they may")
    outcome = shop.run()
    assert (outcome.code, times_asked(shop)) == (2, 0)


def test_a_task_that_is_answered_by_choosing_is_refused(shop: Shop) -> None:
    shop.set("tasks.sort", {"task": "fake_sort", "data": "shop", "split": {"test": 0.4, "validation": 0.2}})
    assert refused(shop) == (
        f"{line_of(shop, 'api:')}: candidates.api: the task 'sort' is answered by choosing, and the backend "
        "'write_only' can't tell how probable given texts are; give the candidate another `backend`, or leave one of "
        "the two out"
    )


@pytest.mark.parametrize(
    ("parent", "start"), [("api", "'api'"), ("api_shots", "'api_shots', which goes back to 'api'")]
)
def test_tuning_it_is_refused(shop: Shop, parent: str, start: str) -> None:
    shop.set("candidates.api_shots", {"from": "api", "few_shot": 1})
    shop.set("candidates.api_drilled", {"from": parent, "tune": {"method": "drill", "steps": 9}})
    where = int(line_of(shop, "api_drilled:").partition(":")[2]) + 2
    assert refused(shop) == (
        f"experiment.yaml:{where}: candidates.api_drilled.tune: it starts from {start}, and the backend 'write_only' "
        "can't hand out a model to be tuned; start from a model whose files are here"
    )


def test_tuning_what_may_be_chosen_is_refused_too(shop: Shop) -> None:
    shop.set("candidates.best", {"select": {"of": ["base", "api"], "task": "echo", "metric": "overlap"}})
    shop.set("candidates.further", {"from": "best", "tune": {"method": "drill"}})
    assert "candidates.further.tune: it starts from 'best', which goes back to 'api'" in refused(shop)


@pytest.mark.parametrize(
    ("key", "value", "line", "ability"),
    [
        ("metrics", ["overlap", "perplexity"], "metrics:", "tell how probable given texts are"),
        ("generate.constrain", True, "constrain: true", "hold answers to a JSON Schema"),
    ],
)
def test_what_all_models_of_a_task_are_asked_for_is_refused(
    shop: Shop, key: str, value: object, line: str, ability: str
) -> None:
    shop.plugin_source('answers="text"', 'answers="json"')
    shop.set(f"tasks.echo.{key}", value)
    assert refused(shop) == (
        f"{line_of(shop, line)}: tasks.echo.{key}: the candidate 'api' can't do it: "
        f"the backend 'write_only' can't {ability}; take one out"
    )


def test_an_example_of_a_choice_task_that_has_to_be_written_is_found_by_the_step(shop: Shop) -> None:
    shop.set("candidates", {"base": {"model": "fake-model"}})
    shop.plugin_source('{"write", "choose", "constrain", "tune", "repeat"}', '{"choose", "tune", "repeat"}')
    shop.set("tasks", {"sort": {"task": "fake_sort", "data": "shop", "split": {"test": 0.4, "validation": 0.2}}})
    outcome = shop.run()
    assert outcome.code == 3
    assert "predict sort with base: the backend 'fake' can't write, and" in outcome.output


def test_so_is_one_that_has_to_be_chosen_where_the_task_said_nothing_of_choices(shop: Shop) -> None:
    shop.plugin_source('answers="choices"', 'answers="text"')
    shop.set("candidates", {"silence": {"baseline": "silence"}, "base": dict(API)})
    shop.set("tasks", {"sort": {"task": "fake_sort", "data": "shop", "split": {"test": 0.4, "validation": 0.2}}})
    outcome = shop.run()
    assert outcome.code == 3
    assert "predict sort with base: the backend 'write_only' can't choose, and" in outcome.output
    assert times_asked(shop) == 0


def test_a_claim_without_the_method_names_the_backend(shop: Shop) -> None:
    source = (shop.folder / "write_only.py").read_text("utf-8")
    (shop.folder / "write_only.py").write_text(source.replace('{"write"}', '{"write", "choose"}'), "utf-8")
    outcome = shop.run()
    assert outcome.code == 3
    assert "the model backend 'write_only' says that it can choose, and its session has no method" in outcome.output


def test_it_keeps_the_contract(tmp_path: Path) -> None:
    path = Path(shutil.copy(PLUGIN, tmp_path))
    backend = only_plugin(path).model_backends["write_only"].component
    check_backend(backend, "big-model", tmp_path, backend.options(as_of="2026-11-01"))


def test_checking_all_of_a_plugin_sends_nothing(tmp_path: Path) -> None:
    path = Path(shutil.copy(PLUGIN, tmp_path))
    (finding,) = check_plugin(path)
    assert finding.outcome == "not checked"
    assert "it would send texts away" in finding.message
    assert not (tmp_path / "asked.txt").exists()
