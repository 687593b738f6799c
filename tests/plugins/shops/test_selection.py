"""Which adapter reads a file whose adapter the experiment does not name."""

from pathlib import Path

import pluggy
import pytest

import shoptune_files.plugin
import shoptune_shops.plugin
from shoptune import hookspecs


def select(path: Path, *, shops_first: bool) -> str | None:
    manager = pluggy.PluginManager("shoptune")
    manager.add_hookspecs(hookspecs)
    plugins = [shoptune_shops.plugin, shoptune_files.plugin]
    for plugin in plugins if shops_first else reversed(plugins):
        manager.register(plugin)
    name: str | None = manager.hook.select_data_adapter(path=path)
    return name


@pytest.mark.parametrize("shops_first", [True, False])
@pytest.mark.parametrize(
    ("header", "adapter"),
    [
        ("Handle,Title,Body (HTML),Vendor", "shopify_products"),
        ("Title,URL handle,Description,Vendor", "shopify_products"),
        ("\ufeffTITLE;URL HANDLE;DESCRIPTION", "shopify_products"),
        ("Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem price", "shopify_orders"),
        ("product_id,variant_id,text,exposures,conversions,start,end", "ab_tests"),
        ("id,name,description", "csv"),
        ("", "csv"),
    ],
)
def test_shops_are_asked_before_general_formats(tmp_path: Path, header: str, adapter: str, shops_first: bool) -> None:
    path = tmp_path / "file.csv"
    path.write_text(header + "\n1,2,3\n", encoding="utf-8")
    assert select(path, shops_first=shops_first) == adapter


def test_nothing_raises_for_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert select(tmp_path / "missing.csv", shops_first=True) == "csv"
    assert select(tmp_path / "missing.xlsx", shops_first=True) is None
    assert select(tmp_path, shops_first=True) is None
    binary = tmp_path / "binary.csv"
    binary.write_bytes(bytes(range(256)) * 400)
    assert select(binary, shops_first=True) == "csv"


def test_component_names_are_those_that_selection_gives() -> None:
    shops = {adapter.name for adapter in shoptune_shops.plugin.register_data_adapters()}
    files = {adapter.name for adapter in shoptune_files.plugin.register_data_adapters()}
    assert shops == set(shoptune_shops.plugin.SIGNS)
    assert files == set(shoptune_files.plugin.ADAPTERS.values())
