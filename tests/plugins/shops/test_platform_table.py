"""What a platform's table can say, and what is said of a table that is wrong.  All products are invented."""

import json
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError, UsageError
from shoptune_shops.platform_cells import category_of, state_of, unguarded, unpacked
from shoptune_shops.platform_files import shipped
from shoptune_shops.platform_header import Header
from shoptune_shops.platform_products import OwnPlatformOptions, platform_products
from shoptune_shops.platform_table import Packed, Platform, load_platform
from shoptune_shops.shipped_platforms import platform, recognise

PLAIN = {"summary": "a form", "columns": {"name": "Name", "description": "Text", "sku": "SKU", "price": "Price"}}


def read(folder: Path, content: str, **table: Any) -> list[Record | Dropped | Note]:
    path = folder / "export.csv"
    path.write_text(textwrap.dedent(content).lstrip(), "utf-8")
    columns = {**PLAIN["columns"], **table.pop("columns", {})}  # type: ignore[dict-item]
    options = OwnPlatformOptions(platform=Platform.model_validate({**PLAIN, **table, "columns": columns}))
    return list(platform_products.read(path, options))


def records(rows: list[Record | Dropped | Note]) -> list[Record]:
    assert [row for row in rows if not isinstance(row, Record)] == []
    return [row for row in rows if isinstance(row, Record)]


def faults(rows: list[Record | Dropped | Note]) -> list[tuple[str, str]]:
    return [(row.origin, row.reason) for row in rows if isinstance(row, Dropped) and row.bad]


# --- columns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("title", ["TITLE"]),
        ("c:brand", ["*C:Brand"]),
        ("Option{n} Name", ["Option1 Name", "Option2 Name"]),
        ("name({language})", ["name(en-gb)", "name(de-de)"]),
        ("Option Name", []),
        ("{any}", ["TITLE", "*C:Brand", "Option1 Name", "Option2 Name", "name(en-gb)", "name(de-de)"]),
    ],
)
def test_names_find_columns(name: str, found: list[str]) -> None:
    header = Header(["TITLE", "*C:Brand", "Option1 Name", "Option2 Name", "name(en-gb)", "name(de-de)", "", "title"])
    assert list(header.all([name])) == found


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=8))
def test_no_name_and_no_header_is_too_strange(name: str, cells: list[str]) -> None:
    assert set(Header(cells).all([name])) <= set(cells)


def test_the_first_column_counts_that_a_row_fills(tmp_path: Path) -> None:
    content = """
        Text,Short,Name
        Long.,Short.,A
        ,Short.,B
    """
    made = records(read(tmp_path, content, columns={"description": ["Text", "Short"]}))
    assert [record.fields["description"] for record in made] == ["Long.", "Short."]


def test_a_column_that_is_needed_is_missed_with_the_nearest_match(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"export.csv:1: there is no column 'Text' .* Did you mean 'Texte'\?"):
        read(tmp_path, "Name,Texte\nA,x\n")


@pytest.mark.parametrize("above", [0, 1, 2, 5])
def test_rows_above_the_header_are_passed_over(tmp_path: Path, above: int) -> None:
    notes = ["settings;x", "Bezeichnung;Beschreibung;Preis", '"quoted";', "a;b;c;d;e", "Nur ein Wort"][:above]
    made = records(read(tmp_path, "\n".join([*notes, "Name;Text;Price", "A;Warm.;12,50", "B;Kind.;9"]) + "\n"))
    assert [(record.id, record.fields["price"]) for record in made] == [("a", 12.5), ("b", 9.0)]
    assert made[0].origin == f"export.csv:{above + 2}"


def test_a_column_that_nobody_needs_may_stand_twice(tmp_path: Path) -> None:
    assert len(records(read(tmp_path, "x\nName,Text,Author,Author\nA,Warm.,,\n", unread=["Author"]))) == 1


def test_a_header_alone_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"export.csv: there are no rows"):
        read(tmp_path, "Name,Text\n")


# --- which rows are what ---------------------------------------------------------------------------------------------


def test_variants_follow_their_product(tmp_path: Path) -> None:
    content = """
        Kind,Name,Text,SKU,Price,Colour
        Variant,,,LOST,1,red
        Product,Mug,Warm.,M,9.50,
        Variant,,,M-R,,red
        Variant,,,M-B,10,blue
        Picture,,,,,
    """
    rows = read(
        tmp_path,
        content,
        layout="following",
        rows={"variant": {"Kind": "variant"}, "ignored": {"Kind": ["Picture"]}},
        options={"columns": {"colour": "Colour"}},
    )
    (mug,) = (row for row in rows if isinstance(row, Record))
    assert faults(rows) == [("export.csv:2", "variant without its product")]
    assert [row.detail for row in rows if isinstance(row, Dropped) and not row.bad] == ["Kind 'Picture'"]
    assert mug.fields["variants"] == [
        {"sku": "M-R", "barcode": "", "price": 9.5, "options": {"colour": "red"}},
        {"sku": "M-B", "barcode": "", "price": 10.0, "options": {"colour": "blue"}},
    ]
    assert (mug.fields["sku"], mug.fields["price"], mug.fields["options"]) == ("M", 9.5, {"colour": ["red", "blue"]})


def test_a_variant_is_not_given_to_the_wrong_product(tmp_path: Path) -> None:
    content = """
        Kind,Name,Text,SKU
        Product,Mug,Warm.,M
        Product,Cup,too many,cells,here
        Variant,,,C-R
    """
    rows = read(tmp_path, content, layout="following", rows={"variant": {"Kind": "Variant"}})
    assert faults(rows) == [("export.csv:3", "wrong number of cells"), ("export.csv:4", "variant without its product")]
    assert [len(row.fields["variants"]) for row in rows if isinstance(row, Record)] == [1]


@pytest.mark.parametrize("key", ["m", ""])
def test_rows_that_share_an_id_are_one_product(tmp_path: Path, key: str) -> None:
    content = f"""
        Id,Name,Text,SKU,Size,Image
        m,Mug,Warm.,M-S,S,1.jpg
        {key},,,M-L,L,
        {key},,,,,2.jpg
        c,Cup,Kind.,C,,
        ,Bowl,Lost.,B,,
    """
    rows = read(
        tmp_path,
        content,
        layout="shared_id",
        columns={"id": "Id", "images": "Image"},
        options={"columns": {"size": "Size"}},
    )
    mug, cup = (row for row in rows if isinstance(row, Record))
    assert [variant["sku"] for variant in mug.fields["variants"]] == ["M-S", "M-L"]
    assert mug.fields["options"] == {"size": ["S", "L"]}
    assert [image["url"] for image in mug.fields["images"]] == ["1.jpg", "2.jpg"]
    assert cup.fields["variants"] == [{"sku": "C", "barcode": "", "price": None, "options": {}}]
    assert faults(rows) == [("export.csv:6", "Id is empty")]


def test_a_name_that_changes_within_a_product_is_said(tmp_path: Path) -> None:
    content = "Id,Name,Text\nm,Mug,Warm.\nm,Cup,Kind.\n"
    rows = read(tmp_path, content, layout="shared_id", columns={"id": "Id"})
    assert faults(rows) == [("export.csv:3", "Name differs within a product")]


def test_variants_name_their_product_wherever_it_stands(tmp_path: Path) -> None:
    content = """
        Id,Parent,Name,Text,SKU,Price
        1a,1,,,M-R,
        1,,Mug,Warm.,M,9.50
        2,2,Cup,Kind.,C,5
        9a,9,,,LOST,1
        1b,1,,,M-B,10
    """
    rows = read(tmp_path, content, layout="parent", columns={"id": "Id", "parent": "Parent"})
    mug, cup = (row for row in rows if isinstance(row, Record))
    assert [(variant["sku"], variant["price"]) for variant in mug.fields["variants"]] == [("M-R", 9.5), ("M-B", 10.0)]
    assert [variant["sku"] for variant in cup.fields["variants"]] == ["C"]
    assert faults(rows) == [("export.csv:5", "a variant's product is not in this file")]


def test_products_of_a_group_stay_records_of_their_own(tmp_path: Path) -> None:
    content = "Id,Of,Name,Text\na,p,A,One.\nb,p,B,Two.\nc,,C,Three.\n"
    made = records(read(tmp_path, content, columns={"id": "Id", "group": "Of"}))
    assert [(record.id, record.group) for record in made] == [("a", "p"), ("b", "p"), ("c", "c")]


# --- states ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("TRUE", "active"),
        ("yes", "active"),
        ("1", "active"),
        ("Y", "active"),
        ("ja", "active"),
        ("", "active"),
        ("false", "hidden"),
        ("No", "hidden"),
        ("0", "hidden"),
        ("draft", "waiting"),
        ("retired", "retired"),
    ],
)
def test_states_are_read_in_all_spellings(cell: str, state: str) -> None:
    assert state_of(cell, {"true": "active", "false": "hidden", "draft": "waiting"}) == state


def test_products_in_another_state_are_dropped_unless_asked_for(tmp_path: Path) -> None:
    content = "Name,Text,Shown,Stage\nA,x,yes,\nB,x,no,\nC,x,yes,Draft\n"
    table = {"states": {"Shown": {True: "active", False: "hidden"}, "Stage": {"draft": "draft"}}}
    a, b, c = read(tmp_path, content, **table)
    assert isinstance(a, Record)
    assert b == Dropped(origin="export.csv:3", reason="hidden product", detail="b")
    assert c == Dropped(origin="export.csv:4", reason="draft product", detail="c")
    platform = Platform.model_validate({**PLAIN, **table})
    options = OwnPlatformOptions(platform=platform, statuses=("active", "draft"))
    kept = [row for row in platform_products.read(tmp_path / "export.csv", options) if isinstance(row, Record)]
    assert [record.fields["status"] for record in kept] == ["active", "draft"]


# --- cells -----------------------------------------------------------------------------------------------------------

FEATURES = Packed(column=("F",), between=",", equals=":", numbered=True)
FIELDS = Packed(column=("F",), between=";", equals="=")
TYPED = Packed(column=("F",), between="Type=", before="Name=", equals="|Value=")
SKU_NAME = Packed(column=("F",), between=",", before="]", equals="=")
QUOTED = Packed(column=("F",), between='",', equals=":")


@pytest.mark.parametrize(
    ("packed", "cell", "pairs"),
    [
        (FEATURES, "Colour:red:1,Material:oak:2", [("Colour", "red"), ("Material", "oak")]),
        (FEATURES, "Colour:red,Material:oak", [("Colour", "red"), ("Material", "oak")]),
        (FEATURES, "Care:wash cold, dry flat:1,Wood:oak:2", [("Care", "wash cold, dry flat"), ("Wood", "oak")]),
        (FEATURES, "Ratio:16:9:1", [("Ratio", "16:9")]),
        (FIELDS, '"Material=oak";"Care=wipe; dry"', [("Material", "oak"), ("Care", "wipe; dry")]),
        (FIELDS, "Formula=a=b;", [("Formula", "a=b")]),
        (
            TYPED,
            "Type=Rectangle|Name=Size|Value=SType=Swatch|Name=Colour|Value=red",
            [("Size", "S"), ("Colour", "red")],
        ),
        (TYPED, "Type=Radio|Name=Size|Value=S || Type=Radio|Name=Fit|Value=slim", [("Size", "S"), ("Fit", "slim")]),
        (SKU_NAME, "[S]Colour=red,[RB]Size=M", [("Colour", "red"), ("Size", "M")]),
        (SKU_NAME, "A mug, not a cup", []),
        (QUOTED, '"Size: M","Colour: red"', [("Size", "M"), ("Colour", "red")]),
        (FIELDS, "", []),
        (FIELDS, "no pair at all", []),
    ],
)
def test_packed_cells_are_unpacked(packed: Packed, cell: str, pairs: list[tuple[str, str]]) -> None:
    assert unpacked(cell, packed) == pairs


@given(
    st.sampled_from([FEATURES, FIELDS, TYPED, SKU_NAME, QUOTED]), st.text(alphabet='ab1 :;,=|]"Type=Name', max_size=60)
)
def test_no_cell_is_too_strange(packed: Packed, cell: str) -> None:
    for name, value in unpacked(cell, packed):
        assert name
        assert value
        assert name in cell


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [('="4012345678901"', "4012345678901"), ("'0123", "0123"), ("Baker's", "Baker's"), ('="', '="'), ("'tis", "'tis")],
)
def test_guards_against_spreadsheets_are_taken_away(cell: str, read_as: str) -> None:
    assert unguarded(cell) == read_as


@pytest.mark.parametrize(
    ("cell", "separators", "which", "category"),
    [
        ("Home,Kitchen", {"category": ","}, "last", "Kitchen"),
        ("Shop/Kitchen;Shop/New/Today", {"category": ";", "path": "/"}, "deepest", "Shop > New > Today"),
        ("/kitchen, /new", {"category": ",", "path": "/"}, "deepest", "kitchen"),
        ("20,27", {"category": ","}, "deepest", ""),
        ("0123456789abcdef0123456789abcdef|Mugs", {"category": "|"}, "deepest", "Mugs"),
        ("Books (T2B3ROTJ3HFGVBO22QLOOJDE)", {}, "deepest", "Books"),
        ("", {}, "deepest", ""),
    ],
)
def test_categories(cell: str, separators: dict[str, str], which: str, category: str) -> None:
    platform = Platform.model_validate({**PLAIN, "separators": separators, "category": which})
    assert category_of([cell], platform) == category


def test_a_bad_price_costs_the_price_and_is_said(tmp_path: Path) -> None:
    record, note = read(tmp_path, "Name,Text,Price\nA,Warm.,on request\n")
    assert isinstance(record, Record)
    assert record.fields["price"] is None
    assert note == Note(topic="prices", figures={"could not be read": 1, "such as": "export.csv:2: 'on request'"})


def test_time_grows_with_the_columns_and_no_faster(tmp_path: Path) -> None:
    def seconds(columns: int) -> float:
        path = tmp_path / f"{columns}.csv"
        names = [f"C:Trait {number}" for number in range(columns)]
        path.write_text(",".join(["Name", "Text", *names]) + "\nA,Warm." + ",x" * columns + "\n", "utf-8")
        platform = Platform.model_validate({**PLAIN, "attributes": {"patterns": ["C:{name}"]}, "unread": ["{any} 7"]})
        started = time.process_time()
        assert recognise(path) is None
        assert list(platform_products.read(path, OwnPlatformOptions(platform=platform)))
        return time.process_time() - started

    seconds(200)
    assert seconds(8_000) < 12 * seconds(2_000) + 0.2


def test_plain_text_keeps_its_lines_and_html_does_not(tmp_path: Path) -> None:
    content = 'Name,Text\nA,"Warm.\n\nKind."\n'
    assert records(read(tmp_path, content, text="plain"))[0].fields["description"] == "Warm.\nKind."
    assert records(read(tmp_path, content))[0].fields["description"] == "Warm. Kind."


def test_what_is_no_fact_is_left_out_unless_it_is_asked_for(tmp_path: Path) -> None:
    header = "Name,Text,Metafield: custom.wood [text],Metafield: judgeme.badge [text],C:Review score,C:Care,Lab"
    content = f'{header}\nA,Warm.,"[""oak"",""ash""]",x,4.5,<p>Wash &amp; dry</p>,tested\n'
    patterns = ["Metafield: {namespace}.{name} [{type}]", "C:{name}"]
    record, *notes = read(tmp_path, content, attributes={"patterns": patterns})
    assert isinstance(record, Record)
    assert record.fields["attributes"] == {"wood": "oak, ash", "care": "Wash & dry"}
    assert notes == [
        Note(topic="no facts, left out", figures={"badge": 1, "Review score": 1}),
        Note(topic="columns that were not read", figures={"1": "Lab"}),
    ]
    platform = Platform.model_validate({**PLAIN, "attributes": {"patterns": patterns}})
    options = OwnPlatformOptions(platform=platform, attributes=("Lab",))
    again = next(row for row in platform_products.read(tmp_path / "export.csv", options) if isinstance(row, Record))
    assert again.fields["attributes"] == {"wood": "oak, ash", "care": "Wash & dry", "lab": "tested"}
    with pytest.raises(DataError, match=r"there is no column 'Labb' .* Did you mean 'Lab'\?"):
        list(platform_products.read(tmp_path / "export.csv", options.model_copy(update={"attributes": ("Labb",)})))


def test_cells_are_clean_text(tmp_path: Path) -> None:
    content = 'Name,Text,SKU,Price,Tag\nSalt &amp; Wool\u00addecke,Warm.,NULL,5,"a, n/a, b"\n'
    (record,) = records(read(tmp_path, content, columns={"tags": "Tag"}))
    assert (record.fields["name"], record.fields["sku"]) == ("Salt & Wooldecke", "")


def test_a_column_that_is_needed_and_stands_twice_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the header names 'Text' several times"):
        read(tmp_path, "Name,Text,Text\nA,x,y\n")


def test_an_option_is_no_attribute_too(tmp_path: Path) -> None:
    content = "Name,Text,C:Colour,C:Wood,Which\nA,Warm.,red,oak,Colour=red;blue\n"
    options = {"packed": [{"column": "Which", "between": "|", "equals": "="}], "between": ";"}
    (record,) = records(read(tmp_path, content, options=options, attributes={"patterns": ["C:{name}"]}))
    assert record.fields["options"] == {"colour": ["red", "blue"]}
    assert record.fields["attributes"] == {"wood": "oak"}


# --- the table itself ------------------------------------------------------------------------------------------------

GOOD = yaml.safe_dump(PLAIN)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "layuot: row\n", r"shop.yaml: layuot: unknown key. Did you mean 'layout'\?"),
        (GOOD.replace("name:", "nmae:"), r"columns.nmae: unknown key. Did you mean 'name'\?"),
        (GOOD.replace("name:", "nmae:"), r"columns.name: this key is needed and missing"),
        (GOOD + "layout: rows\n", r"layout: Input should be 'row', .* found 'rows'"),
        (GOOD + "attributes: {packed: [{column: A, betwen: ';'}]}\n", r"attributes.packed.0.betwen: unknown key"),
        (GOOD + "states: {Shown: [yes]}\n", r"states.Shown: Input should be a valid dictionary"),
        ("columns: [name\n", r"shop.yaml: this is no YAML"),
        ("", r"shop.yaml: the file: Input should be"),
        ("summary: " + "x" * 70_000, r"at most 65,536 characters"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=message):
        load_platform(file)


def test_a_table_that_is_not_there_is_missed_with_the_nearest_match(tmp_path: Path) -> None:
    (tmp_path / "my_shop.yaml").write_text(GOOD, "utf-8")
    with pytest.raises(UsageError, match=r"there is no file .*my_shp.yaml. Did you mean 'my_shop.yaml'\?"):
        load_platform(tmp_path / "my_shp.yaml")


def test_an_option_names_a_table_or_is_one(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(GOOD, "utf-8")
    by_path = OwnPlatformOptions.model_validate({"platform": "shop.yaml"}, context={"folder": tmp_path})
    assert by_path == OwnPlatformOptions.model_validate({"platform": PLAIN})
    with pytest.raises(ValidationError, match=r"there is no file other.yaml"):
        OwnPlatformOptions.model_validate({"platform": "other.yaml"})


def test_the_content_of_a_table_is_part_of_the_options() -> None:
    """So that a run notices that the table was changed."""
    one = OwnPlatformOptions.model_validate({"platform": {**PLAIN, "states": {"Shown": {True: "active"}}}})
    dumped = one.model_dump(mode="json")
    assert dumped["platform"]["columns"]["name"] == ["Name"]
    assert OwnPlatformOptions.model_validate(json.loads(json.dumps(dumped))) == one


@pytest.mark.parametrize("name", shipped())
def test_each_platform_is_a_short_file_and_gives_itself_away(name: str) -> None:
    file = Path(load_platform.__code__.co_filename).parent / "platforms" / f"{name.removesuffix('_products')}.yaml"
    lines = file.read_text("utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert len([line for line in lines if not line.startswith("#")]) <= 40
    assert platform(name).signs
