"""The guide's plugin is built and run as the guide says, in the guide's order."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import Outcome, shoptune
from tests.manual import MANUAL, blocks

pytestmark = pytest.mark.slow  # it starts a process for each command, and installs a package

GUIDE = MANUAL / "guide.md"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as it is when a reader has come to the guide's end."""
    folder = tmp_path_factory.mktemp("guide")
    for language, name, content in blocks(GUIDE):
        if language == "console":
            _follow(content, folder)
        else:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content, "utf-8")
    return folder


def _follow(console: str, folder: Path) -> None:
    """Run each line that begins with a dollar sign; the lines below it must be part of what it prints."""
    outcome = Outcome(0, "")
    for line in console.splitlines():
        if line.startswith("$ "):
            outcome = _run(shlex.split(line.removeprefix("$ ")), folder)
            assert outcome.code == 0, outcome.output
        else:
            assert line in outcome.output, outcome.output


def _run(command: list[str], folder: Path) -> Outcome:
    site = folder / "site"
    if command[0] == "pip":
        command = ["python", "-m", *command, "--quiet", "--no-deps", "--no-build-isolation", "--target", str(site)]
    if command[0] == "shoptune":  # -P: like the installed command, it does not look for modules in this folder
        command = ["python", "-P", "-c", "from shoptune.cli import main; main()", *command[1:]]
    done = subprocess.run(
        [sys.executable, *command[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(site), "COLUMNS": "240", "NO_COLOR": "1"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return Outcome(done.returncode, done.stdout)


def test_the_metric_counts_what_the_guide_says(built: Path) -> None:
    comparison = json.loads((built / "reports/house/comparison.json").read_text("utf-8"))
    (result,) = [r for r in comparison["results"] if r["slice"] is None]
    assert result["metric"] == "house_words"
    assert result["value"] == pytest.approx(2 / 3), "of three test products one has such a word in its name"


def test_the_report_has_the_section(built: Path) -> None:
    report = (built / "reports/house/report.md").read_text("utf-8")
    assert "House style" in report
    assert "The shop does not say: luxury, stunning." in report


def test_the_journal_tells_of_the_one_step_that_was_computed(built: Path) -> None:
    events = [json.loads(line) for line in (built / "journal.jsonl").read_text("utf-8").splitlines()]
    step = "measure house_words of description with template"
    assert [(e["event"], e["name"]) for e in events[:4]] == [
        ("run begins", "house"),
        ("begins", step),
        ("done", step),
        ("run ends", "house"),
    ]
    assert Path(events[2]["folder"]).is_dir()


def test_the_installed_plugin_works_and_tells_of_a_step_that_fails(built: Path) -> None:
    _without_path(built, "installed.yaml")
    assert _run(["shoptune", "run", "installed.yaml"], built).code == 0
    words = built / "site/house_style/words.py"
    words.write_text(
        words.read_text("utf-8").replace("    found = [", "    raise ValueError('torn')\n    found = ["), "utf-8"
    )
    outcome = _run(["shoptune", "run", "installed.yaml"], built)
    assert outcome.code == 3
    assert "house_style" in outcome.output
    *_, last_step, last = [json.loads(line) for line in (built / "journal.jsonl").read_text("utf-8").splitlines()]
    assert last_step["event"] == "failed"
    assert "torn" in last_step["error"]
    assert (last["event"], last["name"]) == ("run failed", "house")


def test_the_sabotage_that_the_guide_suggests_is_found(built: Path, tmp_path: Path) -> None:
    words = built / "house_style/words.py"
    source = words.read_text("utf-8")
    whole = "    return np.array([[np.mean(found), 1]] * len(found), dtype=float)\n"
    try:
        words.write_text(source.replace("    return np.array(found, dtype=float).reshape(-1, 2)\n", whole), "utf-8")
        outcome = _run(["python", "-m", "pytest", "test_house_style.py"], built)
    finally:
        words.write_text(source, "utf-8")
    assert outcome.code == 1
    assert "rows are additive" in outcome.output


def test_no_name_is_imported_that_is_not_promised() -> None:
    promised = {"shoptune", *(f"shoptune.{m}" for m in ("components", "data", "errors", "comparison", "testing"))}
    sources = "".join(content for language, _, content in blocks(GUIDE) if language == "python")
    words = [line.split() for line in sources.splitlines()]
    assert {w[1] for w in words if w[:1] == ["from"] and w[1].startswith("shoptune")} <= promised


def test_a_shop_without_the_plugin_is_told_what_it_lacks(built: Path) -> None:
    """In this process it is not installed: nothing of it is left when the experiment does not name it."""
    _without_path(built, "without.yaml")
    with contextlib.chdir(built):
        outcome = shoptune("plan", "without.yaml")
    assert outcome.code == 2
    assert "there is no metric 'house_words'" in outcome.output


def _without_path(folder: Path, name: str) -> None:
    """Write the guide's experiment without the path of the plugin, as the guide says once it is installed."""
    text = (folder / "experiment.yaml").read_text("utf-8")
    (folder / name).write_text(text.replace("plugins: [./house_style]\n", ""), "utf-8")
