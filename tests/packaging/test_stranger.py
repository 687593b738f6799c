"""A stranger's distribution (tests/stranger): works with no change to the core, and leaves no trace when it goes."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from shoptune.data import Example, Record
from shoptune.plugins import Plugins, load_plugins
from shoptune.testing import check_metric, check_report_format, check_task
from tests.fakes import shoptune
from tests.packaging.environments import Installed, install, names_in
from tests.packaging.project import ROOT, repository_files

STRANGER = Path(__file__).parents[1] / "stranger"
PACKAGE = STRANGER / "review_sentiment"
PROMISED = {
    f"shoptune{name}" for name in ("", ".components", ".data", ".training_rows", ".errors", ".comparison", ".testing")
}
BROUGHT = {
    "tasks": ["review_sentiment"],
    "metrics": ["opposites"],
    "tuning methods": ["imprinting"],
    "report formats": ["scoreboard"],
}
COMMAND = "count-stars"


def copy_data(folder: Path, **changes: Any) -> None:
    """Copy the stranger's sample, with changes to its experiment."""
    shutil.copytree(PACKAGE / "data", folder, dirs_exist_ok=True)
    path = folder / "experiment.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | changes), "utf-8")


# --- it is a stranger ------------------------------------------------------------------------------------------------


def test_it_imports_nothing_but_promised_names() -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")]
    modules = {
        node.module
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }
    assert {module for module in modules if module.partition(".")[0].startswith("shoptune")} <= PROMISED
    assert not {module for module in modules if module.partition(".")[0] in {"trl", "peft", "tests"}}


def test_nobody_of_ours_knows_it() -> None:
    ours = [file for file in repository_files() if file.parts[0] in {"harness", "plugins", "tasks"}]
    assert ours
    for file in (*ours, Path("pyproject.toml")):
        assert b"review_sentiment" not in (ROOT / file).read_bytes(), file


# --- installed, run, uninstalled -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What can be seen of an environment from the outside."""

    files: set[str]
    plugins: dict[str, dict[str, Any]]
    schema: str
    help: str
    components: str


def look(installed: Installed, folder: Path) -> Seen:
    rows = json.loads(installed.run("plugins", "list", "--json", cwd=folder))
    return Seen(
        files=names_in(installed.site_packages) - {"__pycache__"},
        plugins={row["name"]: {key: row[key] for key in row if key != "import_seconds"} for row in rows},
        schema=installed.run("schema", cwd=folder),
        help=installed.run("--help", cwd=folder),
        components="".join(installed.run(kind, cwd=folder) for kind in ("tasks", "metrics", "methods")),
    )


@dataclass(frozen=True)
class Visit:
    """The environment before the stranger came, while it was there, and after it had gone; and what it did there."""

    before: Seen
    during: Seen
    after: Seen
    folder: Path
    """Where its experiment ran."""
    checked: str
    counted: str
    afterwards: subprocess.CompletedProcess[str]
    """What came of running the experiment once more, without it."""


@pytest.fixture(scope="module")
def visit(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    from shoptune.testing import tiny_model

    installed = install(wheel, tmp_path_factory.mktemp("stranger"))
    folder = tmp_path_factory.mktemp("job")
    model = tiny_model(folder / "model").folder
    candidates = {
        "always_positive": {"baseline": "always_positive"},
        "base": {"model": str(model)},
        "imprinted": {"from": "base", "tune": {"method": "imprinting", "share": 0.3}},
    }
    copy_data(folder, candidates=candidates, compare={"baseline": "base", "resamples": 200})
    before = look(installed, folder)
    installed.pip("install", "--quiet", "--no-deps", "--no-index", build(tmp_path_factory.mktemp("built")))
    during = look(installed, folder)
    checked = installed.run("plugins", "check", "review_sentiment", cwd=folder)
    counted = installed.run(COMMAND, "reviews.csv", cwd=folder)
    installed.run("run", "experiment.yaml", "--plain", cwd=folder)
    installed.pip("uninstall", "--quiet", "--yes", "review-sentiment")
    afterwards = installed.start("run", "experiment.yaml", "--plain", cwd=folder)
    return Visit(before, during, look(installed, folder), folder, checked, counted, afterwards)


def build(folder: Path) -> Path:
    """Build the stranger's wheel of a copy, since building leaves things behind."""
    source = folder / "source"
    shutil.copytree(STRANGER, source, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    built = subprocess.run(command, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.mark.slow
def test_installed_it_is_one_of_the_plugins(visit: Visit) -> None:
    row = visit.during.plugins["review_sentiment"]
    assert (row["version"], row["status"], row["distribution"]) == ("0.3.0", "ok", "review-sentiment")
    assert row["brings"] == BROUGHT
    assert "register_commands" in row["hooks"]
    for name in ("review_sentiment", "opposites", "imprinting"):
        assert name in visit.during.schema
        assert name in visit.during.components
    assert f"\n  {COMMAND} " in visit.during.help


@pytest.mark.slow
def test_it_keeps_to_the_contract(visit: Visit) -> None:
    assert "failed" not in visit.checked
    assert "keeps to its contract" in visit.checked


@pytest.mark.slow
def test_its_command_works(visit: Visit) -> None:
    assert visit.counted.splitlines() == ["5: 5", "4: 5", "3: 5", "2: 5", "1: 5"]


@pytest.mark.slow
def test_its_task_metric_method_and_report_work_in_a_run(visit: Visit) -> None:
    reports = visit.folder / "reports" / "sentiment"
    comparison = json.loads((reports / "comparison.json").read_text("utf-8"))
    assert comparison["provenance"]["plugins"]["review_sentiment"] == "0.3.0"
    (training,) = comparison["training"]
    assert (training["candidate"], training["info"].keys()) == ("imprinted", {"tokens imprinted"})
    values = {(r["metric"], r["candidate"]): r["value"] for r in comparison["results"] if not r["slice"]}
    assert values["opposites", "always_positive"] > 0
    assert values.keys() == {
        (metric, candidate)
        for metric in ("macro_f1", "opposites", "invalid_share")
        for candidate in ("always_positive", "base", "imprinted")
    }
    board = (reports / "scoreboard.txt").read_text("utf-8")
    assert board.startswith("sentiment\n\nsentiment, macro_f1\n  1. ")


@pytest.mark.slow
def test_it_leaves_no_trace(visit: Visit) -> None:
    assert visit.during != visit.before
    assert visit.after == visit.before
    assert not re.search("review.sentiment|opposites|imprinting|scoreboard|count-stars", str(visit.after))


@pytest.mark.slow
def test_an_experiment_that_needs_it_says_so(visit: Visit) -> None:
    assert visit.afterwards.returncode == 2
    assert "there is no task 'review_sentiment'" in visit.afterwards.stderr


# --- the same folder, by its path ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def by_path() -> Plugins:
    return load_plugins([PACKAGE], only=lambda point: point.dist is not None and point.dist.name == "shoptune")


def test_a_package_folder_is_a_plugin_by_its_path(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "mine" / "review_sentiment")
    names = ("always_positive", "always_negative")
    copy_data(
        tmp_path,
        plugins=["mine/review_sentiment"],
        candidates={name: {"baseline": name} for name in names},
        compare={"baseline": names[0], "resamples": 200},
    )
    with chdir(tmp_path):
        outcome = shoptune("run", "experiment.yaml", "--plain")
    assert outcome.code == 0, outcome.output
    board = (tmp_path / "reports" / "sentiment" / "scoreboard.txt").read_text("utf-8")
    assert "\nsentiment, opposites\n" in board
    assert "always_negative" in board


def test_its_components_keep_to_their_contracts(by_path: Plugins, tmp_path: Path) -> None:
    copy_data(tmp_path)
    adapter = by_path.data_adapters["csv"].component
    rows = adapter.read(tmp_path / "reviews.csv", adapter.options())
    reviews = [row for row in rows if isinstance(row, Record)]
    task = by_path.tasks["review_sentiment"].component
    check_task(task, {"reviews": reviews})
    made = task.examples({"reviews": reviews}, task.options())
    examples = [example for example in made if isinstance(example, Example)]
    check_metric(by_path.metrics["opposites"].component, examples=examples)
    check_report_format(by_path.report_formats["scoreboard"].component)
