"""Makes plain rows of Arrow's tables: text, numbers, lists, dicts and None."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shoptune.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ROWS_AT_ONCE", "arrow_rows"]

ROWS_AT_ONCE = 1_000


def arrow_rows(batches: Iterable[pa.Table | pa.RecordBatch], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (origin, cells) for each row; rows are counted from 1: ``products.parquet:118``.

    Dates and times become ISO text, decimal numbers floats, NaN and infinity None, structs and maps dicts, and bytes
    text; bytes that are no UTF-8 (a picture) become None.  Raises `DataError` where Arrow can't read on.
    """
    import pyarrow as pa

    number = 0
    try:
        for batch in batches:
            for row in batch.to_pylist(maps_as_pydicts="lossy"):
                number += 1
                yield f"{name}:{number}", {column: _plain(value) for column, value in row.items()}
    except (pa.ArrowException, OSError, OverflowError, ValueError) as error:
        raise DataError(f"{name}: the rows after {number:,} can't be read: {error}.") from error


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return _decoded(value)
    return value.isoformat() if isinstance(value, date | time) else str(value)  # a datetime is a date


def _decoded(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
