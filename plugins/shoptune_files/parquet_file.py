"""The adapter ``parquet``."""

from collections.abc import Iterator
from pathlib import Path

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune_files.arrow_rows import ROWS_AT_ONCE, arrow_rows
from shoptune_files.records import ColumnOptions, in_spelling_of, make_records, needed_columns

__all__ = ["parquet_adapter"]


def read(path: Path, options: ColumnOptions) -> Iterator[Record | Dropped]:
    """Read a Parquet file, one record per row, a row group at a time; columns that aren't needed are never read."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{path.name}: this can't be read as Parquet: {error}. (Parquet is packed by itself: unpack .gz and .zip.)"
        ) from error
    with file:
        header = file.schema_arrow.names
        options = in_spelling_of(header, options, path.name)
        batches = file.iter_batches(ROWS_AT_ONCE, columns=needed_columns(header, options))
        yield from make_records(arrow_rows(batches, path.name), path.name, options)


parquet_adapter = DataAdapter(
    name="parquet", summary="Parquet: lists and structs become lists and objects", options=ColumnOptions, read=read
)
