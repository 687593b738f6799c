"""Every function that reads a stranger's free text, under a name."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from shoptune.components import AnyAdapter
from shoptune.data import Dropped, Example
from shoptune.dataset.drops import DropCount
from shoptune.dataset.near_duplicates import TextIndex
from shoptune.dataset.personal_data import is_personal, mask
from shoptune.dataset.personal_data.fields import is_identifier
from shoptune.dataset.profile.figures import figures_of
from shoptune.errors import ShoptuneError, did_you_mean
from shoptune.formatting import format_value, label, plain
from shoptune.thoughts import after_thought
from shoptune_attributes.answers import find_values, read_attributes
from shoptune_attributes.matching import normalised_key
from shoptune_catalogue.claims import find_claims, unsupported
from shoptune_catalogue.coverage import find_statements
from shoptune_catalogue.lexicon import KINDS, lexicon
from shoptune_catalogue.limits import PROFILE_NAMES, violations
from shoptune_catalogue.phrases import find_plain_words, occurs, plain_words
from shoptune_catalogue.quantities import bare_numbers, find_quantities, locate_numbers
from shoptune_files.amounts import parse_amount
from shoptune_files.csv_file import csv_adapter
from shoptune_files.foreign import foreign_kind
from shoptune_files.html_text import html_to_text
from shoptune_files.json_file import jsonl_adapter
from shoptune_files.published import is_state_column, says_published
from shoptune_instructions.adapter import instructions
from shoptune_labels.choices import parse_choice
from shoptune_product_description.task import PRODUCT_DESCRIPTION
from shoptune_reports.text.markdown import escape
from shoptune_reports.text.plain import one_line, printable
from shoptune_sales.variants import differ_only_in_length
from shoptune_shops.magento_cells import parse_attributes, parse_categories, parse_date, parse_variations
from shoptune_shops.magento_products import magento_products
from shoptune_shops.merchant_feed import merchant_feed
from shoptune_shops.merchant_table import attribute_name, split_values
from shoptune_shops.product_parts import snake_case
from shoptune_shops.shopify_products import shopify_products
from shoptune_shops.woocommerce_cells import decoded, line_breaks, split_list, unprotected
from shoptune_shops.woocommerce_products import _levels, woocommerce_products
from shoptune_start.column_words import spellings
from shoptune_start.column_words import words as column_words
from shoptune_start.columns import guess_columns
from shoptune_text.chrf import _n_grams
from shoptune_text.memorisation import CommonRuns
from shoptune_text.placeholders import placeholder_in
from shoptune_text.words import find_words, word_ngrams, words

__all__ = ["FUNCTIONS"]

Function = Callable[[str], object]


def _near_duplicates(text: str) -> object:
    index = TextIndex()
    index.add(text)
    index.add(text + " and more")
    return index.clusters()


def _read(adapter: AnyAdapter, header: Sequence[str], text: str) -> object:
    """Read a table whose one row has the text in each cell, and whose last column is called so."""
    file = io.StringIO()
    csv.writer(file).writerows([[*header, text.replace("\n", " ")], [text] * (len(header) + 1)])
    return _adapted(adapter, "products.csv", file.getvalue())


def _adapted(adapter: AnyAdapter, name: str, content: str) -> object:
    """Read the content as a file; that it is refused is an answer as well."""
    with tempfile.TemporaryDirectory() as folder, suppress(ShoptuneError):
        path = Path(folder) / name
        path.write_text(content, "utf-8", errors="replace")
        return list(adapter.read(path, adapter.options()))
    return None


def _guessed(text: str) -> object:
    with suppress(ShoptuneError):
        return guess_columns([{"id": "1", "name": text, "description": text, text: text}] * 3, "a.csv")
    return None


def _dropped(text: str) -> object:
    DropCount().add(Dropped(origin="a.csv:1", reason="bad", detail=text))
    return None


_FACTS = {"material": "oak, steel and 12 cm wool", "size": "4 x 5 cm", "colour": "deep red", "vegan": "no"}
_EXAMPLE = Example(id="1", messages=(), choices=("yes", "no"), group="1")
_SHOPIFY = (
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Tags",
    "Option1 Name",
    "Option1 Value",
    "Variant SKU",
    "Variant Price",
)
_WOOCOMMERCE = (
    "ID",
    "Type",
    "SKU",
    "Name",
    "Published",
    "Short description",
    "Description",
    "Regular price",
    "Categories",
    "Tags",
)
_MAGENTO = (
    "sku",
    "product_type",
    "name",
    "description",
    "price",
    "categories",
    "additional_attributes",
    "configurable_variations",
)
_MERCHANT = ("id", "title", "description", "link", "price", "product_type", "product_detail", "product_highlight")
_PLAIN = ("id", "name", "description", "brand", "price", "color")

FUNCTIONS: dict[str, Function] = {
    # the core
    "mask a title": lambda text: mask(text, Counter(), "title"),
    "mask a product's text": lambda text: mask(text, Counter(), "product"),
    "mask people's text": lambda text: mask(text, Counter(), "people"),
    "is_personal": is_personal,
    "is_identifier": is_identifier,
    "near-duplicates": _near_duplicates,
    "figures of a field": figures_of,
    "a row that is dropped": _dropped,
    "format_value": format_value,
    "label": label,
    "plain": plain,
    "after_thought": after_thought,
    "did_you_mean": lambda text: did_you_mean(text, ["description", text[::2], text[:-2]]),
    # metrics
    "words": words,
    "find_words": find_words,
    "placeholder_in": placeholder_in,
    "word n-grams": partial(word_ngrams, n=6),
    "character n-grams": lambda text: _n_grams(text, 2),
    "common runs": lambda text: CommonRuns([words(text)]).longest_in(words(text[1:])),
    "plain words": plain_words,
    "find_plain_words": find_plain_words,
    "occurs": lambda text: occurs(plain_words(text[: len(text) // 2]), plain_words(text)),
    "find_quantities": find_quantities,
    "locate_numbers": locate_numbers,
    "bare_numbers": bare_numbers,
    **{f"mentioned {kind}": lexicon(kind).mentioned for kind in KINDS},
    **{f"claimed {kind}": lexicon(kind).claimed for kind in KINDS},
    "find_claims": find_claims,
    "claims that facts support": lambda text: unsupported(text[:400], {"text": text}),
    "claims of a text": lambda text: unsupported(text, _FACTS),
    "facts that a text states": lambda text: find_statements(text, _FACTS),
    "facts of one long value": lambda text: find_statements("an oak box, 12 cm", {"text": text}),
    **{f"limits of {name}": partial(violations, profile_name=name) for name in PROFILE_NAMES},
    "read_attributes": read_attributes,
    "find_values": find_values,
    "find_values in a text within a list": lambda text: find_values(json.dumps({"a": [[], text]})),
    "key of a value": normalised_key.__wrapped__,
    "parse_choice": lambda text: parse_choice(text, _EXAMPLE),
    "parse a description": lambda text: PRODUCT_DESCRIPTION.parse(text, _EXAMPLE),
    "differ_only_in_length": lambda text: differ_only_in_length(text, text[: len(text) // 2]),
    # cells, headers and files
    "html_to_text": html_to_text,
    "parse_amount": parse_amount,
    "is_state_column": is_state_column,
    "says_published": partial(says_published, "Hidden"),
    "foreign_kind": lambda text: foreign_kind(text.encode(errors="replace"), "a.csv"),
    "Magento's attributes": parse_attributes,
    "Magento's variations": parse_variations,
    "Magento's categories": parse_categories,
    "Magento's dates": parse_date,
    "a merchant feed's header": attribute_name,
    "a merchant feed's values": split_values,
    "WooCommerce's lists": split_list,
    "WooCommerce's cells": lambda text: line_breaks(decoded(unprotected(text))),
    "WooCommerce's levels": _levels,
    "snake_case": snake_case,
    "words of a column": column_words,
    "spellings of a column": spellings,
    "columns of init": _guessed,
    "CSV": partial(_read, csv_adapter, _PLAIN),
    "JSON Lines": lambda text: _adapted(jsonl_adapter, "a.jsonl", json.dumps({"id": "1", "name": text, text: text})),
    "instructions": lambda text: _adapted(instructions, "a.jsonl", json.dumps({"prompt": text, "completion": text})),
    "Shopify products": partial(_read, shopify_products, _SHOPIFY),
    "WooCommerce products": partial(_read, woocommerce_products, _WOOCOMMERCE),
    "Magento products": partial(_read, magento_products, _MAGENTO),
    "a merchant feed": partial(_read, merchant_feed, _MERCHANT),
    # reports
    "Markdown": escape,
    "printable": printable,
    "one_line": one_line,
}
"""Name -> the function, as it is called with a text."""
