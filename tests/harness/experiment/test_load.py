"""The experiment file: what is accepted, and what is said of each mistake."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from shoptune.errors import UsageError
from shoptune.experiment.file import read_experiment_file
from shoptune.experiment.load import load_experiment
from tests.fakes import Shop


def refusal(shop: Shop) -> str:
    with pytest.raises(UsageError) as caught:
        shop.load()
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_good_file_is_understood(shop: Shop) -> None:
    experiment = shop.load()
    assert set(experiment.tables["shop"]) == {"products", "tests"}
    files = experiment.tables["shop"]["products"]
    assert files.paths == (shop.folder / "products.fake",)
    assert files.adapter.component.name == "fake_csv", "the plugin was asked"
    assert files.on_bad_row is None
    assert set(experiment.backends) == {"base"}
    assert set(experiment.methods) == {"drilled", "preferred"}
    assert list(experiment.metrics["echo"]) == ["overlap", "distinct"], "the task's own"
    assert experiment.file.compare.slices is None, "all that there are"


def test_options_reach_their_component(shop: Shop) -> None:
    shop.set("tasks.echo.instruction", "Say:").set("candidates.base.skill", 0.25)
    shop.set("candidates.drilled.tune.rate", 1e-4)
    shop.set("data.shop.products", {"path": "products.fake", "adapter": "fake_csv", "delimiter": ";"})
    shop.set("tasks.echo.metrics", [{"metric": "overlap", "case": False, "name": "folded"}, "overlap"])
    experiment = shop.load()
    assert experiment.tasks["echo"].options.model_dump()["instruction"] == "Say:"
    assert experiment.backends["base"].options.model_dump()["skill"] == 0.25
    assert experiment.methods["drilled"].options.model_dump()["rate"] == 0.0001
    assert experiment.tables["shop"]["products"].adapter.options.model_dump() == {"delimiter": ";"}
    assert {n: m.options.model_dump() for n, m in experiment.metrics["echo"].items()} == {
        "folded": {"case": False},
        "overlap": {"case": True},
    }


def test_what_a_step_holds_of_it_says_plugin_version_component_and_options(shop: Shop) -> None:
    use = shop.load().tasks["echo"].use()
    assert (use.plugin.name, use.plugin.version, use.name) == ("fake_plugin", "1.2.3", "fake_echo")
    assert use.options.model_dump() == {"instruction": "Repeat:", "shortest": 0}


def test_a_missing_file(shop: Shop) -> None:
    shop.path.rename(shop.folder / "experiments.yaml")
    with pytest.raises(UsageError, match=r"there is no file .*experiment\.yaml.*there are: experiments\.yaml"):
        load_experiment(shop.folder / "experiment.yaml")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "experiment.yaml").write_text("")
    with pytest.raises(UsageError, match="is empty or no mapping"):
        load_experiment(tmp_path / "experiment.yaml")


def test_a_prompts_options_are_the_tasks_own_with_some_replaced(shop: Shop) -> None:
    shop.set("tasks.echo.shortest", 2).set("tasks.echo.prompts", {"polite": {"instruction": "Please repeat:"}})
    experiment = shop.load()
    assert experiment.tasks["echo"].options.model_dump() == {"instruction": "Repeat:", "shortest": 2}
    polite = experiment.prompts["echo"]["polite"]
    assert polite.options.model_dump() == {"instruction": "Please repeat:", "shortest": 2}
    assert polite.component.name == "fake_echo"


# Each mistake: the key that is set, its value, at what text the line is, what is said.
MISTAKES: list[tuple[str, Any, str, str]] = [
    # unknown keys, at every depth
    ("sed", 7, "sed:", "sed: unknown key. Did you mean 'seed'?"),
    ("compare.baselin", "base", "baselin:", "compare.baselin: unknown key. Did you mean 'baseline'?"),
    (
        "tasks.echo.split.tset",
        0.1,
        "tset:",
        "tasks.echo.split.tset: unknown key. Did you mean 'test'?",
    ),
    (
        "tasks.echo.instructoin",
        "x",
        "instructoin:",
        "tasks.echo.instructoin: unknown key. Did you mean 'instruction'?",
    ),
    ("tasks.echo.spilt", {}, "spilt:", "tasks.echo.spilt: unknown key. Did you mean 'split'?"),
    ("tasks.echo.generate.temprature", 1, "temprature:", "unknown key. Did you mean 'temperature'?"),
    ("candidates.base.skil", 1, "skil:", "candidates.base.skil: unknown key. Did you mean 'skill'?"),
    ("candidates.base.few_shots", 1, "few_shots:", "candidates.base.few_shots: unknown key. Did you mean 'few_shot'?"),
    ("candidates.base.fron", "x", "fron:", "candidates.base.fron: unknown key. Did you mean 'from'?"),
    ("candidates.drilled.tune.step", 1, "step:", "candidates.drilled.tune.step: unknown key. Did you mean 'steps'?"),
    (
        "candidates.drilled.tune.metod",
        1,
        "metod:",
        "candidates.drilled.tune.metod: unknown key. Did you mean 'method'?",
    ),
    (
        "data.shop.products",
        {"path": "products.fake", "delimeter": ";"},
        "delimeter:",
        "data.shop.products.delimeter: unknown key. Did you mean 'delimiter'?",
    ),
    (
        "tasks.echo.metrics",
        [{"metric": "overlap", "csae": True}],
        "csae:",
        "tasks.echo.metrics.0.csae: unknown key. Did you mean 'case'?",
    ),
    (
        "compare.gates",
        [{"task": "echo", "metric": "overlap", "candidate": "drilled", "must": "be_better", "margn": 1}],
        "margn:",
        "compare.gates.0.margn: unknown key. Did you mean 'margin'?",
    ),
    (
        "tasks.echo.prompts",
        {"polite": {"instructoin": "x"}},
        "instructoin:",
        "tasks.echo.prompts.polite.instructoin: unknown key. Did you mean 'instruction'?",
    ),
    # unknown names
    ("tasks.echo.task", "fake_ecko", "task:", "there is no task 'fake_ecko'. Did you mean 'fake_echo'?"),
    ("tasks.echo.data", "shp", "data: shp", "tasks.echo.data: there is no data 'shp'. Did you mean 'shop'?"),
    ("tasks.echo.metrics", ["overlop"], "overlop", "there is no metric 'overlop'. Did you mean 'overlap'?"),
    (
        "candidates.drilled.tune.method",
        "dril",
        "method: dril",
        "candidates.drilled.tune.method: there is no tuning method 'dril'. Did you mean 'drill'?",
    ),
    (
        "candidates.base.backend",
        "fak",
        "backend:",
        "candidates.base.backend: there is no model backend 'fak'. Did you mean 'fake'?",
    ),
    (
        "data.shop.products",
        {"path": "products.fake", "adapter": "fake_cvs"},
        "adapter:",
        "data.shop.products.adapter: there is no data adapter 'fake_cvs'. Did you mean 'fake_csv'?",
    ),
    ("reports", ["jsn"], "reports:", "reports: there is no report format 'jsn'. Did you mean 'json'?"),
    ("executor", "locl", "executor:", "executor: there is no executor 'locl'. Did you mean 'local'?"),
    ("compare.baseline", "bsae", "baseline: bsae", "there is no candidate 'bsae'. Did you mean 'base'?"),
    ("candidates.drilled.from", "bsae", "from: bsae", "there is no candidate 'bsae'. Did you mean 'base'?"),
    (
        "candidates.silence.baseline",
        "silense",
        "baseline: silense",
        "there is no baseline of task 'echo' 'silense'. Did you mean 'silence'?",
    ),
    (
        "candidates.drilled.tune.tasks",
        ["ecko"],
        "tasks:\n",
        "candidates.drilled.tune.tasks: there is no task 'ecko'. Did you mean 'echo'?",
    ),
    # files
    (
        "data.shop.products",
        "product.fake",
        "products: product.fake",
        "product.fake does not exist. Did you mean 'products.fake'?",
    ),
    ("data.shop.products", ".", "products: .", "no adapter recognises the folder .; add `adapter:`"),
    ("data.shop.products", "fake_plugin.py", "products: fake", "no adapter recognises fake_plugin.py; add `adapter:`"),
    ("data.shop", {"product": "products.fake"}, "shop:", "the task 'fake_echo' needs the table 'products'"),
    # wrong types and values
    ("seed", "seven", "seed:", "seed: Input should be a valid integer, unable to parse string as an integer; found"),
    ("seed", -1, "seed:", "greater than or equal to 0; found -1"),
    ("name", "no spaces please", "name:", "name: String should match pattern"),
    ("tasks", {}, "tasks:", "tasks: Dictionary should have at least 1 item"),
    ("tasks.echo.score_on", "train", "score_on:", "tasks.echo.score_on: Input should be 'validation' or 'test'; found"),
    ("tasks.echo.split.test", 1.5, "test: 1.5", "tasks.echo.split.test: Input should be less than or equal to 1"),
    ("tasks.echo.shortest", "long", "shortest:", "tasks.echo.shortest: Input should be a valid integer"),
    ("candidates.base.few_shot", "two", "few_shot: two", "candidates.base.few_shot: Input should be a valid integer"),
    ("candidates.drilled.tune.rate", "fast", "rate:", "candidates.drilled.tune.rate: Input should be a valid number"),
    ("compare.resamples", 10, "resamples:", "greater than or equal to 200; found 10"),
    ("reports", "json", "reports:", "reports: Input should be a valid tuple; found 'json'"),
    ("candidates.base", "fake-model", "base: fake-model", "candidates.base: Input should be a valid dictionary"),
    (
        "tasks.echo.prompts",
        {"polite": {"shortest": "long"}},
        "shortest:",
        "tasks.echo.prompts.polite.shortest: Input should be a valid integer",
    ),
    # prompts that are none
    ("tasks.echo.prompts", {"polite": "Please"}, "polite:", "tasks.echo.prompts.polite: Input should be a valid dict"),
    ("tasks.echo.prompts", {"own": {"shortest": 1}}, "own:", "the task's own prompt is called 'own'; give this one"),
    ("tasks.echo.prompts", {"same": {}}, "same:", "tasks.echo.prompts.same: it has the options of the prompt 'own'"),
    (
        "tasks.echo.prompts",
        {"one": {"shortest": 1}, "two": {"instruction": "Repeat:", "shortest": 1}},
        "two:",
        "tasks.echo.prompts.two: it has the options of the prompt 'one'; change one",
    ),
    # origins of candidates
    (
        "candidates.base.baseline",
        "silence",
        "base:",
        "a candidate has exactly one of `baseline`, `model`, `from` and `select`; found baseline and model",
    ),
    (
        "candidates.drilled.model",
        "fake-model",
        "drilled:",
        "a candidate has exactly one of `baseline`, `model`, `from` and `select`; found model and from",
    ),
    ("candidates.empty", {}, "empty:", "exactly one of `baseline`, `model`, `from` and `select`; found none"),
    ("candidates.typo", {"form": "base", "tune": {"method": "drill"}}, "typo:", "and `select`; found only `form`"),
    ("candidates.base.tune", {"method": "drill"}, "base:", "`tune` needs `from`, the candidate to start from"),
    ("candidates.same", {"from": "base"}, "same:", "`from` needs `tune` or `few_shot`"),
    ("candidates.silence.few_shot", 2, "silence:", "a baseline reads no prompt"),
    ("candidates.few_shot.skill", 2, "few_shot:", "only a candidate with `model` takes `backend`"),
    ("candidates.few_shot.allow_sending", True, "few_shot:", "only a candidate with `model` takes `backend`"),
    ("candidates.few_shot.from", "silence", "from: silence", "'silence' is a baseline, and no model"),
    (
        "candidates.base",
        {"from": "preferred", "few_shot": 1},
        "from: preferred",
        "`from` goes in a circle: base -> preferred -> drilled -> base; start from a `model`",
    ),
    ("tasks.echo.metrics", ["overlap", "overlap"], "", "the metric 'overlap' is there twice"),
]


@pytest.mark.parametrize(("key", "value", "line", "message"), MISTAKES, ids=[f"{m[0]}={m[1]}" for m in MISTAKES])
def test_a_mistake_is_said_with_its_line(shop: Shop, key: str, value: Any, line: str, message: str) -> None:
    said = refusal(shop.set(key, value))
    assert message in said
    where = re.match(r"experiment\.yaml:(\d+): ", said)
    assert where is not None
    lines = shop.path.read_text("utf-8").splitlines()
    assert line.strip() in lines[int(where[1]) - 1]


@pytest.mark.parametrize("key", ["name", "data", "tasks", "candidates", "compare"])
def test_a_key_that_is_missing(shop: Shop, key: str) -> None:
    del shop.experiment[key]
    assert f"{key}: this key is needed and missing" in refusal(shop)


def test_a_nested_key_that_is_missing_has_the_line_of_what_it_is_missing_in(shop: Shop) -> None:
    shop.set("candidates.drilled.tune", {"steps": 3})
    lines = shop.path.read_text("utf-8").splitlines()
    line = next(n for n, line in enumerate(lines, start=1) if line.strip() == "tune:")
    assert refusal(shop) == f"experiment.yaml:{line}: candidates.drilled.tune.method: this key is needed and missing"


def test_all_mistakes_are_said_at_once(shop: Shop) -> None:
    shop.set("sed", 7).set("compare.resamples", 1).set("tasks.echo.split.tset", 0.1).set("reports", "json")
    said = refusal(shop).splitlines()
    assert len(said) == 4
    assert all(re.match(r"experiment\.yaml:\d+: ", line) for line in said)


def test_all_mistakes_in_a_components_options_are_said_at_once(shop: Shop) -> None:
    shop.set("candidates.drilled.tune.rate", "fast").set("candidates.drilled.tune.stops", 3)
    said = refusal(shop)
    assert "candidates.drilled.tune.rate: Input should be a valid number" in said
    assert "candidates.drilled.tune.stops: unknown key. Did you mean 'steps'?" in said


def test_a_candidate_that_starts_from_itself(shop: Shop) -> None:
    assert "`from` goes in a circle: drilled -> drilled" in refusal(shop.set("candidates.drilled.from", "drilled"))


def test_a_circle_further_up_does_not_go_on_for_ever(shop: Shop) -> None:
    shop.set("candidates.drilled.from", "preferred").set("candidates.more", {"from": "preferred", "few_shot": 1})
    assert "`from` goes in a circle" in refusal(shop)


def test_a_learning_rate_without_a_dot_is_a_number(shop: Shop) -> None:
    text = shop.path.read_text("utf-8").replace("method: drill\n", "method: drill\n      rate: 1e-4\n")
    (shop.folder / "experiment.yaml").write_text(text, "utf-8")
    experiment = load_experiment(shop.folder / "experiment.yaml")
    assert experiment.methods["drilled"].options.model_dump()["rate"] == 0.0001


def test_a_key_given_twice(shop: Shop) -> None:
    path = shop.path
    path.write_text(path.read_text("utf-8") + "name: again\n", "utf-8")
    with pytest.raises(UsageError, match=r"experiment.yaml:\d+: 'name' stands here again, first on line 1"):
        load_experiment(path)


def test_a_plugin_that_is_not_there(shop: Shop) -> None:
    assert "my_task.py is neither a Python file nor a folder" in refusal(shop.set("plugins", ["./my_task.py"]))


def test_the_shape_can_be_read_without_any_plugin(shop: Shop) -> None:
    shop.set("plugins", ["nowhere.py"]).set("tasks.echo.task", "unheard_of")
    file, yaml_file = read_experiment_file(shop.path)
    assert file.tasks["echo"].task == "unheard_of"
    assert file.candidates["drilled"].tune is not None
    assert file.candidates["drilled"].tune.options == {}
    assert yaml_file.path.name == "experiment.yaml"
