"""Fingerprints change exactly with what decides a step's result."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from shoptune.errors import UsageError
from shoptune.plugins.helpers import fingerprint_of_helpers
from shoptune.step import Step
from tests.fakes import Shop


def fingerprints(shop: Shop) -> dict[str, str]:
    return {step.name: step.fingerprint for step in shop.plan().steps}


def changed(shop: Shop, change: Callable[[Shop], object]) -> set[str]:
    """Return the names of the steps whose fingerprint the change alters."""
    before = fingerprints(shop)
    change(shop)
    after = fingerprints(shop)
    assert before.keys() == after.keys()
    return {name for name in before if before[name] != after[name]}


CANDIDATES = ("silence", "base", "few_shot", "drilled", "preferred")
MODELS = CANDIDATES[1:]


def scored(*candidates: str) -> set[str]:
    """The predict step and the measure steps of some candidates."""
    return {f"predict echo with {c}" for c in candidates} | measured(*candidates)


def measured(*candidates: str, metrics: tuple[str, ...] = ("overlap", "distinct")) -> set[str]:
    return {f"measure {m} of echo with {c}" for c in candidates for m in metrics}


TUNED = {"tune drilled", "tune preferred"}
READ = {"read products of shop", "read tests of shop"}
PREPARED = {"prepare echo", *TUNED, *scored(*CANDIDATES)}
EVERYTHING = {*READ, *PREPARED}


def test_the_steps_of_an_experiment(shop: Shop) -> None:
    steps = shop.plan().steps
    assert {s.name for s in steps} == EVERYTHING
    assert len(steps) == len({s.fingerprint for s in steps}) == len(EVERYTHING)


def test_each_steps_inputs_come_before_it(shop: Shop) -> None:
    shop.experiment["candidates"] = dict(reversed(shop.experiment["candidates"].items()))
    seen: set[str] = set()
    for step in shop.plan().steps:
        assert {each.fingerprint for each in step.inputs} <= seen
        seen.add(step.fingerprint)


def test_settings_are_json(shop: Shop) -> None:
    for step in shop.plan().steps:
        assert json.loads(json.dumps(dict(step.settings))) == step.settings


def test_a_step_can_be_sent_to_another_process(shop: Shop) -> None:
    for step in shop.plan().steps:
        sent = pickle.loads(pickle.dumps(step))
        assert sent == step
        assert sent.fingerprint == step.fingerprint
        assert [each.name for each in sent.inputs] == [each.name for each in step.inputs]


@pytest.mark.parametrize("kind", ["read", "prepare", "expand_prompts", "tune", "predict", "judge", "measure"])
def test_every_field_of_a_step_but_its_names_and_places_decides(kind: str) -> None:
    """What is left out is written down here: a new field that decides nothing has to be added by hand."""
    (step,) = (each for each in Step.__subclasses__() if each.kind == kind)
    left_out = {each.name for each in fields(step) if not each.metadata.get("identity", True)}
    assert left_out == {"task", "candidate", "metric"} | ({"data", "table", "paths"} if kind == "read" else set())


def test_what_has_no_stable_form_is_refused(shop: Shop) -> None:
    step = replace(shop.plan().tasks[0].prepare, canaries=shop.folder)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"PrepareStep\.canaries is a PosixPath, which can't be part of a fingerprint"):
        _ = step.fingerprint


def test_planning_twice_gives_the_same(shop: Shop) -> None:
    assert changed(shop, lambda _: None) == set()


# --- what decides ----------------------------------------------------------------------------------------------------


def test_a_data_files_content_decides_everything(shop: Shop) -> None:
    def add_a_row(shop: Shop) -> None:
        with (shop.folder / "products.fake").open("a", encoding="utf-8") as file:
            file.write("new,an invented row,tables\n")

    assert changed(shop, add_a_row) == {"read products of shop", *PREPARED}


def test_neither_its_name_nor_its_place_does(shop: Shop) -> None:
    def move(shop: Shop) -> None:
        (shop.folder / "exports").mkdir()
        (shop.folder / "products.fake").rename(shop.folder / "exports" / "spring.fake")
        shop.set("data.shop.products", "exports/spring.fake")

    assert changed(shop, move) == set()


def test_nor_does_the_shops_folder(shop: Shop, tmp_path: Path) -> None:
    before = fingerprints(shop)
    shutil.copytree(shop.folder, tmp_path / "elsewhere")
    elsewhere = Shop(tmp_path / "elsewhere")
    assert fingerprints(elsewhere) == before


@pytest.mark.parametrize(
    ("key", "value", "steps"),
    [
        ("seed", 8, PREPARED),
        ("tasks.echo.instruction", "Say:", PREPARED),
        ("tasks.echo.split.test", 0.3, PREPARED),
        ("tasks.echo.score_on", "validation", scored(*CANDIDATES)),
        ("tasks.echo.generate", {"max_new_tokens": 5}, scored(*MODELS)),
        ("tasks.echo.generate", {"temperature": 0.5}, scored(*MODELS)),
        ("tasks.echo.generate", {"max_new_tokens": 32}, set()),  # what the task says anyway
        ("tasks.echo.metrics", ["distinct", "overlap"], set()),
        (
            "tasks.echo.metrics",
            [{"metric": "overlap", "case": False}, "distinct"],
            measured(*CANDIDATES, metrics=("overlap",)),
        ),
        ("candidates.base.skill", 0.4, TUNED | scored(*MODELS)),
        ("candidates.base.model", "fake-other", TUNED | scored(*MODELS)),
        ("candidates.few_shot.few_shot", 3, scored("few_shot")),
        ("candidates.silence.baseline", "echo", scored("silence")),
        ("candidates.drilled.tune.steps", 3, TUNED | scored("drilled", "preferred")),
        ("candidates.preferred.tune.steps", 2, {"tune preferred"} | scored("preferred")),
        ("candidates.preferred.tune.method", "drill", {"tune preferred"} | scored("preferred")),
        ("candidates.preferred.from", "base", {"tune preferred"} | scored("preferred")),
        ("data.shop.tests", {"path": "tests.fake", "delimiter": ";"}, {"read tests of shop", *PREPARED}),
        ("tasks.echo.prompts", {}, set()),
        # What is decided after measuring decides no step.
        ("compare.baseline", "few_shot", set()),
        ("compare.resamples", 300, set()),
        ("compare.slices", [], set()),
        (
            "compare.gates",
            [{"task": "echo", "metric": "overlap", "candidate": "drilled", "must": "be_better"}],
            set(),
        ),
        ("reports", ["lines"], set()),
        ("executor", "noted", set()),
        ("name", "another", set()),
        # A default that is written out is the default.
        ("candidates.drilled.tune.steps", 4, set()),
        ("candidates.base.backend", "fake", set()),
        ("data.shop.products", {"path": "products.fake", "adapter": "fake_csv", "delimiter": ","}, set()),
    ],
)
def test_what_a_key_decides(shop: Shop, key: str, value: object, steps: set[str]) -> None:
    assert changed(shop, lambda s: s.set(key, value)) == steps


def test_a_plugins_source_decides(shop: Shop) -> None:
    assert changed(shop, lambda s: s.plugin_source("of the prompt's words", "of all words")) == EVERYTHING


def test_code_that_it_imports_from_beside_it_decides(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = shop.folder / "invented_helper.py"
    helper.write_text("ANSWER = 1\n", "utf-8")
    monkeypatch.syspath_prepend(shop.folder)
    shop.plugin_source("import json\n", "import json\nimport invented_helper\n")

    def change(_: Shop) -> None:
        helper.write_text("ANSWER = 2\n", "utf-8")
        fingerprint_of_helpers.cache_clear()  # a process does not expect its plugins to change

    assert changed(shop, change) == EVERYTHING


def test_a_plugins_version_decides(shop: Shop) -> None:
    before = shop.plan().tasks[0].prepare
    shop.plugin_source("1.2.3", "1.2.4")
    after = shop.plan().tasks[0].prepare
    assert (before.done_by.version, after.done_by.version) == ("1.2.3", "1.2.4")
    assert before.fingerprint != after.fingerprint


def test_a_librarys_version_decides(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.plugin_source('summary="Prefer", options', 'summary="Prefer", distributions=("numpy",), options')

    def upgrade(_: Shop) -> None:
        monkeypatch.setattr("shoptune.planning.make_plan.versions_of", lambda names: dict.fromkeys(names, "99"))

    assert changed(shop, upgrade) == {"tune preferred"} | scored("preferred")


# --- what does not ---------------------------------------------------------------------------------------------------


def test_what_candidates_are_called_does_not_decide(shop: Shop) -> None:
    before = fingerprints(shop)
    renamed = {"base": "zebra", "drilled": "aardvark", "preferred": "base"}
    candidates = {renamed.get(name, name): use for name, use in shop.experiment["candidates"].items()}
    for use in candidates.values():
        if "from" in use:
            use["from"] = renamed.get(use["from"], use["from"])
    shop.set("candidates", candidates).set("compare.baseline", "zebra")
    assert sorted(fingerprints(shop).values()) == sorted(before.values())


def test_what_tasks_shops_and_metrics_are_called_does_not_decide(shop: Shop) -> None:
    before = fingerprints(shop)
    echo = shop.experiment["tasks"]["echo"]
    echo |= {"data": "store", "metrics": [{"metric": "overlap", "name": "words"}, "distinct"]}
    shop.set("tasks", {"repeat": echo}).set("data", {"store": shop.experiment["data"]["shop"]})
    assert sorted(fingerprints(shop).values()) == sorted(before.values())


def test_the_order_of_keys_does_not_decide(shop: Shop) -> None:
    second = {**shop.experiment["tasks"]["echo"], "instruction": "Say:"}
    shop.set("tasks.second", second)

    def turn_round(shop: Shop) -> None:
        for key in ("candidates", "tasks", "data"):
            shop.experiment[key] = dict(reversed(shop.experiment[key].items()))
        tables = shop.experiment["data"]["shop"]
        shop.set("data.shop", dict(reversed(tables.items())))
        shop.experiment = dict(reversed(shop.experiment.items()))

    assert changed(shop, turn_round) == set()


def test_a_tune_reads_only_the_tasks_that_it_names(shop: Shop) -> None:
    shop.set("tasks.second", {**shop.experiment["tasks"]["echo"], "instruction": "Say:"})
    shop.set("candidates.drilled.tune.tasks", ["echo"]).set("candidates.preferred.tune.tasks", ["echo"])
    assert not changed(shop, lambda s: s.set("tasks.second.instruction", "Write:")) & TUNED
    assert changed(shop, lambda s: s.set("candidates.preferred.tune.tasks", ["second"])) == {
        "tune preferred",
        *scored("preferred"),
        "predict second with preferred",
        "measure overlap of second with preferred",
        "measure distinct of second with preferred",
    }


def test_a_prompt_that_is_added_decides_what_is_predicted_and_measured_alone(shop: Shop) -> None:
    before = fingerprints(shop)
    shop.set("tasks.echo.prompts", {"polite": {"instruction": "Please repeat:"}})
    after = fingerprints(shop)
    assert after.keys() - before.keys() == {"expand prompts of echo"}
    assert {name for name in before if before[name] != after[name]} == scored(*CANDIDATES)


@pytest.mark.parametrize(
    ("key", "value", "steps"),
    [
        ("tasks.echo.prompts.polite.instruction", "Kindly repeat:", {"expand prompts of echo", *scored(*CANDIDATES)}),
        ("tasks.echo.prompts.terse", {"instruction": "Again:"}, {"expand prompts of echo", *scored(*CANDIDATES)}),
        ("tasks.echo.score_on", "validation", scored(*CANDIDATES)),
        ("seed", 8, {"expand prompts of echo", *PREPARED}),
        ("compare.slices", [], set()),
    ],
)
def test_what_a_key_decides_beside_other_prompts(shop: Shop, key: str, value: object, steps: set[str]) -> None:
    shop.set("tasks.echo.prompts", {"polite": {"instruction": "Please repeat:"}})
    assert changed(shop, lambda s: s.set(key, value)) == steps


def test_the_order_of_prompts_does_not_decide(shop: Shop) -> None:
    prompts = {"polite": {"instruction": "Please repeat:"}, "terse": {"instruction": "Again:"}}
    shop.set("tasks.echo.prompts", prompts)
    assert not changed(shop, lambda s: s.set("tasks.echo.prompts", dict(reversed(prompts.items()))))
    assert shop.plan().tasks[0].prompts == ("terse", "polite"), "as the file has it"


def test_two_candidates_that_are_the_same_share_their_steps(shop: Shop) -> None:
    shop.set("candidates.twin", {"model": "fake-model"})
    plan = shop.plan()
    one, other = (plan.predictions["echo", c] for c in ("base", "twin"))
    assert one.fingerprint == other.fingerprint
    assert shop.run().code == 0
    assert shop.journal().count("opened the model") == len(MODELS)


# --- what the plan says ----------------------------------------------------------------------------------------------


def test_candidates_in_words(shop: Shop) -> None:
    found = {c.name: c for c in shop.plan().candidates}
    assert {name: c.kind for name, c in found.items()} == {
        "silence": "baseline",
        "base": "model",
        "few_shot": "model",
        "drilled": "tuned",
        "preferred": "tuned",
    }
    assert found["silence"].summary == "no model: silence"
    assert found["few_shot"].summary == "base, 2 examples in the prompt"
    assert found["preferred"].summary == "prefer of drilled (steps 3)"
    assert (found["preferred"].model, found["preferred"].source) == ("fake-model", "the test")
    assert (found["preferred"].parent, found["preferred"].method) == ("drilled", "prefer")


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ({"metric": "overlop"}, "no metric 'overlop'. Did you mean 'overlap'?"),
        ({"candidate": "dril"}, "no candidate 'dril'. Did you mean 'drilled'?"),
        ({"task": "ecko"}, "no task 'ecko'. Did you mean 'echo'?"),
    ],
)
def test_a_gate_on_what_there_is_not_is_refused_before_anything_runs(
    shop: Shop, gate: dict[str, str], message: str
) -> None:
    shop.set(
        "compare.gates", [{"task": "echo", "metric": "overlap", "candidate": "drilled", "must": "be_better"} | gate]
    )
    with pytest.raises(UsageError, match=message.replace("?", r"\?")):
        shop.plan()


def test_planning_computes_nothing(shop: Shop) -> None:
    shop.plan()
    assert shop.journal() == []
    assert not shop.store.root.exists()
