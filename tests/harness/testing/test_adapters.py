"""The contract of data adapters: the healthy pass, and each planted fault is found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import (
    DataAdapter,
    NoOptions,
)
from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune.testing import (
    check_adapter,
)
from tests.harness.testing.faults import broken


def streaming(path: Path, options: NoOptions) -> Iterator[Record | Dropped]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                key, _, value = line.strip().partition("=")
                origin = f"{path.name}:{number}"
                if key and value:
                    yield Record(id=key, group=key, fields={"name": value}, origin=origin)
                elif number > 1:
                    yield Dropped(origin=origin, reason="no key or no value", bad=True)
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: it is no UTF-8: {error}") from error


def at_once(path: Path, options: NoOptions) -> list[Record | Dropped]:
    return list(streaming(path, options))


def first_line_is_a_number(path: Path, options: NoOptions) -> Iterator[Record | Dropped]:
    int(path.read_bytes()[:0] or path.read_bytes()[-3:-1])
    yield from streaming(path, options)


def without_rows(path: Path, options: NoOptions) -> Iterator[Record | Dropped]:
    for row in streaming(path, options):
        yield replace(row, origin="somewhere")


def in_random_order(path: Path, options: NoOptions) -> Iterator[Record | Dropped]:
    for row in streaming(path, options):
        yield replace(row, group=str(random.random())) if isinstance(row, Record) else row


def of_sets(path: Path, options: NoOptions) -> Iterator[Record | Dropped]:
    for row in streaming(path, options):
        yield replace(row, fields={"name": ("a", "tuple")}) if isinstance(row, Record) else row


ADAPTER = DataAdapter(name="pairs", summary="key=value", options=NoOptions, read=streaming)
FAULTY_ADAPTERS: dict[str, Any] = {
    "it streams": at_once,
    "it survives broken files": first_line_is_a_number,
    "it says where rows stand": without_rows,
    "it reads the same again": in_random_order,
    "records can be used": of_sets,
}


@pytest.fixture
def good_file(tmp_path: Path) -> Path:
    path = tmp_path / "good" / "shop.pairs"
    path.parent.mkdir()
    path.write_text("# key=value\n" + "".join(f"p{i}={'vase ' * 20}{i}\n" for i in range(10, 30)), "utf-8")
    return path


def test_a_healthy_adapter_passes(good_file: Path, tmp_path: Path) -> None:
    check_adapter(ADAPTER, good_file, tmp_path)


@pytest.mark.parametrize("check", FAULTY_ADAPTERS)
def test_a_faulty_adapter_is_found(check: str, good_file: Path, tmp_path: Path) -> None:
    adapter = replace(ADAPTER, read=FAULTY_ADAPTERS[check])
    assert check in broken(lambda: check_adapter(adapter, good_file, tmp_path))
