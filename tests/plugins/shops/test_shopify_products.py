"""Shopify product exports in both dialects.  All products are invented."""

import csv
from collections.abc import Mapping, Sequence
from html import escape
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_files.clean_text import clean_text
from shoptune_shops.shopify_products import ProductOptions, shopify_products

FILES = Path(__file__).parent / "files"
SINCE_2024 = (FILES / "shopify_products.csv").read_text(encoding="utf-8")
BEFORE_2024 = (FILES / "shopify_products_before_2024.csv").read_text(encoding="utf-8")


def read(folder: Path, content: str, **options: Any) -> list[Record | Dropped]:
    path = folder / "products.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return list(shopify_products.read(path, ProductOptions(**options)))


def only(records: Sequence[Record | Dropped]) -> Record:
    (record,) = records
    assert isinstance(record, Record)
    return record


def test_the_header_in_use_since_2024() -> None:
    jumper, mug, cap = shopify_products.read(FILES / "shopify_products.csv", ProductOptions())
    options = {"size": ["S", "M"], "shoe_width_eu": ["Wide"]}
    assert jumper == Record(
        id="fell-jumper",
        group="fell-jumper",
        origin="shopify_products.csv:2",
        fields={
            "name": "Fell Jumper",
            "description": "A warm jumper, knitted slowly.\nBlümchen & co.",
            "description_html": "<p>A <b>warm</b> jumper,\nknitted slowly.</p><p>Bl&uuml;mchen &amp; co.</p>",
            "brand": "Wrenly",
            "category": "Apparel & Accessories > Clothing > Shirts & Tops",
            "type": "Knitwear",
            "status": "active",
            "tags": ["wool", "winter"],
            "sku": "FJ-S",
            "gtin": "0123",
            "price": 89.5,
            "weight": "400 g",
            "images": [
                {"url": "https://invented.example/1.jpg", "alt": "Jumper, folded"},
                {"url": "https://invented.example/2.jpg", "alt": ""},
                {"url": "https://invented.example/3.jpg", "alt": "Cuff"},
            ],
            "variants": [
                {"sku": "FJ-S", "barcode": "0123", "price": 89.5, "options": {"size": "S", "shoe_width_eu": "Wide"}},
                {"sku": "FJ-M", "barcode": "0124", "price": 92.0, "options": {"size": "M", "shoe_width_eu": "Wide"}},
            ],
            "options": options,
            "attributes": {
                "color_pattern": "heather; moss",
                "material": "lambswool",
                "shopify.care": "cold",
                "custom.care": "by hand",
            },
        },
    )
    assert mug == Record(
        id="tin-mug",
        group="tin-mug",
        origin="shopify_products.csv:6",
        fields={
            "name": "Tin Mug",
            "description": 'Plain text, "two" lines in one paragraph.',
            "description_html": 'Plain text, "two" lines\nin one paragraph.',
            "brand": "Wrenly",
            "category": "Mugs",
            "type": "Mugs",
            "status": "active",
            "tags": [],
            "sku": "MUG",
            "gtin": "",
            "price": None,
            "weight": "",
            "images": [],
            "variants": [{"sku": "MUG", "barcode": "", "price": None, "options": {}}],
            "options": {},
            "attributes": {},
        },
    )
    assert cap == Dropped(origin="shopify_products.csv:8", reason="archived product", detail="old-cap")


def test_the_older_header(tmp_path: Path) -> None:
    jumper = only(read(tmp_path, BEFORE_2024))
    assert jumper.fields["description"] == "Warm."
    assert jumper.fields["category"] == "Knitwear"
    assert jumper.fields["price"] == 89.5
    assert jumper.fields["gtin"] == "0123"
    assert jumper.fields["weight"] == "", "its variants weigh 400 g and 450 g"
    assert jumper.fields["images"] == [{"url": "https://invented.example/1.jpg", "alt": "Jumper"}]
    assert jumper.fields["options"] == {"size": ["S", "M"]}
    assert [variant["sku"] for variant in jumper.fields["variants"]] == ["FJ-S", "FJ-M"]
    assert jumper.fields["attributes"] == {"material": "lambswool"}


@pytest.mark.parametrize("content", [SINCE_2024, BEFORE_2024])
def test_upper_and_lower_case_separator_and_mark_make_no_difference(tmp_path: Path, content: str) -> None:
    header, _, body = content.partition("\n")
    other = StringIO(newline="")
    csv.writer(other, delimiter=";", lineterminator="\r\n").writerows(
        csv.reader(StringIO(f"{header.upper()}\n{body}", newline=""))
    )
    assert read(tmp_path, "\ufeff" + other.getvalue()) == read(tmp_path, content)


def test_a_metafield_may_be_called_as_a_column_is(tmp_path: Path) -> None:
    metafields = "Name (product.metafields.custom.name),x (product.metafields.custom.price)"
    record = only(read(tmp_path, f"Title,URL handle,Description,Price,{metafields}\nA,a,x,5,inner,outer\n"))
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


HEADER = "Title,URL handle,Description,SKU,Price,Option1 value\n"


@pytest.mark.parametrize(
    ("rows", "line", "reason", "detail"),
    [
        ("B,b,x,1,free,\n", 3, "Price is no amount", "found 'free'; write one such as 12.50"),
        ("B,b,x,1,1,S\n,b,,2,1.2.3,M\n", 4, "Price is no amount", "found '1.2.3'; write one such as 12.50"),
        ("B,,x,1,1,\n", 3, "URL handle is empty", "every row needs one"),
        (",b,x,1,1,\nB,b,x,1,1,\n", 3, "Title is empty", "found ''; every row needs one"),
        ("B,b,x,1,1,S\nC,b,x,2,1,M\n", 4, "Title differs within a product", "found 'C', at products.csv:3 'B'"),
    ],
)
def test_a_bad_product_is_counted_and_the_others_are_read(
    tmp_path: Path, rows: str, line: int, reason: str, detail: str
) -> None:
    records = read(tmp_path, f"{HEADER}A,a,x,1,1,\n{rows}Z,z,x,9,1,\n")
    bad = Dropped(origin=f"products.csv:{line}", reason=reason, detail=detail, bad=True)
    assert [record for record in records if isinstance(record, Dropped)] == [bad]
    kept = [record.id for record in records if isinstance(record, Record)]
    assert (kept[0], kept[-1]) == ("a", "z")


def test_a_handle_that_comes_back_later_is_a_product_of_its_own_and_the_core_refuses_it(tmp_path: Path) -> None:
    records = read(tmp_path, HEADER + "A,a,x,1,1,\nB,b,x,1,1,\nA,a,x,1,1,\n")
    assert [record.id for record in records if isinstance(record, Record)] == ["a", "b", "a"]


def test_two_variants_may_share_a_sku_or_have_none(tmp_path: Path) -> None:
    record = only(read(tmp_path, HEADER + "A,a,x,1,1,S\n,a,,1,1,M\n,a,,,2,L\n"))
    assert [variant["sku"] for variant in record.fields["variants"]] == ["1", "1", ""]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
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
    ],
)
def test_a_missing_column(tmp_path: Path, content: str, expected: str) -> None:
    with pytest.raises(DataError) as raised:
        read(tmp_path, content)
    assert str(raised.value) == expected


# What is written in Shopify's dialect is read back: products -> file -> the same products.


def is_clean(text: str) -> bool:
    return clean_text(text) == text


word = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8).filter(is_clean)
plain = (
    st.text(st.sampled_from("abcäß京🧶 ,;|\"'<&\n0"), max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(is_clean)
)
variant = st.fixed_dictionaries(
    {
        "sku": word,
        "barcode": st.text("0123456789", max_size=13),
        "price": st.none() | st.integers(0, 10**6).map(lambda cents: cents / 100),
    }
)
image = st.fixed_dictionaries({"url": word.map("https://invented.example/{}.jpg".format), "alt": plain})
product = st.fixed_dictionaries(
    {
        "name": plain.filter(bool),
        "paragraphs": st.lists(plain.filter(bool), max_size=3),
        "brand": plain,
        "category": plain,
        "type": plain,
        "tags": st.lists(st.text("abcö", min_size=1)),
        "grams": st.integers(0, 5000),
        "variants": st.lists(variant, min_size=1, max_size=4),
        "images": st.lists(image, max_size=3, unique_by=lambda image: image["url"]),
        "attributes": st.dictionaries(st.sampled_from(["material", "color", "care_instructions"]), plain.filter(bool)),
    }
)


def shopify_rows(handle: str, product: Mapping[str, Any]) -> list[dict[str, str]]:
    """Write a product as Shopify does: its own cells in the first row, in each a variant and an image if there are."""
    variants: list[dict[str, str]] = [
        {
            "SKU": variant["sku"],
            "Barcode": variant["barcode"] and "'" + variant["barcode"],
            "Price": "" if variant["price"] is None else f"{variant['price']:.2f}",
            "Option1 value": f"V{number}",
            "Weight value (grams)": str(product["grams"]),
        }
        for number, variant in enumerate(product["variants"])
    ]
    images = [{"Product image URL": image["url"], "Image alt text": image["alt"]} for image in product["images"]]
    rows = [{**(variant or {}), **(image or {})} for variant, image in zip_longest(variants, images)]
    rows[0] |= {
        "Title": product["name"],
        "Description": "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in product["paragraphs"]),
        "Vendor": product["brand"],
        "Product category": product["category"],
        "Type": product["type"],
        "Tags": ", ".join(product["tags"]),
        "Option1 name": "Size",
    }
    rows[0] |= {f"X (product.metafields.custom.{key})": value for key, value in product["attributes"].items()}
    return [{"URL handle": handle} | row for row in rows]


COLUMNS = [
    *("Title", "URL handle", "Description", "Vendor", "Product category", "Type", "Tags", "Status", "SKU", "Barcode"),
    *("Option1 name", "Option1 value", "Price", "Weight value (grams)", "Product image URL", "Image alt text"),
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
        for field in ("name", "brand", "type", "tags", "images", "attributes"):
            assert record.fields[field] == product[field]
        assert record.fields["description"] == "\n".join(product["paragraphs"])
        assert record.fields["category"] == (product["category"] or product["type"])
        assert record.fields["weight"] == (f"{product['grams']} g" if product["grams"] else "")
        assert record.fields["variants"] == [
            variant | {"options": {"size": f"V{number}"}} for number, variant in enumerate(product["variants"])
        ]
        assert record.fields["price"] == product["variants"][0]["price"]
