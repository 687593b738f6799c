"""Declared dependencies are those that the code imports, both ways, and constraints.txt pins every one of them."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.project import PYPROJECT, ROOT, SOURCE_ROOTS, package_folders

NEEDED_BY_LIBRARIES = {
    "accelerate": "the trainers of transformers and TRL run on it",
    "gguf": "transformers reads GGUF files with it",
    "protobuf": "transformers reads SentencePiece tokenizers with it",
    "sentencepiece": "transformers reads the tokenizers of many models with it",
}
"""Dependencies that no line of ours imports, and why they are declared."""

RUNTIME = [Requirement(line) for line in PYPROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PYPROJECT["dependency-groups"]["dev"]]
DECLARED = {canonicalize_name(requirement.name) for requirement in RUNTIME}
OPTIONAL = {
    canonicalize_name(Requirement(line).name)
    for extra in PYPROJECT["project"]["optional-dependencies"].values()
    for line in extra
}
CONSTRAINTS = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
PINS: dict[str, str] = {
    canonicalize_name(name): version for name, _, version in (line.partition("==") for line in CONSTRAINTS)
}


def _imports(source: str) -> Iterator[str]:
    """Yield the top-level name of every absolute import, at any depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _third_party_imports() -> dict[str, str]:
    """Return imported name -> one of the modules that import it."""
    own = sys.stdlib_module_names | package_folders().keys()
    return {
        name: path.relative_to(ROOT).as_posix()
        for root in SOURCE_ROOTS
        for path in (ROOT / root).rglob("*.py")
        for name in _imports(path.read_text("utf-8"))
        if name not in own
    }


IMPORTED = _third_party_imports()
DISTRIBUTIONS = {
    name: {canonicalize_name(distribution) for distribution in distributions}
    for name, distributions in packages_distributions().items()
}


@pytest.mark.parametrize("name", sorted(IMPORTED))
def test_what_is_imported_is_declared(name: str) -> None:
    brought_by = DISTRIBUTIONS[name]
    assert brought_by & (DECLARED | OPTIONAL), f"{IMPORTED[name]} imports {name}; declare one of {sorted(brought_by)}"


def test_what_is_declared_is_imported_or_has_a_reason() -> None:
    imported = {distribution for name in IMPORTED for distribution in DISTRIBUTIONS[name]}
    assert (DECLARED | OPTIONAL) - imported == NEEDED_BY_LIBRARIES.keys()


@pytest.mark.parametrize("line", CONSTRAINTS)
def test_each_constraint_is_an_exact_public_version(line: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)


@pytest.mark.parametrize("requirement", [*RUNTIME, *DEVELOPMENT], ids=str)
def test_each_dependency_is_pinned_to_a_version_that_it_allows(requirement: Requirement) -> None:
    assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)])


def test_torch_is_the_version_that_the_makefile_installs() -> None:
    assert PINS["torch"] == "2.13.0"
    installs = [line for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if "torch==" in line]
    assert installs
    assert all(line.endswith(f"torch=={PINS['torch']}") for line in installs)
