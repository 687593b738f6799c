"""The adapter ``csv``: delimited text."""

from collections.abc import Iterator
from pathlib import Path, PurePath

from pydantic import Field, field_validator

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune_files.delimited import open_table
from shoptune_files.records import RecordOptions, in_spelling_of, make_records, needed_columns
from shoptune_files.text_file import inner_name
from shoptune_files.workbook import with_workbooks

__all__ = ["CsvOptions", "csv_adapter"]


class CsvOptions(RecordOptions):
    """How a delimited file is read."""

    separator: str | None = Field(default=None, pattern=r'^[^"\r\n]$')
    """The character between cells; default: by the suffix (.tsv, .psv), else seen from the first line."""
    header: tuple[str, ...] | None = Field(default=None, min_length=1)
    """What the columns are called, for a file that does not say so in its first row."""

    @field_validator("header")
    @classmethod
    def _differ(cls, header: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if header and len(set(header)) < len(header):
            raise ValueError("two columns have the same name")
        return header


SEPARATORS = {".tsv": "\t", ".psv": "|"}


def read(path: Path, options: CsvOptions) -> Iterator[Record | Dropped]:
    """Read a delimited file, one record per row."""
    separator = options.separator or SEPARATORS.get(PurePath(inner_name(path)).suffix.lower())
    with open_table(path, separator, options.encoding, options.header) as table:
        options = in_spelling_of(table.header, options, table.origin)
        columns = needed_columns(table.header, options)
        rows = (
            row if isinstance(row, Dropped) else (row[0], dict(zip(columns, row[1])))  # noqa: B905  (strict is slow)
            for row in table.select(columns)
        )
        yield from make_records(rows, path.name, options)


csv_adapter = DataAdapter(
    name="csv",
    summary="Delimited text, with a header or without: comma, tab, semicolon, | or any other separator",
    options=CsvOptions,
    read=with_workbooks(read),
)
