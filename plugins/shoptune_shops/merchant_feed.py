"""The adapter ``merchant_feed``: product data for Google Merchant Center, in rows (TSV, CSV) or in XML (RSS, Atom).

An item is a variant; items of one product share their ``item_group_id`` and need not stand together.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune_files.amounts import currency_of, parse_amount
from shoptune_files.clean_text import clean_lines, clean_text
from shoptune_files.html_text import html_to_text
from shoptune_files.page_builders import without_shortcodes
from shoptune_files.rows import usable
from shoptune_files.text_file import peek_text
from shoptune_files.workbook import with_workbooks
from shoptune_shops.merchant_item import FeedItem
from shoptune_shops.merchant_table import attribute_name, table_items
from shoptune_shops.merchant_xml import GOOGLE, xml_items
from shoptune_shops.product_parts import snake_case
from shoptune_shops.shop_rows import ShopOptions

__all__ = ["COLUMNS", "merchant_feed", "recognises"]

COLUMNS: Mapping[str, Sequence[str]] = {
    "id": ("id",),
    "group": ("item_group_id",),
    "name": ("title", "structured_title"),
    "description": ("description", "structured_description"),
    "brand": ("brand",),
    "category": ("google_product_category",),
    "type": ("product_type",),
    "gtin": ("gtin",),
    "mpn": ("mpn",),
    "price": ("price",),
    "sale_price": ("sale_price",),
    "url": ("link",),
    "images": ("image_link", "additional_image_link"),
    "color": ("color",),
    "size": ("size",),
    "material": ("material",),
    "pattern": ("pattern",),
    "gender": ("gender",),
    "age_group": ("age_group",),
    "condition": ("condition",),
    "shipping_weight": ("shipping_weight",),
    "product_highlight": ("product_highlight",),
    "attributes": ("product_detail",),
}
"""Our field -> Google's attributes, the first of which goes before the others."""
WANTED = tuple(chain.from_iterable(COLUMNS.values()))
FACTS = ("color", "size", "material", "pattern", "gender", "age_group", "condition", "shipping_weight")
"""Fields that a record has only where the item says something of them."""

TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
SIGN = {"id", "title"}
SIGNS = {"item_group_id", "google_product_category", "image_link", "availability", "gtin", "product_highlight"}
"""A header has all of `SIGN` and at least two of these."""


def read(path: Path, options: ShopOptions) -> Iterator[Record | Dropped]:
    """Read a feed, one record per item: id is the item's id, group its ``item_group_id`` or else its id.

    Fields: ``name``, ``description`` (plain text), ``description_html`` ("" where it held no HTML), ``brand``,
    ``category`` (Google's, as path or number; without one, the product type), ``type``, ``sku`` (the id, for which
    Google asks to use the SKU), ``gtin``, ``mpn``, ``price``, ``sale_price`` and ``currency``, ``url``, ``images``,
    ``product_highlight`` (list), ``attributes`` (product details), and those of `FACTS` that the item has.
    """
    items = xml_items if _is_xml(path) else table_items
    yield from usable(items(path, options.encoding, WANTED), lambda item: [_record(item)])


def recognises(path: Path, header: Sequence[str]) -> bool:
    """Say whether a file is a feed, judging by its header or, of XML, by its first bytes.  Never raises."""
    if _is_xml(path):
        start = peek_text(path)
        return GOOGLE in start and bool(re.search("<(rss|feed)[ >]", start))
    names = set(map(attribute_name, header))
    return names >= SIGN and len(names & SIGNS) > 1


def _is_xml(path: Path) -> bool:
    return peek_text(path).lstrip("\ufeff \t\r\n").startswith("<")


def _record(item: FeedItem) -> Record:
    key = clean_text(item.text("id"))
    name = clean_text(item.text("title") or item.part("structured_title", "content"))
    for attribute, value in (("id", key), ("title", name)):
        if not value:
            raise item.error(attribute, "is empty", "every item needs one")
    description = item.text("description") or item.part("structured_description", "content")
    price, currency = _price(item, "price")
    kind = clean_text(item.text("product_type"))
    images = (*item.texts.get("image_link", ()), *item.texts.get("additional_image_link", ()))
    fields = {
        "name": name,
        "description": _plain(description),
        "description_html": description if TAG.search(description) else "",
        "brand": clean_text(item.text("brand")),
        "category": clean_text(item.text("google_product_category")) or kind,
        "type": kind,
        "sku": key,
        "gtin": clean_text(item.text("gtin")),
        "mpn": clean_text(item.text("mpn")),
        "price": price,
        "sale_price": _price(item, "sale_price")[0],
        "currency": currency,
        "url": item.text("link"),
        "images": [{"url": url, "alt": ""} for url in images],
        "product_highlight": [line for text in item.texts.get("product_highlight", ()) if (line := clean_text(text))],
        "attributes": _attributes(item.parts.get("product_detail", ())),
    }
    facts = {fact: text for fact in FACTS if (text := clean_text(item.text(fact)))}
    return Record(
        id=key, group=clean_text(item.text("item_group_id")) or key, origin=item.origin, fields=fields | facts
    )


def _plain(description: str) -> str:
    """Return a description's text; only one without HTML may part its lines by newlines."""
    return html_to_text(description) if TAG.search(description) else clean_lines(without_shortcodes(description))


def _price(item: FeedItem, name: str) -> tuple[float | str | None, str]:
    """Return amount and currency of ``15.00 USD``; the text itself where it states no amount, None where there is none.

    A price that can't be read costs the price: what is learnt is the description.
    """
    text = clean_text(item.text(name))
    amount = parse_amount(text)
    return text or None if amount is None else amount, currency_of(text)


def _attributes(details: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Return name -> text of product details; where sections share a name, the section stands before it.

    The texts of a name that comes again in its section are parted by commas.
    """
    sections: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    for detail in details:
        name, value = snake_case(detail.get("attribute_name", "")), clean_text(detail.get("attribute_value", ""))
        if name and value:
            sections[name].setdefault(snake_case(detail.get("section_name", "")), []).append(value)
    return {
        f"{section}.{name}" if section and len(by_section) > 1 else name: ", ".join(values)
        for name, by_section in sections.items()
        for section, values in by_section.items()
    }


merchant_feed = DataAdapter(
    name="merchant_feed",
    table="products",
    summary="Google Merchant Center product data (TSV, CSV, or XML: RSS or Atom with g: fields)",
    options=ShopOptions,
    read=with_workbooks(read),
)
