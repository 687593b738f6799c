"""The column maps in the package's README.md are those that the adapters read by."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import shoptune_shops
import shoptune_shops.plugin
from shoptune.plugins import load_plugins
from shoptune_shops.platform_files import shipped
from shoptune_shops.platform_table import Platform, Properties, ShopColumns

KNOWN = load_plugins().data_adapters
ADAPTERS = {name: KNOWN[name].component for name in shoptune_shops.plugin.ADAPTERS}
BY_TABLE = {"platform_products", "shopify_rest_products", "woocommerce_rest_products"}
"""Adapters that have no list of columns of their own: a table says them, or their rows are JSON."""


def sections() -> dict[str, str]:
    (folder,) = shoptune_shops.__path__
    parts = re.split(r"^## (\w+)\n", (Path(folder) / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", sorted(ADAPTERS.keys() - BY_TABLE))
def test_the_columns_are_those_that_are_read(name: str) -> None:
    header, _, *rows = (row.split("|") for row in sections()[name].splitlines() if row.startswith("|"))
    assert [title.strip() for title in header] == ["", "field", "columns", "notes", ""]
    documented = {column for row in rows for column in re.findall(r"`([^`]+)`", row[2])}
    columns = import_module(f"shoptune_shops.{name}").COLUMNS
    assert documented == {alias for aliases in columns.values() for alias in aliases}


@pytest.mark.parametrize("name", ADAPTERS)
def test_options_and_table_are_named(name: str) -> None:
    adapter = ADAPTERS[name]
    assert f"Table `{adapter.table}`" in sections()[name].replace("\n", " ")
    for option in adapter.options.model_fields:
        assert f"`{option}`" in sections()[name]


def test_there_is_no_section_without_its_adapter() -> None:
    assert set(sections()) == set(ADAPTERS)


def test_each_platform_is_listed() -> None:
    listed = re.findall(r"^\| `(\w+_products)` \|", sections()["platform_products"], flags=re.MULTILINE)
    assert listed == list(shipped())


def test_each_key_of_a_table_is_explained() -> None:
    for model in (Platform, Properties, ShopColumns):
        for key in model.model_fields:
            assert f"`{key}`" in sections()["platform_products"]
