"""Rows of a shop's file under our own names: only the columns asked for, whatever the dialect calls them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NoReturn

from pydantic import Field

from shoptune.components import Options
from shoptune.errors import DataError, did_you_mean
from shoptune_files.amounts import parse_amount
from shoptune_files.delimited import Table
from shoptune_files.text_file import Encoding

__all__ = ["ShopOptions", "ShopRow", "group_rows", "select_columns"]


class ShopOptions(Options):
    """How a shop's file is read."""

    encoding: Encoding | None = Field(default=None, description="The file's text encoding; default: UTF-8.")


@dataclass(frozen=True, slots=True)
class ShopRow:
    """One row: stripped cells by our names; a column that the file lacks reads as empty."""

    origin: str
    cells: Mapping[str, str]
    columns: Mapping[str, str]
    """Our name -> what the file calls it, for messages."""

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")

    def text(self, name: str) -> str:
        """Return a cell that must not be empty."""
        return self[name] or self._refuse(name, "this can't be empty")

    def amount(self, name: str) -> float:
        """Return an amount of money."""
        amount = parse_amount(self[name])
        return self._refuse(name, "write an amount such as 12.50") if amount is None else amount

    def count(self, name: str) -> int:
        """Return a whole number, 0 or more."""
        cell = self[name]
        return int(cell) if cell.isascii() and cell.isdigit() else self._refuse(name, "write a whole number such as 12")

    def iso_date(self, name: str) -> str:
        """Return the date (``2026-03-31``) of a date or a point in time; what follows the date is left out."""
        day, _, _ = self[name].replace("T", " ").partition(" ")
        try:
            return date.fromisoformat(day).isoformat()
        except ValueError:
            self._refuse(name, "write a date such as 2026-03-31")

    def error(self, name: str, problem: str) -> DataError:
        """Return an error about a cell; it names row and column."""
        return DataError(f"{self.origin}: {self.columns.get(name, name)}: {problem}.")

    def _refuse(self, name: str, remedy: str) -> NoReturn:
        raise self.error(name, f"found {self[name]!r}; {remedy}")


def select_columns(table: Table, wanted: Mapping[str, Sequence[str]], needed: Iterable[str] = ()) -> Iterator[ShopRow]:
    """Yield the table's rows with the `wanted` columns alone: our name -> what dialects call it, in lower case.

    No other cell goes any further, which is how personal data stay out.  Raises `DataError` with the nearest match
    where the table lacks a column that is `needed` (our name).
    """
    header = {column.casefold(): column for column in table.header}
    columns = {
        name: next(header[alias] for alias in aliases if alias in header)
        for name, aliases in wanted.items()
        if not header.keys().isdisjoint(aliases)
    }
    for name in needed:
        if name not in columns:
            called = " or ".join(map(repr, wanted[name]))
            hint = did_you_mean(wanted[name][0], table.header)
            raise DataError(f"{table.origin}: there is no column {called} (upper or lower case).{hint}")
    for row in table.rows:
        yield ShopRow(row.origin, {name: row.cells[column].strip() for name, column in columns.items()}, columns)


def group_rows(rows: Iterable[ShopRow], name: str) -> Iterator[tuple[str, list[ShopRow]]]:
    """Yield the rows that share a `name` cell, which must not be empty and must stand together.

    They do in an export.  A value that comes back later is refused rather than merged: merging would hold the whole
    file in memory, and such a file is most often two exports in one, whose rows contradict each other.
    """
    origins: dict[str, str] = {}
    for value, group in groupby(rows, lambda row: row.text(name)):
        together = list(group)
        first = together[0]
        if value in origins:
            raise first.error(
                name,
                f"{value!r} stands at {origins[value]} too; its rows must stand together: mend or sort the file",
            )
        origins[value] = first.origin
        yield value, together
