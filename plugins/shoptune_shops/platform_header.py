"""Finds a platform's columns in a file's header, whichever row that is."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from shoptune.data import Dropped
from shoptune.errors import DataError, did_you_mean
from shoptune_files.delimited import Cells, Placed, Table, open_table
from shoptune_files.text_file import peek_text
from shoptune_shops.platform_table import Packed, Platform, Properties

__all__ = ["Form", "Found", "first_rows", "has_signs", "open_form"]

NEEDED = ("name", "description")
LOOKED_AT = 12
"""Rows among which the header is looked for: Amazon has up to six above its data."""
LONGEST_NAME = 300
"""Characters of a column's name; a longer cell is no name, and no pattern is tried on it."""
SEPARATORS = "\t,;|"

_HOLE = re.compile(r"\\\{(\w+)\\\}")


def plain(column: str) -> str:
    """Return a column's name as names are compared.

    >>> [plain(column) for column in ("*C:Brand", "Name *", " TITLE")]
    ['c:brand', 'name', 'title']
    """
    return column.strip().strip("*").strip().casefold()


@lru_cache(maxsize=1024)
def _pattern(name: str) -> re.Pattern[str]:
    """Return what finds a column by a name with holes: ``{n}`` is a number, ``{name}`` the property's name."""
    kinds = {"n": r"(?P<n>[0-9]+)", "name": r"(?P<name>.+)"}
    return re.compile(_HOLE.sub(lambda hole: kinds.get(hole[1], ".*?"), re.escape(plain(name))))


class Header:
    """A file's columns by name."""

    def __init__(self, cells: Iterable[str]) -> None:
        self.columns = {plain(cell): cell for cell in reversed(tuple(cells)) if cell.strip()}
        self.columns = dict(reversed(self.columns.items()))

    def find(self, name: str) -> list[tuple[str, re.Match[str] | None]]:
        """Return the columns that are called so, each with what its holes hold."""
        if "{" not in name:
            return [(self.columns[plain(name)], None)] if plain(name) in self.columns else []
        pattern = _pattern(name)
        found = ((cell, pattern.fullmatch(key)) for key, cell in self.columns.items() if len(key) <= LONGEST_NAME)
        return [(cell, match) for cell, match in found if match]

    def all(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the columns that are called by one of `names`, in that order."""
        return tuple(dict.fromkeys(column for name in names for column, _ in self.find(name)))


@dataclass(frozen=True)
class Found:
    """The columns of properties in one file."""

    named: Sequence[tuple[str, Sequence[str]]] = ()
    """(what a property is called, its columns)."""
    pairs: Sequence[tuple[str, str]] = ()
    packed: Sequence[tuple[str, Packed]] = ()
    between: str | None = None
    none: frozenset[str] = frozenset()
    """Values, in lower case, that mean that there is none."""

    @property
    def columns(self) -> set[str]:
        """All columns that are read."""
        named = {column for _, columns in self.named for column in columns}
        return named | {column for pair in self.pairs for column in pair} | {column for column, _ in self.packed}


@dataclass(frozen=True)
class Form:
    """A platform's table, and where its columns are in one file."""

    platform: Platform
    fields: Mapping[str, Sequence[str]]
    """Our field -> its columns, the first of which counts that a row fills."""
    options: Found
    attributes: Found
    variant: Mapping[str, frozenset[str]]
    """Column -> the cells, in lower case, that make a row a variant."""
    ignored: Mapping[str, frozenset[str]]
    states: Mapping[str, Mapping[str, str]]
    columns: Sequence[str]
    """All columns that are read."""
    unread: Sequence[str]
    """Columns that nothing reads and that the platform's table does not know."""

    @staticmethod
    def of(platform: Platform, table: Table) -> "Form":
        """Find the platform's columns in a table; raises `DataError` where one is missing that is needed."""
        header = Header(table.header)
        fields = {field: header.all(names) for field, names in platform.columns}
        for field in (*NEEDED, *_keys(platform)):
            if not fields[field]:
                names = getattr(platform.columns, field)
                hint = did_you_mean(names[0], filter(None, table.header)) if names else ""
                called = " or ".join(map(repr, names))
                raise DataError(f"{table.origin}: there is no column {called} (upper or lower case).{hint}")
        rows = (*platform.rows.variant, *platform.rows.ignored, *platform.states)
        taken = {column for columns in fields.values() for column in columns} | set(header.all(rows))
        options = _found(platform.options, header, taken)
        attributes = _found(platform.attributes, header, taken | options.columns)
        used = taken | options.columns | attributes.columns
        return Form(
            platform=platform,
            fields=fields,
            options=options,
            attributes=attributes,
            variant=_rule(platform.rows.variant, header),
            ignored=_rule(platform.rows.ignored, header),
            states={c: states for name, states in platform.states.items() for c in header.all([name])},
            columns=tuple(dict.fromkeys(column for column in table.header if column in used)),
            unread=[c for c in header.columns.values() if c not in used and c not in header.all(platform.unread)],
        )


def _keys(platform: Platform) -> tuple[str, ...]:
    """Return the fields without which rows can't be brought together."""
    return {"shared_id": ("id",), "parent": ("id", "parent")}.get(platform.layout, ())


def _rule(rule: Mapping[str, Iterable[str]], header: Header) -> dict[str, frozenset[str]]:
    return {c: frozenset(map(str.casefold, values)) for name, values in rule.items() for c in header.all([name])}


def _found(properties: Properties, header: Header, taken: set[str]) -> Found:
    named = [(name, header.all(columns)) for name, columns in properties.columns.items()]
    seen = taken | {column for _, columns in named for column in columns}
    for pattern in properties.patterns:
        for column, match in header.find(pattern):
            if match and column not in seen:
                start, end = match.span("name")
                key = column.strip().strip("*").strip()
                named.append((key[start:end] if len(key) == len(match.string) else match["name"], (column,)))
                seen.add(column)
    pairs = []
    for name, value in properties.pairs:
        for column, match in header.find(name):
            number = match["n"] if match and "n" in match.groupdict() else ""
            pairs += [(column, other) for other, _ in header.find(value.replace("{n}", number))]
    packed = [(column, one) for one in properties.packed for column in header.all(one.column)]
    return Found(named=named, pairs=pairs, packed=packed, between=properties.between, none=frozenset(map(str.casefold, properties.none)))


def first_rows(path: Path) -> dict[str, list[tuple[str, ...]]]:
    """Return separator -> the first rows of a file as it cuts them.  Never raises."""
    lines = peek_text(path).splitlines()[:LOOKED_AT]
    rows: dict[str, list[tuple[str, ...]]] = {}
    for separator in SEPARATORS:
        try:
            rows[separator] = [tuple(map(str.strip, cells)) for cells in csv.reader(lines, delimiter=separator)]
        except csv.Error:
            rows[separator] = []
    return rows


def has_signs(platform: Platform, rows: Iterable[Iterable[str]]) -> bool:
    """Say whether one of the first rows is a header that gives the platform's file away."""
    headers = [Header(cells) for cells in rows]
    return any(all(map(header.find, sign)) for header in headers for sign in platform.signs)


def _header(platform: Platform, path: Path) -> tuple[str, tuple[str, ...]] | None:
    """Return the separator and the first row that has the columns that are needed."""
    for separator, rows in first_rows(path).items():
        for cells in rows:
            header = Header(cells)
            if all(header.all(getattr(platform.columns, field)) for field in NEEDED):
                return separator, cells
    return None


@contextmanager
def open_form(path: Path, platform: Platform, encoding: str | None) -> Iterator[Table]:
    """Open a platform's file; rows above its header are passed over.  Raises as `open_table` does."""
    found = _header(platform, path)
    if found is None:
        with open_table(path, encoding=encoding) as table:
            yield table
        return
    separator, header = found
    with open_table(path, separator, encoding, header) as table:
        yield replace(table, read=partial(_below, table, header))


def _below(table: Table, header: Cells, take: Callable[[Sequence[str]], Cells]) -> Iterator[Placed | Dropped]:
    """Yield the rows that follow the header's; raises `DataError` where there are none."""
    seen = below = False

    def look(cells: Sequence[str]) -> Cells:
        nonlocal seen
        if seen:
            return take(cells)
        seen = tuple(map(str.strip, cells)) == header
        return ()

    empty = True
    for row in table.read(look):
        if below:
            empty = False
            yield row
        below = below or seen
    if empty:
        raise DataError(f"{table.origin.rpartition(':')[0]}: there are no rows.")
