"""From a platform's export, or one that a shop's own table describes, to a data report.  All products are invented."""

import csv
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fakes import shoptune

WORDS = "plain thing house made people like which warm light stands table window every winter".split()  # noqa: SIM905
COLOURS = ("moss", "slate", "sand", "rust")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def story(number: int) -> str:
    words = list(WORDS)
    random.Random(number).shuffle(words)
    return f"{' '.join(words).capitalize()}."


def write(name: str, rows: Sequence[Sequence[object]]) -> None:
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def table_report(experiment: str) -> dict[str, Any]:
    done = shoptune("data", experiment, "--plain", "--reports", "out")
    assert done.code == 0, done.output
    (file,) = Path("out").glob("*/data.json")
    (report,) = json.loads(file.read_text("utf-8")).values()
    table: dict[str, Any] = report["tables"]["products"]
    return table


def test_init_knows_an_export_by_its_header() -> None:
    header = [
        "TITLE",
        "DESCRIPTION",
        "PRICE",
        "CURRENCY_CODE",
        "QUANTITY",
        "TAGS",
        "MATERIALS",
        "IMAGE1",
        "VARIATION 1 TYPE",
    ]
    rows = [[f"Mug {i}", story(i), i, "EUR", 1, "gift", COLOURS[i % 4], "", ""] for i in range(40)]
    write("listings.csv", [header, *rows])
    done = shoptune("init", "listings.csv", "--name", "etsy")
    assert done.code == 0, done.output
    assert "listings.csv: read by etsy_products as products; 40 products" in done.output
    table = table_report("experiment.yaml")
    assert (table["adapter"], table["records"], table["bad"]) == ("etsy_products", 40, {})


OWN = {
    "summary": "Our warehouse's export",
    "columns": {"id": "No", "parent": "Of", "name": "Label", "description": "Story", "sku": "No", "price": "Gross"},
    "layout": "parent",
    "states": {"Shown": {True: "active", False: "hidden"}},
    "options": {"columns": {"colour": "Tone"}},
    "attributes": {"packed": [{"column": "Traits", "between": ";", "equals": "="}]},
}


def own_export() -> None:
    header = ["No", "Of", "Label", "Story", "Gross", "Shown", "Tone", "Traits", "Bay"]
    rows: list[list[object]] = []
    for i in range(40):
        rows.append([f"A{i}", "", f"Mug {i}", story(i), f"{i},50", "no" if i % 10 == 9 else "yes", "", "Clay=red", i])
        rows.append([f"A{i}-r", f"A{i}", "", "", "", "yes", COLOURS[i % 4], "", i])
    write("export.csv", [header, *rows])


def experiment(platform: object) -> None:
    products = {"path": "export.csv", "adapter": "platform_products", "platform": platform}
    content = {
        "name": "own",
        "data": {"shop": {"products": products}},
        "tasks": {"description": {"task": "product_description", "data": "shop"}},
        "candidates": {"template": {"baseline": "template"}},
        "compare": {"baseline": "template"},
    }
    Path("experiment.yaml").write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")


@pytest.mark.parametrize("inline", [False, True], ids=["file", "inline"])
def test_a_shop_s_own_table_is_read_from_end_to_end(inline: bool) -> None:
    own_export()
    Path("tables").mkdir()
    Path("tables/ours.yaml").write_text(yaml.safe_dump(OWN), "utf-8")
    experiment(OWN if inline else "tables/ours.yaml")
    table = table_report("experiment.yaml")
    assert (table["records"], table["bad"]) == (36, {})
    assert table["dropped"]["hidden product"]["count"] == 4
    assert table["notes"] == {"columns that were not read": {"1": "Bay"}}
    filled = {field["name"]: field["filled"] for field in table["fields"]}
    assert filled["attributes.clay"] == filled["price"] == filled["options"] == 36


def test_a_table_is_found_beside_the_experiment_wherever_the_command_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    own_export()
    Path("ours.yaml").write_text(yaml.safe_dump(OWN), "utf-8")
    experiment("ours.yaml")
    here = Path.cwd()
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    assert table_report(str(here / "experiment.yaml"))["records"] == 36


def test_a_table_that_was_changed_is_read_anew() -> None:
    own_export()
    Path("ours.yaml").write_text(yaml.safe_dump(OWN), "utf-8")
    experiment("ours.yaml")
    assert table_report("experiment.yaml")["records"] == 36
    Path("ours.yaml").write_text(yaml.safe_dump({**OWN, "states": {}}), "utf-8")
    assert table_report("experiment.yaml")["records"] == 40


def test_what_is_wrong_with_a_table_is_said_with_the_experiment_s_line() -> None:
    own_export()
    Path("ours.yaml").write_text(yaml.safe_dump({**OWN, "layuot": "row"}), "utf-8")
    experiment("ours.yaml")
    done = shoptune("data", "experiment.yaml", "--plain")
    assert done.code == 2
    assert "experiment.yaml:7: data.shop.products.platform" in done.output
    assert "ours.yaml: layuot: unknown key. Did you mean 'layout'?" in done.output
