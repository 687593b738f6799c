"""Which code a plugin's results rest on beside its own."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from shoptune.plugins import helpers
from shoptune.plugins.helpers import helpers_of
from tests.packaging.project import ROOT

FILES = {
    "invented_task/__init__.py": "",
    "invented_task/plugin.py": "import json\nimport numpy.linalg\nfrom invented_task import prompt\n",
    "invented_task/prompt.py": "def f():\n    from invented_units import (\n     CONSTANT,\n     metric,\n    )\n",
    "invented_units/__init__.py": "CONSTANT = 1\n",
    "invented_units/metric.py": "from .parts.pounds import POUND\nimport invented_single as one, no_such_module\n",
    "invented_units/imperial.py": "import invented_other\n",
    "invented_units/parts/__init__.py": "",
    "invented_units/parts/pounds.py": "from .. import CONSTANT\nfrom shoptune.errors import DataError\nPOUND = 1\n",
    "invented_units/units.yaml": "pound: 0.45\n",
    "invented_single.py": "import os\n",
    "invented_other.py": "",
}
HELPERS = {
    "invented_units/__init__.py",
    "invented_units/metric.py",
    "invented_units/parts/__init__.py",
    "invented_units/parts/pounds.py",
    "invented_units/units.yaml",
    "invented_single.py",
}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, source in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for cached in (helpers._imported, helpers._absolute, helpers._developed):
        cached.cache_clear()
    return tmp_path


def names(found: tuple[Path, ...], folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in found}


def test_modules_that_it_imports_and_their_data_and_no_others(checkout: Path) -> None:
    before = set(sys.modules)
    assert names(helpers_of(checkout / "invented_task"), checkout) == HELPERS
    assert set(sys.modules) == before, "nothing is imported to find out"


@pytest.mark.parametrize(
    "form",
    [
        "import os, invented_single as one, invented_other  # import neither",
        "import invented_single, \\\n    invented_other",
        "if True: import invented_single\nnumber = 1; import invented_other;number = 2",
        "from invented_single import ( # two )\n    one,\n    two as three,\n)\nfrom invented_other import *",
        "try:\n\tfrom invented_single import(one)\nexcept ImportError:\n\tfrom invented_other import one, \\\n  two",
        "def lazily():\n    import invented_single\n    import\tinvented_other",
    ],
)
def test_every_form_of_import_is_seen(checkout: Path, form: str) -> None:
    compile(form, "form", "exec")
    (checkout / "invented_form.py").write_text(form, "utf-8")
    found = names(helpers_of(checkout / "invented_form.py"), checkout)
    assert {name for name in found if name.endswith(".py")} == {"invented_single.py", "invented_other.py"}


def test_what_the_parser_sees_is_seen() -> None:
    """In all of our own modules, some of which import in unusual places."""
    for file in sorted((ROOT / "harness").rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        parsed = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        statements = helpers._IMPORT.finditer(file.read_text("utf-8"))
        seen = {name for found in statements for name in helpers._names(found["modules"] or found["names"])}
        assert parsed <= seen, f"{file}: {parsed - seen}"


def test_of_a_single_file(checkout: Path) -> None:
    assert names(helpers_of(checkout / "invented_task/prompt.py"), checkout) == HELPERS
    assert helpers_of(checkout / "invented_other.py") == ()


def test_what_is_installed_has_a_version_and_needs_none(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = checkout / "lib" / "site-packages"
    installed.mkdir(parents=True)
    (checkout / "invented_units").rename(installed / "invented_units")
    monkeypatch.syspath_prepend(installed)
    assert helpers_of(checkout / "invented_task") == ()
    assert helpers_of(installed / "invented_units") == ()


@pytest.mark.parametrize(
    "source", ["def broken(:\n", "x = '\0'\n", f"from {'.' * 99} import above\n", "from . import *\n"]
)
def test_code_that_can_not_be_read_has_none(checkout: Path, source: str) -> None:
    (checkout / "invented_other.py").write_text(source, "utf-8")
    assert helpers_of(checkout / "invented_other.py") == ()
