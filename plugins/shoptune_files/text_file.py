"""Opens text files: byte order marks, encodings, and errors that say where and what to do."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, TextIO

from pydantic import AfterValidator

from shoptune.errors import DataError, did_you_mean
from shoptune_files.compressed import inner_name, open_bytes
from shoptune_files.encodings import detect_encoding
from shoptune_files.workbook import ROW_END, is_workbook

__all__ = ["Encoding", "detected_encoding", "has_mark", "inner_name", "open_text", "peek_text", "text_lines"]

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CHUNK = 2**16
_BEFORE_MARK = b" \t\r\n"
"""What some shops' themes print before a file, and so before its mark."""
_FEW = 64
_BREAK_IN_CELL = re.compile(r"(?<!\r)\n")
LONGEST_LINE = 2**26
"""Characters.  A file that is one endless line would be held in memory as a whole otherwise."""


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        raise ValueError(f"Python knows no text encoding {encoding!r}; usual ones are utf-8, cp1252, latin-1") from None
    return encoding


Encoding = Annotated[str, AfterValidator(_known)]
"""An option that names a text encoding."""


@contextmanager
def open_text(path: Path, encoding: str | None = None) -> Iterator[TextIO]:
    """Open `path` for reading text, unpacked where it is packed (gzip, zip), line ends untranslated.

    A byte order mark outranks `encoding`; with neither, the text is UTF-8.  A file that is missing, can't be read,
    unpacked or decoded raises `DataError`, also while it is being read inside the ``with`` block.
    """
    used = encoding or "utf-8"
    try:
        with open_bytes(path) as file:
            used = _marked(file.peek(_FEW)) or used
            with io.TextIOWrapper(file, used, newline=ROW_END if is_workbook(path) else "") as text:
                yield text
    except FileNotFoundError:
        raise _missing(path) from None
    except OSError as error:
        raise DataError(f"{path}: the file can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}{_place(path, used)} is not {used}. {_remedy(path)}") from error


def _remedy(path: Path) -> str:
    likely = detected_encoding(path)
    if likely in {None, "utf-8"}:
        return "Save the file as UTF-8, or say what it is, for example 'encoding: cp1252' (Excel on Windows)."
    return f"It looks like {likely}: say 'encoding: {likely}', or save the file as UTF-8."


def has_mark(path: Path) -> bool:
    """Return whether a file begins with a byte order mark.  Raises as `open_text` does."""
    with open_bytes(path) as file:
        return _marked(file.peek(_FEW)) is not None


def detected_encoding(path: Path) -> str | None:
    """Return the encoding that a file looks like; None where that can't be told.  Raises as `open_text` does."""
    try:
        with open_bytes(path) as file:
            if marked := _marked(file.peek(_FEW)):
                return marked
            return detect_encoding(iter(partial(file.read, _CHUNK), b""))
    except OSError as error:
        raise DataError(f"{path}: the file can't be read: {error.strerror}.") from error


def text_lines(file: TextIO, name: str) -> Iterator[str]:
    """Yield a text file's lines, without the mark that may stand before the first text in it.

    Raises `DataError` for a NUL character and for a line that never seems to end.
    """
    unmarked = False
    for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE), ""), start=1):
        if "\0" in line:
            raise DataError(
                f"{name}:{number}: there is a NUL byte: this is no text, or text in UTF-16 without a byte order mark "
                "(then say 'encoding: utf-16-le')."
            )
        if len(line) == LONGEST_LINE:
            raise DataError(f"{name}:{number}: the line has more than {LONGEST_LINE:,} characters: is this a table?")
        if unmarked or not line.strip():
            yield line
        else:
            unmarked = True
            yield _without_mark(line)


def _without_mark(text: str) -> str:
    stripped = text.lstrip()
    return stripped.removeprefix("\ufeff") if stripped.startswith("\ufeff") else text


def peek_text(path: Path, encoding: str | None = None) -> str:
    """Return the beginning of a file, as far as it can be made out; empty where it can't be read.  Never raises.

    A byte order mark outranks `encoding`; with neither, it is what the beginning looks like.  Line breaks within the
    cells of a workbook are left out, so that each line is a row.
    """
    try:
        if not path.is_file():
            return ""
        with open_bytes(path) as file:
            if is_workbook(path):  # the rows above an Amazon template's header alone may be as long as a chunk
                return _BREAK_IN_CELL.sub(" ", file.read(4 * _CHUNK).decode("utf-8-sig", errors="replace"))
            start = file.read(_CHUNK)
    except (OSError, DataError):
        return ""
    used = _marked(start) or encoding or detect_encoding([start]) or "utf-8"
    text = start.decode(used, errors="replace")
    before, mark, after = text.partition("\ufeff")
    if not mark or before.strip():
        return text
    return before[: max(before.rfind(end) for end in "\r\n") + 1] + after  # the lines are still there


def _marked(start: bytes) -> str | None:
    """Return the encoding that a byte order mark names, one of UTF-8 also behind blanks."""
    if start.lstrip(_BEFORE_MARK).startswith(codecs.BOM_UTF8):
        return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    return next((encoding for mark, encoding in _MARKS.items() if start.startswith(mark)), None)


def _missing(path: Path) -> DataError:
    if not path.parent.is_dir():
        return DataError(f"{path}: there is no folder {path.parent}.")
    alike = [p.name for p in path.parent.iterdir() if p.suffix.lower() == path.suffix.lower()]
    return DataError(f"{path}: there is no such file.{did_you_mean(path.name, alike)}")


def _place(path: Path, encoding: str) -> str:
    """Find the first byte that can't be decoded: ``:118: byte 0xe9 (byte 5,120 of the file)``.

    The file is read again for this, since a text file's own error counts from the beginning of some buffer.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    line, position = 1, 0
    with open_bytes(path) as file:
        while True:
            chunk = file.read(_CHUNK)
            held = len(decoder.getstate()[0])  # bytes of a character that the last chunk left unfinished
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                line += error.object.count(b"\n", 0, error.start)
                number = position - held + error.start + 1
                return f":{line}: byte 0x{error.object[error.start]:02x} (byte {number:,} of the file)"
            if not chunk:
                return ": the text"
            position += len(chunk)
