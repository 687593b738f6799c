"""Makes a product's record of its rows in a platform's export."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from shoptune.data import Dropped, Record
from shoptune_files.amounts import parse_amount
from shoptune_files.html_text import html_to_text
from shoptune_shops.facts import Facts
from shoptune_shops.platform_cells import category_of, filled, items, options_of, plain_text, properties_of, state_of
from shoptune_shops.platform_header import Form
from shoptune_shops.platform_rows import cell_of
from shoptune_shops.price_cells import PriceCells
from shoptune_shops.product_parts import choices
from shoptune_shops.shop_rows import ShopRow

__all__ = ["Maker", "Variant"]

Variant = dict[str, Any]
"""``sku``, ``barcode``, ``price`` and ``options``, JSON values all."""

TEXTS = ("brand", "type", "mpn", "currency", "seo_title", "seo_description")
LISTS = ("tags", "product_highlight")


@dataclass(frozen=True)
class Maker:
    """Makes the records of one file; holds nothing of its texts."""

    form: Form
    statuses: Collection[str]
    """The states of products that are read."""
    facts: Facts
    prices: PriceCells
    held: dict[str, list[Variant]] = field(default_factory=dict)
    """A product's id -> those of its variants that stand anywhere in the file; what is used is taken out."""
    made: Counter[str] = field(default_factory=Counter)
    """Ids that were made of names."""

    def make(self, rows: Sequence[ShopRow]) -> Iterator[Record | Dropped]:
        """Yield the product of these rows, its own first."""
        form, row = self.form, rows[0]
        name = cell_of(form, row, "name")
        key = cell_of(form, row, "id") or self._made_id(row, name)
        held, status = self.held.pop(key, []), _status(form, row)
        if status not in self.statuses:
            yield Dropped(origin=row.origin, reason=f"{status} product", detail=key)
            return
        _insist_on_one_name(form, rows, name)
        fields = _texts(form, row, name) | {"status": status} | self._offers(rows, held)
        fields["images"] = [{"url": url, "alt": ""} for url in _list(form, rows, "images")]
        facts = self.facts.of(properties_of(row, form.attributes, row))
        fields["attributes"] = {name: value for name, value in facts.items() if name not in fields["options"]}
        yield Record(id=key, group=cell_of(form, row, "group") or key, origin=row.origin, fields=fields)

    def variant(self, row: ShopRow, first: ShopRow, base: float | None = None) -> Variant:
        """Return the variant of a row; `base` is what its product costs, whose own row is `first`."""
        form, price = self.form, self._price(row)
        if price is None and base is not None:
            price = base + (parse_amount(cell_of(form, row, "surcharge")) or 0.0)
        options = {name: values[0] for name, values in options_of(row, form.options, first).items()}
        sku, gtin = cell_of(form, row, "sku"), cell_of(form, row, "gtin")
        return {"sku": sku, "barcode": gtin, "price": price, "options": options}

    def _made_id(self, row: ShopRow, name: str) -> str:
        """Return an id for a product whose platform gives none: its name, numbered where that comes again."""
        if self.form.platform.layout in {"shared_id", "parent"}:
            raise row.error(self.form.fields["id"][0], "is empty", "every product needs one")
        base = "-".join(name.lower().split())
        self.made[base] += 1
        return base if self.made[base] == 1 else f"{base}-{self.made[base]}"

    def _price(self, row: ShopRow) -> float | None:
        column = next((column for column in self.form.fields["price"] if row[column]), "")
        return self.prices.read(row, column, cell_of(self.form, row, "currency"))

    def _offers(self, rows: Sequence[ShopRow], held: Sequence[Variant]) -> dict[str, Any]:
        """Return what is sold: variants, the options in which they differ, and the product's SKU, GTIN and price."""
        form, first = self.form, rows[0]
        if form.platform.layout == "shared_id" and not form.variant:  # every row is a variant, the first one too
            offered, price = dict[str, list[str]](), None
            made = [self.variant(row, first) for row in rows]
        else:
            offered, price = options_of(first, form.options, first), self._price(first)
            made = [self.variant(row, first, price) for row in rows[1:]]
        variants = [one for one in made if any(one.values())]
        variants += [one | {"price": price} if one["price"] is None else one for one in held]
        varied = choices(variants)
        gtin = cell_of(form, first, "gtin")
        skus = items(cell_of(form, first, "sku"), form.platform.separators.sku) or [""]
        variants = variants or [{"sku": sku, "barcode": gtin, "price": price, "options": {}} for sku in skus]
        return {
            "sku": skus[0] or variants[0]["sku"],
            "gtin": gtin or variants[0]["barcode"],
            "price": variants[0]["price"] if price is None else price,
            "variants": variants,
            "options": {
                name: list(dict.fromkeys([*offered.get(name, ()), *varied.get(name, ())]))
                for name in {**offered, **varied}
            },
        }


def _status(form: Form, row: ShopRow) -> str:
    states = (state_of(row[column], known) for column, known in form.states.items())
    return next((state for state in states if state != "active"), "active")


def _insist_on_one_name(form: Form, rows: Sequence[ShopRow], name: str) -> None:
    column = form.fields["name"][0]
    if not name:
        raise rows[0].error(column, "is empty", "every product needs one")
    for row in rows[1:]:
        other = cell_of(form, row, "name")
        if not form.variant and other not in ("", name):
            raise row.error(column, "differs within a product", f"found {other!r}, at {rows[0].origin} {name!r}")


def _texts(form: Form, row: ShopRow, name: str) -> dict[str, Any]:
    """Return the fields that hold text, those that the platform's table names."""
    html = form.platform.text == "html"
    description = cell_of(form, row, "description")
    short = cell_of(form, row, "short_description")
    text = html_to_text if html else plain_text
    fields: dict[str, Any] = {"name": name, "description": text(description or short)}
    if html:
        fields["description_html"] = description or short
    if form.platform.columns.short_description:
        fields["short_description"] = text(short)
    fields |= {one: cell_of(form, row, one) for one in TEXTS if getattr(form.platform.columns, one)}
    fields["category"] = category_of(filled(row, form.fields["category"]), form.platform)
    fields |= {one: _list(form, [row], one) for one in LISTS if getattr(form.platform.columns, one)}
    return fields


def _list(form: Form, rows: Iterable[ShopRow], name: str) -> list[str]:
    separator = getattr(form.platform.separators, name, None)
    cells = (cell for row in rows for cell in filled(row, form.fields[name]))
    return list(dict.fromkeys(item for cell in cells for item in items(cell, separator)))
