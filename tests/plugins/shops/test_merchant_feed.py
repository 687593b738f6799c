"""Merchant Center feeds in rows and in XML.  All products are invented."""

import csv
import gzip
import tracemalloc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.delimited import peek_header
from shoptune_shops.merchant_feed import merchant_feed, recognises
from shoptune_shops.merchant_table import attribute_name, split_values
from shoptune_shops.shop_rows import ShopOptions

FILES = Path(__file__).parent / "files"
OPEN = '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
CLOSE = "</channel></rss>"


def read(path: Path, **options: Any) -> list[Record | Dropped | Note]:
    return list(merchant_feed.read(path, ShopOptions(**options)))


def write(folder: Path, content: str, name: str = "feed.xml", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def items(*bodies: str) -> str:
    return OPEN + "".join(f"\n<item>{body}</item>" for body in bodies) + CLOSE


def only(path: Path, **options: Any) -> Record:
    (record,) = read(path, **options)
    assert isinstance(record, Record)
    return record


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(DataError) as raised:
        read(path, **options)
    return str(raised.value)


EMPTY: dict[str, Any] = {
    **dict.fromkeys(("description_html", "brand", "category", "type", "gtin", "mpn", "currency", "url"), ""),
    "description": "",
    "price": None,
    "sale_price": None,
    "images": [],
    "product_highlight": [],
    "attributes": {},
}
SMALL = EMPTY | {
    "name": "Fell Jumper, Green, S",
    "description": "A warm jumper,\nknitted slowly.",
    "description_html": "<p>A <b>warm</b> jumper,</p><p>knitted&nbsp;slowly.</p>",
    "brand": "Wrenly",
    "category": "212",
    "type": "Clothing > Knitwear, Wool",
    "sku": "FELL-S-G",
    "gtin": "0000000000017",
    "mpn": "WR-1",
    "price": 89.5,
    "sale_price": 79.0,
    "currency": "EUR",
    "images": [
        {"url": f"https://invented.example/{name}.jpg", "alt": ""}
        for name in ("fell", "a", "b")  # the main one first
    ],
    "product_highlight": ["Warm", "Dries flat, keeps its shape", "Light"],
    "attributes": {"made_in": "Northmoor", "care.wash": "cold, by hand", "yarn.wash": "spun"},
    "color": "Green",
    "size": "S",
    "material": "lambswool",
    "gender": "unisex",
    "age_group": "adult",
    "condition": "new",
    "shipping_weight": "450 g",
}
MEDIUM = EMPTY | {
    "name": "Fell Jumper, Green, M",
    "description": "A warm jumper.",
    "brand": "Wrenly",
    "category": "Apparel & Accessories > Clothing",
    "sku": "FELL-M-G",
    "price": 89.5,
    "currency": "EUR",
    "url": "https://invented.example/fell?v=2",
    "color": "Green",
    "size": "M",
}
MUG = EMPTY | {
    "name": 'Tin Mug: holds "half a pint"',
    "description": "A mug of tin.",
    "brand": "Tinsmith",
    "category": "Mugs",
    "type": "Mugs",
    "sku": "MUG",
    "price": 1299.0,
    "currency": "USD",
    "url": "https://invented.example/mug",
    "images": [{"url": "https://invented.example/mug.jpg", "alt": ""}],
    "attributes": {"diameter": '3.5"'},
}

BAD = EMPTY | {"name": "Bad price", "description": "x", "sku": "BAD", "price": "cheap"}


@pytest.mark.parametrize(
    ("name", "lines", "url"),
    [
        ("merchant_feed.tsv", (2, 3, 4, 5), "https://invented.example/fell?v=1"),
        ("merchant_rss.xml", (8, 57, 69, 89), "https://invented.example/fell?v=1&c=2"),
    ],
)
def test_one_record_per_item_whose_group_is_the_product(name: str, lines: Sequence[int], url: str) -> None:
    origins = [f"{name}:{line}" for line in lines]
    assert read(FILES / name) == [
        Record(id="FELL-S-G", group="FELL", origin=origins[0], fields=SMALL | {"url": url}),
        Record(id="FELL-M-G", group="FELL", origin=origins[1], fields=MEDIUM),
        Record(id="MUG", group="MUG", origin=origins[2], fields=MUG),
        Record(id="BAD", group="BAD", origin=origins[3], fields=BAD),
    ]


def test_atom() -> None:
    fell, mug = read(FILES / "merchant_atom.xml")
    assert fell == Record(
        id="FELL",
        group="FELL",
        origin="merchant_atom.xml:8",
        fields=EMPTY
        | {"name": "Fell Jumper", "sku": "FELL", "url": "https://invented.example/fell", "price": 89.5}
        | {"description": "Warm & kind.", "description_html": "Warm &amp; <i>kind</i>.", "currency": "EUR"},
    )
    assert isinstance(mug, Record)
    assert (mug.id, mug.fields["description"]) == ("MUG", "Of tin. Light.")


def test_items_without_id_or_title_are_bad_and_those_after_them_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path, items("<title>A</title>", "<g:id>b</g:id><g:title> </g:title>", "<id>c</id><title>C</title>")
    )
    no_id, no_title, good = read(path)
    assert no_id == Dropped(origin="feed.xml:2", reason="id is empty", detail="every item needs one", bad=True)
    assert no_title == Dropped(origin="feed.xml:3", reason="title is empty", detail="every item needs one", bad=True)
    assert isinstance(good, Record)
    assert good.id == "c"


def test_a_feed_may_be_called_by_other_prefixes_and_https(tmp_path: Path) -> None:
    other = items("<x:id>a</x:id><x:title>A</x:title>").replace(
        'xmlns:g="http://base.google.com/ns/1.0"', 'xmlns:x="https://base.google.com/ns/1.0"'
    )
    assert only(write(tmp_path, other)).fields["name"] == "A"


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("15.00 USD", 15.0, "USD"),
        ("15,00 EUR", 15.0, "EUR"),
        ("GBP 1,299.00", 1299.0, "GBP"),
        ("7 eur", 7.0, "EUR"),
        ("Rs. 2,349.00", 2349.0, ""),
        ("2 349,00 Kč", 2349.0, "CZK"),
        ("£7.50", 7.5, "GBP"),
        ("7", 7.0, ""),
        ("", None, ""),
    ],
)
def test_prices(tmp_path: Path, text: str, amount: float | None, currency: str) -> None:
    fields = only(write(tmp_path, f"id\ttitle\tprice\na\tA\t{text}\n", "feed.tsv")).fields
    assert (fields["price"], fields["currency"]) == (amount, currency)


@pytest.mark.parametrize("text", ["15.00 USD 12", "USD", "1.2.3 EUR", "-3 EUR", "on request"])
def test_what_is_no_price_costs_the_price_alone(tmp_path: Path, text: str) -> None:
    item = only(write(tmp_path, items(f"<g:id>a</g:id><g:title>A</g:title><g:sale_price>{text}</g:sale_price>")))
    assert (item.fields["name"], item.fields["sale_price"]) == ("A", text)


@pytest.mark.parametrize(
    ("raw", "text", "html"),
    [
        ("Two\n\n  lines &amp; more", "Two\nlines & more", False),
        ("<p>One</p>\n<p>Two</p>", "One\nTwo", True),
        ("a < b > c", "a < b > c", False),
        ("Fits <XL", "Fits <XL", False),
        ("Fast<br/>dry", "Fast\ndry", True),
    ],
)
def test_descriptions(tmp_path: Path, raw: str, text: str, html: bool) -> None:
    body = f"<g:id>a</g:id><g:title>A</g:title><g:description><![CDATA[{raw}]]></g:description>"
    escaped = body.replace(f"<![CDATA[{raw}]]>", escape(raw))
    for content in (body, escaped):
        fields = only(write(tmp_path, items(content))).fields
        assert fields["description"] == text
        assert fields["description_html"] == (raw if html else "")


@pytest.mark.parametrize(
    "column", ["item_group_id", "item group id", "Item Group ID", "g:item_group_id", "Item Group  ID (text)"]
)
def test_column_names(column: str) -> None:
    assert attribute_name(column) == "item_group_id"


@pytest.mark.parametrize(
    ("header", "cell", "attributes"),
    [
        ("product_detail", "General:Capacity:2 l,Colour:Green", {"capacity": "2 l", "colour": "Green"}),
        ("product_detail", ":Capacity:2 l", {"capacity": "2 l"}),
        ("product_detail", "Screen:Ratio:16:9", {"ratio": "16:9"}),
        ("product_detail", 'A:Ratio:"16:9, 4:3" , A : Size:27" wide', {"ratio": "16:9, 4:3", "size": '27" wide'}),
        ("product_detail", "A:Port:USB,A:Port:HDMI", {"port": "USB, HDMI"}),
        ("product_detail", "A:Port:USB,B:Port:HDMI", {"a.port": "USB", "b.port": "HDMI"}),
        ("product_detail", "only a value,,A:Empty:", {}),
        ("product detail (attribute_name:attribute_value:section_name)", "Capacity:2 l:General", {"capacity": "2 l"}),
    ],
)
def test_product_details_in_a_cell(tmp_path: Path, header: str, cell: str, attributes: Mapping[str, str]) -> None:
    assert only(write(tmp_path, f"id\ttitle\t{header}\na\tA\t{cell}\n", "feed.tsv")).fields["attributes"] == attributes


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("", []),
        (" , ,", []),
        ('a,"b, c",d', ["a", "b, c", "d"]),
        ('2.5" wide, 3" tall', ['2.5" wide', '3" tall']),
        ('"He said ""no"""', ['He said "no"']),
        ('"open, never closed', ['"open', "never closed"]),
    ],
)
def test_values_in_a_cell(cell: str, values: Sequence[str]) -> None:
    assert split_values(cell) == values


def test_a_table_without_ids_is_refused(tmp_path: Path) -> None:
    message = refused(write(tmp_path, "ident\ttitle\na\tA\n", "feed.tsv"))
    assert message.startswith("feed.tsv:1: there is no column 'id' (upper or lower case).")


def test_commas_in_a_structured_title_need_no_quotes(tmp_path: Path) -> None:
    content = "id\tstructured_title\na\ttrained_algorithmic_media:Mug, of tin\n"
    assert only(write(tmp_path, content, "feed.tsv")).fields["name"] == "Mug, of tin"


def test_an_item_inside_an_item_is_none(tmp_path: Path) -> None:
    inner = "<c><item><g:id>b</g:id><g:title>B</g:title></item></c>"
    assert only(write(tmp_path, items(f"<g:id>a</g:id>{inner}<g:title>A</g:title>"))).fields["name"] == "A"


@pytest.mark.parametrize("name", ["merchant_feed.tsv", "merchant_rss.xml"])
def test_packed_feeds(tmp_path: Path, name: str) -> None:
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress((FILES / name).read_bytes()))
    assert recognised(packed)
    expected = [record.fields for record in read(FILES / name) if isinstance(record, Record)]
    assert [record.fields for record in read(packed) if isinstance(record, Record)] == expected


# Encodings


@pytest.mark.parametrize(
    ("declared", "encoding", "options"),
    [
        ("UTF-8", "utf-8", {}),
        ("UTF-8", "utf-8-sig", {}),
        ("UTF-16", "utf-16", {}),
        ("ISO-8859-1", "iso-8859-1", {}),
        ("windows-1252", "cp1252", {}),
        ("utf-16", "utf-8", {}),  # written so by programs that build text and save it later
        ("UTF-8", "cp1252", {"encoding": "cp1252"}),
        ("UTF-16", "utf-16-le", {"encoding": "utf-16-le"}),
    ],
)
def test_encodings(tmp_path: Path, declared: str, encoding: str, options: Mapping[str, str]) -> None:
    content = f'<?xml version="1.0" encoding="{declared}"?>\n' + items("<g:id>a</g:id><g:title>Blümchen</g:title>")
    assert only(write(tmp_path, content, encoding=encoding), **options).fields["name"] == "Blümchen"


def test_an_encoding_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    message = refused(write(tmp_path, '<?xml version="1.0" encoding="rot13"?>' + items()))
    assert message.startswith("feed.xml:1: the XML declaration names an unknown encoding, 'rot13';")


# What can do harm


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    entities = "\n".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?>\n<!DOCTYPE rss [\n<!ENTITY l0 "lol">\n{entities}\n]>\n'
    message = refused(write(tmp_path, bomb + items("<g:id>a</g:id><g:title>&l9;</g:title>")))
    assert message.startswith("feed.xml:2: there is a document type declaration (<!DOCTYPE), which is refused")


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret}">]>',
        '<!DOCTYPE rss SYSTEM "{secret}">',
        '<!DOCTYPE rss [<!ENTITY % x SYSTEM "{secret}"> %x;]>',
        "<!DOCTYPE rss>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_other_file_is_read(tmp_path: Path, declaration: str, encoding: str) -> None:
    secret = write(tmp_path, "root:secret", "secret.txt")
    content = declaration.format(secret=secret.as_uri()) + items("<g:id>a</g:id><g:title>&x;</g:title>")
    message = refused(write(tmp_path, content, encoding=encoding))
    assert "document type declaration" in message
    assert "root:secret" not in message


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    message = refused(write(tmp_path, OPEN + "<item>" + "<a>" * 100_000))
    assert message == "feed.xml:1: more than 50 elements stand inside each other: this is no product feed."


@pytest.mark.parametrize("body", ["x" * 2**20, "<a/>" * 2**15, f'<a b="{"x" * 2**20}"/>'])
def test_an_item_too_long_to_hold_is_bad(tmp_path: Path, body: str) -> None:
    good = "<g:id>a</g:id><g:title>A</g:title>"
    too_long, record = read(write(tmp_path, items(f"<g:description>{body}</g:description>", good)))
    assert too_long == Dropped(
        origin="feed.xml:2", reason="the item is too long", detail="more than 1,048,576 characters", bad=True
    )
    assert isinstance(record, Record)


def test_memory_does_not_grow_with_the_feed(tmp_path: Path) -> None:
    count = 3_000
    text = "word " * 800
    path = tmp_path / "feed.xml"
    with path.open("w") as file:
        file.write(OPEN)
        for number in range(count):
            file.write(f"\n<item><g:id>{number}</g:id><g:title>A</g:title><g:description>{text}</g:description></item>")
        file.write(CLOSE)
    assert path.stat().st_size > 12e6
    tracemalloc.start()
    try:
        for number, record in enumerate(merchant_feed.read(path, ShopOptions())):
            assert isinstance(record, Record)
            assert (record.id, record.origin) == (str(number), f"feed.xml:{number + 2}")
        assert number == count - 1
        assert tracemalloc.get_traced_memory()[1] < 3e6
    finally:
        tracemalloc.stop()


def test_reading_is_lazy(tmp_path: Path) -> None:
    good = "<g:id>a</g:id><g:title>A</g:title>"
    path = write(tmp_path, items(good, good + "<c>" + "x" * 2**17 + "</c>", "<broken"))
    records = iter(merchant_feed.read(path, ShopOptions()))
    next(records)
    with pytest.raises(DataError):
        list(records)


# Files that are broken, or something else


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (OPEN + "\n<item>\n<g:id>a</b>", "feed.xml:3: this is no XML: mismatched tag."),
        (OPEN + "\n<item>\n<g:id>a", "feed.xml:3: the feed ends in the midst of an element: is the file complete?"),
        (OPEN + "\n<item", "feed.xml:2: the feed ends in the midst of an element: is the file complete?"),
        (
            "<rss>\n<g:id/></rss>",
            'feed.xml:2: this is no XML: unbound prefix; declare it in the first element: xmlns:g="http://base.google.com/ns/1.0".',
        ),
        (
            items("<g:id>a&nbsp;b</g:id>"),
            (
                "feed.xml:2: this is no XML: undefined entity; XML knows only &amp; &lt; &gt; &quot; and &apos;; "
                "write others as numbers, such as &#160;."
            ),
        ),
        ("<html><body/></html>", "feed.xml: this is a web page and no table"),
        ("<SHOP><SHOPITEM/></SHOP>", "feed.xml:1: this is a feed for Heureka or Zbozi.cz, which is not read"),
        (
            '<!DOCTYPE yml_catalog SYSTEM "shops.dtd"><yml_catalog/>',
            "feed.xml:1: this is a feed in Yandex's YML, which",
        ),
        ("<yml_catalog/>", "feed.xml:1: this is a feed in Yandex's YML, which is not read"),
        ("<abc/>", "feed.xml:1: this is no product feed that is read: it begins with <abc>"),
        ("\n<!-- nothing -->", "feed.xml:2: the feed ends in the midst of an element: is the file complete?"),
        ("", "feed.xml: the file is empty."),
    ],
)
def test_broken_files(tmp_path: Path, content: str, expected: str) -> None:
    assert refused(write(tmp_path, content)).startswith(expected)


def recognised(path: Path) -> bool:
    return recognises(path, [column.casefold() for column in peek_header(path)])


@pytest.mark.parametrize("name", ["merchant_feed.tsv", "merchant_rss.xml", "merchant_atom.xml"])
def test_feeds_are_recognised(name: str) -> None:
    assert recognised(FILES / name)


@pytest.mark.parametrize(
    "content",
    [
        "id,title,description,price\n",
        "id,title,image_link\n",
        "id,image_link,gtin\n",
        "<html><body>base.google.com/ns/1.0</body></html>",
        "<rss version='2.0'><channel/></rss>",
        "",
        "\0\xff",
    ],
)
def test_other_files_are_not(tmp_path: Path, content: str) -> None:
    assert not recognised(write(tmp_path, content, encoding="latin-1"))
    assert not recognised(tmp_path)
    assert not recognised(tmp_path / "missing.xml")


# What is written in Google's dialect is read back: products -> file -> the same products.

line = st.text(st.sampled_from("bcdß0 ,;:|\"'&>\t"), max_size=20).map(lambda text: " ".join(text.split()))
word = st.text("bcdBCD-0", min_size=1, max_size=8)
product = st.fixed_dictionaries(
    {
        "name": line.filter(bool),
        "description": st.lists(line.filter(bool), max_size=3).map("\n".join),
        **dict.fromkeys(("brand", "category", "type", "gtin", "mpn", "color"), line),
        "price": st.none() | st.integers(0, 10**6).map(lambda cents: cents / 100),
        "images": st.lists(word.map(lambda name: f"https://invented.example/{name}.jpg"), max_size=3),
        "product_highlight": st.lists(line.filter(bool), max_size=3),
        "attributes": st.dictionaries(st.sampled_from(["material", "care_label", "größe"]), line.filter(bool)),
        "made_by_model": st.booleans(),
    }
)


def quoted(*parts: str) -> str:
    return ":".join('"' + part.replace('"', '""') + '"' for part in parts)


def texts(product: Mapping[str, Any]) -> dict[str, str]:
    """Return the attributes that are written alike in rows and in XML."""
    price = "" if product["price"] is None else f"{product['price']:.2f} EUR"
    plain = {"google_product_category": product["category"], "product_type": product["type"], "price": price}
    image = {"image_link": product["images"][0] if product["images"] else ""}
    return plain | image | {name: product[name] for name in ("brand", "gtin", "mpn", "color")}


def as_row(key: str, group: str, product: Mapping[str, Any]) -> dict[str, str]:
    model = product["made_by_model"]
    name = quoted("trained_algorithmic_media", product["name"]) if model else product["name"]
    return {
        "id": key,
        "item group id": group,
        "structured title" if model else "title": name,
        "description": product["description"],
        "additional image link": ",".join(product["images"][1:]),
        "product highlight": ",".join(map(quoted, product["product_highlight"])),
        "product detail": ",".join(quoted("Facts", *detail) for detail in product["attributes"].items()),
    } | {attribute.replace("_", " "): text for attribute, text in texts(product).items()}


def as_item(key: str, group: str, product: Mapping[str, Any]) -> str:
    name = f"<g:title>{escape(product['name'])}</g:title>"
    if product["made_by_model"]:
        name = f"<g:structured_title><g:content>{escape(product['name'])}</g:content></g:structured_title>"
    details = (
        f"<g:product_detail><g:attribute_name>{name}</g:attribute_name>"
        f"<g:attribute_value>{escape(value)}</g:attribute_value></g:product_detail>"
        for name, value in product["attributes"].items()
    )
    written = {"id": [key], "item_group_id": [group], "description": [product["description"]]}
    written |= {"additional_image_link": product["images"][1:], "product_highlight": product["product_highlight"]}
    written |= {attribute: [text] for attribute, text in texts(product).items() if text}
    elements = (f"<g:{tag}>{escape(value)}</g:{tag}>" for tag, values in written.items() for value in values)
    return name + "".join(elements) + "".join(details)


@given(
    st.lists(product, min_size=1, max_size=4),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from("\t,;"),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, products: Sequence[Mapping[str, Any]], encoding: str, separator: str
) -> None:
    folder = tmp_path_factory.mktemp("shop")
    numbered = [(f"p{number}", f"g{number % 2}", product) for number, product in enumerate(products)]
    table = folder / "feed.txt"
    with table.open("w", encoding=encoding, newline="") as file:
        rows = [as_row(*product) for product in numbered]
        writer = csv.DictWriter(file, sorted({column for row in rows for column in row}), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    feed = write(folder, items(*(as_item(*product) for product in numbered)), encoding=encoding)
    for path in (table, feed):
        for record, (key, group, product) in zip(read(path), numbered, strict=True):
            assert isinstance(record, Record)
            assert (record.id, record.group) == (key, group)
            for field in (
                "name",
                "description",
                "brand",
                "type",
                "gtin",
                "mpn",
                "price",
                "product_highlight",
                "attributes",
            ):
                assert record.fields[field] == product[field]
            assert record.fields["category"] == (product["category"] or product["type"])
            assert record.fields.get("color", "") == product["color"]
            assert [image["url"] for image in record.fields["images"]] == product["images"]


@pytest.mark.parametrize("character", ["\x0b", "\x01", "\x1f", "\uffff", "&#11;", "&#x1F;", "&#08;"])
def test_a_character_that_xml_cannot_hold_is_a_blank(tmp_path: Path, character: str) -> None:
    path = write(tmp_path, items(f"<g:id>a</g:id><g:title>Warm{character}jug</g:title>"))
    assert only(path).fields["name"] == "Warm jug"
