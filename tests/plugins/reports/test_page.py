"""The shell of pages: data for scripts, anchors, and what stands in ``assets/``."""

from __future__ import annotations

import json
import re
from importlib import resources
from importlib.resources.abc import Traversable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune_reports.html.anchors import Anchors
from shoptune_reports.html.page import as_data
from tests.plugins.reports.conftest import HOSTILE

ASSETS = resources.files("shoptune_reports").joinpath("assets")
OWN = sorted((file for file in ASSETS.iterdir() if file.is_file()), key=lambda file: file.name)

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | ANY_TEXT,
        lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    )
)
def test_data_comes_back_as_it_was(anything: object) -> None:
    assert json.loads(as_data(anything)) == anything


@given(ANY_TEXT)
def test_no_data_ends_its_element(text: str) -> None:
    written = as_data({text: [f"</script>{text}<!-- ]]>"]})
    assert not re.search("[<>&\u2028\u2029]", written)


def test_a_number_that_is_none_becomes_null() -> None:
    assert as_data([1.5, float("nan"), float("inf")]) == "[1.5,null,null]"


@given(st.lists(st.lists(ANY_TEXT, min_size=1), min_size=1))
def test_anchors_differ_and_have_no_spaces(names: list[list[str]]) -> None:
    anchor = Anchors()
    ids = [anchor(*parts) for parts in [*names, *names]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w.-]+", id_) for id_ in ids)


def test_an_anchor_is_short_and_the_same_in_every_run() -> None:
    assert Anchors()("metric", "description", "rouge_l") == "metric.description.rouge_l"
    assert len(Anchors()("slice", HOSTILE)) <= 80


@pytest.mark.parametrize("file", OWN, ids=lambda file: file.name)
def test_our_own_assets_load_nothing_and_make_no_markup_of_text(file: Traversable) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"http|url\(|@import|import\(|fetch\(|XMLHttp|innerHTML|outerHTML|insertAdjacentHTML", text)
    assert not re.search(r"document\.write|eval\(|new Function|</|<!--", text)


def test_each_library_lies_beside_its_licence_and_in_the_list() -> None:
    vendor = ASSETS.joinpath("vendor")
    names = {file.name for file in vendor.iterdir()}
    scripts = {name for name in names if name.endswith(".js")}
    assert {f"{name.partition('.')[0]}.LICENSE.txt" for name in scripts} == {n for n in names if n.endswith(".txt")}
    readme = vendor.joinpath("README.md").read_text(encoding="utf-8")
    for name in scripts:
        head = vendor.joinpath(name).read_text(encoding="utf-8")[:100]
        version = re.search(r" v(\d+\.\d+\.\d+) ", head)
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{name}`"))
        assert version is None or f"| {version[1]} |" in row


@pytest.mark.parametrize("name", ["d3.min.js", "plot.umd.min.js", "diff.min.js"])
def test_no_library_ends_its_element(name: str) -> None:
    assert not re.search("</script|<!--", ASSETS.joinpath("vendor", name).read_text(encoding="utf-8"), re.IGNORECASE)
