"""Rows of a shop's file under our own names: only the columns asked for, whatever the dialect calls them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from shoptune.components import Options
from shoptune.data import Dropped
from shoptune.errors import DataError, RowError, did_you_mean
from shoptune_files.amounts import parse_amount
from shoptune_files.clean_text import clean_text, is_no_value
from shoptune_files.delimited import Table
from shoptune_files.text_file import Encoding
from shoptune_shops.dates import DateOrder, read_date

__all__ = ["RAW", "ProductFileOptions", "ShopOptions", "ShopRow", "group_rows", "select_columns"]

RAW = frozenset({"description", "short_description", "structured_description", "text", "attributes"})
"""Our names of columns that are not short texts: HTML, or several values packed into a cell."""


class ShopOptions(Options):
    """How a shop's file is read."""

    encoding: Encoding | None = None
    """The file's text encoding; default: UTF-8."""


class ProductFileOptions(ShopOptions):
    """How a shop's file of products is read."""

    attributes: tuple[str, ...] = ()
    """Further columns that are product attributes, such as ``Meta: care``: what is left out by its name is read too."""


@dataclass(frozen=True, slots=True)
class ShopRow:
    """One row: clean cells by our names; a column that the file lacks reads as empty, and so does a NULL or n/a."""

    origin: str
    cells: Mapping[str, str]
    columns: Mapping[str, str]
    """Our name -> what the file calls it, for messages."""

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")

    def text(self, name: str) -> str:
        """Return a cell that must not be empty."""
        return self[name] or self._refuse(name, "is empty", "every row needs one")

    def amount(self, name: str) -> float:
        """Return an amount of money."""
        amount = parse_amount(self[name])
        return self._refuse(name, "is no amount", "write one such as 12.50") if amount is None else amount

    def count(self, name: str) -> int:
        """Return a whole number, 0 or more."""
        cell = self[name]
        if cell.isascii() and cell.isdigit():
            return int(cell)
        return self._refuse(name, "is no whole number", "write one such as 12")

    def whole(self, name: str) -> int:
        """Return a whole number, below 0 for what came back."""
        cell = self[name].replace("\u2212", "-").removeprefix("'")
        digits = cell.removeprefix("-").removesuffix(".0").removesuffix(".00")
        if digits.isascii() and digits.isdigit():
            return -int(digits) if cell.startswith("-") else int(digits)
        return self._refuse(name, "is no whole number", "write one such as 12")

    def iso_date(self, name: str, order: DateOrder | None = None) -> str:
        """Return the date (``2026-03-31``) of a date or a point in time; what follows the date is left out."""
        return read_date(self[name], order) or self._refuse(name, "is no date", "write one such as 2026-03-31")

    def error(self, name: str, problem: str, detail: str = "") -> RowError:
        """Return an error about a cell: `problem` completes the column's name ("is empty") and is counted."""
        return RowError(self.origin, f"{self.columns.get(name, name)} {problem}", detail)

    def _refuse(self, name: str, problem: str, remedy: str) -> NoReturn:
        raise self.error(name, problem, f"found {self[name]!r}; {remedy}")


def select_columns(
    table: Table, wanted: Mapping[str, Sequence[str]], needed: Iterable[str] = (), raw: Collection[str] = RAW
) -> Iterator[ShopRow | Dropped]:
    """Yield the table's rows with the `wanted` columns alone: our name -> what dialects call it, in lower case.

    No other cell goes any further, which is how personal data stay out.  Cells are made clean text (`clean_text`), but
    for those of `raw` columns (our names), which are stripped: whoever unpacks them cleans the parts.  Raises
    `DataError` with the nearest match where the table lacks a column that is `needed` (our name).
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
    names = tuple(columns)
    clean = tuple(_stripped if name in raw else clean_text for name in names)
    for row in table.select(tuple(columns.values())):
        if isinstance(row, Dropped):
            yield row
        else:
            origin, cells = row
            texts = (cleaned(cell) for cleaned, cell in zip(clean, cells))  # noqa: B905  (strict is slow)
            yield ShopRow(origin, dict(zip(names, texts)), columns)  # noqa: B905


def _stripped(cell: str) -> str:
    text = cell.strip()
    return "" if is_no_value(text) else text


def group_rows(rows: Iterable[ShopRow | Dropped], name: str) -> Iterator[list[ShopRow] | Dropped]:
    """Yield the rows that stand together and share a `name` cell; a row without one comes as a bad `Dropped`.

    They do stand together in an export.  A value that comes back later makes a second group, which the core refuses
    since ids must differ: merging would hold the whole file in memory, and such a file is most often two exports in
    one, whose rows contradict each other.
    """
    together: list[ShopRow] = []
    for row in rows:
        if isinstance(row, Dropped):
            yield row
        elif not row[name]:
            error = row.error(name, "is empty", "every row needs one")
            yield Dropped(origin=error.origin, reason=error.reason, detail=error.detail, bad=True)
        elif together and together[0][name] != row[name]:
            yield together
            together = [row]
        else:
            together.append(row)
    if together:
        yield together
