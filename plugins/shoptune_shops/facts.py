"""What a product's free attributes are: of the cells of an export those that are facts, each as plain text.

Every adapter of products passes its attributes through `Facts`, whatever they are packed in, and yields `notes` when
the file has been read: what was left out is counted by its name.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from shoptune.data import Note
from shoptune.formatting import format_value
from shoptune_files.clean_text import clean_text
from shoptune_files.html_text import html_to_text
from shoptune_shops.fact_names import METAFIELD, fact_name, is_fact_name

__all__ = ["Facts", "fact_value", "named_columns"]

NAMED = 12
"""So many names stand in a note."""
DEEPEST = 12
"""Lists and objects in one another from which a value is no value but a program's data."""
MOST_KEYS = 20
"""Keys from which an object is a program's data as well."""

_NO_WORDS = re.compile(r"(?:https?://|www\.|gid://|shopify://)\S*|#(?:[0-9a-f]{3}){1,2}(?:[0-9a-f]{2})?", re.IGNORECASE)
"""A whole value of this kind is a link, a reference or a colour for programs."""
_BLOCK = re.compile(r"<(?:br|div|h[1-6]|li|ol|p|table|ul)\b[^<>]{0,500}>", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,;|\n]\s*")
_MARKER = re.compile(r"^(?:- |\d{1,3}\. )")
_UNITS = {
    "millimeters": "mm", "centimeters": "cm", "meters": "m", "inches": "in", "feet": "ft", "yards": "yd",
    "grams": "g", "kilograms": "kg", "ounces": "oz", "pounds": "lb", "milliliters": "ml", "centiliters": "cl",
    "liters": "l", "fluid_ounces": "fl oz", "us_fl_oz": "fl oz", "square_meters": "m²", "square_feet": "sq ft",
}  # fmt: skip
"""What Shopify calls units -> as a text writes them."""
_RICH_TEXT = {"root", "paragraph", "heading", "list", "list-item", "link", "text"}


class Facts:
    """Makes attributes of an export's cells, and counts those that are no facts about the product.

    Args:
        names: What the export calls it -> the attribute's name, where it isn't `fact_name` of it.
        asked_for: What is a fact whatever its name, since the experiment file says so.

    """

    def __init__(self, names: Mapping[str, str] | None = None, asked_for: Collection[str] = ()) -> None:
        self._names, self._asked_for = names or {}, frozenset(asked_for)
        self._left_out: Counter[str] = Counter()

    def of(self, cells: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return the attributes among `cells`: (what the export calls it, what it says), in their order.

        Cells are as they stand in the file, HTML or JSON included; one without a value says nothing.
        """
        attributes: dict[str, dict[str, None]] = {}  # each value once, in order
        for label, cell in cells:
            if not cell:
                continue
            value = fact_value(cell) if label in self._asked_for or is_fact_name(label) else ""
            name = self._names.get(label) or fact_name(label)
            if not (value and name):
                self._left_out[label] += 1
            else:
                attributes.setdefault(name, {})[value] = None
        return {name: ", ".join(values) for name, values in attributes.items()}

    def leave_out(self, label: str) -> None:
        """Count a cell that the export itself says is for nobody to read."""
        self._left_out[label] += 1

    def notes(self) -> Iterator[Note]:
        """Yield what was left out, by name and in how many products it had a value; nothing where nothing was."""
        if self._left_out:
            shown = self._left_out.most_common(NAMED)
            figures = {_label(label): count for label, count in shown}
            rest = len(self._left_out) - len(shown)
            yield Note(topic="no facts, left out", figures=figures | ({"other names": rest} if rest else {}))


def named_columns(topic: str, columns: Iterable[str]) -> Iterator[Note]:
    """Yield a note that names columns, such as those that were not read; nothing where there are none."""
    found = [_label(column) for column in columns]
    if found:
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        yield Note(topic=topic, figures={str(len(found)): ", ".join(found[:NAMED]) + more})


def _label(name: str) -> str:
    """Return a name for people: without the metafield that it stands for."""
    return (METAFIELD.sub("", name).strip() or name)[:60]


def fact_value(cell: str) -> str:
    """Return what a cell says, as text on one line; "" for references, links, ratings and other data for programs.

    >>> fact_value('["linen","hemp"]'), fact_value('{"value": 3.0, "unit": "KILOGRAMS"}'), fact_value("gid://shop/P/1")
    ('linen, hemp', '3 kg', '')
    >>> fact_value('{"type":"root","children":[{"type":"list","children":[{"type":"text","value":"Wash cold"}]}]}')
    'Wash cold'
    """
    text = cell.strip()
    if text[:1] in ("[", "{") and text[-1:] in ("]", "}"):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return _plain(text)
        return _unpacked(value, 0)
    return _plain(text)


def _plain(text: str) -> str:
    if _BLOCK.search(text):
        lines = (_MARKER.sub("", line) for line in html_to_text(text).splitlines())
        text = _joined(lines)
    text = clean_text(text)
    if _NO_WORDS.match(text) and all(map(_NO_WORDS.fullmatch, filter(None, _BETWEEN.split(text)))):
        return ""
    return text


def _joined(lines: Iterable[str]) -> str:
    """Return lines as one: a list's items parted by semicolons, sentences by spaces."""
    whole = ""
    for line in filter(None, lines):
        whole += f"{' ' if whole[-1:] in '.!?:' else '; '}{line}" if whole else line
    return whole


def _unpacked(value: Any, depth: int) -> str:
    """Return a value of JSON as text."""
    if depth > DEEPEST:
        return ""
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, list):
        return ", ".join(filter(None, (_unpacked(item, depth + 1) for item in value)))
    if isinstance(value, dict):
        return _unpacked_object(value, depth)
    return format_value(value)


def _unpacked_object(value: Mapping[str, Any], depth: int) -> str:
    """Return an object of JSON as text: a measure, rich text, something named, or a few named values."""
    keys = value.keys()
    if {"scale_min", "scale_max"} & keys or {"amount", "currency_code"} <= keys:
        return ""  # a rating, a price
    if {"value", "unit"} <= keys:
        unit = _unpacked(value["unit"], depth + 1)
        return " ".join(filter(None, (_unpacked(value["value"], depth + 1), _UNITS.get(unit.lower(), unit))))
    if keys & {"children", "value"} and str(value.get("type")) in _RICH_TEXT:
        return _rich_text(value, depth)
    return _named_values(value, depth)


def _named_values(value: Mapping[str, Any], depth: int) -> str:
    name = next((key for key in ("name", "label", "title", "key") if isinstance(value.get(key), str)), "")
    if name and "value" in value:
        return _pair(value[name], value["value"], depth) if is_fact_name(value[name]) else ""
    if name:
        return _plain(value[name])
    if len(value) > MOST_KEYS:
        return ""
    return "; ".join(filter(None, (_pair(key, of, depth) for key, of in value.items() if is_fact_name(key))))


def _pair(name: str, value: Any, depth: int) -> str:
    said = _unpacked(value, depth + 1)
    return f"{fact_name(name).replace('_', ' ')}: {said}" if said else ""


def _rich_text(node: Mapping[str, Any], depth: int) -> str:
    if depth > DEEPEST:
        return ""
    children = node.get("children")
    if not isinstance(children, list):
        return clean_text(str(node.get("value") or ""))
    kind = node.get("type")
    parts = [_rich_text(child, depth + 1) for child in children if isinstance(child, dict)]
    if kind == "list":
        return ", ".join(filter(None, parts))
    return _joined(parts) if kind == "root" else clean_text(" ".join(filter(None, parts)))
