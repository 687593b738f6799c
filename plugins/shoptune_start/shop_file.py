"""What a shop's files are: who reads each, and which table it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from shoptune.commands import adapter_for
from shoptune.components import DataAdapter
from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError, UsageError, did_you_mean
from shoptune_files.text_file import detected_encoding, has_mark, peek_text

__all__ = ["PRODUCTS", "ShopFile", "recognise", "recognise_all", "sort_into_tables"]

PRODUCTS = "products"
TABLES = (PRODUCTS, "orders", "sales", "tests")
"""What the task reads, in the order in which the experiment file names it."""
FIRST = 500
"""Records from which a file is understood."""


@dataclass(frozen=True, kw_only=True)
class ShopFile:
    """A file that an adapter can read."""

    path: Path
    adapter: DataAdapter[Any]
    options: Mapping[str, Any]
    """The adapter's options as they stand in the experiment file."""
    first: Sequence[Record]
    """The first records, at most `FIRST`."""

    def with_options(self, options: Mapping[str, Any]) -> ShopFile:
        """Return the file as the adapter reads it when told these options as well."""
        return _looked_into(replace(self, options={**self.options, **options}))

    def rows(self) -> Iterator[Record | Dropped | Note]:
        """Read the file from its beginning."""
        yield from self.adapter.read(self.path, self.adapter.options.model_validate(dict(self.options)))


def recognise(path: Path) -> ShopFile:
    """Find the file's adapter and look into the first rows; raises UsageError where nobody can read it."""
    if not path.exists():
        near = did_you_mean(path.name, (p.name for p in path.parent.iterdir())) if path.parent.is_dir() else ""
        raise UsageError(f"there is no file {path}.{near}")
    adapter = adapter_for(path)
    file = ShopFile(path=path, adapter=adapter, options={}, first=())
    encoding = _encoding(path) if "encoding" in adapter.options.model_fields else None
    return file.with_options({"encoding": encoding} if encoding else {})


def recognise_all(paths: Sequence[Path]) -> tuple[list[ShopFile], list[str]]:
    """Return the files that can be read, and what is said of the others.

    Orders and sales figures are of use and can be done without; raises what the first file said that could not be read
    where no products are left.
    """
    known: list[ShopFile] = []
    failed: list[tuple[Path, DataError]] = []
    for path in paths:
        try:
            known.append(recognise(path))
        except DataError as error:
            failed.append((path, error))
    for path, reason in failed:
        if adapter_for(path).table in {None, PRODUCTS} or not any(
            file.adapter.table in {None, PRODUCTS} for file in known
        ):
            raise reason
    return known, [str(reason) for _, reason in failed]


def _encoding(path: Path) -> str | None:
    """Return the encoding that has to be said of a file; raises DataError where it can't be told what it is.

    XML says so itself, and so does a byte order mark.
    """
    if peek_text(path).lstrip().startswith("<"):
        return None
    found = detected_encoding(path)
    return None if found is None or found.startswith("utf-8") or has_mark(path) else found


def _looked_into(file: ShopFile) -> ShopFile:
    first = tuple(islice((row for row in file.rows() if isinstance(row, Record)), FIRST))
    if not first:
        dropped: dict[str, Dropped] = {}
        for row in file.rows():
            if isinstance(row, Dropped):
                dropped.setdefault(row.reason, row)
        said = (f"{row.reason} (first: {row.origin}{row.detail and ': '}{row.detail})" for row in dropped.values())
        why = f": {'; '.join(islice(said, 5))}" if dropped else ""
        raise DataError(f"{file.path}: the adapter {file.adapter.name!r} finds nothing to use in it{why}")
    return replace(file, first=first)


def sort_into_tables(files: Iterable[ShopFile]) -> dict[str, ShopFile]:
    """Return which file holds which table.

    A file in a general format, which does not say what it holds, is taken for the products if no other file is them.
    Raises UsageError for files that the task can't use, for two files of one table, and where there are no products.
    """
    tables: dict[str, ShopFile] = {}
    general = []
    for file in files:
        table = file.adapter.table
        if table is None:
            general.append(file)
        elif table not in TABLES:
            raise UsageError(
                f"{file.path} holds {table} ({file.adapter.name}), and product descriptions are made of "
                f"{', '.join(TABLES[:-1])} and {TABLES[-1]}; leave it out, or write an experiment for another task"
            )
        elif table in tables:
            raise UsageError(_two_of(table, tables[table], file))
        else:
            tables[table] = file
    if general and PRODUCTS not in tables:
        tables[PRODUCTS] = general.pop(0)
    if general:
        raise UsageError(_unknown(general[0], tables[PRODUCTS]))
    if PRODUCTS not in tables:
        found = ", ".join(f"{file.path} ({table})" for table, file in tables.items())
        raise UsageError(f"none of the files holds products: {found}; name the shop's product export as well")
    return {table: tables[table] for table in TABLES if table in tables}


def _two_of(table: str, one: ShopFile, other: ShopFile) -> str:
    remedy = "name only one"
    if one.adapter is other.adapter:
        remedy += f", and then write a pattern that fits both in the experiment file (`path: {table}_*.csv`)"
    return f"{one.path} and {other.path} both hold {table} ({one.adapter.name}, {other.adapter.name}); {remedy}"


def _unknown(file: ShopFile, products: ShopFile) -> str:
    return (
        f"{file.path} is of no kind that shoptune knows by its columns ({', '.join(file.first[0].fields)}), and "
        f"{products.path} holds the products. Leave one of them out. Sales figures with columns of their own go into "
        f"the experiment file by hand: `sales: {{path: {file.path.name}, adapter: generic_sales, "
        "columns: {sku: ..., units: ...}}`"
    )
