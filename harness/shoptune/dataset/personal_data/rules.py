"""Which personal data is masked in which text: the one table, which the manual shows (``personal_data.md``).

A shop sells a book "Dear Zoo", a film "21 Jump Street" and a case for "Phone 11 12 13 14 15", and a title with
``[name]`` in it is what a model would learn.  What people write themselves (reviews, orders, chats) is about people.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal

__all__ = ["RULES", "Evidence", "Source", "Text", "source_of", "text_of"]

Text = Literal["title", "product", "people"]
"""What a text is: what something on sale is called (title, brand, category, tags), what else a shop says of it, or what
people write and say: reviews, orders, chats, and whatever isn't known to be a product's."""

Source = Literal["product", "people", "unknown"]
"""What a record, or a part of it, is: a product; an order, a review or a chat; neither by its names."""

Evidence = Literal["form", "sure", "any"]
"""What a find must show: a form or checksum that nothing else has; also words that leave no doubt; or any sign."""

RULES: Mapping[Text, Mapping[str, Evidence]] = {
    "title": {"email": "form", "secret": "form", "iban": "form", "card": "form", "phone": "form"},
    "product": {
        "email": "sure",
        "secret": "sure",
        "iban": "form",
        "card": "form",
        "account": "sure",
        "phone": "sure",
        "address": "sure",
        "name": "sure",
    },
    "people": {
        "email": "any",
        "secret": "any",
        "iban": "any",
        "card": "any",
        "account": "any",
        "ip": "any",
        "birthdate": "any",
        "id": "any",
        "plate": "any",
        "order": "any",
        "phone": "any",
        "user": "any",
        "address": "any",
        "name": "any",
    },
}
"""Text -> the kinds that are masked in it, and what each must show."""


def _one_of(words: str) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(words.split())})")


# Names of fields as `fields.squeezed` returns them: small letters and digits.
_TITLES = _one_of(
    r"""
    .*(?:name|title|label)\d? .*titel .*titre titulo titolo nombre nazwa naam
    .*keywords? .*tags? .*type .*categor(?:y|ies|ie|ia) .*collections?
    .*brand vendor manufacturer maker marke hersteller marca marque merk marka series model artist author publisher
    .*alt(?:text)? .*options? variants?
    """
)
_DESCRIPTION = _one_of(
    ".*description.* .*beschreibung.* descripcion.* descrizione.* omschrijving.* opis.* descricao.* bodyhtml bullets?"
)
_ORDER = _one_of("orders? order(?:id|no|number|date|key|item.*|total) lineitem.* transactionid")
_WRITTEN = _one_of(
    """
    review(?:text|body|title|er.*|content)? comments? feedback testimonial verifiedpurchase
    bewertungstext rezension kommentar nachricht avis commentaire opinion recensione
    messages? conversations? chats? dialog(?:ue)?s? transcript utterance prompt instruction completion response answer
    question chosen rejected
    """
)
_PRODUCT = _one_of(
    """
    .*price preis prix precio prezzo prijs cena preco .*sku gtin ean upc isbn mpn barcode brand vendor marke handle
    attributes targetscores variants images? producttype material colou?r left.* right.* .*left .*right offers? query
    """
)
_REVIEWS = _one_of("reviews? comments? feedback questions? answers? testimonials? orders? messages? inquir(?:y|ies)")
_PRODUCT_NAMED = _one_of("product(?:name|title|type|category)? (?:item|variant)(?:name|title) brand vendor category")


def source_of(names: Collection[str]) -> Source:
    """Return what a record is, by the names of its fields (squeezed)."""

    def has(pattern: re.Pattern[str]) -> bool:
        return any(map(pattern.fullmatch, names))

    if has(_DESCRIPTION):
        return "product"
    if has(_ORDER) or has(_WRITTEN):
        return "people"
    return "product" if has(_PRODUCT) else "unknown"


def text_of(field: str, source: Source) -> Text:
    """Return what the text of a field is, by its name (squeezed) and what it is part of."""
    if source == "people":
        return "title" if _PRODUCT_NAMED.fullmatch(field) else "people"
    if _TITLES.fullmatch(field):
        return "title"
    return "people" if source == "unknown" or _REVIEWS.fullmatch(field) else "product"
