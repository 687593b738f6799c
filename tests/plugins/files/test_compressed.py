"""Compressed files: read as if they were not, and refused where they are broken, ambiguous or a bomb."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Record
from shoptune.errors import DataError
from shoptune_files.compressed import inner_name, open_bytes
from shoptune_files.csv_file import CsvOptions, csv_adapter
from shoptune_files.delimited import peek_header
from shoptune_files.plugin import select_data_adapter
from shoptune_files.text_file import peek_text

CSV = "id;name\n1;Kettle, red\n2;Cup\n".encode("utf-16")


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path) -> bytes:
    with open_bytes(path) as file:
        return file.read()


def refused(path: Path) -> str:
    with pytest.raises(DataError) as raised:
        read(path)
    return str(raised.value)


BROKEN = "the packed file is broken or cut off ("
FORMS = [
    ("products.csv.gz", gzip.compress(CSV, mtime=0)),
    ("products.csv", gzip.compress(CSV, mtime=0)),
    ("products.csv.gz", CSV),  # a browser may have unpacked it on the way
    ("products.CSV.GZ", gzip.compress(CSV[:20], mtime=0) + gzip.compress(CSV[20:], mtime=0)),
    ("export.zip", zipped({"products.csv": CSV})),
    ("export.zip", zipped({"products.csv": CSV}, zipfile.ZIP_STORED)),
    ("export.zip", zipped({"products.csv": CSV}, zipfile.ZIP_LZMA)),
    ("export.zip", zipped({"a/": b"", "__MACOSX/a/._x.csv": b"x", "a/.DS_Store": b"x", "a/products.csv": CSV})),
    ("products.csv", zipped({"products.csv": CSV})),
]


@pytest.mark.parametrize(("name", "content"), FORMS)
def test_what_is_packed_is_read_as_if_it_were_not(tmp_path: Path, name: str, content: bytes) -> None:
    path = write(tmp_path, name, content)
    assert read(path) == CSV
    assert inner_name(path).lower() == "products.csv"
    assert select_data_adapter(path) == "csv"
    assert peek_header(path) == ("id", "name")
    records = [row for row in csv_adapter.read(path, CsvOptions()) if isinstance(row, Record)]
    assert [(row.origin, row.fields["name"]) for row in records] == [(f"{name}:2", "Kettle, red"), (f"{name}:3", "Cup")]


def test_the_suffix_under_the_compression_decides(tmp_path: Path) -> None:
    for name, content, adapter in [
        ("a.jsonl.gz", gzip.compress(b"{}", mtime=0), "jsonl"),
        ("b.zip", zipped({"rows.NDJSON": b"{}"}), "jsonl"),
        ("c.csv.zip", zipped({"rows.json": b"[]"}), "json"),
        ("d.zip", zipped({"rows.mp3": b""}), "csv"),
        ("x.zip", zipped({"rows.xlsx": b""}), "csv"),  # which says how to make one of a workbook
        ("e.csv.zip", zipped({"one.json": b"", "two.json": b""}), "csv"),
    ]:
        assert select_data_adapter(write(tmp_path, name, content)) == adapter
    path = write(tmp_path, "f.zip", zipped({"rows.psv": b"a,b|c\n1|2\n"}))
    assert [row.fields for row in csv_adapter.read(path, CsvOptions()) if isinstance(row, Record)] == [
        {"a,b": "1", "c": "2"}
    ]


@given(content=st.binary(max_size=2_000))
def test_any_bytes_come_out_as_they_went_in(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("packed")
    if not content.startswith((b"\x1f\x8b", b"PK")):
        assert read(write(folder, "x.gz", gzip.compress(content))) == content
        assert read(write(folder, "x.zip", zipped({"x": content}))) == content


@given(cut=st.integers(3, 300), flip=st.integers(0, 300))
def test_a_broken_file_never_gives_wrong_data(tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int) -> None:
    folder = tmp_path_factory.mktemp("broken")
    for name, whole in [("x.csv.gz", gzip.compress(CSV, mtime=0)), ("x.zip", zipped({"x.csv": CSV}))]:
        flipped = bytearray(whole)
        flipped[flip % len(whole)] ^= 0x55
        for content in (whole[:cut], bytes(flipped)):
            path = write(folder, name, content)
            inner_name(path)
            peek_text(path)
            try:
                assert read(path) in (CSV, content)
            except DataError as error:
                assert str(error).startswith(f"{name}: ")  # noqa: PT017


def test_a_file_cut_off(tmp_path: Path) -> None:
    cut = write(tmp_path, "x.csv.gz", gzip.compress(CSV * 100)[:-20])
    assert refused(cut).startswith(f"x.csv.gz: {BROKEN}")
    assert refused(write(tmp_path, "x.zip", zipped({"x.csv": CSV})[:-30])).startswith(f"x.zip: {BROKEN}")
    with pytest.raises(DataError, match=r"^x.csv.gz: the packed file is broken"):
        list(csv_adapter.read(cut, CsvOptions()))


def test_a_zip_file_must_hold_one_file(tmp_path: Path) -> None:
    assert refused(write(tmp_path, "x.zip", zipped({"a/b.csv": b"", "c.csv": b""}))) == (
        "x.zip: there are 2 files in the zip file ('a/b.csv', 'c.csv'); unpack it and name the one to read, or a "
        "pattern such as 'export/*.csv'."
    )
    many = refused(write(tmp_path, "x.zip", zipped({f"{n}.csv": b"" for n in range(7)})))
    assert "7 files in the zip file ('0.csv', '1.csv', '2.csv', '3.csv', '4.csv', ...)" in many
    for members in ({}, {".x.csv": b"", "__MACOSX/x.csv": b"", "a/": b""}):
        assert refused(write(tmp_path, "x.zip", zipped(members))) == "x.zip: there is no file in the zip file."
    workbook = write(tmp_path, "x.ods", zipped({"mimetype": b"", "content.xml": b""}))
    assert refused(workbook) == (
        "x.ods: this is an old Excel workbook, one with a password, or another spreadsheet: save the sheet as CSV "
        "(UTF-8) or as .xlsx and read that."
    )


@pytest.mark.parametrize("name", ["../x.csv", "a/../../x.csv", "/x.csv", "C:/x.csv", "..\\x.csv", "\\\\host\\share\\x"])
def test_names_that_lead_out_of_the_file_are_refused(tmp_path: Path, name: str) -> None:
    for members in ({name: CSV}, {"good.csv": CSV, name: b""}):
        path = write(tmp_path, "x.zip", zipped(members))
        assert refused(path) == f"x.zip: the zip file names a place outside itself, {name!r}; don't trust it."
        assert inner_name(path) == "x"
        assert peek_text(path) == ""


def test_an_encrypted_file(tmp_path: Path) -> None:
    content = bytearray(zipped({"x.csv": CSV}))
    for mark, flags in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)]:
        content[content.index(mark) + flags] |= 1
    assert refused(write(tmp_path, "x.zip", bytes(content))) == (
        "x.zip: the zip file is encrypted; save it without a password."
    )


def test_a_file_packed_twice(tmp_path: Path) -> None:
    packed = gzip.compress(CSV)
    for name, content in [("x.csv.gz.gz", gzip.compress(packed)), ("x.zip", zipped({"x.csv.gz": packed}))]:
        assert refused(write(tmp_path, name, content)) == f"{name}: the file is packed twice; unpack it once."


BOMB = " unpacks to more than 200 times its size, as no shop's data do; unpack it yourself if you trust it."


def test_bombs(tmp_path: Path) -> None:
    zeros = bytes(2**26 + 2**20)
    bomb = write(tmp_path, "x.csv.gz", gzip.compress(zeros))
    assert refused(bomb) == "x.csv.gz: the file" + BOMB
    rows = write(tmp_path, "rows.csv.gz", gzip.compress(b"id,name\n" + (b"1," + b"x" * 4_000 + b"\n") * 17_000))
    records = csv_adapter.read(rows, CsvOptions())
    assert isinstance(next(iter(records)), Record)
    with pytest.raises(DataError, match="200 times"):
        list(records)
    honest = zipped({"x.csv": zeros})
    assert refused(write(tmp_path, "x.zip", honest)) == "x.zip: the file" + BOMB
    with pytest.raises(DataError, match="200 times"):  # before a byte is unpacked: the zip file says it itself
        open_bytes(tmp_path / "x.zip").__enter__()
    claim = honest.index(b"PK\x01\x02") + 20  # where the packed size stands
    boasting = honest[:claim] + struct.pack("<L", 2**30) + honest[claim + 4 :]
    assert refused(write(tmp_path, "x.zip", boasting)).startswith(f"x.zip: {BROKEN}")
    modest = honest[: claim + 4] + struct.pack("<L", 1_000) + honest[claim + 8 :]
    assert refused(write(tmp_path, "x.zip", modest)).startswith(f"x.zip: {BROKEN}")


def test_large_files_and_dull_ones_are_no_bombs(tmp_path: Path) -> None:
    assert len(read(write(tmp_path, "dull.csv.gz", gzip.compress(bytes(2**25))))) == 2**25
    rows = b"".join(b"%d,Blanket %x,%d.50\n" % (n, n * 7919, n % 97) for n in range(50_000))
    large = rows * (2**26 // len(rows) + 1)
    assert len(read(write(tmp_path, "large.csv.gz", gzip.compress(large, 1)))) == len(large)


def test_a_wrong_character_is_found_in_what_is_packed(tmp_path: Path) -> None:
    path = write(tmp_path, "x.csv.gz", gzip.compress(b"id,name\n1,caf\xe9,\n"))
    with pytest.raises(DataError, match=r"^x.csv.gz:2: byte 0xe9 \(byte 14 of the file\) is not utf-8"):
        list(csv_adapter.read(path, CsvOptions()))


def test_an_old_excel_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512)
    assert "save the sheet as CSV (UTF-8) or as .xlsx" in refused(path)
