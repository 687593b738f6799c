"""Delimited text: dialects read alike, and every kind of broken file gives one message with its place."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped
from shoptune.errors import DataError
from shoptune_files import text_file
from shoptune_files.delimited import Row, open_table, peek_header


def everything(path: Path) -> list[Row | Dropped]:
    with open_table(path) as table:
        return list(table.rows)


def rows(path: Path, separator: str | None = None, encoding: str | None = None) -> list[Row]:
    with open_table(path, separator, encoding) as table:
        return [row for row in table.rows if isinstance(row, Row)]


def bad(path: Path) -> list[str]:
    """What is said of the bad rows of a file."""
    dropped = [row for row in everything(path) if isinstance(row, Dropped)]
    assert all(row.bad for row in dropped)
    return [f"{row.origin}: {row.reason}: {row.detail}" for row in dropped]


def write(folder: Path, content: str | bytes, name: str = "products.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def message(path: Path, encoding: str | None = None) -> str:
    with pytest.raises(DataError) as raised:
        rows(path, encoding=encoding)
    return str(raised.value)


CELLS = {"id": "1", "name": "Bürste, groß"}


@pytest.mark.parametrize(
    "content",
    [
        'id,name\n1,"Bürste, groß"\n'.encode(),
        'id,name\r\n1,"Bürste, groß"'.encode(),
        'id,name\r1,"Bürste, groß"\r'.encode(),
        'id,name\n1,"Bürste, groß"\n'.encode("utf-8-sig"),
        'id,name\n1,"Bürste, groß"\n'.encode("utf-16"),
        b"\xfe\xff" + 'id,name\n1,"Bürste, groß"\n'.encode("utf-16-be"),
        "id;name\n1;Bürste, groß\n".encode(),
        "id\tname\n1\tBürste, groß\n".encode(),
        "id|name\n1|Bürste, groß\n".encode(),
        "id, name ,\n1,'Bürste',\n".replace("'Bürste'", '"Bürste, groß"').encode(),  # a column without a name
    ],
)
def test_dialects_read_alike(tmp_path: Path, content: bytes) -> None:
    assert rows(write(tmp_path, content)) == [Row("products.csv:2", CELLS)]


def test_a_given_separator_and_encoding(tmp_path: Path) -> None:
    path = write(tmp_path, "id~name\n1~Bürste, groß\n".encode("cp1252"))
    assert rows(path, "~", "cp1252") == [Row("products.csv:2", CELLS)]


def test_a_byte_order_mark_outranks_the_option(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,name\n1,"Bürste, groß"\n'.encode("utf-8-sig"))
    assert [row.cells for row in rows(path, encoding="cp1252")] == [CELLS]
    assert [row.cells for row in rows(path, encoding="utf-8")] == [CELLS]


def test_origins_are_first_lines_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,text\n1,"two\nlines"\n\n,  \n2,one\n"3","\r\n\r\n"\n4,end\n')
    assert [(row.origin, row.cells["id"]) for row in rows(path)] == [
        ("products.csv:2", "1"),
        ("products.csv:6", "2"),
        ("products.csv:7", "3"),
        ("products.csv:10", "4"),
    ]
    assert rows(path)[0].cells["text"] == "two\nlines"


Pairs = list[tuple[str, str]]
cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(st.tuples(cell, cell), min_size=1), st.sampled_from(",;\t|~"))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, data: list[tuple[str, str]], sep: str
) -> None:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=sep, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *((*pair, "x") for pair in data)])
    path = write(tmp_path_factory.mktemp("csv"), text.getvalue())
    read = rows(path, sep)
    assert [(row.cells["a"], row.cells["b"]) for row in read] == data
    lines = text.getvalue().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for row in read:
        assert lines[int(row.origin.partition(":")[2]) - 1].startswith('"')


def test_reading_stops_where_the_reader_stops(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n" + "1,a\n" * 50_000 + "1,a\0\n")
    with open_table(path) as table:
        assert next(table.rows) == Row("products.csv:2", {"id": "1", "name": "a"})
    assert message(path).startswith("products.csv:50002: there is a NUL byte")


def test_chosen_columns_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name,,price\n1,a,x,2\n2,b,x,3,x\n3,c,x,4\n")
    for columns, expected in [
        (["price", "id"], [("2", "1"), ("4", "3")]),
        (["name"], [("a",), ("c",)]),
        (["id", "id"], [("1", "1"), ("3", "3")]),
        ([], [(), ()]),
    ]:
        with open_table(path) as table:
            read = list(table.select(columns))
        assert [row[1] for row in read if not isinstance(row, Dropped)] == expected
        assert isinstance(read[1], Dropped)
    with open_table(path) as table, pytest.raises(DataError, match=r"no column 'prize'. Did you mean 'price'"):
        table.select(["prize"])


def test_a_cell_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,name\n1,"' + "wool, silk " * 1_000_000 + '"\n2,b\n')
    assert [len(row.cells["name"]) for row in rows(path)] == [11_000_000, 1]


def test_an_endless_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "LONGEST_LINE", 1_000)
    assert message(write(tmp_path, "id,name\n1," + "x" * 1_000)) == (
        "products.csv:2: the line has more than 1,000 characters: is this a table?"
    )


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, "id\n1\n")
    assert message(tmp_path / "prodcts.csv").endswith(
        "prodcts.csv: there is no such file. Did you mean 'products.csv'?"
    )
    assert message(tmp_path / "no" / "products.csv").endswith(f"there is no folder {tmp_path / 'no'}.")
    assert message(tmp_path).endswith(": the file can't be read: Is a directory.")


@pytest.mark.parametrize("content", ["", "\n\n", " \n", "\ufeff", ",,\n"])
def test_empty_file(tmp_path: Path, content: str) -> None:
    assert message(write(tmp_path, content)) == "products.csv: the file is empty."


def test_header_only(tmp_path: Path) -> None:
    assert message(write(tmp_path, "id,name\n\n,\n")) == "products.csv: there are no rows."


def test_columns_with_one_name_are_numbered(tmp_path: Path) -> None:
    path = write(tmp_path, "id,image,name,image\n1,x,a,y\n")
    assert rows(path) == [Row("products.csv:2", {"id": "1", "image (1)": "x", "name": "a", "image (2)": "y"})]
    with open_table(path) as table, pytest.raises(DataError) as raised:
        table.select(["image"])
    assert str(raised.value) == (
        "products.csv:1: the header names 'image' several times; say which one is meant, 'image (1)' or 'image (2)', "
        "or leave it out."
    )


def test_missing_column_names_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n1,a\n")
    with open_table(path) as table, pytest.raises(DataError) as raised:
        table.need(["id", "nmae"])
    assert str(raised.value) == "products.csv:1: there is no column 'nmae'. Did you mean 'name'?"


def test_too_few_and_too_many_cells(tmp_path: Path) -> None:
    cause = "a separator is missing, or a line break stands in a cell without quotes around it"
    few = write(tmp_path, "id,name,price\n1,a,2\n2,b\n3,,\n5,d,6\n4 c,5\n")  # the file does write empty cells
    assert bad(few) == [f"products.csv:6: wrong number of cells: 2 cells, the header has 3; {cause}"]
    broken = write(tmp_path, "id,name,price,size\n1,a,2,S\n2,b and\nmore,3,M\n3,c,4,L\n")
    assert [said.split(";")[0] for said in bad(broken)] == [
        f"products.csv:{line}: wrong number of cells: {cells} cells, the header has 4"
        for line, cells in [(3, 2), (4, 3)]
    ]
    many = write(tmp_path, "id,name\n1,a, b\n")
    assert bad(many) == [
        (
            "products.csv:2: wrong number of cells: 3 cells, the header has 2; a separator stands in a cell without "
            "quotes around it"
        )
    ]
    assert rows(many) == []


@pytest.mark.parametrize(
    "content",
    [
        "id,name,size,color\n1,a,S,red\n2,b,M\n3,c\n4,d,L,blue\n",  # empty cells at the end are left out
        "id,name,size,color\n1,a,S,red,\n2,b,M,,\n3,c,,,\n4,d,L,blue,\n",  # and added
        "id,name,size,color,\n1,a,S,red\n2,b,M,\n3,c,,\n4,d,L,blue\n",
        "id,name,size,color\n1,a,S,red\n2,b,M,\n3,c\n4,d,L,blue\n",  # Excel does both
    ],
)
def test_empty_cells_at_the_end_are_no_matter(tmp_path: Path, content: str) -> None:
    read = rows(write(tmp_path, content))
    assert [tuple(row.cells.values()) for row in read] == [
        ("1", "a", "S", "red"),
        ("2", "b", "M", ""),
        ("3", "c", "", ""),
        ("4", "d", "L", "blue"),
    ]


QUOTED = ("1", 'the "Fern" jug, blue', "5")


@pytest.mark.parametrize(
    "content",
    [
        'sep=;\nid;name;price\n1;"the ""Fern"" jug, blue";5\n',
        '"sep=;"\r\nid;name;price\r\n1;"the ""Fern"" jug, blue";5\r\n',
        '\n\t\ufeff"id","name","price"\n1,"the ""Fern"" jug, blue",5\n',
        '# Needed | an id,"# Needed | a name, short",# a price\nid,name,price\n1,"the ""Fern"" jug, blue",5\n',
        '# exported yesterday\n#\n\nid,name,price\n1,"the ""Fern"" jug, blue",5\n',
        'id , name, "price"\n1, "the ""Fern"" jug, blue" ,5\n',
        'id,name,price\n1,"the \\"Fern\\" jug, blue",5\n2,"C:\\\\x \\"y\\" z",6\n',
    ],
)
def test_a_file_as_it_comes(tmp_path: Path, content: str) -> None:
    path = write(tmp_path, content)
    assert not bad(path)
    assert tuple(rows(path)[0].cells.values()) == QUOTED
    assert peek_header(path) == ("id", "name", "price")
    number = int(rows(path)[0].origin.partition(":")[2])
    assert content.splitlines()[number - 1].startswith("1")


@pytest.mark.parametrize(
    "content", ["#,name,price\n1,a,5\n", "# of items,name,price\n1,a,5\n", "#id,name,price\n1,a,5\n", "#id\n1\n"]
)
def test_a_header_may_begin_with_a_hash(tmp_path: Path, content: str) -> None:
    (row,) = rows(write(tmp_path, content))
    assert row.cells.popitem()[1] in {"5", "1"}


def test_a_report_s_name_above_the_header(tmp_path: Path) -> None:
    path = write(tmp_path, "Stock list of today\n\nid,name,price,size\n1,a,2,S\n")
    assert rows(path) == [Row("products.csv:4", {"id": "1", "name": "a", "price": "2", "size": "S"})]
    one_column = write(tmp_path, "text\nSoft, warm, dry, red\nBig, old, fine, blue\n")
    assert len(bad(one_column)) == 2  # a header of one word is a header


def test_php_writes_a_quote_after_a_backslash_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'id,name,price,size\n1,"a ""b"" c",2,S\n2,"the \\" mark, twice\n""over"" here",3,M\n3,"x \\",4,L\n'
        '4,"y \\"", and z",5,S\n5,"z",6,M\n',
    )
    assert not bad(path)
    assert [row.cells["name"] for row in rows(path)] == [
        'a "b" c',
        'the \\" mark, twice\n"over" here',
        "x \\",
        'y \\", and z',
        "z",
    ]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    to_the_end = write(tmp_path, 'id,name\n1,a\n2,"b\n' + "3,c\n" * 10)
    assert bad(to_the_end) == [
        (
            "products.csv:3: quotes that don't match: unexpected end of data, on line 13; a quote inside a quoted "
            "cell is written twice"
        )
    ]
    assert len(rows(to_the_end)) == 11


def test_a_quote_that_is_not_closed_in_a_row_too_long_to_be_read_again(tmp_path: Path) -> None:
    hint = "Most likely a quote is never closed; a quote inside a quoted cell is written twice."
    to_the_limit = write(tmp_path, 'id,name\n1,"a\n' + "x" * 2**24)
    assert message(to_the_limit) == (
        "products.csv:2: the row that starts here can't be read: field larger than field limit (16777216) (line 3). "
        f"{hint}"
    )
    in_the_header = write(tmp_path, '"id,name' + "x" * 2**24)
    assert message(in_the_header) == (
        "products.csv:1: the row that starts here can't be read: field larger than field limit (16777216) (line 1). "
        f"{hint}"
    )


def test_rows_after_a_wrong_quote_are_read(tmp_path: Path) -> None:
    to_the_next = write(tmp_path, 'id,name\n1,"a\n2,"b"\n3,c\n4,"5" pipe"\n5,d\n')
    assert bad(to_the_next) == [
        f"products.csv:{line}: quotes that don't match: ',' expected after '\"', on line {last}; a quote inside a "
        "quoted cell is written twice"
        for line, last in [(2, 3), (5, 5)]
    ]
    assert [(row.origin, row.cells["id"]) for row in rows(to_the_next)] == [
        ("products.csv:3", "2"),
        ("products.csv:4", "3"),
        ("products.csv:6", "5"),
    ]
    over_rows = write(tmp_path, 'id,name,price\n1,"a,5\n2,b",6,7\n')
    (over,) = bad(over_rows)
    assert over == (
        "products.csv:2: wrong number of cells: 4 cells, the header has 3; the row runs on to line 3: is a quote never "
        "closed?"
    )


def test_lines_of_a_broken_text_are_no_rows(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,name\n1,"warm, dry\nred, blue\nand 5" wide, new"\n2,b\n')
    assert len(bad(path)) == 1
    assert [row.cells["id"] for row in rows(path)] == ["2"]


def test_formula_cells_stay_text(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,name\n1,"=HYPERLINK(""x"")"\n')
    assert rows(path)[0].cells["name"] == '=HYPERLINK("x")'


def test_nul_bytes(tmp_path: Path) -> None:
    expected = (
        "there is a NUL byte: this is no text, or text in UTF-16 without a byte order mark (then say "
        "'encoding: utf-16-le')."
    )
    assert message(write(tmp_path, "id,name\n1,a\0\n")) == f"products.csv:2: {expected}"
    unmarked = write(tmp_path, "id,name\n1,a\n".encode("utf-16-le"))
    assert message(unmarked) == f"products.csv:1: {expected}"
    assert [row.cells for row in rows(unmarked, encoding="utf-16-le")] == [{"id": "1", "name": "a"}]


REMEDY = "Save the file as UTF-8, or say what it is, for example 'encoding: cp1252' (Excel on Windows)."
LIKELY = "It looks like cp1252: say 'encoding: cp1252', or save the file as UTF-8."


@pytest.mark.parametrize("before", [0, 5, 30_000])  # in the first buffer, and far behind it
def test_wrong_encoding(tmp_path: Path, before: int) -> None:
    head = b"id,name\n" + b"1,ete\n" * before
    path = write(tmp_path, head + b"2,caf\xe9,\n")
    assert message(path) == (
        f"products.csv:{before + 2}: byte 0xe9 (byte {len(head) + 6:,} of the file) is not utf-8. {LIKELY}"
    )
    damaged = write(tmp_path, b"id,name\n" + b"1,\xc3\xa9t\xc3\xa9\n" * 9 + b"2,caf\xe9,\n")
    assert message(damaged) == f"products.csv:11: byte 0xe9 (byte 86 of the file) is not utf-8. {REMEDY}"


def test_a_file_cut_in_the_middle_of_a_character(tmp_path: Path) -> None:
    path = write(tmp_path, b"id,name\n1,caf\xc3")
    assert message(path) == f"products.csv:2: byte 0xc3 (byte 14 of the file) is not utf-8. {REMEDY}"


def test_wrong_option_encoding(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n1,é\n")
    assert message(path, "ascii") == f"products.csv:2: byte 0xc3 (byte 11 of the file) is not ascii. {REMEDY}"


def test_the_header_is_peeked_at_without_raising(tmp_path: Path) -> None:
    assert peek_header(write(tmp_path, "id;name \n1;x\n".encode("utf-16"))) == ("id", "name")
    assert peek_header(write(tmp_path, "\ufeffid,\xe9\n".encode())) == ("id", "é")
    assert peek_header(write(tmp_path, b"id,\xe9\n")) == ("id", "é")
    assert peek_header(write(tmp_path, "")) == ()
    assert peek_header(write(tmp_path, '"id')) == ("id",)
    assert peek_header(write(tmp_path, "x" * 2_000_000)) != ()
    assert peek_header(tmp_path) == ()
    assert peek_header(tmp_path / "missing.csv") == ()


def test_cells_may_stand_in_single_quotes(tmp_path: Path) -> None:
    path = write(tmp_path, "'id','text'\n'1','Mug, ''the'' red one'\n'2','Jug'\n")
    assert [row.cells for row in rows(path)] == [{"id": "1", "text": "Mug, 'the' red one"}, {"id": "2", "text": "Jug"}]


def test_a_text_in_single_quotes_is_no_quoted_cell(tmp_path: Path) -> None:
    path = write(tmp_path, "id,text\n1,'t was red\n'2',Jug\n")
    assert [row.cells for row in rows(path)] == [{"id": "1", "text": "'t was red"}, {"id": "'2'", "text": "Jug"}]
