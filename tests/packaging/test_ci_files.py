"""The files of CI servers are valid by their published schemas, ask for little, and trust nobody's text."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging.project import ROOT

ACTION = ROOT / ".github" / "actions" / "evaluate" / "action.yml"
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
TEMPLATE = ROOT / ".gitlab" / "shoptune.gitlab-ci.yml"
READMES = (ACTION.with_name("README.md"), TEMPLATE.with_name("README.md"))


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def _check(schema: str, path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    if schema == "vendor.gitlab-ci":
        command += ["--data-transform", "gitlab-ci"]  # which knows GitLab's own tags
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-actions", ACTION),
        ("vendor.github-workflows", WORKFLOW),
        ("custom.github-workflows-require-timeout", WORKFLOW),
        ("vendor.gitlab-ci", TEMPLATE),
    ],
)
def test_file_is_valid_by_its_schema(schema: str, path: Path) -> None:
    _check(schema, path)


def _examples() -> Iterator[tuple[str, str]]:
    for readme in READMES:
        for code in re.findall(r"```yaml\n(.*?)```", readme.read_text("utf-8"), re.DOTALL):
            yield ("vendor.github-workflows" if "\njobs:" in code else "vendor.gitlab-ci"), code


@pytest.mark.parametrize(("schema", "code"), [*_examples()], ids=lambda text: text.splitlines()[0])
def test_example_of_a_readme_is_valid_by_its_schema(schema: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yml"
    path.write_text(code, "utf-8")
    _check(schema, path)


def _steps() -> list[dict[str, Any]]:
    jobs = _load(WORKFLOW)["jobs"].values()
    return [*_load(ACTION)["runs"]["steps"], *(step for job in jobs for step in job["steps"])]


def test_no_expression_stands_in_a_script() -> None:
    """What an expression gives would be run; as an environment variable it is only text."""
    scripts = [step["run"] for step in _steps() if "run" in step]
    assert len(scripts) > 5
    assert not any("${{" in script for script in scripts)


def test_scripts_of_the_action_are_bash() -> None:
    for step in _load(ACTION)["runs"]["steps"]:
        if "run" in step:
            assert step["shell"] == "bash"
            subprocess.run(["bash", "-n", "-c", step["run"]], check=True)


def test_other_peoples_actions_are_githubs_own_at_a_released_version() -> None:
    used = {step["uses"] for step in _steps() if "uses" in step} - {"./.github/actions/evaluate"}
    assert used
    assert not [action for action in used if not re.fullmatch(r"actions/[\w/-]+@v\d+", action)]


def test_one_version_of_each_action_is_used() -> None:
    used = {step["uses"].partition("@") for step in _steps() if "@" in step.get("uses", "")}
    by_repository = {(name.split("/")[1], version) for name, _, version in used}
    assert len(by_repository) == len({name for name, _ in by_repository})


def test_permissions_are_read_alone_but_for_the_comment() -> None:
    workflow = _load(WORKFLOW)
    assert workflow["permissions"] == {"contents": "read"}
    given = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
    assert given == {"evaluate": {"contents": "read", "pull-requests": "write"}}
    assert "pull_request_target" not in workflow[True], "YAML reads `on` as true"


@pytest.mark.parametrize("name", _load(ACTION)["inputs"])
def test_input_has_a_description_and_stands_in_the_readme(name: str) -> None:
    assert _load(ACTION)["inputs"][name]["description"]
    assert f"| `{name}` |" in READMES[0].read_text("utf-8")


@pytest.mark.parametrize("name", [n for n in _load(TEMPLATE)[".shoptune"]["variables"] if n.startswith("SHOPTUNE_")])
def test_variable_stands_in_the_readme(name: str) -> None:
    assert f"| `{name}` |" in READMES[1].read_text("utf-8")


def test_the_experiment_of_our_own_workflow_is_read() -> None:
    from shoptune.experiment.file import read_experiment_file

    file, _ = read_experiment_file(ROOT / ".github" / "experiment.yaml")
    assert file.compare.gates
    copied = _load(WORKFLOW)["jobs"]["evaluate"]["steps"][1]["run"].split()[-1]
    assert (ROOT / copied).with_name("products.csv").exists(), "the workflow puts it beside the shop's files"
