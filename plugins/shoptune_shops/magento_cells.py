"""How Magento 2 writes attributes, variations, categories and dates into the cells of an export.

Source: the module ``CatalogImportExport`` of Magento Open Source (``Model/Export/Product.php``).
"""

import re
from datetime import date

__all__ = ["parse_attributes", "parse_categories", "parse_date", "parse_variations"]

_KEY = r"[A-Za-z]\w{0,59}="
_QUOTED = r'"(?:[^"]|"")*"'
_PAIR = re.compile(
    rf"({_KEY})((?:{_QUOTED})(?:\|{_QUOTED})*(?=,{_KEY}|\Z)|.*?)(?:,(?={_KEY})|\Z)", re.DOTALL | re.ASCII
)
"""Values are quoted in an export with "fields enclosure".  Without it a value may hold commas just so, and a comma ends
it only where a key follows (which has at most 60 characters)."""
_ITEM = re.compile(rf"{_QUOTED}|[^|]+")
_NEXT_VARIATION = re.compile(r"\|(?=sku=)")
_CATEGORY = re.compile(r'"((?:[^"]|"")*)"(?:,|\Z)|([^,]+)')
_LEVEL = re.compile(r"(?<!\\)/")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})(?:,?\s.*)?", re.DOTALL)


def parse_attributes(cell: str) -> dict[str, str]:
    """Return the attributes of ``additional_attributes``; several values of one are parted by a comma and a space.

    >>> parse_attributes('color=Red,care=Wash cold, dry flat,material=Wool|Silk,note="6"" long"')
    {'color': 'Red', 'care': 'Wash cold, dry flat', 'material': 'Wool, Silk', 'note': '6" long'}
    """
    pairs = ((match[1][:-1], _values(match[2])) for match in _PAIR.finditer(cell.strip().rstrip(",")))
    return {name: value for name, value in pairs if value}


def _values(text: str) -> str:
    return ", ".join(value for item in _ITEM.findall(text) if (value := _unquoted(item.strip())))


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1].replace('""', '"').strip() if quoted else text


def parse_variations(cell: str) -> list[tuple[str, dict[str, str]]]:
    """Return (SKU, options) of each variation in ``configurable_variations``.

    >>> parse_variations("sku=tee-s,size=S|sku=tee-m,size=M")
    [('tee-s', {'size': 'S'}), ('tee-m', {'size': 'M'})]
    """
    variations = [parse_attributes(part) for part in _NEXT_VARIATION.split(cell) if part.strip()]
    return [(variation.pop("sku", ""), variation) for variation in variations]


def parse_categories(cell: str) -> list[list[str]]:
    r"""Return the path of each category without its root, which stands for the shop; ``\/`` is part of a name.

    >>> parse_categories(r"Default Category/Gear,Default Category/Gear/Hats \/ Caps")
    [['Gear'], ['Gear', 'Hats / Caps']]
    """
    paths = [(match[1] or "").replace('""', '"') or match[2] or "" for match in _CATEGORY.finditer(cell)]
    return [[level.replace("\\/", "/").strip() for level in _LEVEL.split(path)[1:]] for path in paths]


def parse_date(cell: str) -> str | None:
    """Return the ISO date of a point in time; None for one whose day and month can't be told apart for sure.

    Magento writes dates as the language of the administration does: ``1/25/26, 3:04 PM`` in American English.

    >>> [parse_date(cell) for cell in ("1/25/26, 3:04 PM", "2026-01-25 3:04:20", "25/01/2026 15:04")]
    ['2026-01-25', '2026-01-25', None]
    """
    try:
        if match := _US_DATE.fullmatch(cell):
            month, day, year = (int(part) for part in match.groups())
            return date(year if year > 99 else 2000 + year, month, day).isoformat()
        return date.fromisoformat(cell[:10]).isoformat()
    except ValueError:
        return None
