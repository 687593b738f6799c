"""Asking for help is quick, because nothing heavy is imported for it.

How long it takes is not asserted: clocks differ, and imports are what decides it.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.project import package_folders

TRAINING = {"accelerate", "datasets", "peft", "torch", "transformers", "trl"}
HEAVY = TRAINING | {"jinja2", "numpy", "pandas", "pint", "pyarrow", "pydantic", "rich", "sacrebleu", "scipy", "yaml"}
PLUGINS = {name for name, folder in package_folders().items() if (folder / "plugin.py").is_file()}
EXPERIMENT = package_folders()["shoptune_product_description"] / "data" / "experiment.yaml"
TELL_IMPORTS = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(list(sys.modules)), file=sys.stderr))
"""


def _imported_by(code: str, folder: Path) -> tuple[set[str], str]:
    """Run `code` in a fresh interpreter; return the modules and packages it imported and what it printed."""
    command = [sys.executable, "-c", TELL_IMPORTS + code]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return set(json.loads(done.stderr.splitlines()[-1])), done.stdout


def _imported_by_command(arguments: list[str], folder: Path) -> tuple[set[str], str]:
    return _imported_by(f"sys.argv = {['shoptune', *arguments]!r}\nfrom shoptune.cli import main\nmain()", folder)


def test_the_probe_sees_imports(tmp_path: Path) -> None:
    imported, _ = _imported_by("import numpy.linalg", tmp_path)
    assert "numpy" in imported


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["run", "--help"], ["demo", "--help"], ["init", "--help"]],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    imported, printed = _imported_by_command(arguments, tmp_path)
    assert "shoptune" in printed
    assert not imported & HEAVY


def test_help_asks_plugins_for_their_commands(tmp_path: Path) -> None:
    imported, printed = _imported_by_command(["--help"], tmp_path)
    assert "  demo " in printed
    assert imported >= PLUGINS


@pytest.mark.parametrize("package", sorted(PLUGINS))
def test_entry_module_imports_nothing_heavy(package: str, tmp_path: Path) -> None:
    imported, _ = _imported_by(f"import {package}.plugin", tmp_path)
    assert package in imported
    assert not imported & HEAVY


@pytest.mark.parametrize(
    "arguments",
    [["plugins", "list"], ["schema"], ["plan", str(EXPERIMENT)]],
    ids=["plugins list", "schema", "plan"],
)
def test_commands_that_compute_nothing_import_no_training_library(arguments: list[str], tmp_path: Path) -> None:
    imported, _ = _imported_by_command(arguments, tmp_path)
    assert "pydantic" in imported
    assert not imported & TRAINING


def test_a_plan_imports_nothing_that_computes_or_renders(tmp_path: Path) -> None:
    imported, printed = _imported_by_command(["plan", str(EXPERIMENT)], tmp_path)
    assert "to compute" in printed
    assert not imported & (TRAINING | {"jinja2", "jsonschema", "scipy"})
    assert "shoptune_reports.plugin" in imported
    assert not [name for name in imported if name.startswith("shoptune_reports.formats")]
    assert "shoptune.reporting.assemble" not in imported
