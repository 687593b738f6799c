"""Tells a sheet of products or orders from one with instructions, by the words in which headers name columns."""

import re
from collections.abc import Iterable

__all__ = ["is_header"]

ENOUGH = 2
_END = re.compile(r"[\[#].*", re.DOTALL)
"""What Amazon writes behind a word: ``item_name[marketplace_id=...]#1.value``."""
_WORDS = frozenset(
    word.strip()
    for word in """
    id|sku|handle|url handle|title|name|product|product name|product title|product id|item name|item_sku|item_name
    contribution_sku|product_type
    item sku|item id|item number|product_name|product_id|product-id|seller sku|seller-sku|asin|ean|gtin|upc|barcode
    description|product description|product_description|body (html)|body|short description|long description|text
    price|regular price|variant price|brand|vendor|manufacturer|category|categories|type|product type|variant sku
    order|order id|order number|order_id|lineitem name|lineitem quantity|quantity|units sold|revenue|net sales|date
    prompt|completion|question|answer|instruction|output|input|chosen|rejected|messages|label|query
    artikelnummer|bezeichnung|beschreibung|preis|marke|kategorie|produktname|bestellnummer|menge|titel
    nom|titre|prix|marque|catégorie|référence|quantité|nombre|título|descripción|precio|marca|categoría|referencia
    cantidad|nome|titolo|descrizione|prezzo|categoria|codice|quantità|naam|omschrijving|beschrijving|prijs|merk|aantal
    nazwa|opis|cena|marka|kategoria|ilość|descrição|preço|título|quantidade|名前|商品名|説明|価格|ブランド
    """.strip()
    .replace("\n", "|")
    .split("|")
)


def is_header(cells: Iterable[str]) -> bool:
    """Say whether a row names columns as shops' tables do.

    >>> is_header(["SKU", "Artikelnummer", "x"]), is_header(["How to fill in this template", "", "Name"])
    (True, False)
    """
    return len({_END.sub("", cell).strip().strip("*").strip().casefold() for cell in cells} & _WORDS) >= ENOUGH
