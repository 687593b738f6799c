"""WooCommerce product exports.  All products are invented."""

import csv
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_shops.woocommerce_cells import decoded, line_breaks, split_list, unprotected
from shoptune_shops.woocommerce_products import WooCommerceOptions, woocommerce_products

FILE = Path(__file__).parent / "files" / "woocommerce_products.csv"
HEADER = "ID,Type,SKU,Name,Published,Description,Regular price,Parent,Attribute 1 name,Attribute 1 value(s)\n"


def read(folder: Path, content: str, **options: Any) -> list[Record | Dropped]:
    path = folder / "products.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return list(woocommerce_products.read(path, WooCommerceOptions(**options)))


def only(records: Sequence[Record | Dropped]) -> Record:
    (record,) = records
    assert isinstance(record, Record)
    return record


def test_a_real_export() -> None:
    records = list(woocommerce_products.read(FILE, WooCommerceOptions()))
    tee, mug, socks, song, outfit, tent, *dropped = records
    assert tee == Record(
        id="44",
        group="44",
        origin="woocommerce_products.csv:2",
        fields={
            "name": "Fell Tee",
            "description": 'Cotton from one farm.\nSoft, "dry" & light.\n- Knitted slowly\n- Path C:\\new',
            "description_html": 'Cotton from one farm.\nSoft, "dry" & light.\n\n'
            "<ul>\n<li>Knitted slowly</li>\n<li>Path C:\\new</li>\n</ul>",
            "short_description": "A light tee.",
            "brand": "Wrenly",
            "category": "Clothing > Tees, Tops",
            "status": "active",
            "tags": ["summer", "one, two"],
            "sku": "fell-tee",
            "gtin": "",
            "price": 25.0,
            "images": [
                {"url": "https://invented.example/tee.jpg", "alt": ""},
                {"url": "https://invented.example/tee-back.jpg", "alt": ""},
            ],
            "weight": "0.2 kg",
            "length": "70 cm",
            "width": "",
            "height": "",
            "variants": [
                {"sku": "fell-tee-moss", "barcode": "", "price": 25.0, "options": {"color": "Moss"}},
                {"sku": "fell-tee-night", "barcode": "", "price": 27.0, "options": {"color": "Night, dark"}},
            ],
            "options": {"color": ["Moss", "Night, dark", "Sand"]},
            "attributes": {"fibre_length_mm": "32"},
        },
    )
    assert isinstance(mug, Record)
    assert (mug.id, mug.fields["sku"], mug.fields["gtin"]) == ("46", "", "0400000000008")
    assert (mug.fields["name"], mug.fields["description"]) == ("+1 Mug", "-- tin --")
    assert mug.fields["price"] == 10.5, "a sale's price is not the product's"
    assert mug.fields["attributes"] == {}, "what the product's page does not show is none of its attributes"
    assert mug.fields["variants"] == [{"sku": "", "barcode": "0400000000008", "price": 10.5, "options": {}}]
    assert isinstance(socks, Record)
    assert socks.fields["description"] == "Wool socks.", "without a description the short one stands in"
    assert socks.fields["variants"] == [
        {"sku": "sock-s", "barcode": "0400000000015", "price": 8.0, "options": {"size": "S"}}
    ], "its parent has no SKU and is named by its id"
    first = {"sku": "sock-s", "gtin": "0400000000015", "price": 8.0}
    assert first.items() <= socks.fields.items(), "what the product itself does not say, its first variation does"
    for record, name in ((song, "Hill Song"), (outfit, "Hill Set"), (tent, "Hill Tent")):
        assert isinstance(record, Record)
        assert record.fields["name"] == name
    assert dropped == [
        Dropped(origin="woocommerce_products.csv:8", reason="draft product", detail="56"),
        Dropped(origin="woocommerce_products.csv:9", reason="private product", detail="58"),
        Dropped(
            origin="woocommerce_products.csv:13",
            reason="Parent is no product of this file",
            detail="found 'nowhere'; export the variations together with their products",
            bad=True,
        ),
    ]


def test_line_ends_mark_separator_and_case_make_no_difference(tmp_path: Path) -> None:
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    path = tmp_path / FILE.name
    with path.open("w", encoding="utf-16", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerows([[column.upper() for column in header], *rows])
    options = WooCommerceOptions()
    assert list(woocommerce_products.read(path, options)) == list(woocommerce_products.read(FILE, options))


def test_further_columns_become_attributes() -> None:
    tee, mug, *_ = woocommerce_products.read(FILE, WooCommerceOptions(attributes=("Meta: care",)))
    assert isinstance(tee, Record)
    assert isinstance(mug, Record)
    assert tee.fields["attributes"] == {"fibre_length_mm": "32", "care": "wash cold"}
    assert mug.fields["attributes"] == {}
    with pytest.raises(DataError, match=r"no column 'Meta: core'.*Meta: care"):
        list(woocommerce_products.read(FILE, WooCommerceOptions(attributes=("Meta: core",))))


def test_a_further_column_may_be_called_as_one_of_our_fields_is(tmp_path: Path) -> None:
    record = only(read(tmp_path, "SKU,Name,Description,Regular price,price\na,A,x,5,'=fair\n", attributes=("price",)))
    assert (record.fields["price"], record.fields["attributes"]) == (5.0, {"price": "=fair"})


def test_units_stand_in_the_header(tmp_path: Path) -> None:
    record = only(read(tmp_path, 'SKU,Name,Description,Weight (lbs),Height (in)\na,A,x,".5","1,2"\n'))
    assert (record.fields["weight"], record.fields["height"]) == (".5 lbs", "1,2 in")
    assert "length" not in record.fields


def test_other_statuses_if_asked_for(tmp_path: Path) -> None:
    rows = "".join(
        f"{n},simple,a{n},A,{status},x,,,,\n" for n, status in enumerate(["1", "0", "'-1", "2", ""], start=1)
    )
    records = read(tmp_path, HEADER + rows, statuses=("draft", "pending"))
    assert [record.id for record in records if isinstance(record, Record)] == ["3", "4"]
    assert [record.reason for record in records if isinstance(record, Dropped)] == [
        "active product",
        "private product",
        "active product",
    ]


def test_variations_may_stand_before_their_parent_and_leave_values_open(tmp_path: Path) -> None:
    rows = (
        "7,variation,t-1,T 1,1,,5,tee,Size,S\n"
        '6,variable,tee,Tee,1,x,,,Size,"\'-S\\, M"\n'
        "8,variation,t-2,T 2,1,,6,id:6,Size,\n"
    )
    record = only(read(tmp_path, HEADER + rows))
    assert [(variant["sku"], variant["options"]) for variant in record.fields["variants"]] == [
        ("t-1", {"size": "S"}),
        ("t-2", {}),
    ]
    assert record.fields["options"] == {"size": ["-S, M"]}


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        ("1,simple,x,,1,x,,,,", "Name is empty", "found ''; every row needs one"),
        ("1,simple,x,X,7,x,,,,", "Published is unknown", "found '7'; WooCommerce writes 1, 0, -1 or 2"),
        ("1,simple,x,X,1,x,much,,,", "Regular price is no amount", "found 'much'; write one such as 12.50"),
        (",simple,,X,1,x,1,,,", "SKU is empty", "found ''; every row needs one"),
        ("1,variation,x,X,1,x,1,,,", "Parent is empty", "found ''; every row needs one"),
        ("1,variation,x,X,1,x,much,a,,", "Regular price is no amount", "found 'much'; write one such as 12.50"),
        (
            "1,variation,x,X,1,x,1,b,,",
            "Parent is no product of this file",
            "found 'b'; export the variations together with their products",
        ),
    ],
)
def test_a_bad_row_is_counted_and_the_others_are_read(tmp_path: Path, row: str, reason: str, detail: str) -> None:
    records = read(tmp_path, f"{HEADER}8,simple,a,A,1,x,1,,,\n{row}\n9,simple,z,Z,1,x,1,,,\n")
    assert [record.id for record in records if isinstance(record, Record)] == ["8", "9"]
    bad = Dropped(origin="products.csv:3", reason=reason, detail=detail, bad=True)
    assert [record for record in records if isinstance(record, Dropped)] == [bad]


def test_a_broken_row_is_told_of_once(tmp_path: Path) -> None:
    records = read(tmp_path, HEADER + "8,simple,a,A,1,x,1,,,\n1,variation\n")
    assert [record.origin for record in records if isinstance(record, Dropped)] == ["products.csv:3"]


def test_skus_that_stand_twice_are_two_products_and_variations_go_to_the_first(tmp_path: Path) -> None:
    rows = "1,variable,a,A,1,x,,,,\n2,simple,a,B,1,x,3,,,\n3,variation,v,V,1,x,9,a,Size,S\n"
    first, second = read(tmp_path, HEADER + rows)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert [variant["sku"] for variant in first.fields["variants"]] == ["v"]
    assert [variant["sku"] for variant in second.fields["variants"]] == ["a"]


def test_a_missing_column(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"products.csv:1: there is no column 'description' .*'Descriptoin'"):
        read(tmp_path, "SKU,Name,Descriptoin\na,A,x\n")


def test_cells() -> None:
    assert [unprotected(cell) for cell in ("'=1", "'+1", "'-1", "'@x", "'tis", "'", "")] == [
        *("=1", "+1", "-1", "@x", "'tis", "'", "")
    ]
    assert split_list(r"Home > Bed\, Bath, , Gifts ") == ["Home > Bed, Bath", "Gifts"]
    assert decoded(r"'-a\nb C:\\new") == "-a\nb C:\\new"
    assert line_breaks('a\nb <img\nalt="x"> < \n') == 'a<br>b <img\nalt="x"> < <br>'


# What is written in WooCommerce's dialect is read back: products -> file -> the same products.

line = st.text(st.sampled_from("abnäß京🧶 ,;|\"'<>&\\=0"), max_size=12).map(lambda text: " ".join(text.split()))
# WooCommerce's own reader can't tell a quote in front from a protecting one, nor "\\" before a newline from "\\n".
words = line.filter(lambda text: text[:1] not in ("", "'") and text[-1] != "\\")
value = words.filter(lambda text: not {">", "\\"} & set(text))
price = st.none() | st.integers(0, 10**6).map(lambda cents: cents / 100)
product = st.fixed_dictionaries(
    {
        "name": words,
        "lines": st.lists(words, max_size=3),
        "price": price,
        "categories": st.lists(value, max_size=3),
        "tags": st.lists(value, max_size=3),
        "weight": st.sampled_from(["", "1.2", ".5"]),
        "attributes": st.dictionaries(st.sampled_from(["Material", "Care Hint"]), st.lists(value, min_size=1)),
        "sizes": st.dictionaries(value, price, max_size=3),
        "has_sku": st.booleans(),
    }
)
COLUMNS = [
    *("ID", "Type", "SKU", "Name", "Published", "Short description", "Description", "Weight (kg)", "Regular price"),
    *("Categories", "Tags", "Parent"),
    *(f"Attribute {number} {part}" for number in (1, 2, 3) for part in ("name", "value(s)")),
]


def protected(text: str) -> str:
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text


def listed(items: Sequence[str]) -> str:
    return protected(", ".join(item.replace(",", "\\,") for item in items))


def amount(price: float | None) -> str:
    return "" if price is None else f"{price:.2f}".replace(".", ",")


def woocommerce_rows(number: int, product: Mapping[str, Any]) -> list[dict[str, str]]:
    """Write a product and its variations as WooCommerce does."""
    sku = f"sku-{number}" if product["has_sku"] else ""
    html = "\n".join(escape(line, quote=False) for line in product["lines"])
    attributes = [*product["attributes"].items(), ("Size", list(product["sizes"]))]
    row = {
        "ID": str(number),
        "Type": "variable" if product["sizes"] else "simple, virtual",
        "SKU": sku,
        "Name": protected(product["name"]),
        "Published": "1",
        "Description": protected(html.replace("\\n", "\\\\n").replace("\n", "\\n")),
        "Weight (kg)": product["weight"],
        "Regular price": amount(product["price"]),
        "Categories": listed(product["categories"]),
        "Tags": listed(product["tags"]),
    }
    for position, (key, values) in enumerate(attributes, start=1):
        row |= {f"Attribute {position} name": key, f"Attribute {position} value(s)": listed(values)}
    variations = [
        {
            "ID": f"{number}{position}",
            "Type": "variation",
            "SKU": f"v-{number}-{position}",
            "Name": "x",
            "Published": "1",
            "Regular price": amount(price),
            "Parent": sku or f"id:{number}",
            "Attribute 1 name": "Size",
            "Attribute 1 value(s)": listed([size]),
        }
        for position, (size, price) in enumerate(product["sizes"].items())
    ]
    return [row, *variations]


@given(
    st.lists(product, min_size=1, max_size=4),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.randoms(use_true_random=False),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, products: Sequence[Mapping[str, Any]], encoding: str, random: Random
) -> None:
    rows = [row for number, product in enumerate(products) for row in woocommerce_rows(number, product)]
    random.shuffle(rows)
    path = tmp_path_factory.mktemp("shop") / "products.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    records = list(woocommerce_products.read(path, WooCommerceOptions()))
    read_back = {record.id: record.fields for record in records if isinstance(record, Record)}
    assert len(records) == len(read_back) == len(products)
    for number, product in enumerate(products):
        fields = read_back[str(number)]
        assert fields["name"] == product["name"]
        assert fields["description"] == "\n".join(product["lines"])
        assert fields["category"] == next(iter(product["categories"]), "")
        assert fields["tags"] == product["tags"]
        assert fields["weight"] == (f"{product['weight']} kg" if product["weight"] else "")
        assert fields["attributes"] == {
            key.lower().replace(" ", "_"): ", ".join(values) for key, values in product["attributes"].items()
        }
        sizes = {variant["options"].get("size"): variant["price"] for variant in fields["variants"]}
        assert sizes == (product["sizes"] or {None: product["price"]})
        assert fields["options"] == ({"size": list(product["sizes"])} if product["sizes"] else {})
