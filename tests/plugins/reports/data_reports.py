"""Data reports to show: one that has everything, one that has nothing to tell, and one of hostile text.

Every product, order and figure is invented.
"""

from __future__ import annotations

from typing import Any

from shoptune.data_report import (
    DataReport,
    Drops,
    Duplicates,
    FieldProfile,
    LeakageReport,
    Part,
    PersonalDataReport,
    Quantiles,
    StrangeRow,
    TableReport,
    WeightReport,
)

__all__ = ["NO_LEAKAGE", "bare_data", "hostile_data", "make_data", "make_table"]

NO_LEAKAGE = LeakageReport(action="leave_out", similarity=0.8, by_id=0, exact=0, near=0, rows={"pairs": 0}, first=[])
NO_DUPLICATES = Duplicates(exact=0, near=0, largest=0, first=[])
PARTS = {
    "train": Part(examples=250, groups=250, rows={"pairs": 287}),
    "validation": Part(examples=29, groups=29, rows={"pairs": 33}),
    "test": Part(examples=57, groups=57, rows={"pairs": 60}),
}


def spread(p5: float, p50: float, p95: float, largest: float) -> Quantiles:
    return Quantiles(p5=p5, p50=p50, p95=p95, max=largest)


def make_table(**changes: Any) -> TableReport:
    """A table with one field, of which there is nothing else to say."""
    parts: dict[str, Any] = {
        "files": ["products.csv"],
        "adapter": "csv",
        "records": 336,
        "groups": 336,
        "dropped": {},
        "bad": {},
        "fields": [FieldProfile(name="name", filled=336)],
        "languages": {},
        "languages_of": 0,
        "personal_data": PersonalDataReport(),
        "strange": [],
    }
    return TableReport(**(parts | changes))


def bare_data(**changes: Any) -> DataReport:
    """A report that has nothing to tell but its parts."""
    parts: dict[str, Any] = {
        "tables": {"products": make_table()},
        "split_by": "product",
        "parts": {name: part.model_copy(update={"rows": {"pairs": 0}}) for name, part in PARTS.items()},
        "examples_dropped": {},
        "rows_kept": {"pairs": {}},
        "rows_refused": {"pairs": {}},
        "duplicates": NO_DUPLICATES,
        "leakage": NO_LEAKAGE,
    }
    return DataReport(**(parts | changes))


def make_data(**changes: Any) -> DataReport:
    """A report of a shop with products, orders and tests, of which there is something to say in every place."""
    products = make_table(
        files=["products_1.csv", "products_2.csv", "products_3.csv", "products_4.csv"],
        adapter="shopify_products",
        records=1342,
        groups=345,
        dropped={"draft product": Drops(count=12, first=["products_1.csv:88", "products_2.csv:3"])},
        bad={
            "price is no amount": Drops(
                count=2,
                first=["products_1.csv:118: found 'abc'; write an amount such as 12.50", "products_4.csv:7"],
            ),
            "the id stands twice": Drops(count=1, first=["products_2.csv:40: 'fen-blanket' stands at line 12 too"]),
        },
        fields=[
            FieldProfile(name="name", filled=1342, words=spread(2, 4, 7, 14)),
            FieldProfile(name="description", filled=1339, words=spread(18, 61, 148, 2004)),
            FieldProfile(name="price", filled=1342),
            FieldProfile(name="gtin", filled=3),
            *(
                FieldProfile(name=f"attributes.{name}", filled=1200 - 60 * rank)
                for rank, name in enumerate(
                    ["color", "material", "weight", "size", "care", "height", "width", "length", "pattern", "fit"],
                )
            ),
        ],
        languages={"en": 941, "de": 52, "?": 6, "cy": 1},
        languages_of=1000,
        personal_data=PersonalDataReport(masked={"email": 3, "phone": 1, "address": 0}),
        strange=[
            StrangeRow(
                origin="products_2.csv:19",
                why=["description has 2,004 words (half have at most 61)", "name holds 2 HTML tags or entities"],
            ),
            StrangeRow(origin="products_1.csv:7", why=["description is empty (99.7 % have one)"]),
        ],
    )
    orders = make_table(
        files=["orders.csv"],
        adapter="shopify_orders",
        records=1204,
        groups=611,
        dropped={"cancelled order": Drops(count=39, first=["orders.csv:2: #1299", "orders.csv:51: #1275"])},
        fields=[FieldProfile(name="sku", filled=1180), FieldProfile(name="quantity", filled=1204)],
        personal_data=PersonalDataReport(fields={"email": 611, "billing_name": 598}),
    )
    parts: dict[str, Any] = {
        "tables": {"products": products, "orders": orders},
        "parts": PARTS,
        "examples_dropped": {"product without a description": Drops(count=3, first=["products_1.csv:7: Heath Trowel"])},
        "rows_kept": {"pairs": {"A/B test": 287, "synthetic: changed fact": 61, "synthetic: broken markup": 32}},
        "rows_refused": {
            "pairs": {
                "not enough evidence": Drops(count=25, first=["tests.csv:267: A is better with probability 0.602"]),
                "differ only in length": Drops(count=6, first=["tests.csv:134", "tests.csv:136"]),
            }
        },
        "weights": WeightReport(weighted=240, left_out=12, spread=spread(0.64, 0.96, 1.46, 1.5)),
        "duplicates": Duplicates(exact=4, near=3, largest=3, first=["products_1.csv:4 ~ products_3.csv:19"]),
        "leakage": LeakageReport(
            action="leave_out",
            similarity=0.8,
            by_id=0,
            exact=2,
            near=1,
            rows={"pairs": 4},
            first=[
                "products_1.csv:9 (train) ~ products_1.csv:77 (held out)",
                "products_3.csv:1 (train) ~ x (held out)",
            ],
        ),
        "tokens": {"smollm2-135m-instruct": spread(24, 84, 203, 2950)},
        "canaries": 8,
        "notes": {
            "orders": {"lines": 1204, "matched by SKU": 1160, "matched by name": 8, "match rate in %": 97},
            "sales as weights": {"products with figures": 240, "compared by": "units per day listed"},
        },
    }
    return bare_data(**(parts | changes))


def hostile_data(text: str) -> DataReport:
    """A report with `text` in every place that text of a shop or of a plugin can reach."""
    drops = {text: Drops(count=2, first=[text, text])}
    table = make_table(
        files=[text] * 7,
        adapter=text,
        dropped=drops,
        bad=drops,
        fields=[
            FieldProfile(name=text, filled=3, words=spread(1, 2, 3, 4)),
            FieldProfile(name=f"attributes.{text}", filled=3),
        ],
        languages={text: 3},
        languages_of=3,
        personal_data=PersonalDataReport(masked={text: 1}, fields={text: 1}),
        strange=[StrangeRow(origin=text, why=[text, text])],
    )
    return bare_data(
        tables={text: table},
        split_by=text,
        examples_dropped=drops,
        rows_kept={"pairs": {text: 3}},
        rows_refused={"pairs": drops},
        weights=WeightReport(weighted=2, left_out=1, spread=spread(0.5, 1, 1.2, 1.5)),
        duplicates=Duplicates(exact=2, near=0, largest=2, first=[text, text]),
        leakage=LeakageReport(
            action="keep", similarity=0.8, by_id=1, exact=0, near=0, rows={"pairs": 0}, first=[text, text]
        ),
        tokens={text: spread(1, 2, 3, 4)},
        canaries=1,
        notes={text: {text: text}, "orders": {"lines": 3, "match rate in %": text}},
    )
