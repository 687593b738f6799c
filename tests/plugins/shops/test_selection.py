"""Which adapter reads a file whose adapter the experiment does not name."""

from pathlib import Path

import pluggy
import pytest

import shoptune_files.plugin
import shoptune_shops.plugin
from shoptune import hookspecs
from shoptune.plugins import load_plugins
from shoptune_shops.platform_files import shipped


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
        ("ID,Type,SKU,Name,Published,Short description,Description,Regular price", "woocommerce_products"),
        ("Order Number,Order Status,Order Date,SKU,Item Name,Quantity (- Refund),Item Cost", "woocommerce_orders"),
        ("order_id,order_number,order_date,status,item_name,item_sku,item_quantity", "woocommerce_orders"),
        ("order_id,order_number,date,status,line_items", "woocommerce_orders"),
        ("order_id,order_status,order_date,item_name,item_sku,item_quantity,item_price", "woocommerce_orders"),
        ("name,sku,description,price,additional_attributes", "magento_products"),
        ("sku,name,description,product_online", "magento_products"),
        ("sku,store_view_code,attribute_set_code,product_type,categories,name", "magento_products"),
        ("sku,product_type,name,description,additional_attributes", "magento_products"),
        ("id\ttitle\tdescription\tlink\timage_link\tprice\tavailability\tgtin", "merchant_feed"),
        ("itemId,itemName,itemsViewed,itemsAddedToCart,itemsPurchased,itemRevenue", "ga4_items"),
        ("Product title,Product vendor,Product type,Net items sold,Gross sales,Net sales", "shopify_sales"),
        ("product_id,views,units,revenue,start,end", "generic_sales"),
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
    assert select(tmp_path / "missing.mp3", shops_first=True) is None
    assert select(tmp_path, shops_first=True) is None
    binary = tmp_path / "binary.csv"
    binary.write_bytes(bytes(range(256)) * 400)
    assert select(binary, shops_first=True) == "csv"


FILES = Path(__file__).parent / "files"


@pytest.mark.parametrize("file", sorted((FILES / "platforms").iterdir()), ids=lambda file: file.name)
def test_platforms_are_recognised(file: Path) -> None:
    assert select(file, shops_first=True) == file.stem.removesuffix("_today")


@pytest.mark.parametrize(
    ("name", "adapter"),
    [
        ("shopify_products.csv", "shopify_products"),
        ("shopify_products_before_2024.csv", "shopify_products"),
        ("shopify_orders.csv", "shopify_orders"),
        ("woocommerce_products.csv", "woocommerce_products"),
        ("woocommerce_orders_advanced.csv", "woocommerce_orders"),
        ("woocommerce_orders_default.csv", "woocommerce_orders"),
        ("magento_products.csv", "magento_products"),
    ],
)
def test_real_headers_are_recognised(name: str, adapter: str) -> None:
    assert select(FILES / name, shops_first=True) == adapter


def test_component_names_are_those_that_selection_gives() -> None:
    shops = [adapter.name for adapter in shoptune_shops.plugin.register_data_adapters()]
    files = {adapter.name for adapter in shoptune_files.plugin.register_data_adapters()}
    given = {*shoptune_shops.plugin.SIGNS, *shipped(), *shoptune_shops.plugin.LOOKING}
    assert sorted(shops) == sorted({*given, "platform_products"})
    assert files >= set(shoptune_files.plugin.ADAPTERS.values())


def test_adapters_say_what_their_records_are() -> None:
    known = load_plugins().data_adapters
    tables = {name: known[name].component.table for name in [*shoptune_shops.plugin.ADAPTERS, *shipped()]}
    assert set(tables.values()) == {"products", "orders", "sales", "tests"}
    assert all(name.endswith(str(table)) for name, table in tables.items() if name not in shoptune_shops.plugin.LOOKING)
