"""What is in the wheel: everything that the packages need, nothing else, and true metadata."""

import zipfile
from configparser import ConfigParser
from email.message import Message
from email.parser import Parser
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import shoptune
from tests.packaging.project import PYPROJECT, ROOT, package_folders

INFO = f"shoptune-{shoptune.__version__}.dist-info"


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """The files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        return Parser().parsestr(archive.read(f"{INFO}/METADATA").decode())


def test_it_is_one_for_every_platform(wheel: Path) -> None:
    assert wheel.name == f"shoptune-{shoptune.__version__}-py3-none-any.whl"


def test_nothing_generic_lands_in_site_packages(names: set[str]) -> None:
    assert {PurePosixPath(name).parts[0] for name in names} == {*package_folders(), INFO}


def test_packages_are_whole_and_nothing_is_added(names: set[str]) -> None:
    in_folders = {
        file.relative_to(folder.parent).as_posix()
        for folder in package_folders().values()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {name for name in names if not name.startswith(INFO)} == in_folders


@pytest.mark.parametrize(
    "pattern",
    [
        "shoptune_catalogue/lexicon/*.yaml",
        "shoptune_catalogue/units.yaml",
        "shoptune_shops/platforms/etsy.yaml",
        "shoptune/manual/hooks.md",
        "shoptune/scaffold/templates/metric/plugin.py.template",
        "shoptune_product_description/README.md",
        "shoptune_product_description/data/experiment.yaml",
        "shoptune_product_description/data/products.csv",
        "shoptune_product_description/data/orders.csv",
        "shoptune_product_description/data/ab_tests.csv",
        "shoptune_reports/templates/report.html.j2",
        "shoptune_start/templates/experiment.yaml.j2",
        "shoptune_reports/assets/base.css",
        "shoptune_reports/assets/theme.js",
        "shoptune_reports/assets/vendor/plot.umd.min.js",
        "shoptune_reports/assets/vendor/plot.LICENSE.txt",
        *(f"{package}/py.typed" for package in package_folders()),
    ],
)
def test_data_file_is_in_it(names: set[str], pattern: str) -> None:
    assert any(PurePosixPath(name).match(pattern) for name in names)


def test_entry_points_are_those_of_the_project(wheel: Path) -> None:
    parser = ConfigParser(delimiters="=")
    with zipfile.ZipFile(wheel) as archive:
        parser.read_string(archive.read(f"{INFO}/entry_points.txt").decode())
    project = PYPROJECT["project"]
    assert {section: dict(parser[section]) for section in parser.sections()} == {
        "console_scripts": project["scripts"],
        "shoptune": project["entry-points"]["shoptune"],
    }


def test_metadata_name_licence_python_and_version(metadata: Message, names: set[str]) -> None:
    assert metadata["Name"] == "shoptune"
    assert metadata["Version"] == shoptune.__version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert f"{INFO}/licenses/LICENSE" in names
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")


def test_metadata_requires_what_the_project_declares(metadata: Message) -> None:
    project = PYPROJECT["project"]
    extras = {
        (*_plain(line), f'extra == "{extra}"')
        for extra, lines in project["optional-dependencies"].items()
        for line in lines
    }
    assert {_plain(line) for line in metadata.get_all("Requires-Dist", [])} == {
        *map(_plain, project["dependencies"]),
        *extras,
    }


def _plain(line: str) -> tuple[str, ...]:
    """A requirement's name and versions, and its condition where it has one."""
    requirement = Requirement(line)
    marker = (str(requirement.marker),) if requirement.marker else ()
    return canonicalize_name(requirement.name), str(requirement.specifier), *marker


def test_long_description_is_the_readme(metadata: Message) -> None:
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload() == (ROOT / "README.md").read_text("utf-8")
