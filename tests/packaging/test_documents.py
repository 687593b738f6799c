"""What the documents show works, and leads somewhere."""

import re
from pathlib import Path

import click
import numpy as np

from shoptune.cli import cli
from shoptune.components import AdditiveMetric
from shoptune.plugins import load_plugins
from tests.packaging.project import ROOT

PLACES = ("harness", "plugins", "tasks", "tests", "reports/example", ".github", ".gitlab")


def test_the_example_plugin_of_contributing_works(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)
    path = tmp_path / "my_metric.py"
    path.write_text(code, "utf-8")
    metric = load_plugins([path]).metrics["shouting"].component
    assert isinstance(metric, AdditiveMetric)
    assert metric.reduce(np.array([[1.0, 4.0]])) == [0.25]


def test_links_between_documents_lead_somewhere() -> None:
    documents = [
        path for place in PLACES for path in sorted((ROOT / place).glob("*.md" if place == "." else "**/*.md"))
    ]
    assert len(documents) > 20
    for document in documents:
        for target in re.findall(r"\]\((?!\w+:|#)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.relative_to(ROOT)} links to {target}"


def test_the_readme_shows_the_rooms_that_there_are() -> None:
    picture = re.search(r"    harness/shoptune/\n((?:      .*\n)+)", (ROOT / "README.md").read_text("utf-8"))
    assert picture
    shown = {name.rstrip("/") for name in re.findall(r"\b\w+(?:/|\.py)", picture[1])}
    core = ROOT / "harness/shoptune"
    assert all((core / name).exists() for name in shown), shown
    folders = {path.parent.relative_to(core).parts[0] for path in core.rglob("*.py") if path.parent != core}
    assert folders == {name for name in shown if not name.endswith(".py")} - {"manual"}


def test_the_readme_names_every_task_and_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    plugins = load_plugins(only=lambda point: point.dist is not None and point.dist.name == "shoptune")
    commands = set(cli.list_commands(click.Context(cli))) - {"plugins"}
    for name in {*plugins.tasks, *commands, "plugins list", "plugins new", "plugins check"}:
        assert f"`{name}`" in readme or f"make {name}" in readme, name
