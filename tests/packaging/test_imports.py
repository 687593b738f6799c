"""Who may import what: import-linter's contracts cover the whole core, and find what is planted."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.manual import MANUAL
from tests.packaging.project import PYPROJECT, ROOT

CONTRACTS = {contract["name"]: contract for contract in PYPROJECT["tool"]["importlinter"]["contracts"]}
CORE = ROOT / "harness/shoptune"
PUBLIC_ALONE = "Plugins import the public modules alone"
ROOMS = "The core's rooms import only what stands below them"


def test_each_module_of_the_core_is_promised_or_out_of_bounds() -> None:
    """What stands directly in the core, rooms and modules, is public by the policy or forbidden to plugins."""
    files = [path for path in CORE.rglob("*.py") if path.parent != CORE or path.name != "__init__.py"]
    there = {path.relative_to(CORE).with_suffix("").parts[0] for path in files}
    policy = (MANUAL / "policy.md").read_text("utf-8")
    public = re.findall(r"^\| `shoptune\.(\w+)` \|", policy, re.MULTILINE)
    private = [name.removeprefix("shoptune.") for name in CONTRACTS[PUBLIC_ALONE]["forbidden_modules"]]
    assert sorted([*public, *private]) == sorted(there)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the core, and a plugin beside it that imports nothing."""
    shutil.copytree(CORE, tmp_path / "shoptune", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "planted_plugin").mkdir()
    (tmp_path / "planted_plugin" / "__init__.py").touch()
    return tmp_path


def broken(folder: Path) -> str:
    """Return what import-linter says of the core in `folder` and the plugin beside it; empty if nothing is wrong."""
    lines = ["[tool.importlinter]", 'root_packages = ["shoptune", "planted_plugin"]']
    for name, changed in ((PUBLIC_ALONE, {"source_modules": ["planted_plugin"], "ignore_imports": []}), (ROOMS, {})):
        lines.append("[[tool.importlinter.contracts]]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in {**CONTRACTS[name], **changed}.items()]
    (folder / "linter.toml").write_text("\n".join(lines), "utf-8")
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports('linter.toml', no_cache=True))"
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, env=environment)
    return done.stdout.partition("Broken contracts")[2] if done.returncode else ""


def test_nothing_is_found_where_nothing_is_planted(copied: Path) -> None:
    assert broken(copied) == ""


@pytest.mark.parametrize(
    ("place", "planted", "found"),
    [
        (
            "planted_plugin/__init__.py",
            "shoptune.storage.store",
            "planted_plugin is not allowed to import shoptune.storage",
        ),
        ("shoptune/metrics/choices.py", "shoptune.cli", "shoptune.metrics is not allowed to import shoptune.cli"),
        ("shoptune/data.py", "shoptune.storage.jsonl", "shoptune.data is not allowed to import shoptune.storage"),
        ("shoptune/new_module.py", "json", "new_module"),
    ],
)
def test_what_is_planted_is_found(copied: Path, place: str, planted: str, found: str) -> None:
    with (copied / place).open("a", encoding="utf-8") as file:
        file.write(f"\nimport {planted}\n")
    assert found in broken(copied)
