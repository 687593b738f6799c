"""Finds a platform's columns in a file's header, whichever row that is."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from shoptune.errors import DataError, did_you_mean
from shoptune_files.delimited import Table, open_table, peek_header
from shoptune_files.dialect import cut, lines_of
from shoptune_files.text_file import peek_text
from shoptune_shops.platform_table import Packed, Platform, Properties

__all__ = ["Form", "Found", "Header", "has_signs", "headers_of", "open_form"]

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
    kinds = {"n": r"(?P<n>[0-9]+)", "name": r"(?P<name>.+)", "namespace": r"(?P<namespace>[^.]+)"}
    return re.compile(_HOLE.sub(lambda hole: kinds.get(hole[1], ".*?"), re.escape(plain(name))))


class Header:
    """A file's columns by name."""

    def __init__(self, cells: Iterable[str]) -> None:
        self.columns: dict[str, str] = {}
        for cell in cells:  # of two columns with one name the first counts
            if name := plain(cell):
                self.columns.setdefault(name, cell)

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
    def of(platform: Platform, table: Table, further: Sequence[str] = ()) -> "Form":
        """Find the platform's columns in a table, and `further` ones that are attributes.

        Raises `DataError` where one is missing that is needed.
        """
        header = Header(table.header)
        fields = {field: header.all(names) for field, names in platform.columns}
        for field in (*NEEDED, *_keys(platform)):
            if not fields[field]:
                raise _missing(table, getattr(platform.columns, field))
        for column in further:
            if not header.find(column):
                raise _missing(table, [column])
        rows = (*platform.rows.variant, *platform.rows.ignored, *platform.states)
        taken = {column for columns in fields.values() for column in columns} | set(header.all(rows))
        options = _found(platform.options, header, taken)
        attributes = _found(platform.attributes, header, taken | options.columns)
        attributes = replace(attributes, named=[*attributes.named, *((c, (c,)) for c in header.all(further))])
        used = taken | options.columns | attributes.columns
        single = [column for column in table.header if not table.is_repeated(column)]
        named = Header([*single, *sorted(table.repeated)])
        known = used.union(named.all(platform.unread))
        return Form(
            platform=platform,
            fields=fields,
            options=options,
            attributes=attributes,
            variant=_rule(platform.rows.variant, header),
            ignored=_rule(platform.rows.ignored, header),
            states={c: states for name, states in platform.states.items() for c in header.all([name])},
            columns=tuple(dict.fromkeys(column for column in table.header if column in used)),
            unread=[column for column in named.columns.values() if column not in known],
        )


def _missing(table: Table, names: Sequence[str]) -> DataError:
    table.need(column for column in table.repeated if Header([column]).all(names))  # which says what is wrong with it
    hint = did_you_mean(names[0], filter(None, table.header)) if names else ""
    return DataError(f"{table.origin}: there is no column {' or '.join(map(repr, names))} (upper or lower case).{hint}")


def _keys(platform: Platform) -> tuple[str, ...]:
    """Return the fields without which rows can't be brought together."""
    return {"shared_id": ("id",), "parent": ("id", "parent")}.get(platform.layout, ())


def _rule(rule: Mapping[str, Iterable[str]], header: Header) -> dict[str, frozenset[str]]:
    return {c: frozenset(map(str.casefold, values)) for name, values in rule.items() for c in header.all([name])}


def _label(column: str, match: re.Match[str]) -> str:
    """Return the property's name as the column writes it; one of Shopify's metafields with its namespace."""
    written = column.strip().strip("*").strip()
    start, end = match.span("name")
    name = written[start:end] if len(written) == len(match.string) else match["name"]
    namespace = match.groupdict().get("namespace")
    return f"{name} (product.metafields.{namespace}.{name})" if namespace else name


def _found(properties: Properties, header: Header, taken: set[str]) -> Found:
    named = [(name, header.all(columns)) for name, columns in properties.columns.items()]
    seen = taken | {column for _, columns in named for column in columns}
    for pattern in properties.patterns:
        for column, match in header.find(pattern):
            if match and column not in seen:
                named.append((_label(column, match), (column,)))
                seen.add(column)
    pairs = []
    for name, value in properties.pairs:
        for column, match in header.find(name):
            number = match["n"] if match and "n" in match.groupdict() else ""
            pairs += [(column, other) for other, _ in header.find(value.replace("{n}", number))]
    packed = [(column, one) for one in properties.packed for column in header.all(one.column)]
    none = frozenset(map(str.casefold, properties.none))
    return Found(named=named, pairs=pairs, packed=packed, between=properties.between, none=none)


def headers_of(path: Path) -> Iterator[tuple[Header, int | None, str]]:
    """Yield what may be a file's header, the likeliest first: its names, the lines above it, and what parts its cells.

    Of the likeliest the other two are not told.  Never raises.
    """
    yield Header(peek_header(path)), None, ""
    for number, line in enumerate(lines_of(peek_text(path))[:LOOKED_AT]):
        for separator in SEPARATORS:
            yield Header(map(str.strip, cut(line.rstrip("\r\n"), separator))), number, separator


def has_signs(platform: Platform, header: Header) -> bool:
    """Say whether a header gives the platform's file away."""
    return any(all(map(header.find, sign)) for sign in platform.signs)


def open_form(path: Path, platform: Platform, encoding: str | None) -> AbstractContextManager[Table]:
    """Open a platform's file; rows above its header are passed over.  Raises as `open_table` does."""
    for header, above, separator in headers_of(path):
        if all(header.all(getattr(platform.columns, field)) for field in NEEDED):
            return open_table(path, separator or None, encoding, above=above)
    return open_table(path, encoding=encoding)
