"""Our own plugins keep to the contracts that strangers' are checked against."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shoptune.components import DataAdapter, Metric, ModelBackend, ReportFormat, TuningMethod
from shoptune.plugins import Registered, load_plugins
from shoptune.testing import (
    check_backend,
    check_method,
    check_metric,
    check_plugin,
    check_report_format,
    tiny_model,
)
from shoptune.testing.adapters import adapter_findings
from shoptune_shops.platform_files import shipped
from shoptune_shops.platform_products import OwnPlatformOptions
from shoptune_shops.shipped_platforms import platform

PLUGINS = load_plugins(only=lambda point: point.dist is not None and point.dist.name == "shoptune")

SHOPS = Path(__file__).parent / "shops" / "files"
FILES = {
    "shopify_products": SHOPS / "shopify_products.csv",
    "woocommerce_products": SHOPS / "woocommerce_products.csv",
    "magento_products": SHOPS / "magento_products.csv",
    "merchant_feed": SHOPS / "merchant_feed.tsv",
    "shopify_orders": SHOPS / "shopify_orders.csv",
    "woocommerce_orders": SHOPS / "woocommerce_orders_default.csv",
    "ga4_items": SHOPS / "ga4_report.csv",
    "shopify_sales": SHOPS / "shopify_sales_by_product - 2026-01-01 - 2026-01-31.csv",
    "generic_sales": SHOPS / "sales_with_remarks.tsv",
    "ab_tests": Path(str(files("shoptune_product_description"))) / "data" / "ab_tests.csv",
    "csv": Path(str(files("shoptune_product_matching"))) / "data" / "pairs.csv",
    "jsonl": Path(str(files("shoptune_attribute_extraction"))) / "data" / "products.jsonl",
    "instructions": Path(str(files("shoptune_instruction_following"))) / "data" / "chats.jsonl",
    **{f"{name}_products": SHOPS / "platforms" / f"{name}_products.csv" for name in ("bigcommerce", "shopware", "wix")},
    "amazon_products": SHOPS / "platforms" / "amazon_products.txt",
    "platform_products": SHOPS / "platforms" / "etsy_products.csv",
}
"""Adapter -> a good file of its kind, a line or some lines for each row."""


OPTIONS = {"platform_products": OwnPlatformOptions(platform=platform("etsy_products"))}
"""Adapter -> its options, where it can't do without any."""
ALIKE = shipped().keys() - FILES.keys()
"""Adapters that are one of these with another table."""
HELD = {"shopify_rest_products", "woocommerce_rest_products"}
"""Adapters of JSON documents, which are held in memory."""


def as_written(rows: Sequence[dict[str, str]], path: Path) -> None:
    if path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=1), "utf-8")
    else:
        pq.write_table(
            pa.Table.from_pylist(list(rows)), path, compression="none", use_dictionary=False, row_group_size=100
        )


WRITTEN = {"json": "rows.json", "parquet": "rows.parquet"}
"""Adapter -> a file that is written here, since its rows are no lines.  One JSON document is read in one go."""
FOLDERS = {"dataset"}
"""Adapters of folders, whose files are another library's business."""


def every(known: dict[str, Registered[Any]], leave_out: set[str] = frozenset()) -> Callable[[Any], Any]:  # type: ignore[assignment]
    names = sorted(set(known) - leave_out)
    return pytest.mark.parametrize("component", [known[name].component for name in names], ids=names)


@every(PLUGINS.metrics)
def test_metric(component: Metric) -> None:
    check_metric(component)


@every(PLUGINS.report_formats)
def test_report_format(component: ReportFormat) -> None:
    check_report_format(component)


@every(PLUGINS.data_adapters, {*WRITTEN, *FOLDERS, *HELD, *ALIKE})
def test_data_adapter(component: DataAdapter[Any], tmp_path: Path) -> None:
    findings = adapter_findings(component, FILES[component.name], tmp_path, OPTIONS.get(component.name))
    assert [str(finding) for finding in findings if finding.outcome != "passed"] == []


@pytest.mark.parametrize("name", WRITTEN)
def test_data_adapter_of_no_lines(name: str, tmp_path: Path) -> None:
    rows = [{"id": f"p{i}", "name": f"vase {i}", "description": "An invented vase. " * 5} for i in range(20)]
    good = tmp_path / "good" / WRITTEN[name]
    good.parent.mkdir()
    as_written(rows, good)

    def grown(content: bytes, size: int) -> bytes:
        longer = tmp_path / "longer" / WRITTEN[name]
        longer.parent.mkdir()
        as_written(rows * (3 * size // len(json.dumps(rows))), longer)
        return longer.read_bytes()

    findings = adapter_findings(PLUGINS.data_adapters[name].component, good, tmp_path, grow=grown)
    assert {f.check for f in findings if f.outcome != "passed"} == ({"it streams"} if name == "json" else set())


@pytest.mark.parametrize("name", sorted(HELD))
def test_data_adapter_of_a_document(name: str, tmp_path: Path) -> None:
    def grown(content: bytes, size: int) -> bytes:
        read = json.loads(content)
        items = read["products"] if isinstance(read, dict) else read
        return json.dumps(items * (1 + 2 * size // len(content))).encode()

    component = PLUGINS.data_adapters[name].component
    findings = adapter_findings(component, SHOPS / "platforms" / f"{name}.json", tmp_path, grow=grown)
    assert {f.check for f in findings if f.outcome != "passed"} == {"it streams"}


@pytest.mark.parametrize("plugin", sorted({task.plugin.name for task in PLUGINS.tasks.values()}))
def test_tasks(plugin: str) -> None:
    """On the sample that comes with each."""
    findings = [finding for finding in check_plugin(plugin) if finding.kind == "task"]
    assert findings
    assert [str(finding) for finding in findings if finding.outcome != "passed"] == []


@every(PLUGINS.model_backends)
def test_model_backend(component: ModelBackend[Any], tmp_path: Path) -> None:
    check_backend(component, str(tiny_model(tmp_path / "tiny").folder), tmp_path)


@pytest.mark.slow
@every(PLUGINS.tuning_methods)
def test_tuning_method(component: TuningMethod[Any], tmp_path: Path) -> None:
    check_method(component, tiny_model(tmp_path / "tiny"), tmp_path)
