"""Shopify product exports in both dialects.  All products are invented."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_shops.shopify_products import ProductOptions, shopify_products

SINCE_2024 = """\
Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,\
Option1 name,Option1 value,Option2 name,Option2 value,Option3 name,Option3 value,Price,Compare-at price,Cost per item,\
Weight value (grams),Product image URL,SEO title,\
Material (product.metafields.custom.material),Colour (product.metafields.custom.color),\
Wash (product.metafields.shopify.care),Care (product.metafields.custom.care)
Fell Jumper,fell-jumper,"<p>A <b>warm</b> jumper,
knitted slowly.</p><p>Bl&uuml;mchen &amp; co.</p>",Wrenly,Apparel > Clothing,Knitwear,"wool, winter ,",TRUE,Active,\
FJ-S,0123,Size,S,Shoe Width (EU),Wide,,,"89,50",99,30,400,https://invented.example/1.jpg,,lambswool,,cold,by hand
,fell-jumper,,,,,,,,FJ-M,0124,,M,,Wide,,,89.50,,,400,,,,,,
,fell-jumper,,,,,,,,,,,,,,,,,,,,https://invented.example/2.jpg,,,,,
Tin Mug,tin-mug,Plain text.,Wrenly,,Mugs,,TRUE,,MUG,,Title,Default Title,,,,,,,,,,,,,,
"""

BEFORE_2024 = """\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,\
Variant Barcode,Image Src,Material (product.metafields.custom.material),Status
fell-jumper,Fell Jumper,<p>Warm.</p>,Wrenly,Knitwear,wool,true,Size,S,FJ-S,400,89.50,0123,,lambswool,active
fell-jumper,,,,,,,,M,FJ-M,400,89.50,0124,,,
"""


def read(folder: Path, content: str, **options: Any) -> list[Record | Dropped]:
    path = folder / "products.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return list(shopify_products.read(path, ProductOptions(**options)))


def refused(folder: Path, content: str) -> str:
    with pytest.raises(DataError) as raised:
        read(folder, content)
    return str(raised.value)


def test_the_header_in_use_since_2024(tmp_path: Path) -> None:
    jumper, mug = read(tmp_path, SINCE_2024)
    assert jumper == Record(
        id="fell-jumper",
        group="fell-jumper",
        origin="products.csv:2",
        fields={
            "name": "Fell Jumper",
            "description": "A warm jumper, knitted slowly.\nBlümchen & co.",
            "description_html": "<p>A <b>warm</b> jumper,\nknitted slowly.</p><p>Bl&uuml;mchen &amp; co.</p>",
            "brand": "Wrenly",
            "category": "Apparel > Clothing",
            "status": "active",
            "tags": ["wool", "winter"],
            "sku": "FJ-S",
            "price": 89.5,
            "variants": [
                {"sku": "FJ-S", "barcode": "0123", "price": 89.5, "options": {"size": "S", "shoe_width_eu": "Wide"}},
                {"sku": "FJ-M", "barcode": "0124", "price": 89.5, "options": {"size": "M", "shoe_width_eu": "Wide"}},
            ],
            "options": {"size": ["S", "M"], "shoe_width_eu": ["Wide"]},
            "attributes": {"material": "lambswool", "shopify.care": "cold", "custom.care": "by hand"},
        },
    )
    assert isinstance(mug, Record)
    assert mug.origin == "products.csv:6"
    assert mug.fields == {
        "name": "Tin Mug",
        "description": "Plain text.",
        "description_html": "Plain text.",
        "brand": "Wrenly",
        "category": "Mugs",
        "status": "active",
        "tags": [],
        "sku": "MUG",
        "price": None,
        "variants": [{"sku": "MUG", "barcode": "", "price": None, "options": {}}],
        "options": {},
        "attributes": {},
    }


def test_the_older_header(tmp_path: Path) -> None:
    (jumper,) = read(tmp_path, BEFORE_2024)
    assert isinstance(jumper, Record)
    assert jumper.fields["description"] == "Warm."
    assert jumper.fields["category"] == "Knitwear"
    assert jumper.fields["price"] == 89.5
    assert jumper.fields["options"] == {"size": ["S", "M"]}
    assert [variant["sku"] for variant in jumper.fields["variants"]] == ["FJ-S", "FJ-M"]
    assert jumper.fields["attributes"] == {"material": "lambswool"}


@pytest.mark.parametrize("content", [SINCE_2024, BEFORE_2024])
def test_upper_and_lower_case_separator_and_mark_make_no_difference(tmp_path: Path, content: str) -> None:
    header, _, body = content.partition("\n")
    other = StringIO(newline="")
    csv.writer(other, delimiter=";").writerows(csv.reader(StringIO(f"{header.upper()}\n{body}", newline="")))
    assert read(tmp_path, "\ufeff" + other.getvalue()) == read(tmp_path, content)


def test_a_metafield_may_be_called_as_a_column_is(tmp_path: Path) -> None:
    metafields = "Name (product.metafields.custom.name),x (product.metafields.custom.price)"
    (record,) = read(tmp_path, f"Title,URL handle,Description,Price,{metafields}\nA,a,x,5,inner,outer\n")
    assert isinstance(record, Record)
    assert (record.fields["name"], record.fields["price"]) == ("A", 5.0)
    assert record.fields["attributes"] == {"name": "inner", "price": "outer"}


def test_drafts_and_archived_products_are_dropped_unless_asked_for(tmp_path: Path) -> None:
    content = "Title,URL handle,Description,Status\nA,a,x,Draft\nB,b,x,active\nC,c,x,archived\n"
    a, b, c = read(tmp_path, content)
    assert a == Dropped(origin="products.csv:2", reason="draft product", detail="a")
    assert isinstance(b, Record)
    assert c == Dropped(origin="products.csv:4", reason="archived product", detail="c")
    kept = read(tmp_path, content, statuses=["active", "archived"])
    assert [isinstance(record, Record) for record in kept] == [False, True, True]


def test_reading_is_lazy(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("Title,URL handle,Description\nA,a,x\nB,b,x\nbroken\n")
    records = iter(shopify_products.read(path, ProductOptions()))
    assert next(records).origin == "products.csv:2"
    with pytest.raises(DataError):
        next(records)


HEADER = "Title,URL handle,Description,Price,Option1 value\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (HEADER + "A,a,x,free,\n", "products.csv:2: Price: found 'free'; write an amount such as 12.50."),
        (HEADER + "A,a,x,1,S\n,a,,1.2.3,M\n", "products.csv:3: Price: found '1.2.3'; write an amount such as 12.50."),
        (HEADER + "A,,x,1,\n", "products.csv:2: URL handle: found ''; this can't be empty."),
        (HEADER + ",a,x,1,\nA,a,x,1,\n", "products.csv:2: Title: found ''; this can't be empty."),
        (
            HEADER + "A,a,x,1,S\nB,a,x,1,M\n",
            "products.csv:3: Title: found 'B', but 'a' is 'A' at products.csv:2.",
        ),
        (
            HEADER + "A,a,x,1,\nB,b,x,1,\n,a,,1,\n",
            (
                "products.csv:4: URL handle: 'a' stands at products.csv:2 too; "
                "its rows must stand together: mend or sort the file."
            ),
        ),
        (
            "Title,URL handel,Description\nA,a,x\n",
            (
                "products.csv:1: there is no column 'url handle' or 'handle' (upper or lower case). "
                "Did you mean 'URL handel'?"
            ),
        ),
        (
            "Titel,Handle,Body (HTML)\nA,a,x\n",
            "products.csv:1: there is no column 'title' (upper or lower case). Did you mean 'Titel'?",
        ),
        (HEADER, "products.csv: there are no rows under the header."),
        ("", "products.csv: the file is empty."),
    ],
)
def test_bad_input(tmp_path: Path, content: str, expected: str) -> None:
    assert refused(tmp_path, content) == expected


# What is written in Shopify's dialect is read back: products -> file -> the same products.

word = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
plain = st.text(st.sampled_from("abcäß ,;|\"'\n0"), max_size=20).map(lambda text: " ".join(text.split()))
variant = st.fixed_dictionaries(
    {
        "sku": word,
        "barcode": word | st.just(""),
        "price": st.none() | st.integers(0, 10**6).map(lambda cents: cents / 100),
    }
)
product = st.fixed_dictionaries(
    {
        "name": plain.filter(bool),
        "description": plain,
        "brand": plain,
        "category": plain,
        "tags": st.lists(st.text("abcö", min_size=1)),
        "variants": st.lists(variant, min_size=1, max_size=4),
        "images": st.integers(0, 2),
        "attributes": st.dictionaries(st.sampled_from(["material", "color", "care_instructions"]), plain.filter(bool)),
    }
)


def shopify_rows(handle: str, product: Mapping[str, Any]) -> list[dict[str, str]]:
    """Write a product as Shopify does: product cells in the first row, one row per variant, then one per image."""
    rows = [
        {
            "SKU": variant["sku"],
            "Barcode": variant["barcode"],
            "Price": "" if variant["price"] is None else f"{variant['price']:.2f}",
            "Option1 value": f"V{number}",
        }
        for number, variant in enumerate(product["variants"])
    ]
    rows[0] |= {
        "Title": product["name"],
        "Description": product["description"],
        "Vendor": product["brand"],
        "Product category": product["category"],
        "Tags": ", ".join(product["tags"]),
        "Option1 name": "Size",
    }
    rows[0] |= {f"X (product.metafields.custom.{key})": value for key, value in product["attributes"].items()}
    rows += [{"Product image URL": "https://invented.example/x.jpg"}] * product["images"]
    return [{"URL handle": handle} | row for row in rows]


COLUMNS = [
    *("Title", "URL handle", "Description", "Vendor", "Product category", "Type", "Tags", "Status", "SKU", "Barcode"),
    *("Option1 name", "Option1 value", "Price", "Product image URL"),
    *(f"X (product.metafields.custom.{key})" for key in ("material", "color", "care_instructions")),
]


@given(st.lists(product, min_size=1, max_size=4), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, products: Sequence[Mapping[str, Any]], encoding: str
) -> None:
    path = tmp_path_factory.mktemp("shop") / "products.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for number, product in enumerate(products):
            writer.writerows(shopify_rows(f"p{number}", product))
    records = list(shopify_products.read(path, ProductOptions()))
    assert [record.id for record in records if isinstance(record, Record)] == [f"p{n}" for n in range(len(products))]
    for record, product in zip(records, products, strict=True):
        assert isinstance(record, Record)
        for field in ("name", "description", "brand", "category", "tags", "attributes"):
            assert record.fields[field] == product[field]
        assert record.fields["variants"] == [
            variant | {"options": {"size": f"V{number}"}} for number, variant in enumerate(product["variants"])
        ]
        assert record.fields["price"] == product["variants"][0]["price"]
