"""Each platform's sample, compared with a reading of its own by the csv module.  All products are invented."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shoptune.data import Dropped, Note, Record
from tests.registered import data_adapters

SAMPLES = Path(__file__).parent / "files" / "platforms"
ADAPTERS = data_adapters()

Rows = list[dict[str, str]]
Product = dict[str, Any]
"""``name``, ``prices`` of what is sold, ``skus`` and what else a form says: ``options``, ``attributes``, ``state``."""
Reading = Callable[[Rows], Iterator[Product]]


def rows_of(file: Path, above: int = 0) -> Rows:
    text = file.read_text("utf-8").split("\n", above)[above]
    separator = max(",;\t", key=text.partition("\n")[0].count)
    return list(csv.DictReader(text.splitlines(keepends=True), delimiter=separator))


def together(rows: Rows, column: str) -> list[Rows]:
    groups: dict[str, Rows] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return list(groups.values())


def by_position(rows: Rows, column: str, word: str = "") -> list[Rows]:
    """Groups that begin where a column says `word`, or says anything at all."""
    groups: list[Rows] = []
    for row in rows:
        if row[column] == word if word else row[column]:
            groups.append([])
        groups[-1].append(row)
    return groups


def named(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def etsy(rows: Rows) -> Iterator[Product]:
    for row in rows:
        numbers = [number for number in "12" if row[f"VARIATION {number} NAME"]]
        skus = row["SKU"].split(",")
        yield {
            "name": row["TITLE"],
            "skus": skus,
            "prices": [float(row["PRICE"])] * len(skus),
            "options": {row[f"VARIATION {n} NAME"].lower(): row[f"VARIATION {n} VALUES"].split(",") for n in numbers},
            "attributes": {"material": row["MATERIALS"].replace(",", ", ")},
            "description": row["DESCRIPTION"].replace("\n\n", "\n"),
        }


def wix(rows: Rows) -> Iterator[Product]:
    for product, *variants in together(rows, "handleId"):
        extra = [float(row["surcharge"]) for row in variants] or [0.0]
        yield {
            "name": product["name"],
            "skus": [row["sku"] for row in variants] or [product["sku"]],
            "prices": [float(product["price"]) + one for one in extra],
            "options": {
                product[f"productOptionName{n}"].lower(): product[f"productOptionDescription{n}"].split(";")
                for n in "12"
                if product[f"productOptionName{n}"]
            },
            "attributes": {
                product[f"additionalInfoTitle{n}"].lower(): product[f"additionalInfoDescription{n}"]
                .removeprefix("<p>")
                .removesuffix("</p>")
                for n in "12"
            },
            "state": {"true": "active", "false": "hidden"}[product["visible"]],
        }


def squarespace(rows: Rows) -> Iterator[Product]:
    for group in by_position(rows, "Title"):
        first = group[0]
        yield {
            "name": first["Title"],
            "skus": [row["SKU"] for row in group],
            "prices": [float(row["Price"]) for row in group],
            "options": {
                first[f"Option Name {n}"].lower(): list(dict.fromkeys(row[f"Option Value {n}"] for row in group))
                for n in "12"
                if first[f"Option Name {n}"]
            },
            "state": {"Yes": "active", "No": "hidden"}[first["Visible"]],
        }


def bigcommerce(rows: Rows) -> Iterator[Product]:
    for product, *below in by_position(rows, "Item Type", "Product"):
        variants = [row for row in below if row["Item Type"] == "  SKU"]
        fields = [field.strip('"').split("=") for field in product["Product Custom Fields"].split(";")]
        yield {
            "name": product["Product Name"],
            "skus": [row["Product Code/SKU"] for row in variants] or [product["Product Code/SKU"]],
            "prices": [float(product["Price"])] * max(1, len(variants)),
            "attributes": {name.lower(): value for name, value in fields},
            "state": {"Y": "active", "N": "hidden"}[product["Product Visible?"]],
            "seo": (product["Page Title"], product["Meta Description"]),
        }


def bigcommerce_today(rows: Rows) -> Iterator[Product]:
    for product, *below in by_position(rows, "Item", "Product"):
        variants = [row for row in below if row["Item"] == "Variant"]
        yield {
            "name": product["Name"],
            "skus": [row["SKU"] for row in variants] or [product["SKU"]],
            "prices": [float(product["Price"])] * max(1, len(variants)),
            "attributes": {
                one.partition("=")[0].lower(): one.partition("=")[2] for one in product["Custom Fields"].split(";")
            },
            "state": {"TRUE": "active", "FALSE": "hidden"}[product["Is Visible"]],
        }


def prestashop(rows: Rows) -> Iterator[Product]:
    for row in rows:
        features = row["Feature(Name:Value:Position)"]
        attributes: dict[str, list[str]] = defaultdict(list)
        for name in ("Material", "Care", "Colour"):
            for part in features.split(f"{name}:")[1:]:
                attributes[name.lower()].append(part.partition(":")[0])
        yield {
            "name": row["Name *"],
            "skus": [row["Reference #"]],
            "prices": [float(row["Price tax excluded"])],
            "attributes": {name: ", ".join(values) for name, values in attributes.items()},
            "state": {"1": "active", "0": "inactive"}[row["Active (0/1)"]],
            "category": row["Categories (x,y,z...)"].split(",")[-1],
            "seo": (row["Meta title"], row["Meta description"]),
        }


def ebay(rows: Rows) -> Iterator[Product]:
    for product, *variants in by_position(rows, "*Title"):
        yield {
            "name": product["*Title"],
            "skus": [row["CustomLabel"] for row in variants or [product]],
            "prices": [float(row["*StartPrice"]) for row in variants or [product]],
            "attributes": {"material": product["C:Material"], "garment_care": product["C:Garment Care"]},
            "brand": product["*C:Brand"],
            "gtin": product["P:EAN"].strip('="'),
        }


def amazon(rows: Rows) -> Iterator[Product]:
    for row in rows:
        if row["parent_child"] != "Parent":
            yield {
                "name": row["item_name"],
                "skus": [row["item_sku"]],
                "prices": [float(row["standard_price"])],
                "attributes": named(
                    color=row["color_name"],
                    size=row["size_name"],
                    material=row["material_type"],
                    care=row["care_instructions"],
                ),
                "group": row["parent_sku"] or row["item_sku"],
                "description": row["product_description"].replace("<br>", "\n"),
            }


def matrixify(rows: Rows) -> Iterator[Product]:
    for group in together(rows, "Handle"):
        first, variants = group[0], [row for row in group if row["Variant SKU"]]
        yield {
            "name": first["Title"],
            "skus": [row["Variant SKU"] for row in variants],
            "prices": [float(row["Variant Price"]) for row in variants],
            "options": {
                first[f"Option{n} Name"].lower(): list(dict.fromkeys(row[f"Option{n} Value"] for row in variants))
                for n in "12"
                if first[f"Option{n} Name"] not in ("", "Title")
            },
            "attributes": {
                "material": first["Metafield: custom.material [single_line_text_field]"],
                "care": first["Metafield: custom.care [multi_line_text_field]"],
            },
            "state": first["Status"].lower(),
            "seo": (first["Metafield: title_tag [string]"], first["Metafield: description_tag [string]"]),
        }


def shopware(rows: Rows) -> Iterator[Product]:
    for product in (row for row in rows if not row["parent_id"]):
        variants = [row for row in rows if row["parent_id"] == product["id"]]
        yield {
            "name": product["name"],
            "skus": [row["product_number"] for row in variants] or [product["product_number"]],
            "prices": [float(row["price_gross"] or product["price_gross"]) for row in variants or [product]],
            "state": {"1": "active", "0": "inactive"}[product["active"]],
            "category": "",
            "brand": product["manufacturer_name"],
        }


def square(rows: Rows) -> Iterator[Product]:
    for group in together(rows, "Item Name"):
        kinds = [row["Variation Name"] for row in group if row["Variation Name"] != "Regular"]
        yield {
            "name": group[0]["Item Name"],
            "skus": [row["SKU"] for row in group],
            "prices": [float(row["Price"]) for row in group],
            "options": {"variation": kinds} if kinds else {},
            "state": {"N": "active", "Y": "archived"}[group[0]["Archived"]],
            "category": group[0]["Categories"].partition(" (")[0],
        }


def ecwid(rows: Rows) -> Iterator[Product]:
    for group in together(rows, "product_internal_id"):
        product, variants = group[0], [row for row in group if row["type"] == "product_variation"]
        yield {
            "name": product["product_name"],
            "skus": [row["product_variation_sku"] for row in variants] or [product["product_sku"]],
            "prices": [float(row["product_price"]) for row in variants or [product]],
            "attributes": {
                "material": product["product_attribute_Material"],
                "how_to_care": product["product_attribute_{How to care}"],
            },
            "state": {"true": "active", "false": "disabled"}[product["product_is_available"]],
            "category": product["product_category_1"].replace(" / ", " > "),
        }


def lightspeed(rows: Rows) -> Iterator[Product]:
    for group in together(rows, "Internal_ID"):
        differ: dict[str, list[str]] = defaultdict(list)
        for row in group:
            for name, _, value in (pair.partition(": ") for pair in next(csv.reader([row["NL_Variant"]]))):
                if value and value not in differ[name.lower()]:
                    differ[name.lower()].append(value)
        yield {
            "name": group[0]["NL_Title_Short"],
            "skus": [row["SKU"] for row in group],
            "prices": [float(row["Price"]) for row in group],
            "options": {name: values for name, values in differ.items() if values},
            "state": {"Y": "active", "N": "hidden"}[group[0]["Visible"]],
            "category": group[0]["NL_Category_2"],
        }


def opencart(rows: Rows) -> Iterator[Product]:
    for row in rows:
        yield {
            "name": row["name(en-gb)"],
            "skus": [row["sku"] or row["model"]],
            "prices": [float(row["price"])],
            "state": {"true": "active", "false": "disabled"}[row["status"]],
            "category": "",
            "seo": (row["meta_title(en-gb)"], ""),
        }


READINGS: list[tuple[str, Reading, int]] = [
    ("etsy_products.csv", etsy, 0),
    ("wix_products.csv", wix, 0),
    ("squarespace_products.csv", squarespace, 0),
    ("bigcommerce_products.csv", bigcommerce, 0),
    ("bigcommerce_products_today.csv", bigcommerce_today, 0),
    ("prestashop_products.csv", prestashop, 0),
    ("ebay_products.csv", ebay, 0),
    ("amazon_products.txt", amazon, 2),
    ("matrixify_products.csv", matrixify, 0),
    ("shopware_products.csv", shopware, 0),
    ("square_products.csv", square, 0),
    ("ecwid_products.csv", ecwid, 0),
    ("lightspeed_products.csv", lightspeed, 0),
    ("opencart_products.csv", opencart, 0),
]


def read(file: Path) -> list[Record | Dropped | Note]:
    adapter = ADAPTERS[file.stem.removesuffix("_today")]
    return list(adapter.read(file, adapter.options()))


def seen(record: Record, product: Product) -> Product:
    """What a record says of that which another reading says of the product."""
    fields = record.fields
    found = {key: fields.get(key) for key in product}
    found["skus"] = [variant["sku"] for variant in fields["variants"]]
    found["prices"] = [variant["price"] for variant in fields["variants"]]
    extra = {"group": record.group, "state": fields["status"]}
    if "seo" in product:
        extra["seo"] = (fields["seo_title"], fields["seo_description"])
    return {key: extra.get(key, value) for key, value in found.items()}


@pytest.mark.parametrize(("name", "reading", "above"), READINGS, ids=[name for name, _, _ in READINGS])
def test_a_sample_is_read_as_another_reading_reads_it(name: str, reading: Reading, above: int) -> None:
    products = list(reading(rows_of(SAMPLES / name, above)))
    published = [product for product in products if product.get("state", "active") == "active"]
    rows = read(SAMPLES / name)
    records = [row for row in rows if isinstance(row, Record)]
    assert [seen(record, product) for record, product in zip(records, published, strict=True)] == published
    states = [f"{product['state']} product" for product in products if product not in published]
    dropped = [row for row in rows if isinstance(row, Dropped)]
    assert [row.reason for row in dropped if row.reason.endswith(" product") and "is no" not in row.reason] == states
    assert not [row for row in dropped if row.bad]
    assert len({record.id for record in records}) == len(records)


@pytest.mark.parametrize("file", sorted(SAMPLES.iterdir()), ids=lambda file: file.name)
def test_fields_are_those_of_a_product(file: Path) -> None:
    for record in read(file):
        if isinstance(record, Record):
            assert record.fields.keys() >= {"name", "description", "sku", "gtin", "price", "variants", "options"}
            assert not any("<" in text for text in record.fields["attributes"].values())
            assert "<" not in record.fields["description"]
            assert "\n" in record.fields["description"] or record.id == "heron-umbrella-2"
            assert all(record.fields["options"].values())


def test_unread_columns_are_named_and_known_ones_are_not() -> None:
    (note,) = (row for row in read(SAMPLES / "bigcommerce_products.csv") if isinstance(row, Note))
    assert note == Note(
        topic="columns that were not read", figures={"2": "Product Warranty, GPS Manufacturer Part Number"}
    )
    assert not [row for row in read(SAMPLES / "wix_products.csv") if isinstance(row, Note)]


def test_a_product_without_an_id_has_one_of_its_name() -> None:
    ids = [row.id for row in read(SAMPLES / "etsy_products.csv") if isinstance(row, Record)]
    assert ids[1] == "heron-umbrella"
    assert ids[-1] == "heron-umbrella-2"


def test_colour_codes_are_no_values() -> None:
    record = next(row for row in read(SAMPLES / "bigcommerce_products_today.csv") if isinstance(row, Record))
    assert record.fields["options"] == {"colour": ["green", "sand"]}


def test_shopify_rest_as_json_says_it() -> None:
    file = SAMPLES / "shopify_rest_products.json"
    items = json.loads(file.read_text("utf-8"))["products"]
    records = [row for row in read(file) if isinstance(row, Record)]
    shown = [item for item in items if item["status"] == "active" and item["published_at"]]
    assert [record.id for record in records] == [item["handle"] for item in shown]
    for record, item in zip(records, shown, strict=True):
        prices = [float(variant["price"]) for variant in item["variants"]]
        assert [variant["price"] for variant in record.fields["variants"]] == prices
        options = {option["name"].lower(): option["values"] for option in item["options"]}
        assert record.fields["options"] == ({} if "title" in options else options)
    reasons = [row.reason for row in read(file) if isinstance(row, Dropped)]
    assert reasons == ["hidden product", "draft product"]


def test_woocommerce_rest_as_json_says_it() -> None:
    file = SAMPLES / "woocommerce_rest_products.json"
    items = json.loads(file.read_text("utf-8"))
    rows = read(file)
    records = {row.id: row.fields for row in rows if isinstance(row, Record)}
    shown = [
        item
        for item in items
        if "parent_id" not in item and item["status"] == "publish" and item["catalog_visibility"] != "hidden"
    ]
    assert list(records) == [str(item["id"]) for item in shown]
    for item in shown:
        fields = records[str(item["id"])]
        variations = [one for one in items if one.get("parent_id") == item["id"]] or [item]
        assert [variant["price"] for variant in fields["variants"]] == [float(one["price"]) for one in variations]
        assert fields["attributes"] == {"material": item["attributes"][0]["options"][0]}
        assert fields["brand"] == item["brands"][0]["name"]
        assert (fields["seo_title"], fields["seo_description"]) == tuple(item["yoast_head_json"].values())
    assert records["305"]["name"] == "Café Stool, 45 cm"
    assert [row.reason for row in rows if isinstance(row, Dropped)] == ["hidden product", "draft product"]


def test_a_variation_without_its_product_is_a_bad_item(tmp_path: Path) -> None:
    items = json.loads((SAMPLES / "woocommerce_rest_products.json").read_text("utf-8"))
    (tmp_path / "products.json").write_text(json.dumps([item for item in items if item["id"] != 300]), "utf-8")
    adapter = ADAPTERS["woocommerce_rest_products"]
    rows = [row for row in adapter.read(tmp_path / "products.json", adapter.options()) if isinstance(row, Dropped)]
    assert [(row.reason, row.detail) for row in rows if row.bad] == [
        ("parent_id is no product of this file", "found '300'; fetch the variations together with their products")
    ] * 2


def test_ecwids_names_in_braces_are_names(tmp_path: Path) -> None:
    header = "type,product_internal_id,product_name,product_description,product_attribute_{Riding Style}"
    header += ",product_attribute_Vehicle,product_variation_option_{Shoe Size}"
    rows = ["product,1,Boot,For tracks.,Trail,ATV,", "product_variation,1,,,,,42", "product_variation,1,,,,,43"]
    file = tmp_path / "ecwid.csv"
    file.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    adapter = ADAPTERS["ecwid_products"]
    [record] = [row for row in adapter.read(file, adapter.options()) if isinstance(row, Record)]
    assert record.fields["attributes"] == {"riding_style": "Trail", "vehicle": "ATV"}
    assert record.fields["options"] == {"shoe_size": ["42", "43"]}
