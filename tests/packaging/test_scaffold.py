"""What ``shoptune plugins new`` writes passes its own tests, ruff and strict mypy, installs, and works in a run."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from packaging.requirements import Requirement

import shoptune
from shoptune.cli import cli
from shoptune.errors import UsageError
from shoptune.hookspecs import API_VERSION
from shoptune.scaffold.kinds import KINDS
from shoptune.scaffold.names import LONGEST, check_name
from shoptune.scaffold.package import TEMPLATES, package_files, write_package
from tests.packaging.project import PYPROJECT

PROMISED = {
    f"shoptune{name}"
    for name in (
        *("", ".components", ".data", ".training_rows", ".errors", ".comparison", ".step", ".terminal", ".testing"),
    )
}
"""The modules whose names a plugin's author can rely on."""

SHOPTUNE = [sys.executable, "-c", "from shoptune.cli import main; main()"]

Tool = Callable[..., str]


def name_of(kind: str) -> str:
    return f"invented_{kind}"


def package_of(kind: str) -> str:
    return f"shoptune_invented_{kind}"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A new package of each kind."""
    into = tmp_path_factory.mktemp("new")
    for kind in KINDS:
        done = CliRunner().invoke(cli, ["plugins", "new", kind, name_of(kind), "--into", str(into)])
        assert done.exit_code == 0, done.output
        assert str(into / f"shoptune-invented-{kind}") in done.output
    return {kind: into / f"shoptune-invented-{kind}" for kind in KINDS}


@pytest.fixture(params=KINDS)
def package(packages: dict[str, Path], request: pytest.FixtureRequest) -> tuple[str, Path]:
    return request.param, packages[request.param]


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """Run a command and return what it printed; the test fails where it does."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "PYTEST"))}
    done = subprocess.run(
        command, cwd=cwd, env=own | variables, check=False, capture_output=True, encoding="utf-8", errors="replace"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ruff(folder: Path) -> None:
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        run(sys.executable, "-m", "ruff", *command, cwd=folder)


# --- what is written -------------------------------------------------------------------------------------------------


def test_every_file_of_a_package_is_there(package: tuple[str, Path]) -> None:
    kind, folder = package
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found >= {"pyproject.toml", "README.md", "LICENSE", ".gitignore", ".github/workflows/ci.yml"}
    assert found >= {f"src/{package_of(kind)}/{name}" for name in ("__init__.py", "plugin.py", "py.typed")}
    assert found == set(package_files(kind, name_of(kind)))


def test_nothing_is_left_to_fill_in(package: tuple[str, Path]) -> None:
    kind, folder = package
    for path in package_files(kind, name_of(kind)):
        assert not re.search(r"\$(?!\{\{)", (folder / path).read_text("utf-8")), path


def test_every_template_is_used() -> None:
    used = {template for kind in KINDS for template in package_files(kind, "invented").values()}
    lying = {f"{shelf.name}/{file.name}" for shelf in TEMPLATES.iterdir() for file in shelf.iterdir()}
    assert lying == {f"{template}.template" for template in used}


def test_every_template_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for kind in KINDS:
        for template in package_files(kind, "invented").values():
            assert f"shoptune/scaffold/templates/{template}.template" in names


def test_project_file(package: tuple[str, Path]) -> None:
    kind, folder = package
    name = name_of(kind)
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == folder.name
    assert project["entry-points"] == {"shoptune": {name: f"{package_of(kind)}.plugin"}}
    assert f"shoptune>={shoptune.__version__}" in project["dependencies"]
    assert project["license"] == "MIT"
    assert (folder / "LICENSE").read_text("utf-8").startswith("MIT License\n")


def test_dependencies_are_as_new_as_our_own() -> None:
    own = {(r := Requirement(line)).name: r for line in PYPROJECT["project"]["dependencies"]}
    for kind in KINDS.values():
        for line in kind.dependencies:
            assert Requirement(line) == own[Requirement(line).name]


def test_workflow_checks_and_tests(package: tuple[str, Path]) -> None:
    kind, folder = package
    workflow = yaml.safe_load((folder / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert {"ruff check", "ruff format --check", "mypy", "pytest"} <= set(commands)
    assert f"shoptune plugins check {name_of(kind)}" in commands
    assert "${{ matrix.python }}" in str(job["steps"])


def test_modules_import_what_they_need_and_only_promised_names(package: tuple[str, Path]) -> None:
    kind, folder = package
    needed = {Requirement(line).name for line in KINDS[kind].dependencies}
    for path in (folder / "src").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        modules = {node.module or "" for node in froms if not node.level}  # those with a level are its own
        modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
        assert {m for m in modules if m.partition(".")[0] == "shoptune"} <= PROMISED
        others = {m.partition(".")[0] for m in modules} - sys.stdlib_module_names - {"shoptune"}
        assert others <= needed, path


def test_plugin_says_for_which_hooks_it_was_made(package: tuple[str, Path]) -> None:
    kind, folder = package
    text = (folder / "src" / package_of(kind) / "plugin.py").read_text("utf-8")
    assert f"\nshoptune_api = {API_VERSION}\n" in text


def test_ruff_finds_nothing(package: tuple[str, Path]) -> None:
    ruff(package[1])


@pytest.mark.parametrize("name", ["a", "shop", "x" * LONGEST])
def test_ruff_finds_nothing_whatever_the_name(name: str, tmp_path: Path) -> None:
    for kind in KINDS:
        into = tmp_path / kind
        into.mkdir()
        ruff(write_package(kind, name, into))


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "shoptune-invented-task" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="is there already"):
        write_package("task", "invented_task", tmp_path)
    assert [*mine.parent.iterdir()] == [mine]


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mood", "review_mood", "mood2", "m", "json", "class", "x" * LONGEST])
def test_good_names(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Review-Mood", "For example: review_mood."),
        ("2nd mood!", "For example: nd_mood."),
        ("Größe", "For example: grosse."),
        ("_mood", "For example: mood."),
        ("a__b", "For example: a_b."),
        ("../mood", "For example: mood."),
        ("x" * (LONGEST + 1), "can't be a plugin's name"),
        ("", "can't be a plugin's name"),
        ("心情", "can't be a plugin's name"),
        ("sales", "there is a Python package 'shoptune_sales' already, which yours would hide. For example: my_sales."),
        ("shoptune_sales", "there is a Python package 'shoptune_sales' already"),
        ("text", "there is a Python package 'shoptune_text' already"),
    ],
)
def test_names_that_are_refused(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        check_name(name)


def test_nothing_is_written_under_a_name_that_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["plugins", "new", "task", "../mood", "--into", str(tmp_path)])
    assert isinstance(done.exception, UsageError)
    assert not [*tmp_path.iterdir()]


# --- that it works ---------------------------------------------------------------------------------------------------


def together(packages: Mapping[str, Path]) -> dict[str, str]:
    """Return the environment in which the packages can be used as one: each one's tests are called otherwise."""
    sources = os.pathsep.join(str(folder / "src") for folder in packages.values())
    return {"PYTHONPATH": sources, "MYPYPATH": sources}


@pytest.mark.slow
def test_their_own_tests_pass(packages: dict[str, Path], tmp_path: Path) -> None:
    folders = list(packages.values())
    settings: list[str | Path] = [
        "-q",
        "-c",
        folders[0] / "pyproject.toml",
        f"--rootdir={tmp_path}",
        "-p",
        "no:cacheprovider",
    ]
    tests = [folder / "tests" for folder in folders]
    printed = run(sys.executable, "-m", "pytest", *settings, *tests, cwd=tmp_path, **together(packages))
    assert (passed := re.search(r"^(\d+) passed in", printed, re.MULTILINE))
    assert int(passed[1]) >= 2 * len(packages)


@pytest.mark.slow
def test_a_package_alone_finds_its_modules_and_settings(packages: dict[str, Path], tmp_path: Path) -> None:
    folder = packages["recogniser"]
    printed = run(sys.executable, "-m", "pytest", "-q", "-o", f"cache_dir={tmp_path}", cwd=folder)
    assert re.search(r"^\d+ passed in", printed, re.MULTILINE)
    printed = run(sys.executable, "-m", "mypy", "--cache-dir", tmp_path / "mypy", cwd=folder)
    assert printed == "Success: no issues found in 4 source files\n"


@pytest.mark.slow
def test_strict_mypy_finds_nothing(packages: dict[str, Path], tmp_path: Path) -> None:
    files = [folder / part for folder in packages.values() for part in ("src", "tests")]
    settings: list[str | Path] = ["--cache-dir", tmp_path, "--config-file", packages["task"] / "pyproject.toml"]
    printed = run(sys.executable, "-m", "mypy", *settings, *files, cwd=tmp_path, **together(packages))
    assert printed == f"Success: no issues found in {4 * len(packages)} source files\n"


@pytest.fixture(scope="module")
def installed(packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which all packages were installed, to be put on Python's path."""
    site = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation"]
    run(*pip, *offline, "--target", site, *packages.values(), cwd=site)
    return site


@pytest.mark.slow
def test_plugins_list_shows_all_of_them_and_no_more_without_them(installed: Path, tmp_path: Path) -> None:
    command = [*SHOPTUNE, "plugins", "list", "--json"]
    rows = {row["name"]: row for row in json.loads(run(*command, cwd=tmp_path, PYTHONPATH=str(installed)))}
    for kind, about in KINDS.items():
        row = rows.pop(name_of(kind))
        assert (row["status"], row["version"], row["distribution"]) == ("ok", "0.1.0", f"shoptune-invented-{kind}")
        brought = {} if kind in {"observer", "command"} else {f"{about.component}s": [name_of(kind)]}
        assert row["brings"] == brought
    assert rows.keys() == {row["name"] for row in json.loads(run(*command, cwd=tmp_path))}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_plugins_check_finds_no_fault(kind: str, installed: Path, tmp_path: Path) -> None:
    printed = run(*SHOPTUNE, "plugins", "check", name_of(kind), cwd=tmp_path, PYTHONPATH=str(installed))
    assert "keeps to its contract, as far as it was checked" in printed


def _is_at_work(kind: str, name: str, comparison: Mapping[str, Any], reports: Path) -> bool:
    """Say whether a run's report shows that the component of this name did its part."""
    values = {(r["metric"], r["candidate"]): r["value"] for r in comparison["results"]}
    shown: dict[str, Callable[[], bool]] = {
        "task": lambda: bool(comparison["tasks"][0]["task"] == name and values["accuracy", "cue_words"] > 0.5),
        "metric": lambda: bool(values[name, "template"] > 0),
        "method": lambda: bool(
            comparison["training"][0]["method"] == name and len(comparison["training"][0]["loss"]) == 10
        ),
        "adapter": lambda: (_table(comparison)["adapter"], _table(comparison)["records"]) == (name, 6),
        "backend": lambda: bool(values["rouge_l", "words"] > 0),
        "report": lambda: "template" in (reports / f"{name}.txt").read_text("utf-8"),
        "recogniser": lambda: _table(comparison)["personal_data"]["masked"] == {"loyalty_card": 4},
        "observer": lambda: len((reports / f"{name}.jsonl").read_text("utf-8").splitlines()) > 3,
    }
    return shown[kind]() if kind in shown else bool(comparison["results"])


def _table(comparison: Mapping[str, Any]) -> Any:
    (table,) = comparison["tasks"][0]["data"]["tables"].values()
    return table


UNNAMED = {"report", "export", "observer", "command", "executor"}
"""Kinds whose plugins decide no result, so that the comparison does not name them."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_its_experiment_runs(kind: str, installed: Path, tmp_path: Path) -> None:
    from shoptune.testing import tiny_model

    shutil.copytree(installed / package_of(kind) / "data", tmp_path / "data")
    experiment = tmp_path / "data" / "experiment.yaml"
    model = tiny_model(tmp_path / "model").folder  # in place of a real one, which not every machine has
    experiment.write_text(
        experiment.read_text("utf-8").replace("{model: smollm2-135m-instruct}", f"{{model: {model}}}")
    )
    command = [*SHOPTUNE, "run", "data/experiment.yaml", "--plain"]
    run(*command, cwd=tmp_path, PYTHONPATH=str(installed), SHOPTUNE_CACHE=str(tmp_path / "cache"))
    reports = tmp_path / "reports" / f"shoptune-invented-{kind}"
    comparison = json.loads((reports / "comparison.json").read_text("utf-8"))
    assert comparison["provenance"]["plugins"].get(name_of(kind)) == "0.1.0" or kind in UNNAMED
    assert _is_at_work(kind, name_of(kind), comparison, reports)
