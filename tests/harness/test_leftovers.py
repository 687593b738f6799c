"""What a killed run leaves, with any byte of it flipped, lost or added."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.leftovers import is_sealed, keep_lines, keep_text, kept_lines, kept_text, seal

LINES = [b'{"text": "a warm scarf"}\n', b'{"text": "r\xc3\xa9gence"}\n', b'{"text": ""}\n']


def flipped(content: bytes, place: int, bit: int) -> bytes:
    return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]


def write_lines(path: Path) -> bytes:
    with path.open("ab") as file:
        keep_lines(file, LINES)
    return path.read_bytes()


def test_a_text_comes_back(tmp_path: Path) -> None:
    assert kept_text(tmp_path / "note") is None
    for text in ("first", "second\nof two lines", ""):
        keep_text(tmp_path / "note", text)
        assert kept_text(tmp_path / "note") == text
    assert [path.name for path in tmp_path.iterdir()] == ["note"]


@pytest.mark.parametrize("bit", [0, 7])
def test_a_text_with_a_flipped_byte_is_none(tmp_path: Path, bit: int) -> None:
    path = tmp_path / "note"
    keep_text(path, "12.5 s")
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(flipped(whole, place, bit))
        assert kept_text(path) is None, f"byte {place}"
        path.write_bytes(whole[:place])
        assert kept_text(path) is None, f"cut at {place}"


@pytest.mark.parametrize("bit", [0, 2, 7])
def test_lines_up_to_a_flipped_byte_are_kept_and_others_counted(tmp_path: Path, bit: int) -> None:
    path = tmp_path / "log"
    whole = write_lines(path)
    ends = [whole[: end + 1].count(b"\n") for end in range(len(whole))]
    for place in range(len(whole)):
        path.write_bytes(flipped(whole, place, bit))
        before = whole[:place].count(b"\n")
        kept, lost = kept_lines(path)
        assert kept == LINES[:before], f"byte {place}"
        assert lost >= (1 if before < ends[-1] - 1 else 0)
        with path.open("ab") as file:
            keep_lines(file, LINES[before:])
        assert kept_lines(path) == (LINES, 0), "what is appended stands behind what held"


def test_a_line_that_a_kill_tore_is_cut_off_and_no_loss(tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert kept_lines(path) == ([], 0)
    whole = write_lines(path)
    path.write_bytes(whole[:-3])
    assert kept_lines(path) == (LINES[:2], 0)
    assert path.read_bytes().count(b"\n") == 2


@given(st.lists(st.binary().map(lambda line: line.replace(b"\n", b" ") + b"\n")))
def test_any_lines_come_back(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("lines") / "log"
    with path.open("ab") as file:
        keep_lines(file, lines)
    assert kept_lines(path) == (lines, 0)


def test_a_sealed_folder_holds_what_it_held(tmp_path: Path) -> None:
    assert not is_sealed(tmp_path)
    (tmp_path / "deep").mkdir()
    files = {tmp_path / "weights": b"weights", tmp_path / "deep" / "state": b"state", tmp_path / "empty": b""}
    for path, content in files.items():
        path.write_bytes(content)
    seal(tmp_path)
    assert is_sealed(tmp_path)
    for path, content in [*files.items(), (tmp_path / "sealed.json", (tmp_path / "sealed.json").read_bytes())]:
        for altered in (content + b" ", content[:-1] if content else b"x", flipped(content or b"x", 0, 3)):
            path.write_bytes(altered)
            assert not is_sealed(tmp_path)
        path.unlink()
        assert not is_sealed(tmp_path)
        path.write_bytes(content)
        assert is_sealed(tmp_path)
    (tmp_path / "another").write_bytes(b"")
    assert not is_sealed(tmp_path)
