"""What a repository owes its readers: the files they look for, and nothing that belongs to one machine."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

import shoptune
from tests.packaging.project import ROOT, repository_files

LARGEST = 1_500_000
"""Bytes."""

OF_ONE_MACHINE = re.compile(r"(?<![\w.])(?:/(?:home|root|Users|work|opt|mnt|tmp)/\w|[A-Z]:\\Users\\)")


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "constraints.txt",
        "pyproject.toml",
        ".ci/run",
        ".gitignore",
        ".github/workflows/ci.yml",
    ],
)
def test_file_is_there(name: str) -> None:
    assert Path(name) in repository_files()
    assert (ROOT / name).stat().st_size > 0


@pytest.mark.parametrize("file", repository_files(), ids=str)
def test_file_is_small_and_names_no_path_of_one_machine(file: Path) -> None:
    content = (ROOT / file).read_bytes()
    assert len(content) <= LARGEST
    found = OF_ONE_MACHINE.search(content.decode("utf-8", errors="replace"))
    assert found is None, f"{file}: {found}"


def test_ci_script_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)


def test_workflow_runs_the_ci_script_on_every_python_that_is_promised() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    job = workflow["jobs"]["check-and-test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12"]
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]


def test_changelog_speaks_of_this_version() -> None:
    assert shoptune.__version__ in (ROOT / "CHANGELOG.md").read_text("utf-8")
