"""Names in what shops' REST interfaces answer are a page's source, as in any export.  All products are invented."""

import json
from pathlib import Path
from typing import Any

import pytest

from shoptune.data import Record
from shoptune_shops.rest_values import RestOptions
from shoptune_shops.shopify_rest_products import shopify_rest_products
from shoptune_shops.woocommerce_rest_products import woocommerce_rest_products

SHOPIFY = {
    "title": "Oak &amp; Ash Stool",
    "handle": "oak-ash",
    "body_html": "<p>Firm &amp; warm.</p>",
    "vendor": "Brindle &#38; Sons",
    "product_type": "Seats &amp; stools",
    "tags": "wood &amp; wool, new",
    "options": [{"name": "Wood &amp; oil", "values": ["oak"]}],
    "variants": [{"sku": "O-1", "price": "9.00", "option1": "oak &amp; linseed"}],
    "images": [{"src": "https://a.invented.example/1.jpg", "alt": "Oak&nbsp;stool"}],
}
WOOCOMMERCE = {
    "id": 7,
    "name": "Oak &amp; Ash Stool",
    "status": "publish",
    "description": "<p>Firm &amp; warm.</p>",
    "regular_price": "9.00",
    "categories": [{"id": 1, "name": "Uncategorized"}, {"id": 2, "name": "Seats &amp; stools"}],
    "brands": [{"name": "Brindle &#38; Sons"}],
    "tags": [{"name": "wood &amp; wool"}],
    "attributes": [{"name": "Oil &amp; wax", "visible": True, "variation": False, "options": ["lin&shy;seed"]}],
    "images": [{"src": "https://a.invented.example/1.jpg", "alt": "Oak&nbsp;stool"}],
}


def read(folder: Path, adapter: Any, item: dict[str, Any]) -> Record:
    path = folder / "products.json"
    path.write_text(json.dumps([item]), "utf-8")
    [record] = [row for row in adapter.read(path, RestOptions()) if isinstance(row, Record)]
    return record


@pytest.mark.parametrize(
    ("adapter", "item"), [(shopify_rest_products, SHOPIFY), (woocommerce_rest_products, WOOCOMMERCE)]
)
def test_no_field_shows_an_entity(tmp_path: Path, adapter: Any, item: dict[str, Any]) -> None:
    fields = dict(read(tmp_path, adapter, item).fields)
    del fields["description_html"]  # which is the source
    written = json.dumps(fields, ensure_ascii=False)
    assert "&amp;" not in written
    assert "&#" not in written
    assert "&nbsp;" not in written
    assert (fields["name"], fields["brand"]) == ("Oak & Ash Stool", "Brindle & Sons")
    assert fields["category"] == "Seats & stools"


def test_names_of_options_and_attributes_are_clean(tmp_path: Path) -> None:
    assert read(tmp_path, shopify_rest_products, SHOPIFY).fields["options"] == {"wood_oil": ["oak & linseed"]}
    assert read(tmp_path, woocommerce_rest_products, WOOCOMMERCE).fields["attributes"] == {"oil_wax": "linseed"}
