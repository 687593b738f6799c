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

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.clean_text import is_no_value
from shoptune_shops.plugin import select_data_adapter
from shoptune_shops.woocommerce_cells import decoded, line_breaks, split_list, unprotected
from shoptune_shops.woocommerce_products import WooCommerceOptions, woocommerce_products

FILE = Path(__file__).parent / "files" / "woocommerce_products.csv"
HEADER = "ID,Type,SKU,Name,Published,Description,Regular price,Parent,Attribute 1 name,Attribute 1 value(s)\n"


def read(folder: Path, content: str, **options: Any) -> list[Record | Dropped | Note]:
    path = folder / "products.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return list(woocommerce_products.read(path, WooCommerceOptions(**options)))


def only(records: Sequence[Record | Dropped | Note]) -> Record:
    (record,) = records
    assert isinstance(record, Record)
    return record


def test_a_real_export() -> None:
    tee, mug, socks, song, outfit, tent, *dropped, left_out, unread = woocommerce_products.read(
        FILE, WooCommerceOptions()
    )
    assert left_out == Note(topic="no facts, left out", figures={"Supplier code": 1})
    assert unread == Note(topic="columns that were not read", figures={"1": "Meta: care"})
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
    one, other = (
        [row for row in woocommerce_products.read(file, options) if not isinstance(row, Note)] for file in (path, FILE)
    )
    assert one == other


HEADERS = {
    "en": "ID|Type|SKU|Name|Published|Visibility in catalog|Short description|Description|Weight (kg)|Regular price|"
    "Categories|Tags|Images|Parent|Attribute 1 name|Attribute 1 value(s)|Attribute 1 visible|Attribute 2 name|"
    "Attribute 2 value(s)|Attribute 2 visible",
    "de": "ID|Typ|Artikelnummer|Name|Veröffentlicht|Sichtbarkeit im Katalog|Kurzbeschreibung|Beschreibung|Gewicht (kg)|"
    "Regulärer Preis|Kategorien|Schlagwörter|Bilder|Übergeordnetes Produkt|Attribut 1 Name|Attribut 1 Wert(e)|"
    "Attribut 1 Sichtbar|Attribut 2 Name|Attribut 2 Wert(e)|Attribut 2 Sichtbar",
    "fr": "ID|Type|UGS|Nom|Publié|Visibilité dans le catalogue|Description courte|Description|Poids (kg)|"
    "Tarif régulier|Catégories|Étiquettes|Images|Parent|Nom de l’attribut 1|Valeur(s) de l’attribut 1 |"
    "Attribut 1 visible|Nom de l'attribut 2|Valeur(s) de l'attribut 2|Attribut 2 visible",
    "es": "ID|Tipo|SKU|Nombre|Publicado|Visibilidad en el catálogo|Descripción corta|Descripción|Peso (kg)|"
    "Precio normal|Categorías|Etiquetas|Imágenes|Superior|Nombre del atributo 1|Valor(es) del atributo 1|"
    "Atributo visible 1|Nombre del atributo 2|Valor(es) del atributo 2|Atributo visible 2",
    "it": "ID|Tipo|COD|Nome|Pubblicato|Visibilità nel catalogo|Breve descrizione|Descrizione|Peso (kg)|"
    "Prezzo di listino|Categorie|Tag|Immagine|Genitore|Nome dell'attributo 1|Valore dell'attributo 1|"
    "Attributo 1 visibile|Attributo 2 nome|Attributo 2 valuta(e)|Attributo 2 visibile",
    "nl": "ID|Type|Artikelnummer|Naam|Gepubliceerd|Zichtbaarheid in catalogus|Korte omschrijving|Beschrijving|"
    "Gewicht (kg)|Reguliere prijs|Categorieën|Tags|Afbeeldingen|Hoofd|Naam eigenschap 1|Waarde eigenschap 1|"
    "Zichtbare eigenschap 1|Naam eigenschap 2|Waarde eigenschap 2|Zichtbare eigenschap 2",
    "pl": "ID|Typ|SKU|Nazwa|Opublikowano|Widoczność w katalogu|Krótki opis|Opis|Waga (kg)|Cena|Kategorie|Tagi|Obrazki|"
    "Element nadrzędny|Nazwa atrybutu 1|Wartości atrybutu 1|Atrybut 1 widoczny|Nazwa atrybutu 2|"
    "Wartości atrybutu 2|Atrybut 2 widoczny",
    "pt": "ID|Tipo|SKU|Nome|Publicado|Visibilidade no catálogo|Descrição curta|Descrição|Peso (kg)|Preço|Categorias|"
    "Tags|Imagens|Ascendente|Nome do atributo 1|Valores do atributo 1|Visibilidade do atributo 1|"
    "Nome do atributo 2|Valores do atributo 2|Visibilidade do atributo 2",
    "ja": "ID|タイプ|SKU|名前|公開済み|カタログでの表示|簡単な説明|説明|重量 (kg)|標準価格|カテゴリー|タグ|画像|親|"
    "属性 1 の名前|属性 1 の値|属性 1 の表示|属性 2 の名前|属性 2 の値|属性 2 の表示",
}
"""The columns of exports in the languages that WooCommerce has names for, as its translations have them."""
CELLS = """\
44|variable|tee|Tee|1|visible|Light.|A light tee.|0,2|9,50|Clothing > Tees|summer|||Material|cotton|1|Colour|red, blue|1
45|variation|tee-red|Tee - red|1|visible||||9,50|||| tee||||Colour|red|
46|variation|tee-blue|Tee - blue|1|visible||||10,00||||id:44||||Colour|blue|
47|simple|mug|Mug &amp; lid|1|hidden||Hidden.||4||||||||||
48|simple|cup|Cup|-1|visible||A draft.||4||||||||||
49|simple|jug|Salt &amp; jug|1|visible||Holds.|1||Home &amp; Table|a &amp; b|||Material|clay &amp; ash|1|Care|cold|0
"""


@pytest.mark.parametrize("language", HEADERS)
def test_an_export_in_any_language_is_read_alike(tmp_path: Path, language: str) -> None:
    header = HEADERS[language].split("|")
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *(line.split("|") for line in CELLS.splitlines())])
    assert select_data_adapter(path) == "woocommerce_products"
    tee, mug, cup, jug, *notes = woocommerce_products.read(path, WooCommerceOptions())
    assert isinstance(tee, Record)
    assert isinstance(jug, Record)
    assert tee.fields["attributes"] == {"material": "cotton"}
    assert tee.fields["options"] == {"colour": ["red", "blue"]}
    assert [(of["sku"], of["price"]) for of in tee.fields["variants"]] == [("tee-red", 9.5), ("tee-blue", 10.0)]
    shown = {name: tee.fields[name] for name in ("short_description", "category", "tags", "price", "weight")}
    assert shown == {
        "short_description": "Light.",
        "category": "Clothing > Tees",
        "tags": ["summer"],
        "price": 9.5,
        "weight": "0,2 kg",
    }
    assert mug == Dropped(origin="export.csv:5", reason="hidden product", detail="47")
    assert cup == Dropped(origin="export.csv:6", reason="draft product", detail="48")
    assert (jug.fields["name"], jug.fields["category"], jug.fields["tags"]) == ("Salt & jug", "Home & Table", ["a & b"])
    assert jug.fields["attributes"] == {"material": "clay & ash"}
    assert notes == [Note(topic="no facts, left out", figures={"Care": 1})]


CHOSEN = "Attribute 1 value(s),Parent,Description,Name,Attribute 1 name,Regular price,SKU,Type"


@pytest.mark.parametrize(
    "header",
    [
        CHOSEN,
        "Name,Short description,Regular price",
        "Name,Description,Visibility in catalog,In stock?,Meta: x",
    ],
)
def test_an_export_with_chosen_columns_is_recognised(tmp_path: Path, header: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"{header}\n", encoding="utf-8")
    assert select_data_adapter(path) == "woocommerce_products"


@pytest.mark.parametrize(
    "header",
    [
        "Name,Description,Regular price",
        "Artikelnummer,Name,Beschreibung,Kategorien,Preis,Bilder",
        "id,name,description,short description,regular price,weight,material,colour,size,care,origin",
        "Title,Short description,Regular price,Parent",
    ],
)
def test_other_tables_are_none_of_its_exports(tmp_path: Path, header: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{header}\n", encoding="utf-8")
    assert select_data_adapter(path) != "woocommerce_products"


def test_chosen_columns_are_read(tmp_path: Path) -> None:
    content = f'{CHOSEN}\n"red, blue",,x,Tee,Colour,9,tee,variable\nred,tee,,Tee - red,Colour,9,tee-red,variation\n'
    record = only(read(tmp_path, content))
    assert (record.id, record.fields["options"], len(record.fields["variants"])) == (
        "tee",
        {"colour": ["red", "blue"]},
        1,
    )
    without_parent = "Name,Short description,Regular price,Type\nTee,x,soon,variable\nTee - red,,9,variation\n"
    variation, tee, note = read(tmp_path, without_parent)
    assert isinstance(tee, Record)
    assert (tee.id, tee.fields["price"]) == ("Tee", None)
    reason = "variation in an export without the column Parent"
    assert variation == Dropped(origin="products.csv:3", reason=reason)
    assert note == Note(topic="prices", figures={"could not be read": 1, "such as": "products.csv:2: 'soon'"})


def test_search_texts_that_a_plugin_keeps_are_fields(tmp_path: Path) -> None:
    content = (
        "SKU,Name,Description,Meta: _yoast_wpseo_title,Meta: _yoast_wpseo_metadesc,Meta: _x\na,A,x,Buy A,The A,1\n"
    )
    fields = only(read(tmp_path, content)).fields
    assert (fields["seo_title"], fields["seo_description"]) == ("Buy A", "The A")


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
        ("1,variation,x,X,1,x,1,,,", "Parent is empty", "found ''; every row needs one"),
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
words = line.filter(lambda text: text[:1] not in ("", "'") and text[-1] != "\\" and not is_no_value(text))
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


NORWEGIAN = "ID,Type,Varenr,Navn,Publisert,Kort beskrivelse,Beskrivelse,Vanlig pris,Kategorier,Overordnet"


@pytest.mark.parametrize(
    "rows",
    [
        '1,simple,m,Mugge,1,,Varm.,9,Krus,\n2,"simple, virtual",k,Kort,1,,Pent.,9,Krus,\n',
        '1,variable,m,Mugge,1,,"To\nlinjer",9,Krus,\n2,variation,m-r,Mugge,1,,,9,,m\n3,grouped,s,Sett,1,,Fint.,,Krus,\n',
    ],
)
def test_an_export_in_an_unknown_language_says_how_to_get_another(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "products.csv"
    path.write_text(f"{NORWEGIAN}\n{rows}", encoding="utf-8")
    assert select_data_adapter(path) == "woocommerce_products", "and no table whose variations would be products"
    with pytest.raises(DataError, match=r"products.csv:1: .* language that is not read: 'ID', .*Language to English"):
        read(tmp_path, path.read_text("utf-8"))


def test_a_table_with_a_column_of_such_words_is_none_of_its_exports(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("Code,Knit,Navn\n1,simple,A\n2,complex,B\n3,simple,C\n", encoding="utf-8")
    assert select_data_adapter(path) is None


def test_the_category_of_products_without_one_is_none(tmp_path: Path) -> None:
    header = "SKU,Name,Description,Regular price,Type,Categories"
    content = f'{header}\na,A,x,9,simple,Uncategorized\nb,B,y,9,simple,"Unkategorisiert, Mugs"\n'
    records = [row for row in read(tmp_path, content) if isinstance(row, Record)]
    assert [record.fields["category"] for record in records] == ["", "Mugs"]
