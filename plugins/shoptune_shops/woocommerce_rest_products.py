"""The adapter ``woocommerce_rest_products``: what WooCommerce's ``/wp-json/wc/v3/products`` answers."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Note, Record
from shoptune.errors import RowError
from shoptune_files.clean_text import clean_text
from shoptune_files.html_text import html_to_text
from shoptune_files.json_file import json_items
from shoptune_files.rows import usable
from shoptune_shops.facts import Facts
from shoptune_shops.product_parts import choices, most_specific, snake_case
from shoptune_shops.rest_values import RestOptions, amount, has_keys, names, objects, short_text, text

__all__ = ["recognises", "woocommerce_rest_products"]

SIGN = ("permalink", "regular_price", "short_description", "catalog_visibility")
STATUSES = {"publish": "active", "": "active"}

_Item = tuple[str, Mapping[str, Any]]


def read(path: Path, options: RestOptions) -> Iterator[Record | Dropped | Note]:
    """Read a list of products, one record per product: id and group are its ID.

    Fields: as ``woocommerce_products``, and ``seo_title`` and ``seo_description`` where Yoast adds them.  Variations
    are those that stand in a product's ``variations`` as objects or in the list as items of their own, with a
    ``parent_id``; the interface itself gives their numbers alone.
    """
    items = list(json_items(path, options.encoding))
    held: dict[str, list[_Item]] = {}
    for item in items:
        if not isinstance(item, Dropped) and _is_variation(item):
            held.setdefault(text(item[1].get("parent_id")), []).append(item)
    products = (item for item in items if isinstance(item, Dropped) or not _is_variation(item))
    facts = Facts()
    yield from usable(products, lambda item: [_product(*item, held, facts, options)])
    for parent, orphans in held.items():
        detail = f"found {parent!r}; fetch the variations together with their products"
        for origin, _ in orphans:
            yield Dropped(origin=origin, reason="parent_id is no product of this file", detail=detail, bad=True)
    yield from facts.notes()


def _is_variation(item: _Item) -> bool:
    return text(item[1].get("type")) == "variation" and bool(text(item[1].get("parent_id")))


def _product(
    origin: str, item: Mapping[str, Any], held: dict[str, list[_Item]], facts: Facts, options: RestOptions
) -> Record | Dropped:
    key, name = text(item.get("id")), short_text(item.get("name"))
    variations = [*objects(item.get("variations")), *(one for _, one in held.pop(key, ()))]
    word = text(item.get("status")).lower()
    status = STATUSES.get(word, word)
    if status == "active" and text(item.get("catalog_visibility")) == "hidden":
        status = "hidden"
    if status not in options.statuses:
        return Dropped(origin=origin, reason=f"{status} product", detail=key)
    for field, value in (("id", key), ("name", name)):
        if not value:
            raise RowError(origin, f"{field} is empty", "every product needs one")
    html, short = text(item.get("description")), text(item.get("short_description"))
    variants = [_variant(one) for one in variations] or [_variant(item)]
    varying = {snake_case(name): list(map(clean_text, values)) for name, values in _attributes(item, varying=True)}
    cells = [(name, value) for name, values in _attributes(item, varying=False) for value in values]
    chosen = choices(variants)
    seo = item.get("yoast_head_json")
    seo = seo if isinstance(seo, Mapping) else {}
    price = _price(item)
    fields = {
        "name": name,
        "description": html_to_text(html or short),
        "description_html": html or short,
        "short_description": html_to_text(short),
        "brand": ", ".join(names(item.get("brands"))),
        "category": most_specific([name] for name in names(item.get("categories"))),
        "status": status,
        "tags": names(item.get("tags")),
        "sku": text(item.get("sku")) or variants[0]["sku"],
        "gtin": text(item.get("global_unique_id")) or variants[0]["barcode"],
        "price": variants[0]["price"] if price is None else price,
        "images": [{"url": text(i.get("src")), "alt": short_text(i.get("alt"))} for i in objects(item.get("images"))],
        "variants": variants,
        "options": chosen | varying,
        "attributes": {name: value for name, value in facts.of(cells).items() if name not in {**chosen, **varying}},
        "seo_title": short_text(seo.get("title")),
        "seo_description": short_text(seo.get("description")),
    }
    return Record(id=key, group=key, origin=origin, fields=fields)


def _price(item: Mapping[str, Any]) -> float | None:
    """Return the price outside of sales; that of a product with variations stands in ``price`` alone."""
    regular = amount(item.get("regular_price"))
    return amount(item.get("price")) if regular is None else regular


def _attributes(item: Mapping[str, Any], *, varying: bool) -> list[tuple[str, list[str]]]:
    """Return the attributes in which variations differ, or else the others that the product's page shows."""
    found = []
    for one in objects(item.get("attributes")):
        options = one.get("options")
        values = [value for raw in options if (value := text(raw))] if isinstance(options, list) else []
        wanted = bool(one.get("variation")) if varying else not one.get("variation") and one.get("visible") is not False
        if wanted and values and (name := text(one.get("name"))):
            found.append((name, values))
    return found


def _variant(item: Mapping[str, Any]) -> dict[str, Any]:
    chosen = ((snake_case(text(one.get("name"))), text(one.get("option"))) for one in objects(item.get("attributes")))
    return {
        "sku": text(item.get("sku")),
        "barcode": text(item.get("global_unique_id")),
        "price": _price(item),
        "options": {name: clean_text(value) for name, value in chosen if name and value},
    }


def recognises(path: Path, header: tuple[str, ...]) -> bool:  # noqa: ARG001 - JSON has none
    """Judge by the keys at the file's beginning."""
    return has_keys(path, SIGN)


woocommerce_rest_products = DataAdapter(
    name="woocommerce_rest_products",
    table="products",
    summary="Products from WooCommerce's REST interface (JSON)",
    options=RestOptions,
    read=read,
)
