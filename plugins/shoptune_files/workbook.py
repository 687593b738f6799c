r"""Reads an Excel workbook (``.xlsx``) as the CSV that Excel would save of one sheet, for all that reads CSV.

Row n of the sheet is line n of the CSV, whatever line breaks stand in its cells: these are ``\n``, a row ends with
``\r\n``.  Bounded in memory but for the workbook's table of strings, which is why that has a limit.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zipfile import BadZipFile, ZipFile

from shoptune.data import Note
from shoptune.errors import DataError
from shoptune_files.bombs import RATIO, is_bomb
from shoptune_files.sheet_words import is_header

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

__all__ = ["ROW_END", "is_workbook", "open_workbook", "with_workbooks"]

ROW_END = "\r\n"
MARK = b"\xef\xbb\xbf"
"""Says that the CSV is UTF-8, whatever encoding a file's options name."""
MOST_ROWS, MOST_COLUMNS = 2**20, 2**14
"""Excel's own limits."""
LARGEST = 2**31
"""Bytes to which a workbook may unpack: a full sheet with a hundred columns of numbers has fewer."""
LARGEST_STRINGS = 2**29
"""Bytes of the table of strings, which is held in memory."""
HEADER_WITHIN = 30
"""Rows among which a sheet's header is looked for."""
_AT_ONCE = 256
_CHUNK = 2**20

_FAR_CELL = re.compile(rb"""\br\s*+=\s*+["'][A-Za-z]{4,}+[0-9]""")
"""A cell's place beyond the last column that Excel has, XFD; openpyxl would make room for all columns before it."""
_ERRORS = frozenset({"#N/A", "#NULL!", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#GETTING_DATA", "#SPILL!"})
_ERRORS |= {"#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!"}
_RETURN = re.compile(r"_x000[dD]_\n?|\r\n?")
_ZEROS = re.compile(r"0{2,}")

OptionsT = TypeVar("OptionsT")
Read = Callable[[Path, OptionsT], Iterable[Any]]


@dataclass(frozen=True)
class _Sheets:
    """What was found out about a workbook's sheets."""

    read: str
    others: tuple[str, ...]
    """Those that hold rows as well."""


def is_workbook(path: Path) -> bool:
    """Say whether a file is an Excel workbook in the form of today (.xlsx, .xlsm).  Never raises."""
    try:
        with path.open("rb") as file:
            if file.read(2) != b"PK":
                return False
            with ZipFile(file) as archive:
                return "xl/workbook.xml" in archive.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def open_workbook(path: Path) -> io.BufferedReader[Any]:
    """Return the CSV of a workbook's sheet: the first whose header has a shop's words, else the first with rows.

    Hidden sheets count where no other holds rows.  A number is written without an exponent and, where it is whole,
    without a fraction, a date as in ISO 8601, a truth value as ``TRUE`` or ``FALSE``; an error (``#N/A``) is an empty
    cell, and what a formula came to when the workbook was saved is its value.

    Raises `DataError`, also while the rows are being read, for a workbook that is broken or empty or larger than a
    sheet can be, and where openpyxl is not installed.
    """
    chosen = _choose(path.absolute(), *_state(path))
    return io.BufferedReader(_Stream(_lines(path, chosen.read)), _CHUNK)


def with_workbooks(read: Read[OptionsT]) -> Read[OptionsT]:
    """Make an adapter's `read` say which sheet of a workbook it read, where several hold rows."""

    def reading(path: Path, options: OptionsT) -> Iterator[Any]:
        yield from read(path, options)
        if is_workbook(path) and (sheets := _choose(path.absolute(), *_state(path))).others:
            figures = {"read": sheets.read, "not read, though they hold rows": ", ".join(map(repr, sheets.others))}
            yield Note(topic=f"sheets of {path.name}", figures=figures)

    return reading


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_mtime_ns, state.st_size


@lru_cache(maxsize=16)
def _choose(path: Path, _changed: int, _size: int) -> _Sheets:
    """Return which sheet is read; kept, since a file is looked at many times before it is read."""
    _refuse_giants(path)
    with _opened(path) as book:
        shown = {sheet.title: _beginning(path, sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"}
        hidden = {sheet.title: _beginning(path, sheet) for sheet in book.worksheets if sheet.title not in shown}
    filled = [title for title, rows in shown.items() if rows] or [title for title, rows in hidden.items() if rows]
    if not filled:
        raise DataError(f"{path.name}: the workbook has no sheet with rows.")
    named = (title for title in filled if any(map(is_header, (shown | hidden)[title])))
    first = next(named, filled[0])
    return _Sheets(first, tuple(title for title in filled if title != first))


def _beginning(path: Path, sheet: Any) -> list[list[str]]:
    """Return the rows with text at the beginning of a sheet."""
    rows = (cells for cells in _rows(path, sheet) if cells)
    return list(islice(rows, HEADER_WITHIN))


def _lines(path: Path, title: str) -> Iterator[bytes]:
    """Yield a sheet's rows as CSV, every cell in quotes, so that no cell can be taken for several."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator=ROW_END)
    yield MARK
    width = 0
    with _opened(path) as book:
        for cells in _rows(path, book[title]):
            width = max(width, len(cells))
            if cells:
                writer.writerow(cells + [""] * (width - len(cells)))
            yield line.getvalue().encode("utf-8", "replace") if cells else ROW_END.encode()
            line.seek(0)
            line.truncate()


def _rows(path: Path, sheet: Any) -> Iterator[list[str]]:
    """Yield the rows of a sheet without the empty cells at their ends."""
    sheet.reset_dimensions()  # which many programs write wrong
    rows = iter(sheet.iter_rows())
    number = 0
    while some := _quietly(path, lambda: list(islice(rows, _AT_ONCE))):
        number += len(some)
        if number > MOST_ROWS:
            raise DataError(f"{path.name}: sheet {sheet.title!r} has more than {MOST_ROWS:,} rows; save it as CSV.")
        for row in some:
            cells = [_text(cell) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            yield cells


def _text(cell: Any) -> str:
    """Return a cell as Excel would write it to CSV, if it did not round."""
    value = cell.value
    if isinstance(value, str):
        return "" if value in _ERRORS else _RETURN.sub("\n", value).strip()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        shape = cell.number_format or ""  # "0000000000000": how a column of bar codes keeps its zeros
        return _number(value).zfill(len(shape) if _ZEROS.fullmatch(shape) else 0)
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == time() else value.isoformat(timespec="seconds")
    return "" if value is None else str(value)  # a date, a time, a duration, or nothing


def _number(value: float) -> str:
    """Write a number with the 15 digits that Excel keeps, never as 4.01E+12."""
    if float(value).is_integer():
        return str(int(value))
    return format(Decimal(f"{value:.15g}"), "f")


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise DataError(
            f"{path.name}: this is an Excel workbook, which openpyxl reads: pip install 'shoptune[excel]'; or save the "
            "sheet as CSV (UTF-8) and read that."
        ) from None
    with path.open("rb") as file:  # which openpyxl leaves open where it fails
        book = _quietly(path, lambda: load_workbook(file, read_only=True, data_only=True, keep_links=False))
        try:
            yield book
        finally:
            book.close()


T = TypeVar("T")


def _quietly(path: Path, work: Callable[[], T]) -> T:
    """Let openpyxl do some work; it warns of what does not concern us, and says of broken files what it stumbled on."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return work()
    except OSError as error:
        raise DataError(f"{path}: the file can't be read: {error.strerror or error}.") from error
    except Exception as error:  # of a broken file's parts it may raise anything
        first: BaseException = error
        while first.__context__:
            first = first.__context__
        found = " ".join(f"{type(first).__name__}: {first}".split())[:200]
        raise DataError(
            f"{path.name}: the workbook is broken or no program of today wrote it ({found}); open it in Excel or "
            "LibreOffice and save it again, as .xlsx or as CSV (UTF-8)."
        ) from error


def _refuse_giants(path: Path) -> None:
    """Raise `DataError` for a workbook that would fill memory or never end."""
    with ZipFile(path) as archive:
        members = archive.infolist()
        unpacked, packed = sum(member.file_size for member in members), path.stat().st_size
        if is_bomb(unpacked, packed):
            raise DataError(
                f"{path.name}: the workbook unpacks to more than {RATIO} times its size, as no shop's data do; save "
                "the sheet as CSV (UTF-8) if you trust it."
            )
        strings = max((member.file_size for member in members if "sharedstrings" in member.filename.lower()), default=0)
        if unpacked > LARGEST or strings > LARGEST_STRINGS:
            raise DataError(
                f"{path.name}: the workbook is too large to be read ({unpacked:,} bytes unpacked, {strings:,} of them "
                "texts); save the sheet as CSV (UTF-8), which is read as a stream."
            )
        sheets = [name for name in archive.namelist() if "sheet" in name.lower() and name.lower().endswith(".xml")]
        if _quietly(path, lambda: any(_has_far_cell(archive, name) for name in sheets)):
            raise DataError(
                f"{path.name}: a cell stands beyond column {MOST_COLUMNS:,}, the last that Excel has; save the sheet "
                "as CSV (UTF-8)."
            )


def _has_far_cell(archive: ZipFile, name: str) -> bool:
    end = b""
    with archive.open(name) as file:
        while chunk := file.read(_CHUNK):
            if _FAR_CELL.search(end + chunk):
                return True
            end = chunk[-64:]
    return False


class _Stream(io.RawIOBase):
    """The bytes of lines."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._held = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._held:
            some: list[bytes] = []
            size = 0
            while size < len(buffer) and (line := next(self._lines, None)) is not None:
                some.append(line)
                size += len(line)
            self._held = memoryview(b"".join(some))
        part = self._held[: len(buffer)]
        buffer[: len(part)] = part
        self._held = self._held[len(part) :]
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._lines.close()  # type: ignore[attr-defined]
        super().close()
