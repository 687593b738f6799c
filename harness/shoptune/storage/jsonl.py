"""Lines of JSON: how records, training rows and predictions are kept."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import orjson

from shoptune.data import Prediction, Record
from shoptune.training_rows import TrainingRow

__all__ = ["from_line", "read_jsonl", "to_line", "write_jsonl"]

Row = Record | TrainingRow | Prediction
T = TypeVar("T", bound=Row)

OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def to_line(row: Row) -> bytes:
    """Return `row` as one line of JSON in UTF-8, newline included."""
    if not isinstance(row, Prediction):  # a log-probability may be -Infinity, which orjson would make null
        with suppress(TypeError):  # orjson knows no whole numbers beyond 64 bits, which a shop's JSON may hold
            return orjson.dumps(row, option=OPTIONS)
    return json.dumps(asdict(row), ensure_ascii=False).encode() + b"\n"


def write_jsonl(path: Path, rows: Iterable[Row]) -> None:
    """Write `rows` to `path`, one a line."""
    with path.open("wb") as file:
        file.writelines(map(to_line, rows))


def read_jsonl(path: Path, kind: type[T]) -> Iterator[T]:
    """Read the rows that `write_jsonl` wrote."""
    with path.open("rb") as file:
        for line in file:
            yield from_line(line, kind)


def from_line(line: bytes, kind: type[T]) -> T:
    """Read a row that `to_line` wrote."""
    try:  # what a line holds goes by `kind`, hence Any
        fields: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:  # infinite or huge numbers, see `to_line`
        fields = json.loads(line)
    # JSON knows no tuples, and frozen rows hold no lists.
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    return kind(**values)
