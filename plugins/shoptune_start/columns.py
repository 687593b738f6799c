"""Guesses which column of a shop's own table is which field, from the header and the first rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoptune.commands import is_identifier, is_personal
from shoptune.errors import DataError
from shoptune.flags import flag_of
from shoptune_files.clean_text import is_no_value
from shoptune_files.published import is_state_column, says_published
from shoptune_product_description.task import CATALOGUE_FACTS
from shoptune_shops.fact_names import is_fact_name
from shoptune_start.column_words import (
    ADMINISTRATIVE,
    GROUP,
    ID,
    MEASURES,
    SYNONYMS,
    spellings,
    words,
)

__all__ = ["Columns", "guess_columns"]

Cells = Mapping[str, Any]
Texts = Sequence[str]
"""A column's values as text, without the empty ones."""

FILLED = 0.1
"""The share of rows in which an attribute has a value: catalogues are mixed, and a lamp has no inseam."""
SAME_TEXT = 0.8
"""Where fewer rows than this differ in their description, several stand for one product."""
LONGEST, MOST_WORDS = 60, 6
"""Characters and words of an attribute's value, in nine of ten rows."""

_HTML = re.compile(r"</?(?:p|br|ul|ol|li|div|span|b|i|em|strong|h[1-6]|table)\b[^<>]*>|&(?:[a-z]{2,8}|#\d{1,6});", re.I)
_NUMBER = re.compile(r"[-+]?\d[\d.,' ]*")
_DATE_OR_URL = re.compile(r"\d{4}-\d\d-\d\d\b.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}\b.*|(?:https?://|www\.).*", re.DOTALL)
_CODE = re.compile(r"(?=\D*\d)[\w./-]+")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """How a table's rows become products, under the names of the options that general adapters have."""

    columns: Mapping[str, str]
    """Our field -> the file's column."""
    id: str | None
    group: str | None
    attributes: tuple[str, ...]
    published: str | None
    html: bool
    left_out: tuple[str, ...]
    """Columns that are not read."""

    @property
    def name_alone(self) -> bool:
        """Whether there is no other fact from which a description could be written."""
        return not self.attributes and self.columns.keys().isdisjoint({*CATALOGUE_FACTS, "attributes"} - {"name"})

    def options(self) -> dict[str, Any]:
        """Return the adapter's options, without those that say nothing."""
        given = {
            "columns": dict(self.columns),
            "id": self.id,
            "group": self.group,
            "attributes": list(self.attributes),
            "published": self.published,
            "html": self.html,
        }
        return {option: value for option, value in given.items() if value}


def guess_columns(rows: Sequence[Cells], name: str) -> Columns:
    """Return which column is which; raises DataError where no column looks like a name or like a description."""
    filled = _filled(rows)
    texts = {column: found for column, values in filled.items() if (found := _texts(values))}
    columns: dict[str, str] = {}
    for field, names in SYNONYMS.items():
        known = _mappings(filled) if field == "attributes" else texts
        if column := next(_called(names, known, taken=columns.values()), None):
            columns[field] = column
    for field in ("name", "description"):
        if field not in columns:
            raise DataError(_nothing_for(field, name, rows))
    record_id, group = _keys(rows, texts, columns, name)
    published = next((column for column in texts if _is_state(column, texts[column], columns)), None)
    free = (
        ()
        if "attributes" in columns
        else (c for c in texts if c not in {*columns.values(), record_id, group, published})
    )
    attributes = tuple(column for column in free if _is_attribute(column, texts[column], len(rows)))
    used = {*columns.values(), *attributes, record_id, group, published}
    return Columns(
        columns=columns,
        id=record_id,
        group=group,
        attributes=attributes,
        published=published,
        html=any(_HTML.search(text) for text in texts[columns["description"]]),
        left_out=tuple(column for column in _all_columns(rows) if column not in used),
    )


def _filled(rows: Iterable[Cells]) -> dict[str, list[Any]]:
    """Return each column's values that aren't empty; columns without any are left out."""
    filled: dict[str, list[Any]] = {}
    for cells in rows:
        for column, value in cells.items():
            if value is not None and value not in ("", [], {}) and not _says_nothing(value):
                filled.setdefault(column, []).append(value)
    return filled


def _says_nothing(value: Any) -> bool:
    return isinstance(value, str) and is_no_value(value.strip())


def _all_columns(rows: Iterable[Cells]) -> list[str]:
    return list(dict.fromkeys(column for cells in rows for column in cells))


def _mappings(filled: Mapping[str, Sequence[Any]]) -> list[str]:
    return [column for column, values in filled.items() if all(isinstance(value, Mapping) for value in values)]


def _texts(values: Iterable[Any]) -> list[str]:
    return [text for value in values if _is_flat(value) and (text := _text(value))]


def _is_flat(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str | int | float) for item in value)
    return isinstance(value, str | int | float)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value).strip()


def _called(names: Iterable[str], columns: Iterable[str], taken: Iterable[str] = ()) -> Iterator[str]:
    """Yield the columns that are called by one of `names`, in the order of `names`."""
    read = {column: spellings(column) for column in columns if column not in taken and not is_personal(column)}
    found = (column for name in names for column, ways in read.items() if name in ways)
    yield from dict.fromkeys(found)


def _keys(
    rows: Sequence[Cells], texts: Mapping[str, Texts], columns: Mapping[str, str], name: str
) -> tuple[str | None, str | None]:
    """Return the columns that identify a row and a product with all its variants, as far as there are any.

    A key that comes again, like the handle on each of a product's variants, is no row's but a product's.
    """
    others = set(columns.values()) - {columns.get("sku")}
    whole = {c: found for c, found in texts.items() if len(found) == len(rows) and not is_personal(c)}
    unique = [column for column in _called(ID, whole, taken=others) if len(set(whole[column])) == len(rows)]
    group = next(_called(GROUP, whole, taken={*others, *unique}), None) or _shared_with_text(columns, texts, whole)
    if not unique and group == "id":  # an adapter that is told of no other takes it
        raise DataError(
            f"{name}: the column 'id' has the same value in several rows, and no other column tells rows apart. "
            "Rename it (to 'group', if it stands for a product with several variants), or give each row an id."
        )
    return (unique[0] if unique else None), group


def _shared_with_text(columns: Mapping[str, str], texts: Mapping[str, Texts], whole: Mapping[str, Texts]) -> str | None:
    """Return the column that tells products apart where variants repeat their product's description.

    Without one, a variant that is held out would keep its product's other variants out of training.  Rows with the same
    description have the same value in it, and (nearly) only these.
    """
    described = texts[columns["description"]]
    different = len(set(described))
    if columns["description"] not in whole or different > SAME_TEXT * len(described):
        return None
    fits = [
        (len(set(values)), column)
        for column, values in whole.items()
        if column != columns["description"] and len(set(zip(values, described, strict=True))) == different
    ]
    count, column = max(fits, default=(0, None))
    return column if count >= SAME_TEXT * different else None


def _is_state(column: str, values: Texts, columns: Mapping[str, str]) -> bool:
    """Say whether a column tells which products the shop shows: each of its values says so, and some are shown."""
    said = {says_published(column, value) for value in values}
    return is_state_column(column) and column not in columns.values() and None not in said and True in said


def _is_flag(value: str) -> bool:
    return value in {"0", "1"} or flag_of(value) is not None


def _is_attribute(column: str, values: Texts, rows: int) -> bool:
    """Say whether a column looks like a fact about the product: filled in many rows, short, and no key or number."""
    called = set(words(column))
    if is_personal(column) or is_identifier(column) or called & ADMINISTRATIVE or not (called and is_fact_name(column)):
        return False
    distinct = set(values)
    if len(values) < FILLED * rows or len(distinct) == 1 or all(map(_is_flag, distinct)):
        return False
    if all(map(_DATE_OR_URL.fullmatch, distinct)):
        return False
    if all(map(_NUMBER.fullmatch, distinct)):
        return bool(called & MEASURES)
    if len(distinct) == len(values) == rows and all(map(_CODE.fullmatch, distinct)):
        return False
    return _nine_of_ten(map(len, values)) <= LONGEST and _nine_of_ten(len(v.split()) for v in values) <= MOST_WORDS


def _nine_of_ten(sizes: Iterable[int]) -> int:
    ordered = sorted(sizes)
    return ordered[math.ceil(0.9 * len(ordered)) - 1]


def _nothing_for(field: str, name: str, rows: Sequence[Cells]) -> str:
    columns = _all_columns(rows)
    found = ", ".join(repr(column[:LONGEST]) for column in columns)
    hint = ""
    if len(columns) == 1:
        hint = "There is one column alone: if another character parts the cells, say `separator: '^'` below.\n"
    elif any(len(column) > LONGEST or _NUMBER.fullmatch(column) for column in columns):
        hint = "The first row looks like a product and not like names: say `header: [sku, name, ...]` below.\n"
    return (
        f"{name}: no column looks like the product's {field}, such as {', '.join(SYNONYMS[field][:6])}.\n"
        f"The columns are: {found}\n{hint}"
        "Rename the column, or say which is which in an experiment file of your own:\n"
        f"    products: {{path: {name}, columns: {{name: ..., description: ..., brand: ...}}, attributes: [...]}}"
    )
