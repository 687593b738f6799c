"""The adapter ``csv``: delimited text with a header."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune_files.delimited import open_table
from shoptune_files.records import RecordOptions, make_records, named_columns

__all__ = ["CsvOptions", "csv_adapter"]


class CsvOptions(RecordOptions):
    """How a delimited file is read."""

    separator: str | None = Field(
        default=None,
        pattern=r'^[^"\r\n]$',
        description="The character between cells; default: by the suffix (.tsv, .psv), else seen from the header.",
    )


SEPARATORS = {".tsv": "\t", ".psv": "|"}


def read(path: Path, options: CsvOptions) -> Iterator[Record | Dropped]:
    """Read a delimited file, one record per row."""
    separator = options.separator or SEPARATORS.get(path.suffix.lower())
    with open_table(path, separator, options.encoding) as table:
        table.need(named_columns(options))
        rows = (row if isinstance(row, Dropped) else (row.origin, row.cells) for row in table.rows)
        yield from make_records(rows, path.name, options)


csv_adapter = DataAdapter(
    name="csv",
    summary="Delimited text with a header: comma, tab, semicolon, | or any other separator",
    options=CsvOptions,
    read=read,
)
