"""Opens a file's bytes, out of gzip, zip or workbook where it is packed; a bomb is refused before it fills anything.

What a file is, its first bytes decide, not its name: a browser may have unpacked ``products.csv.gz`` on the way.
Nothing is ever written to disk.
"""

from __future__ import annotations

import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any, BinaryIO, Protocol
from zipfile import BadZipFile, ZipFile, ZipInfo

from shoptune.errors import DataError
from shoptune_files.bombs import RATIO, is_bomb
from shoptune_files.foreign import foreign_kind
from shoptune_files.workbook import is_workbook, open_workbook

__all__ = ["inner_name", "open_bytes"]

GZIP, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
SPREADSHEETS = frozenset({"[Content_Types].xml", "mimetype", "Index/Document.iwa"})
"""Members of a zip that is one, or a text document (ods, xlsb, numbers, docx)."""
_BUFFER = 2**17
_LOOKED_AT = 512
"""Bytes by which a file that holds no table is told."""
_BROKEN = (EOFError, zlib.error, lzma.LZMAError, BadZipFile, gzip.BadGzipFile, NotImplementedError, OSError, ValueError)
"""What a broken archive can make the libraries raise."""


@contextmanager
def open_bytes(path: Path) -> Iterator[io.BufferedReader[Any]]:
    """Open a file's data for reading, unpacked where it is packed; of an Excel workbook, the CSV of its sheet.

    A zip holds one file beside those that systems add (``__MACOSX/``, dotfiles).  Raises `DataError`, also while the
    data are being read, for a broken, encrypted or twice packed file, for one that unpacks to more than `RATIO` times
    its size, and for a zip that holds no file, several, or one whose name leads out of its folder; `OSError` where
    the file itself can't be read.
    """
    with path.open("rb") as file:
        start = file.peek(_LOOKED_AT)[:_LOOKED_AT]
        magic = start[:4]
        if magic.startswith(GZIP):
            with gzip.GzipFile(fileobj=file) as unzipped:
                yield _guarded(unzipped, file, path.name)
        elif is_workbook(path):
            with open_workbook(path) as sheet:
                yield sheet
        elif magic in (ZIP, EMPTY_ZIP):
            with _open_zip(file, path.name) as archive, _open_member(archive, path.name) as unzipped:
                yield _guarded(unzipped, file, path.name)
        elif what := foreign_kind(start, path.name):
            raise DataError(f"{path.name}: this is {what}.")
        else:
            yield file


def inner_name(path: Path) -> str:
    """Return the name of the data in a file: ``products.csv`` for ``products.csv.gz``, for a zip its member's name.

    Never raises: a file that is missing or broken is judged by its own name.
    """
    try:
        with path.open("rb") as file:
            if file.peek(4)[:4] == ZIP:
                with _open_zip(file, path.name) as archive:
                    return PurePosixPath(_only_member(archive, path.name).filename).name
    except (OSError, DataError):
        pass
    return path.stem if path.suffix.lower() in {".gz", ".zip"} else path.name


class SupportsRead(Protocol):
    """A stream of bytes, as far as it is used here."""

    def read(self, size: int, /) -> bytes: ...


class _Guarded(io.RawIOBase):
    """Bytes out of an archive, counted against what was read of it; errors of the libraries become `DataError`."""

    def __init__(self, unpacked: SupportsRead, packed: BinaryIO, name: str) -> None:
        self.unpacked, self.packed, self.name = unpacked, packed, name
        self.bytes_out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self.unpacked.read(len(buffer))
        except _BROKEN as error:
            raise _broken(self.name, error) from error
        self.bytes_out += len(data)
        if is_bomb(self.bytes_out, self.packed.tell()):
            raise _bomb(self.name)
        buffer[: len(data)] = data
        return len(data)


def _guarded(unpacked: SupportsRead, packed: BinaryIO, name: str) -> io.BufferedReader[Any]:
    reader = io.BufferedReader(_Guarded(unpacked, packed, name), _BUFFER)
    if reader.peek(4)[:4].startswith((GZIP, ZIP)):
        raise DataError(f"{name}: the file is packed twice; unpack it once.")
    return reader


def _open_zip(file: BinaryIO, name: str) -> ZipFile:
    try:
        return ZipFile(file)
    except _BROKEN as error:
        raise _broken(name, error) from error


def _open_member(archive: ZipFile, name: str) -> IO[bytes]:
    member = _only_member(archive, name)
    if member.flag_bits & 1:
        raise DataError(f"{name}: the zip file is encrypted; save it without a password.")
    if is_bomb(member.file_size, member.compress_size):
        raise _bomb(name)
    try:
        return archive.open(member)
    except _BROKEN as error:
        raise _broken(name, error) from error


def _only_member(archive: ZipFile, name: str) -> ZipInfo:
    """Return the one data file of a zip."""
    members = archive.infolist()
    for member in members:
        place = PureWindowsPath(member.filename)  # knows both slashes and drive letters
        if place.anchor or ".." in place.parts:
            raise DataError(f"{name}: the zip file names a place outside itself, {member.filename!r}; don't trust it.")
    if any(member.filename in SPREADSHEETS for member in members):
        raise _spreadsheet(name)
    files = [member for member in members if not member.is_dir() and not _added_by_a_system(member.filename)]
    if not files:
        raise DataError(f"{name}: there is no file in the zip file.")
    if len(files) > 1:
        held = ", ".join(repr(member.filename) for member in files[:5]) + (", ..." if len(files) > 5 else "")
        raise DataError(
            f"{name}: there are {len(files)} files in the zip file ({held}); unpack it and name the one to read, or a "
            "pattern such as 'export/*.csv'."
        )
    return files[0]


def _spreadsheet(name: str) -> DataError:
    return DataError(
        f"{name}: this is an old Excel workbook, one with a password, or another spreadsheet: save the sheet as CSV "
        "(UTF-8) or as .xlsx and read that."
    )


def _added_by_a_system(filename: str) -> bool:
    place = PurePosixPath(filename)
    return "__MACOSX" in place.parts or place.name.startswith(".")


def _broken(name: str, error: Exception) -> DataError:
    found = str(error) or "it ends too soon"
    return DataError(f"{name}: the packed file is broken or cut off ({found}); download it again.")


def _bomb(name: str) -> DataError:
    return DataError(
        f"{name}: the file unpacks to more than {RATIO} times its size, as no shop's data do; unpack it yourself if "
        "you trust it."
    )
