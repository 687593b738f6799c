"""The column maps in the package's README.md are those that the adapters read by."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import shoptune_shops
import shoptune_shops.plugin

ADAPTERS = {adapter.name: adapter for adapter in shoptune_shops.plugin.register_data_adapters()}


def sections() -> dict[str, str]:
    (folder,) = shoptune_shops.__path__
    parts = re.split(r"^## (\w+)\n", (Path(folder) / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", ADAPTERS)
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
