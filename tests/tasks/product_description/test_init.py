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
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shoptune.data_report import DataReport
from shoptune.experiment.load import Experiment, load_experiment
from shoptune.planning.make_plan import make_plan
from shoptune.plugins import load_plugins
from shoptune.store import Store
from shoptune_files.csv_file import csv_adapter
from shoptune_product_description.first_experiment.catalogue import Catalogue
from shoptune_product_description.first_experiment.columns import Columns, guess_columns
from shoptune_product_description.first_experiment.shop_file import PRODUCTS, ShopFile
from shoptune_product_description.first_experiment.text import as_yaml, experiment_text, path_in
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
    return make_plan(experiment).step("prepare", task="description").fingerprint


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
    assert report.parts["train"].pairs > 50
    assert report.canaries == 3


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


@pytest.mark.parametrize(
    ("count", "split"), [(30, (0.3, 0.15)), (600, (0.3, 0.15)), (1_000, (0.2, 0.1)), (100_000, (0.002, 0.001))]
)
def test_the_fewer_products_the_larger_the_share_for_testing(count: int, split: tuple[float, float]) -> None:
    found = yaml.safe_load(text_for(products=count))["tasks"]["description"]["split"]
    assert (found["test"], found["validation"]) == split


def test_a_long_training_is_announced() -> None:
    assert "steps of eight texts" not in text_for(products=1_000)
    assert "About 4,998 steps" not in text_for(products=1_000)
    assert "about 4,926 steps of eight texts" in text_for(products=20_000)


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
    assert "photo.png: no adapter recognises this file. There are: ab_tests, csv," in refused("photo.png")


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
    assert "19 products have a name and a description" in refused("export.csv")


def test_an_export_in_which_nothing_is_for_sale() -> None:
    write_table("export.csv", [{**row, "Published": -1} for row in woocommerce()])
    assert "finds nothing to use in it: " in refused("export.csv")


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


# --- the guess -------------------------------------------------------------------------------------------------------


def guess(*columns: str, **more: Sequence[object]) -> Columns:
    """Guess the columns of a table of two rows that has texts in all columns."""
    cells = {"Name": ("A mug", "A jug"), "Description": (ENGLISH, GERMAN), **dict.fromkeys(columns, ("a", "b")), **more}
    return guess_columns([dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)], "a.csv")


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Vendor", "brand"),
        ("Manufacturer", "brand"),
        ("Marke", "brand"),
        ("productType", "category"),
        ("Product category", "category"),
        ("PRICE (EUR)", "price"),
        ("net_price", "price"),
        ("Colour", "color"),
        ("Größe", "size"),
        ("Groesse", "size"),
        ("Matière", "material"),
        ("Artikel-Nr.", "sku"),
    ],
)
def test_what_columns_are_called(column: str, field: str) -> None:
    assert guess(column).columns == {"name": "Name", "description": "Description", field: column}


def test_the_surest_column_is_taken() -> None:
    found = guess("Kurzbeschreibung", "Title", "Brand", "Vendor")
    assert found.columns == {"name": "Name", "description": "Description", "brand": "Brand"}


def test_a_column_without_texts_is_not_taken() -> None:
    rows = [{"Name": "A mug", "Description": " ", "Body": ENGLISH, "Title": None}] * 2
    assert guess_columns(rows, "a.csv").columns == {"name": "Name", "description": "Body"}


@pytest.mark.parametrize(
    ("column", "values", "is_one"),
    [
        ("Fit", ["loose", "slim"], True),
        ("Weight", ["12", "450"], True),
        ("Weight", [12, 4.5], True),
        ("Wash", [["30 °C", "gentle"], ["cold"]], True),
        ("Level", ["12", "450"], False),
        ("Fit", ["loose", "loose"], False),
        ("Organic", ["yes", "no"], False),
        ("Sold since", ["2026-01-02", "02.01.2026"], False),
        ("Manual", ["https://invented.example/1", "https://invented.example/2"], False),
        ("Series", ["AX-100", "AX-101"], False),
        ("Story", ["a b c d e f g", "short"], False),
        ("Story", ["An-endless-word-" * 4, "short"], False),
        ("Customer email", ["petra", "paul"], False),
        ("SEO title", ["A fine mug", "A fine jug"], False),
        ("GTIN", ["a", "b"], False),
        ("Sizes", [{"a": 1}, {"a": 2}], False),
    ],
)
def test_what_looks_like_an_attribute(column: str, values: list[object], is_one: bool) -> None:
    found = guess(**{column: values})
    assert found.attributes == ((column,) if is_one else ())
    assert found.left_out == (() if is_one else (column,))


def test_an_attribute_may_be_rare_but_not_an_exception() -> None:
    rows = [{"name": f"n{i}", "text": "t", "rare": str(i) + " cm" * (i < 5), "often": ""} for i in range(50)]
    for i, row in enumerate(rows):
        row["rare"] = f"{i} cm" if i < 2 else ""
        row["often"] = f"{i} cm" if i < 6 else ""
    assert guess_columns(rows, "a.csv").attributes == ("often",)


@pytest.mark.parametrize(
    ("columns", "keys"),
    [
        ({"ID": ("1", "2")}, ("ID", None)),
        ({"Handle": ("a", "a"), "SKU": ("1", "2")}, ("SKU", "Handle")),
        ({"id": ("1", "2"), "item_group_id": ("g", "g")}, ("id", "item_group_id")),
        ({"id": ("1", "1"), "sku": ("1", "2")}, ("sku", "id")),
        ({"sku": ("1", "")}, (None, None)),
        ({"sku": ("1", "1")}, (None, None)),
    ],
)
def test_what_tells_rows_and_products_apart(
    columns: dict[str, Sequence[object]], keys: tuple[str | None, str | None]
) -> None:
    found = guess(**columns)
    assert (found.id, found.group) == keys


@pytest.mark.parametrize(
    ("text", "html"),
    [("<p>Warm.</p>", True), ("Salt &amp; pepper", True), ("Under 5 < 6 > 4", False), ("R&D; A", False)],
)
def test_html_is_seen(text: str, html: bool) -> None:
    assert guess_columns([{"name": "a", "text": text}], "a.csv").html is html


# --- the text always parses ------------------------------------------------------------------------------------------


def text_for(
    *, products: int = 40, path: Path = Path("a.csv"), folder: Path = Path(), columns: Columns | None = None
) -> str:
    file = ShopFile(path=path, adapter=csv_adapter, options={"encoding": "cp1252"}, first=())
    catalogue = Catalogue(products=products, texts=products, whole=True, bad=0, language="en")
    return experiment_text("shop", {PRODUCTS: file}, columns, catalogue, folder)


ANY_TEXT = st.text(st.characters(exclude_characters="\0"), min_size=1)


@given(st.text())
@example("no")
@example("1e-4")
@example("2026-01-01")
@example("a: b # c")
@example("line\nbreak\u2028and\x85more\ufeff")
@example("\udc80 of a file's name")
@example(" ")
@example("~")
@example("日本語")
def test_any_text_is_the_same_when_read_again(text: str) -> None:
    written = as_yaml(text)
    assert len(written.encode("utf-8").splitlines()) == 1
    assert yaml.safe_load(f"{{a: {written}, b: [{written}]}}") == {"a": text, "b": [text]}
    assert yaml.safe_load(f"a:\n  - {written}  # {written}\n") == {"a": [text]}


@given(st.lists(ANY_TEXT, min_size=4, max_size=12, unique=True))
def test_any_columns_can_be_written(names: list[str]) -> None:
    name, description, record_id, group, *others = names
    half = len(others) // 2
    columns = Columns(
        columns={"name": name, "description": description},
        id=record_id,
        group=group,
        attributes=tuple(others[:half]),
        html=True,
        left_out=tuple(others[half:]),
    )
    products = yaml.safe_load(text_for(columns=columns))["data"]["shop"]["products"]
    assert products == {"path": "a.csv", "adapter": "csv", "encoding": "cp1252", **columns.options()}


PLUGINS = load_plugins()
FILE_NAMES = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(FILE_NAMES.map(lambda name: name + ".csv"))
@example("export [1]* (final)?.csv")
@example("#1: 50 % off, 'all'.csv")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_name_is_found_again(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "any"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    file = folder / name
    try:
        file.touch()
    except OSError:  # longer than a file's name may be
        return
    output = folder / "experiment.yaml"
    output.write_text(text_for(path=file, folder=folder), "utf-8")
    assert load_experiment(output, PLUGINS).tables["shop"]["products"].paths == (file.resolve(),)


def test_a_path_outside_is_written_whole(tmp_path: Path) -> None:
    assert path_in(tmp_path / "runs", tmp_path / "a.csv") == str(tmp_path / "a.csv")
    assert path_in(tmp_path, tmp_path / "runs" / "a.csv") == "runs/a.csv"
