"""Lines of JSON: how examples, pairs and predictions are kept."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from shoptune.data import Example, Prediction, PreferencePair

__all__ = ["read_jsonl", "to_line", "write_jsonl"]

T = TypeVar("T", Example, PreferencePair, Prediction)


def to_line(row: Example | PreferencePair | Prediction) -> str:
    """Return `row` as one line of JSON, newline included."""
    return json.dumps(asdict(row), ensure_ascii=False) + "\n"


def write_jsonl(path: Path, rows: Iterable[Example | PreferencePair | Prediction]) -> None:
    """Write `rows` to `path`, one a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(map(to_line, rows))


def read_jsonl(path: Path, kind: type[T]) -> Iterator[T]:
    """Read the rows that `write_jsonl` wrote."""
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield kind(**_with_tuples(json.loads(line)))


def _with_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples, and frozen rows hold no lists."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
