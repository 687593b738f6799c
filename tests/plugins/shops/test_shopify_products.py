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

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.clean_text import clean_text
from shoptune_shops.shopify_products import ProductOptions, shopify_products

FILES = Path(__file__).parent / "files"
SINCE_2024 = (FILES / "shopify_products.csv").read_text(encoding="utf-8")
BEFORE_2024 = (FILES / "shopify_products_before_2024.csv").read_text(encoding="utf-8")


def read(folder: Path, content: str, **options: Any) -> list[Record | Dropped | Note]:
    path = folder / "products.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return list(shopify_products.read(path, ProductOptions(**options)))


def only(records: Sequence[Record | Dropped | Note]) -> Record:
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
            "seo_title": "Buy a jumper",
            "seo_description": "The best jumper",
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
            "seo_title": "",
            "seo_description": "",
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
    metafields = "Name (product.metafields.custom.name),x (product.metafields.custom.grams)"
    record = only(read(tmp_path, f"Title,URL handle,Description,Price,{metafields}\nA,a,x,5,inner,outer\n"))
    assert (record.fields["name"], record.fields["price"]) == ("A", 5.0)
    assert record.fields["attributes"] == {"name": "inner", "grams": "outer"}


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


def notes(rows: Sequence[Record | Dropped | Note]) -> dict[str, Mapping[str, object]]:
    return {row.topic: row.figures for row in rows if isinstance(row, Note)}


def test_a_price_that_can_not_be_read_costs_the_price_and_is_said(tmp_path: Path) -> None:
    rows = read(tmp_path, f"{HEADER}A,a,x,1,ask us,S\n,a,,2,4.50,M\nB,b,x,3,free,\nC,c,x,4,,\n")
    records = [row for row in rows if isinstance(row, Record)]
    assert [record.fields["price"] for record in records] == [None, None, None]
    assert [variant["price"] for variant in records[0].fields["variants"]] == [None, 4.5]
    assert notes(rows) == {"prices": {"could not be read": 2, "such as": "products.csv:2: 'ask us'"}}


WITH_APPS = """\
Title,URL handle,Description,Google: Custom Product (product.metafields.mm-google-shopping.custom_product),\
Stars (product.metafields.reviews.rating),Hidden (product.metafields.seo.hidden),\
Fabric (product.metafields.custom.fabric),\
Load (product.metafields.custom.load),Goes with (product.metafields.custom.goes_with),Collection points,Vendor code
A,a,x,FALSE,"{""scale_min"":""1.0"",""value"":""4.0""}",0,"[""linen"",""hemp""]","{""value"":3.0,""unit"":""kg""}",\
gid://shopify/Product/1,3,Q
B,b,x,FALSE,,0,wool,,,,
"""


def test_what_apps_keep_is_no_attribute_and_is_counted(tmp_path: Path) -> None:
    rows = read(tmp_path, WITH_APPS)
    attributes = [row.fields["attributes"] for row in rows if isinstance(row, Record)]
    assert attributes == [{"fabric": "linen, hemp", "load": "3 kg"}, {"fabric": "wool"}]
    assert notes(rows) == {
        "no facts, left out": {"Google: Custom Product": 2, "Hidden": 2, "Stars": 1, "Goes with": 1},
        "columns that were not read": {"1": "Collection points"},
    }


def test_a_column_that_is_asked_for_is_an_attribute_whatever_its_name(tmp_path: Path) -> None:
    hidden = "Hidden (product.metafields.seo.hidden)"
    first = read(tmp_path, WITH_APPS, attributes=["Collection points", hidden])[0]
    assert isinstance(first, Record)
    assert first.fields["attributes"]["collection_points"] == "3"
    assert first.fields["attributes"]["hidden"] == "0"


def test_a_product_that_the_online_store_does_not_show_is_hidden(tmp_path: Path) -> None:
    content = "Handle,Title,Body (HTML),Published,Status\na,A,x,FALSE,active\nb,B,x,TRUE,active\nc,C,x,,\n"
    a, b, c = read(tmp_path, content)
    assert a == Dropped(origin="products.csv:2", reason="hidden product", detail="a")
    assert isinstance(b, Record)
    assert isinstance(c, Record)
    assert isinstance(read(tmp_path, content, statuses=["hidden"])[0], Record)


def sorted_by_price(products: int) -> tuple[str, list[list[str]]]:
    """An export whose rows a spreadsheet has sorted: a product's name may stand below its other variants."""
    rows = [
        [
            f"Lamp {n}" * (m == n % 3),
            f"lamp-{n}",
            "Lights up."[: 10 * (m == n % 3)],
            f"L{n}-{m}",
            f"{(n * 7 + m * 5) % 97}.50",
            f"S{m}",
        ]
        for n in range(products)
        for m in range(3)
    ]
    rows.sort(key=lambda row: float(row[4]))
    return HEADER + "".join(f"{','.join(row)}\n" for row in rows), rows


def test_rows_that_a_spreadsheet_sorted_are_put_together_again(tmp_path: Path) -> None:
    content, rows = sorted_by_price(40)
    found = read(tmp_path, content)
    records = {row.id: row for row in found if isinstance(row, Record)}
    assert not [row for row in found if isinstance(row, Dropped)]
    assert records.keys() == {row[1] for row in rows}
    for handle, record in records.items():
        assert record.fields["name"] == f"Lamp {handle.removeprefix('lamp-')}"
        skus = {(variant["sku"], variant["price"]) for variant in record.fields["variants"]}
        assert skus == {(row[3], float(row[4])) for row in rows if row[1] == handle}
    assert notes(found)["sorted file, put together again"]["products whose rows did not stand together"] > 30  # type: ignore[operator]


def test_rows_without_handles_belong_to_the_name_above_them(tmp_path: Path) -> None:
    content = "Vendor,Title,Body (HTML),Variant SKU\nW,A,x,1\n,,,2\nW,B,y,3\n"
    a, b = read(tmp_path, content)
    assert isinstance(a, Record)
    assert isinstance(b, Record)
    assert [[variant["sku"] for variant in record.fields["variants"]] for record in (a, b)] == [["1", "2"], ["3"]]
    assert (a.id, b.id) == ("A", "B")


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
