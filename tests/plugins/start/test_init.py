"""``shoptune init``.  All shops and products are invented."""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from shoptune.data_report import DataReport
from shoptune.experiment.load import Experiment, load_experiment
from shoptune.planning.make_plan import make_plan
from shoptune.storage.store import Store
from tests.fakes import Outcome, shoptune

DEMO = Path(str(files("shoptune_product_description"))) / "data"
COLOURS = ("grün", "rot", "blau", "sand", "grau")
CLOTHS = ("Wolle", "Leinen", "Hanf", "Filz")
ENGLISH = "plain thing house made people like which warm light oak linen stands table window every winter quiet"
GERMAN = "schlichtes Stück für die Wohnung gemacht von Leuten welche ruhige Dinge mögen und jeden Winter warme Decken"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "Northmoor & Söhne"
    folder.mkdir()
    monkeypatch.chdir(folder)


def story(number: int, words: str = ENGLISH) -> str:
    """Return a text that resembles no other number's."""
    chosen = words.split()
    random.Random(number).shuffle(chosen)
    return f"{' '.join(chosen).capitalize()}."


def write_table(name: str, rows: Sequence[Mapping[str, object]], separator: str = ",", encoding: str = "utf-8") -> None:
    with Path(name).open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)


def german(count: int = 40) -> list[dict[str, object]]:
    return [
        {
            "Artikelnummer": f"A-{i:04}",
            "Bezeichnung": f"Decke {i}",
            "Beschreibung": story(i, GERMAN),
            "Hersteller": "Nordmoor",
            "Warengruppe": "Decken",
            "Preis": f"{20 + i},50",
            "Farbe": COLOURS[i % 5],
            "Stoff": CLOTHS[i % 4],
            "Pflege": "kalt waschen" if i % 2 else "lüften",
            "Gewicht (g)": 500 + 20 * i,
            "Lagerbestand": i,
            "EAN": f"20000000{i:05}",
            "Kundenname": "Petra Beispiel",
            "Angelegt": f"2026-01-{1 + i % 28:02}",
        }
        for i in range(count)
    ]


def woocommerce(count: int = 40) -> list[dict[str, object]]:
    return [
        {
            "ID": i,
            "Type": "simple",
            "SKU": f"W-{i}",
            "Name": f"Jug {i}",
            "Published": 1,
            "Description": f"<p>{story(i)}</p>",
            "Regular price": 12.5,
            "Categories": "Kitchen > Jugs",
            "Attribute 1 name": "Glaze",
            "Attribute 1 value(s)": COLOURS[i % 5],
        }
        for i in range(1, count + 1)
    ]


def written(name: str = "experiment.yaml") -> dict[str, Any]:
    content = yaml.safe_load(Path(name).read_text("utf-8"))
    assert isinstance(content, dict)
    return content


def init(*arguments: str) -> Outcome:
    done = shoptune("init", *arguments)
    assert done.code == 0, done.output
    return done


def refused(*arguments: str) -> str:
    done = shoptune("init", *arguments)
    assert done.code == 2
    assert list(Path().glob("experiment*")) == []
    return done.output


def prepared() -> DataReport:
    """Do what ``shoptune data`` does, and return its report."""
    done = shoptune("data", "experiment.yaml", "--plain")
    assert done.code == 0, done.output
    step = make_plan_of_data(load_experiment(Path("experiment.yaml")))
    return DataReport.model_validate(Store(Path(".shoptune")).read(step).json("data.json"))


def make_plan_of_data(experiment: Experiment) -> str:
    return make_plan(experiment).tasks[0].prepare.fingerprint


# --- from exports to experiments -------------------------------------------------------------------------------------


def test_a_shopify_export_with_orders_and_tests_in_any_order() -> None:
    for name in ("products", "orders", "ab_tests"):
        shutil.copy(DEMO / f"{name}.csv", f"{name}.csv")
    done = init("ab_tests.csv", "products.csv", "orders.csv")
    assert "products.csv: read by shopify_products as products; 336 products" in done.output
    assert "orders.csv: read by shopify_orders as orders" in done.output
    assert "such as 'Airing Cupboard Room Spray'" in done.output
    assert done.output.endswith("shoptune data experiment.yaml\nshoptune run experiment.yaml\n")
    experiment = written()
    assert experiment["data"]["shop"] == {
        "products": {"path": "products.csv", "adapter": "shopify_products"},
        "orders": {"path": "orders.csv", "adapter": "shopify_orders"},
        "tests": {"path": "ab_tests.csv", "adapter": "ab_tests"},
    }
    assert list(experiment["candidates"]) == ["template", "base", "few_shot", "sft", "dpo"]
    assert experiment["name"] == "Northmoor-S-hne"
    report = prepared()
    assert report.parts["test"].examples >= 70
    assert report.parts["train"].rows["pairs"] > 50
    assert report.canaries == 3


def test_tests_that_make_no_pair_leave_dpo_out() -> None:
    shutil.copy(DEMO / "products.csv", "products.csv")
    header, *rows = (DEMO / "ab_tests.csv").read_text("utf-8").splitlines()
    Path("ab_tests.csv").write_text("\n".join([header, *(f"no-such-{row}" for row in rows)]) + "\n", "utf-8")
    done = init("products.csv", "ab_tests.csv")
    assert done.code == 0, done.output
    why = "dpo learns from preference pairs and there are none"
    assert f"left out: the candidate dpo: tune dpo: {why}" in done.output
    assert list(written()["candidates"]) == ["template", "base", "few_shot", "sft"]
    assert why in Path("experiment.yaml").read_text("utf-8")
    assert "shoptune run experiment.yaml" in done.output


def test_where_nothing_can_be_learnt_nothing_is_tuned(monkeypatch: pytest.MonkeyPatch) -> None:
    why = {"sft": "tune sft: there are none: all 40 are held out", "few_shot": "few_shot is 2, and there is 1"}
    monkeypatch.setattr("shoptune_start.init.impossible_candidates", lambda _: why)
    write_table("products.csv", german())
    done = init("products.csv")
    assert f"left out: the candidate sft: {why['sft']}" in done.output
    assert f"left out: the candidate few_shot: {why['few_shot']}" in done.output
    assert list(load_experiment(Path("experiment.yaml")).file.candidates) == ["template", "base"]
    assert not written()["compare"]["gates"]


def test_data_that_want_a_decision_are_said_and_the_file_stays() -> None:
    write_table("products.csv", german())
    with Path("products.csv").open("a", encoding="utf-8") as file:
        file.writelines(",".join([f"A-9{i}", *["too many cells"] * 20]) + "\n" for i in range(30))
    done = init("products.csv")
    assert done.code == 0
    assert "warning: experiment.yaml can't run on these files as it is: " in done.output
    assert Path("experiment.yaml").exists()


def test_a_woocommerce_export() -> None:
    write_table("export.csv", woocommerce())
    init("export.csv", "--name", "jugs")
    experiment = written()
    assert experiment["name"] == "jugs"
    assert experiment["data"]["shop"] == {"products": {"path": "export.csv", "adapter": "woocommerce_products"}}
    assert list(experiment["candidates"]) == ["template", "base", "few_shot", "sft"]
    assert prepared().parts["test"].examples > 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_with_german_headers(encoding: str) -> None:
    write_table("Artikel.csv", german(), ";", encoding)
    init("Artikel.csv")
    products = written()["data"]["shop"]["products"]
    assert products.pop("encoding", None) == ("cp1252" if encoding == "cp1252" else None)
    assert products == {
        "path": "Artikel.csv",
        "adapter": "csv",
        "columns": {
            "name": "Bezeichnung",
            "description": "Beschreibung",
            "brand": "Hersteller",
            "category": "Warengruppe",
            "price": "Preis",
            "color": "Farbe",
            "material": "Stoff",
            "sku": "Artikelnummer",
        },
        "id": "Artikelnummer",
        "attributes": ["Pflege", "Gewicht (g)"],
    }
    text = Path("experiment.yaml").read_text("utf-8")
    assert all(f"#   - {name}\n" in text for name in ("Lagerbestand", "EAN", "Kundenname", "Angelegt"))
    assert "another language (de," in text
    report = prepared()
    assert report.tables["products"].records == 40
    assert {f.name: f.filled for f in report.tables["products"].fields}["attributes.Pflege"] == 40


def test_json_lines_with_nested_attributes_and_html() -> None:
    rows = [
        {
            "id": i,
            "title": f"Mug {i}",
            "body": f"<p>{story(i)}</p>",
            "specs": {"volume": f"{i} ml"},
            "dimensions": {"height": 3},
        }
        for i in range(30)
    ]
    Path("feed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    init("feed.jsonl")
    assert written()["data"]["shop"]["products"] == {
        "path": "feed.jsonl",
        "adapter": "jsonl",
        "columns": {"name": "title", "description": "body", "attributes": "specs"},
        "id": "id",
        "html": True,
    }
    fields = {f.name for f in prepared().tables["products"].fields}
    assert {"attributes.volume", "description_html"} <= fields


def test_a_table_beside_known_exports_is_the_products() -> None:
    shutil.copy(DEMO / "orders.csv", "orders.csv")
    write_table("catalogue.csv", german())
    init("orders.csv", "catalogue.csv")
    shop = written()["data"]["shop"]
    assert {table: file["path"] for table, file in shop.items()} == {
        "products": "catalogue.csv",
        "orders": "orders.csv",
    }


def test_variants_of_a_product_stay_together() -> None:
    rows = [{"handle": f"h{i // 2}", "sku": f"s{i}", "title": "A mug", "text": story(i // 2)} for i in range(60)]
    write_table("mugs.csv", rows)
    assert "30 products with a name" in init("mugs.csv").output
    products = written()["data"]["shop"]["products"]
    assert (products["id"], products["group"]) == ("sku", "handle")
    assert prepared().tables["products"].groups == 30


def test_rows_that_share_a_description_are_one_product() -> None:
    rows = [
        {"sku": f"s{i}", "title": f"Mug {i // 3}", "text": story(i // 3), "brand": "Nordmoor", "size": "LMS"[i % 3]}
        for i in range(120)
    ]
    write_table("mugs.csv", rows)
    assert "40 products with a name" in init("mugs.csv").output
    assert written()["data"]["shop"]["products"]["group"] == "title"
    report = prepared()
    assert report.leakage.exact == 0
    assert report.parts["train"].examples > 30


def test_rows_that_cannot_be_used_are_told_of() -> None:
    write_table("export.csv", woocommerce())
    with Path("export.csv").open("a", encoding="utf-8") as file:
        file.write("41,simple,one cell too many" + "," * 9 + "\n")
    assert "export.csv: rows that can't be used: 1; `shoptune data` says why" in init("export.csv").output


def test_shared_descriptions_are_told_of() -> None:
    write_table("mugs.csv", [{"sku": f"s{i}", "title": f"Mug {i}", "text": story(i // 2)} for i in range(120)])
    assert "120 products with a name and a description (60 different ones)" in init("mugs.csv").output


def test_the_file_is_explained_and_checked_by_an_editor() -> None:
    write_table("export.csv", woocommerce())
    init("export.csv")
    text = Path("experiment.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=experiment.schema.json\n")
    assert max(map(len, text.splitlines())) <= 120
    schema = json.loads(Path("experiment.schema.json").read_text("utf-8"))
    assert schema["title"] == "shoptune experiment"
    jsonschema.validate(written(), schema)


def test_a_schema_that_is_there_is_kept() -> None:
    write_table("export.csv", woocommerce())
    Path("experiment.schema.json").write_text("{}", "utf-8")
    init("export.csv")
    assert Path("experiment.schema.json").read_text("utf-8") == "{}"


def test_an_output_elsewhere_names_its_files_so_that_they_are_found() -> None:
    Path("exports").mkdir()
    Path("runs").mkdir()
    write_table("exports/shop.csv", woocommerce())
    init("exports/shop.csv")
    init("exports/shop.csv", "--output", "runs/first.yaml")
    paths = [written(name)["data"]["shop"]["products"]["path"] for name in ("experiment.yaml", "runs/first.yaml")]
    assert paths == ["exports/shop.csv", str(Path("exports/shop.csv").resolve())]


# --- refused ---------------------------------------------------------------------------------------------------------


def test_what_is_there_is_never_overwritten() -> None:
    write_table("export.csv", woocommerce())
    Path("experiment.yaml").write_text("mine", "utf-8")
    done = shoptune("init", "export.csv")
    assert done.code == 2
    assert "experiment.yaml is there already and is not overwritten; name another file with --output" in done.output
    assert Path("experiment.yaml").read_text("utf-8") == "mine"


@pytest.mark.parametrize("missing", ["name", "description"])
def test_a_table_without_what_is_needed(missing: str) -> None:
    column = {"name": "Bezeichnung", "description": "Beschreibung"}[missing]
    write_table("a.csv", [{("X1" if k == column else k): v for k, v in row.items()} for row in german()])
    message = refused("a.csv")
    assert f"a.csv: no column looks like the product's {missing}" in message
    assert "'X1'" in message
    assert "'Hersteller'" in message
    assert "columns: {name: ..., description: ..., brand: ...}" in message


def test_a_file_that_is_not_there() -> None:
    write_table("export.csv", woocommerce())
    assert "there is no file exports.csv. Did you mean 'export.csv'?" in refused("exports.csv")


def test_a_file_that_nobody_can_read() -> None:
    Path("photo.png").write_bytes(b"\x89PNG")
    assert "photo.png: this is a picture: export the products as CSV from the shop." in refused("photo.png")


def test_no_products() -> None:
    shutil.copy(DEMO / "orders.csv", "orders.csv")
    assert "none of the files holds products: orders.csv (orders)" in refused("orders.csv")


def test_instructions_are_for_another_task() -> None:
    row = {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day"}]}
    Path("chats.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    assert "chats.jsonl holds instructions (instructions), and product descriptions are made of" in refused(
        "chats.jsonl"
    )


def test_two_files_of_one_table() -> None:
    for name in ("p1.csv", "p2.csv"):
        write_table(name, woocommerce())
    message = refused("p1.csv", "p2.csv")
    assert "p1.csv and p2.csv both hold products" in message
    assert "path: products_*.csv" in message


def test_two_tables_of_which_either_could_be_the_products() -> None:
    for name in ("a.csv", "b.csv"):
        write_table(name, german())
    assert "b.csv is of no kind that shoptune knows by its columns (Artikelnummer," in refused("a.csv", "b.csv")


def test_too_few_products() -> None:
    write_table("export.csv", woocommerce(19))
    assert "19 products with a name and a description were found" in refused("export.csv")


def test_an_export_in_which_nothing_is_for_sale() -> None:
    write_table("export.csv", [{**row, "Published": -1} for row in woocommerce()])
    said = refused("export.csv")
    assert "finds nothing to use in it: " in said
    assert "(first: export.csv:2" in said


def test_ids_that_do_not_tell_rows_apart() -> None:
    write_table("a.csv", [{"id": i // 2, "title": "A mug", "description": ENGLISH} for i in range(60)])
    assert "the column 'id' has the same value in several rows" in refused("a.csv")


@pytest.mark.parametrize("name", ["two words", "-a", "ü", "a" * 65, ""])
def test_a_name_that_no_experiment_may_have(name: str) -> None:
    write_table("export.csv", woocommerce())
    assert "a name has at most 64 letters" in refused("export.csv", f"--name={name}")


def test_a_folder_that_is_not_there() -> None:
    write_table("export.csv", woocommerce())
    assert "there is no folder runs to write a.yaml into" in refused("export.csv", "--output", "runs/a.yaml")


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("тёплый плед из шерсти для дома каждую зиму сделан людьми которые любят тихие вещи", "cp1251"),
        ("ciepły koc z wełny na każdą zimę świetny do domu łatwy w praniu i bardzo miękki", "cp1250"),
        ("varm filt av ull för långa vinterkvällar mjuk och skön går lätt att tvätta hemma också", "cp1252"),
    ],
)
def test_the_encoding_is_found_out_said_and_written_down(words: str, encoding: str) -> None:
    rows = [{"Title": f"{words[:9]} {i}", "Description": story(i, words), "SKU": f"A-{i}"} for i in range(30)]
    write_table("shop.csv", rows, encoding=encoding)
    outcome = shoptune("init", "shop.csv")
    assert outcome.code == 0
    assert f"shop.csv: it is not UTF-8 and looks like {encoding}" in outcome.output
    assert f"{words[:9]} 0" in outcome.output
    assert f"encoding: {encoding}" in Path("experiment.yaml").read_text("utf-8")


def test_an_optional_table_that_cannot_be_read_is_left_out() -> None:
    write_table("shop.csv", german())
    header = "Name,Lineitem name,Lineitem quantity,Created at,Lineitem price\n"
    Path("orders.csv").write_bytes(header.encode("utf-16-le") + b"\0")
    outcome = shoptune("init", "shop.csv", "orders.csv")
    assert outcome.code == 0
    assert "left out: " in outcome.output
    assert "orders" not in yaml.safe_load(Path("experiment.yaml").read_text("utf-8"))["data"]["shop"]


def test_rows_that_nothing_tells_apart_are_told_of() -> None:
    write_table("shop.csv", [{"Title": f"Blanket {i}", "Description": story(i)} for i in range(30)])
    assert (
        "no column tells rows apart, so they are known by their place in the file"
        in shoptune("init", "shop.csv").output
    )


@pytest.mark.parametrize("name", ["shop.xlsx", "shop.xls"])
def test_a_workbook_is_refused_with_what_to_do(name: str) -> None:
    Path(name).write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 100)
    outcome = shoptune("init", name)
    assert outcome.code == 2
    assert "save the sheet as CSV (UTF-8)" in outcome.output


def test_another_feed_is_refused_by_name() -> None:
    Path("feed.xml").write_text("<SHOP><SHOPITEM><PRODUCTNAME>x</PRODUCTNAME></SHOPITEM></SHOP>", "utf-8")
    outcome = shoptune("init", "feed.xml")
    assert outcome.code == 2
    assert "this is a feed for Heureka" in outcome.output
    assert "Read are Google Merchant Center feeds" in outcome.output


@pytest.mark.parametrize(("every", "asked"), [(1, True), (9, False)])
def test_a_gate_on_attributes_is_for_shops_whose_products_have_them(every: int, asked: bool) -> None:
    rows = [
        {"sku": i, "name": f"Bag {i}", "cloth": CLOTHS[i % 4] if i % every == 0 else "", "description": story(i)}
        for i in range(60)
    ]
    write_table("products.csv", rows)
    init("products.csv")
    gates = [gate["metric"] for gate in written()["compare"]["gates"]]
    assert ("attribute_coverage" in gates) is asked
