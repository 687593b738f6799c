"""The adapter ``merchant_feed``: product data for Google Merchant Center, in rows (TSV, CSV) or in XML (RSS, Atom).

An item is a variant; items of one product share their ``item_group_id`` and need not stand together.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from itertools import chain
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune_files.amounts import parse_amount
from shoptune_files.html_text import html_to_text
from shoptune_files.rows import usable
from shoptune_files.text_file import peek_text
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
PRICE = re.compile(r"(?P<before>[A-Za-z]{3})?(?P<amount>[^A-Za-z]+)(?(before)|(?P<after>[A-Za-z]{3})?)")
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
    key = item.text("id")
    name = _line(item.text("title") or item.part("structured_title", "content"))
    for attribute, value in (("id", key), ("title", name)):
        if not value:
            raise item.error(attribute, "is empty", "every item needs one")
    description = item.text("description") or item.part("structured_description", "content")
    price, currency = _price(item, "price")
    kind = _line(item.text("product_type"))
    images = (*item.texts.get("image_link", ()), *item.texts.get("additional_image_link", ()))
    fields = {
        "name": name,
        "description": _plain(description),
        "description_html": description if TAG.search(description) else "",
        "brand": _line(item.text("brand")),
        "category": _line(item.text("google_product_category")) or kind,
        "type": kind,
        "sku": key,
        "gtin": item.text("gtin"),
        "mpn": item.text("mpn"),
        "price": price,
        "sale_price": _price(item, "sale_price")[0],
        "currency": currency,
        "url": item.text("link"),
        "images": [{"url": url, "alt": ""} for url in images],
        "product_highlight": [_line(text) for text in item.texts.get("product_highlight", ())],
        "attributes": _attributes(item.parts.get("product_detail", ())),
    }
    facts = {fact: text for fact in FACTS if (text := _line(item.text(fact)))}
    return Record(id=key, group=item.text("item_group_id") or key, origin=item.origin, fields=fields | facts)


def _line(text: str) -> str:
    """Return a text as one line; feeds often escape twice, so that ``&amp;`` is left."""
    return " ".join(unescape(text).split())


def _plain(description: str) -> str:
    """Return a description's text; only one without HTML may part its lines by newlines."""
    if TAG.search(description):
        return html_to_text(description)
    return "\n".join(filter(None, map(_line, description.splitlines())))


def _price(item: FeedItem, name: str) -> tuple[float | None, str]:
    """Return amount and currency of ``15.00 USD``; (None, "") where there is no price."""
    if not (text := item.text(name)):
        return None, ""
    match = PRICE.fullmatch(text)
    amount = parse_amount(match["amount"]) if match else None
    if match is None or amount is None:
        raise item.error(name, "is no amount", f"found {text!r}; write one such as 15.00 USD")
    return amount, (match["before"] or match["after"] or "").upper()


def _attributes(details: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Return name -> text of product details; where sections share a name, the section stands before it.

    The texts of a name that comes again in its section are parted by commas.
    """
    sections: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    for detail in details:
        name, value = snake_case(detail.get("attribute_name", "")), _line(detail.get("attribute_value", ""))
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
    read=read,
)
