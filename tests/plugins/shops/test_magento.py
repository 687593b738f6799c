"""Magento 2 product exports.  All products are invented."""

import csv
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.clean_text import clean_text
from shoptune_shops.magento_cells import parse_attributes, parse_categories, parse_date, parse_variations
from shoptune_shops.magento_products import MagentoOptions, magento_products
from shoptune_shops.plugin import select_data_adapter

FILE = Path(__file__).parent / "files" / "magento_products.csv"
NOT_FACTS = ("has_options", "required_options", "quantity_and_stock_status")
HEADER = "sku,store_view_code,product_type,name,description,product_online,visibility,price,configurable_variations\n"


def read(folder: Path, content: str, **options: Any) -> list[Record | Dropped | Note]:
    path = folder / "products.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return list(magento_products.read(path, MagentoOptions(**options)))


def test_a_real_export() -> None:
    german, french, jacket, strap, part, old, outfit, *notes = magento_products.read(FILE, MagentoOptions())
    assert jacket == Record(
        id="JK",
        group="JK",
        origin="magento_products.csv:3",
        fields={
            "name": "Hill Jacket",
            "description": 'Keeps out "rain", wind and cold.\n- Two pockets',
            "description_html": '<p>Keeps out "rain", wind\nand cold.</p><ul><li>Two pockets</li></ul>',
            "short_description": "A jacket.",
            "category": "Jackets > Rain / Wind",
            "status": "active",
            "sku": "JK",
            "brand": "Wrenly",
            "gtin": "",
            "mpn": "",
            "price": 120.0,
            "images": [{"url": "/j/k/jk.jpg", "alt": "Front"}, {"url": "/j/k/jk-back.jpg", "alt": "Back"}],
            "created_at": "2026-01-25",
            "variants": [
                {"sku": "JK-S", "barcode": "0400000000022", "price": 120.0, "options": {"size": "S"}},
                {"sku": "JK-M", "barcode": "", "price": 125.0, "options": {"size": "M"}},
                {"sku": "JK-L", "barcode": "", "price": None, "options": {"size": "L"}},
            ],
            "options": {"size": ["S", "M", "L"]},
            "attributes": {"care": "Wash cold, dry flat", "material": "Wool, Silk"},
            "seo_title": "",
            "seo_description": "",
        },
    )
    assert [german, french] == [
        Dropped(origin="magento_products.csv:5", reason="row of another store view", detail="de, JK"),
        Dropped(origin="magento_products.csv:6", reason="row of another store view", detail="fr, JK"),
    ]
    assert isinstance(strap, Record)
    assert strap.fields["attributes"] == {"material": "Cotton, organic, Tin", "note": '6" long'}
    assert strap.fields["variants"] == [{"sku": "ST-6", "barcode": "", "price": 14.0, "options": {}}]
    assert strap.fields["images"] == []
    assert "created_at" not in strap.fields, "25/01/2026 is a date, but 02/01/2026 beside it would be any"
    assert [part, old] == [
        Dropped(origin="magento_products.csv:9", reason="product without a page of its own", detail="PART"),
        Dropped(origin="magento_products.csv:10", reason="disabled product", detail="OLD"),
    ]
    assert isinstance(outfit, Record)
    assert notes == [Note(topic="no facts, left out", figures=dict.fromkeys(NOT_FACTS, 1))]
    assert outfit.fields["description"] == "Strap and jacket.", "without a description the short one stands in"


ONE_COLUMN_EACH = """\
sku,attribute_set_code,product_type,categories,name,description,product_online,visibility,price,color,Material,manufacturer,\
country_of_manufacture,erp_number_id,ts_dimensions_length,is_featured,gtin,meta_title,use_config_min_qty
a,Default,simple,Shop/Mugs,A,x,1,"Catalog, Search",9.5,red,"tin|zinc",Wrenly,Norway,77,12 cm,1,0400000000022,Buy A,1
b,Default,simple,Shop/Mugs,B,y,1,"Catalog, Search",soon,,wool &amp; silk,,,78,,0,,,1
c,Default,simple,Shop/Mugs,C,z,Disabled,4,1,,,,,,,,,,1
d,Default,simple,Shop/Mugs,D,z,Enabled,1,1,,,,,,,,,,1
"""


def test_attributes_with_a_column_each_are_facts(tmp_path: Path) -> None:
    a, b, c, d, *notes = read(tmp_path, ONE_COLUMN_EACH)
    assert isinstance(a, Record)
    assert isinstance(b, Record)
    assert a.fields["attributes"] == {
        "color": "red",
        "material": "tin, zinc",
        "country_of_manufacture": "Norway",
        "ts_dimensions_length": "12 cm",
    }
    own = {name: a.fields[name] for name in ("brand", "gtin", "price", "category", "seo_title")}
    assert own == {"brand": "Wrenly", "gtin": "0400000000022", "price": 9.5, "category": "Mugs", "seo_title": "Buy A"}
    assert (b.fields["attributes"], b.fields["price"]) == ({"material": "wool & silk"}, None)
    assert [c, d] == [
        Dropped(origin="products.csv:4", reason="disabled product", detail="c"),
        Dropped(origin="products.csv:5", reason="product without a page of its own", detail="d"),
    ]
    assert notes == [
        Note(topic="prices", figures={"could not be read": 1, "such as": "products.csv:3: 'soon'"}),
        Note(topic="columns that were not read", figures={"2": "erp_number_id, is_featured"}),
    ]


def test_facts_are_those_of_an_independent_reading(tmp_path: Path) -> None:
    rows = list(csv.DictReader(ONE_COLUMN_EACH.splitlines()))
    records = [row for row in read(tmp_path, ONE_COLUMN_EACH) if isinstance(row, Record)]
    assert [row.id for row in records] == [row["sku"] for row in rows if row["product_online"] == "1"]
    for record, row in zip(records, rows, strict=False):
        columns = ("color", "Material", "country_of_manufacture", "ts_dimensions_length")
        assert len(record.fields["attributes"]) == sum(bool(row[column]) for column in columns)


MAGENTO_1 = """\
sku,_store,_attribute_set,_type,_category,_root_category,name,description,status,visibility,price,color,image,\
_super_products_sku,_super_attribute_code,_super_attribute_option
tee-s,,Default,simple,,,Tee S,x,1,1,9,,,,,
tee,,Default,configurable,Tees,Shop,Tee,Soft.,1,4,9,red,/t.jpg,tee-s,size,S
,,,,Tees/Long,Shop,,,,,,,,tee-m,size,M
,de,,,,,Hemd,,,,,,,,,
mug,,Default,simple,Mugs,Shop,Mug,Tin.,2,4,4,,,,,
"""


def test_an_export_of_magento_1(tmp_path: Path) -> None:
    german, tee, mug = read(tmp_path, MAGENTO_1)
    assert select_data_adapter(tmp_path / "products.csv") == "magento_products"
    assert german == Dropped(origin="products.csv:5", reason="row of another store view", detail="de, tee")
    assert isinstance(tee, Record)
    assert (tee.fields["category"], tee.fields["attributes"]) == ("Tees > Long", {"color": "red"})
    assert [(of["sku"], of["price"], of["options"]) for of in tee.fields["variants"]] == [
        ("tee-s", 9.0, {"size": "S"}),
        ("tee-m", None, {"size": "M"}),
    ]
    assert tee.fields["images"] == [{"url": "/t.jpg", "alt": ""}]
    assert mug == Dropped(origin="products.csv:6", reason="disabled product", detail="mug")


def test_line_ends_mark_separator_and_case_make_no_difference(tmp_path: Path) -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    path = tmp_path / FILE.name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerows([[column.upper() for column in header], *rows])
    assert list(magento_products.read(path, MagentoOptions())) == list(magento_products.read(FILE, MagentoOptions()))


def test_a_store_view_overrides_what_it_says_differently() -> None:
    french, jacket, *_ = magento_products.read(FILE, MagentoOptions(store_view="de"))
    assert french == Dropped(origin="magento_products.csv:6", reason="row of another store view", detail="fr, JK")
    assert isinstance(jacket, Record)
    assert (jacket.fields["name"], jacket.fields["description"]) == ("Hügeljacke", "Hält warm.")
    assert (jacket.fields["category"], len(jacket.fields["variants"])) == ("Jackets > Rain / Wind", 3)


def test_a_store_view_that_no_row_has_is_an_error() -> None:
    with pytest.raises(DataError, match=r"no row of a store view 'dee'. Did you mean 'de'\?"):
        list(magento_products.read(FILE, MagentoOptions(store_view="dee")))


def test_disabled_products_if_asked_for(tmp_path: Path) -> None:
    content = HEADER + "a,,simple,A,x,1,,1,\nb,,simple,B,x,2,,1,\nc,,simple,C,x,0,,1,\nd,,simple,D,x,,,1,\n"
    records = read(tmp_path, content, statuses=("disabled",))
    assert [record.id for record in records if isinstance(record, Record)] == ["b", "c"]


def test_a_product_that_is_named_by_another_and_names_others_stays_a_product(tmp_path: Path) -> None:
    content = HEADER + "a,,configurable,A,x,1,,,sku=b\nb,,configurable,B,x,1,,2,sku=c\nc,,simple,C,x,1,,3,\n"
    records = read(tmp_path, content)
    assert [record.id for record in records if isinstance(record, Record)] == ["a", "b"]


def test_a_variation_keeps_its_price_where_it_is_translated(tmp_path: Path) -> None:
    content = HEADER + "a,,configurable,A,x,1,,,sku=b\nb,,simple,B,x,1,,2,\nb,de,simple,Ä,,,,,\n"
    product, translation = read(tmp_path, content)
    assert isinstance(product, Record)
    assert product.fields["price"] == product.fields["variants"][0]["price"] == 2.0
    assert isinstance(translation, Dropped)


@pytest.mark.parametrize(
    ("rows", "line", "reason", "detail"),
    [
        ("x,,simple,,d,1,,1,", 3, "name is empty", "found ''; every row needs one"),
        (",,simple,X,d,1,,1,", 3, "sku is empty", "every row needs one"),
        ("x,,simple,X,d,7,,1,", 3, "product_online is unknown", "found '7'; Magento writes 1 or 2"),
        ("x,,simple,X,d,1,,1,\nx,,simple,X,d,1,,1,", 4, "sku stands twice", "found 'x' at products.csv:3 too"),
        (
            "x,,configurable,X,d,1,,,size=S",
            3,
            "configurable_variations names a variation without its sku",
            "found {'size': 'S'}",
        ),
    ],
)
def test_a_bad_row_is_counted_and_the_others_are_read(
    tmp_path: Path, rows: str, line: int, reason: str, detail: str
) -> None:
    records = read(tmp_path, f"{HEADER}a,,simple,A,d,1,,1,\n{rows}\nz,,simple,Z,d,1,,1,\n")
    kept = [record.id for record in records if isinstance(record, Record)]
    assert (kept[0], kept[-1]) == ("a", "z")
    bad = Dropped(origin=f"products.csv:{line}", reason=reason, detail=detail, bad=True)
    assert [record for record in records if isinstance(record, Dropped)] == [bad]


def test_a_translation_apart_from_its_product_is_bad_if_it_is_asked_for(tmp_path: Path) -> None:
    content = HEADER + "a,,simple,A,d,1,,1,\nb,,simple,B,d,1,,1,\na,de,,Ä,,,,,\n"
    assert read(tmp_path, content)[-1] == Dropped(
        origin="products.csv:4", reason="row of another store view", detail="de, a"
    )
    assert read(tmp_path, content, store_view="de")[-1] == Dropped(
        origin="products.csv:4",
        reason="store_view_code row stands apart from its product",
        detail="sort the file by sku",
        bad=True,
    )


def test_a_sku_that_comes_back_later_is_a_product_of_its_own_and_the_core_refuses_it(tmp_path: Path) -> None:
    records = read(tmp_path, HEADER + "a,,simple,A,d,1,,1,\nb,,simple,B,d,1,,1,\na,,simple,A,d,1,,1,\n")
    assert [record.id for record in records if isinstance(record, Record)] == ["a", "b", "a"]


def test_a_missing_column(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"products.csv:1: there is no column 'description' .* mean 'descriptoin'\?"):
        read(tmp_path, "sku,name,descriptoin\na,A,x\n")


@pytest.mark.parametrize(
    ("cell", "attributes"),
    [
        ("", {}),
        ("a=1,b=2", {"a": "1", "b": "2"}),
        ("a=Wash cold, dry flat,b=x=y", {"a": "Wash cold, dry flat", "b": "x=y"}),
        ("a=1, b=2", {"a": "1, b=2"}),  # Magento puts no space after the comma
        ("a=x|y|z", {"a": "x, y, z"}),
        ('a="x,b=y",c="6"" long"', {"a": "x,b=y", "c": '6" long'}),
        ('a="x, y"|"z",b=1', {"a": "x, y, z", "b": "1"}),
        ('a="half,b=1', {"a": '"half', "b": "1"}),
        ("a=,b=1,", {"b": "1"}),
        ("a=two\nlines,b=1", {"a": "two\nlines", "b": "1"}),
        ("nonsense", {}),
        ("x" * 1_000_000, {}),
        ("a=" + "," * 1_000_000, {}),
    ],
)
def test_additional_attributes(cell: str, attributes: Mapping[str, str]) -> None:
    assert parse_attributes(cell) == attributes


def test_variations_categories_and_dates() -> None:
    assert parse_variations("sku=a|b,size=S|sku=c,size=M,color=Sky, blue|") == [
        ("a, b", {"size": "S"}),
        ("c", {"size": "M", "color": "Sky, blue"}),
    ]
    assert parse_categories(r'"Default Category/Gear","Default Category/Gear/Bags, small"') == [
        ["Gear"],
        ["Gear", "Bags, small"],
    ]
    assert parse_categories("Default Category") == [[]]
    cells = ("1/2/26, 3:04 PM", "12/31/2025 19:45", "2015-10-25 3:34:20", "13/1/26, 3:04 PM", "2/30/26", "soon", "")
    assert [parse_date(cell) for cell in cells] == ["2026-01-02", "2025-12-31", "2015-10-25", None, None, None, None]


# What is written in Magento's dialect is read back: products -> file -> the same products.

line = st.text(st.sampled_from("abnäß京🧶 ,;|\"'<>&=/\\0"), max_size=12).map(clean_text)
words = line.filter(bool)
value = words.filter(lambda text: "|" not in text)
price = st.integers(0, 10**6).map(lambda cents: cents / 100)
product = st.fixed_dictionaries(
    {
        "name": words,
        "paragraphs": st.lists(words, max_size=3),
        "price": price,
        "category": st.lists(words.filter(lambda text: not set(text) & set(',"\\')), max_size=3),
        "attributes": st.dictionaries(
            st.sampled_from(["material", "care_hint"]), st.lists(value, min_size=1, max_size=2)
        ),
        "sizes": st.dictionaries(st.text("SML45", min_size=1, max_size=2), price, max_size=3),
    }
)
COLUMNS = [
    *("sku", "store_view_code", "product_type", "categories", "name", "description", "product_online", "visibility"),
    *("price", "additional_attributes", "configurable_variations"),
]


def enclosed(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def magento_rows(number: int, product: Mapping[str, Any]) -> list[list[dict[str, str]]]:
    """Write a product, with its translation, and its variations as Magento does with "fields enclosure"."""
    path = "/".join(level.replace("/", "\\/") for level in ["Default Category", *product["category"]])
    pairs = [f"{key}={'|'.join(map(enclosed, values))}" for key, values in product["attributes"].items()]
    sizes = product["sizes"]
    main = {
        "sku": f"p{number}",
        "product_type": "configurable" if sizes else "simple",
        "categories": path,
        "name": product["name"],
        "description": "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in product["paragraphs"]),
        "product_online": "1",
        "visibility": "Catalog, Search",
        "price": f"{product['price']:.4f}",
        "additional_attributes": ",".join([*pairs, "has_options=0"]),
        "configurable_variations": "|".join(f"sku=p{number}-{size},size={size}" for size in sizes),
    }
    translation = {"sku": f"p{number}", "store_view_code": "xx", "name": "Übersetzt"}
    variations = [
        {
            "sku": f"p{number}-{size}",
            "product_type": "simple",
            "name": "x",
            "visibility": "Not Visible Individually",
            "price": f"{price:.4f}",
        }
        for size, price in sizes.items()
    ]
    return [[main, translation], *([variation] for variation in variations)]


@given(st.lists(product, min_size=1, max_size=4), st.booleans(), st.randoms(use_true_random=False))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, products: Sequence[Mapping[str, Any]], mark: bool, random: Random
) -> None:
    groups = [group for number, product in enumerate(products) for group in magento_rows(number, product)]
    random.shuffle(groups)
    path = tmp_path_factory.mktemp("shop") / "products.csv"
    with path.open("w", encoding="utf-8-sig" if mark else "utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(row for group in groups for row in group)
    records = list(magento_products.read(path, MagentoOptions()))
    assert [record.reason for record in records if isinstance(record, Dropped)] == [
        "row of another store view" for _ in products
    ]
    read_back = {record.id: record.fields for record in records if isinstance(record, Record)}
    assert len(read_back) == len(products)
    for number, product in enumerate(products):
        fields = read_back[f"p{number}"]
        assert fields["name"] == product["name"]
        assert fields["description"] == "\n".join(product["paragraphs"])
        assert fields["category"] == " > ".join(product["category"])
        assert fields["price"] == product["price"]
        assert fields["attributes"] == {key: ", ".join(values) for key, values in product["attributes"].items()}
        sizes = {variant["options"].get("size"): variant["price"] for variant in fields["variants"]}
        assert sizes == (product["sizes"] or {None: product["price"]})
