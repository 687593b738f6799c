"""What holds for every data adapter: it streams, says where rows stand, and survives files that are broken."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel

from shoptune.components import AnyAdapter
from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError, UsageError
from shoptune.storage.jsonl import from_line, to_line
from shoptune.testing.contract import Finding, NotCheckedError, examine, insist, options_of, require

__all__ = ["adapter_findings", "check_adapter", "repeat_lines"]

LARGE = 5_000_000
"""Bytes of the file that is read to see whether it is held in memory."""
CUTS = 12
"""Places where a file is cut off or damaged."""

LONGER = 500
"""How many words are added to a text."""
TEXT = re.compile(rb"[^\W\d_]+(?:[,.]? [^\W\d_]+){2,}")
"""Three words in a row: a text, and no id or address."""

Grow = Callable[[bytes, int], bytes]


def repeat_lines(content: bytes, size: int) -> bytes:
    """Make a table of lines at least `size` bytes large: repeats all lines but the first, and makes texts longer.

    Running texts are made `LONGER`, so that what an adapter has to remember of each row, such as its id, is small
    beside them.
    """
    head, end, rows = content.partition(b"\n")
    longer = TEXT.sub(lambda found: found[0] + b" and so on" * LONGER, rows if rows.endswith(b"\n") else rows + b"\n")
    return head + end + longer * max(2, -(-size // len(longer)))


@dataclass(frozen=True)
class Material:
    """A data adapter, a good file and a folder for others that are made of it."""

    adapter: AnyAdapter
    file: Path | None
    folder: Path
    given: BaseModel | None
    grow: Grow

    @cached_property
    def options(self) -> BaseModel:
        return options_of(self.adapter.options, self.given)

    @cached_property
    def sample(self) -> Path:
        if self.file is None or not self.file.is_file():
            raise NotCheckedError("there is no sample file: call the check with one, or bring one in the folder data/")
        return self.file

    @cached_property
    def content(self) -> bytes:
        return self.sample.read_bytes()

    def written(self, content: bytes) -> Path:
        """Write a file beside no other, under the sample's name."""
        path = self.folder / (self.file.name if self.file else "sample.csv")
        path.write_bytes(content)
        return path

    def read(self, path: Path) -> Iterator[Record | Dropped | Note]:
        """Read a file's rows."""
        return iter(self.adapter.read(path, self.options))

    @cached_property
    def rows(self) -> list[Record | Dropped | Note]:
        """All that the adapter makes of the good file."""
        return list(self.read(self.sample))


def check_adapter(
    adapter: AnyAdapter, file: Path, folder: Path, options: BaseModel | None = None, *, grow: Grow = repeat_lines
) -> None:
    """Hold a data adapter against its contract; raises `ContractError` with all that is wrong.

    Args:
        adapter: The adapter.
        file: A good file with a few rows.
        folder: An empty folder to work in.
        options: The adapter's options; default: their defaults.
        grow: (a file's bytes, a size) -> the bytes of a file of at least that size with more of such rows, to see
            what the adapter holds in memory; default: `repeat_lines`.

    """
    insist(adapter_findings(adapter, file, folder, options, grow=grow))


def adapter_findings(
    adapter: AnyAdapter, file: Path | None, folder: Path, options: BaseModel | None = None, *, grow: Grow = repeat_lines
) -> list[Finding]:
    """Return what each check of `check_adapter` found; without a file only broken ones are read."""
    return examine("data adapter", adapter.name, CHECKS, Material(adapter, file, folder, options, grow))


def records_can_be_used(material: Material) -> None:
    records = [row for row in material.rows if isinstance(row, Record)]
    require(records, f"it reads no record from {material.sample.name}")
    for record in records:
        where = f"the record at {record.origin}"
        names: tuple[object, ...] = (record.id, record.group)
        named = all(isinstance(name, str) and name for name in names)
        require(
            named, f"{where} has the id {record.id!r} and the group {record.group!r}; both are texts that say something"
        )
        back = from_line(to_line(record), Record)
        require(dict(back.fields) == dict(record.fields), f"{where}: its fields must be made of JSON's values")


def it_says_where_rows_stand(material: Material) -> None:
    pattern = re.compile(re.escape(material.sample.name) + r"\W.*\d")
    for row in material.rows:
        if isinstance(row, Note):
            continue
        form = f"needed is its file and its row, as in {material.sample.name}:118"
        require(pattern.match(row.origin), f"a row's origin is {row.origin!r}; {form}, by which a person finds it")


def it_reads_the_same_again(material: Material) -> None:
    require(list(material.read(material.sample)) == material.rows, "read twice, the same file gives other rows")


def it_streams(material: Material) -> None:
    path = material.written(material.grow(material.content, LARGE))
    records = sum(isinstance(row, Record) for row in material.rows)
    found = 0
    tracemalloc.start()
    try:
        for row in material.read(path):
            found += isinstance(row, Record)
        _, peak = tracemalloc.get_traced_memory()
    except UsageError as error:
        raise NotCheckedError(f"made larger, the sample can't be read: say how to `grow` it ({error})") from None
    finally:
        tracemalloc.stop()
    size = path.stat().st_size
    if found <= records or size < LARGE:
        larger = f"a file of {size:,} bytes that was made of the sample has {found} records and the sample {records}"
        raise NotCheckedError(f"{larger}: say how to `grow` it")
    held = f"of a file of {size:,} bytes and {found:,} records it held {peak:,} bytes in memory at once"
    require(peak < size / 2, f"{held}; read and yield row by row")


def it_survives_broken_files(material: Material) -> None:
    for what, content in _broken(material.content if material.file else b"id,name\n1,vase\n"):
        path = material.written(content)
        try:
            for row in material.read(path):
                require(isinstance(row, Record | Dropped | Note), f"of {what} it made a {type(row).__name__}")
        except DataError as error:
            names = path.name in str(error) or path.parent.name in str(error)  # a data set may be a folder
            require(names, f"of {what} it says {str(error)!r}, which does not name the file")
        except UsageError:  # the options do not fit this file, and it says so
            pass
        except Exception as error:
            message = f"of {what} it raised {type(error).__name__} ({error})"
            require(False, f"{message}; raise DataError, or yield the row as Dropped with bad=True")


CHECKS = (
    records_can_be_used,
    it_says_where_rows_stand,
    it_reads_the_same_again,
    it_streams,
    it_survives_broken_files,
)


def _broken(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield "an empty file", b""
    yield "a blank line", b"\n"
    yield "a file of zeros", b"\0" * 100
    yield "a file that is no text", bytes(range(256)) * 4
    yield "half a compressed file", b"\x1f\x8b\x08\x00half"
    yield "another encoding", content.decode("utf-8", "replace").encode("utf-16")
    yield "a byte that is no UTF-8", content[: len(content) // 2] + b"\xff\xfe\x80" + content[len(content) // 2 :]
    yield "a quote that never ends", content + b'\n"never ended'
    yield "a file without its first line", content.partition(b"\n")[2]
    yield "a very long cell", content + b"\n" + b"x" * 300_000 + b"\n"
    for part in range(1, CUTS):
        at = len(content) * part // CUTS
        yield f"a file that was cut off after {at} bytes", content[:at]
        yield f"a file with a zero at byte {at}", content[:at] + b"\0" + content[at:]
