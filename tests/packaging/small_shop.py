"""An invented shop of sixteen products with short texts, and an experiment that tunes a tiny random model on it."""

import csv
from pathlib import Path

__all__ = ["PRODUCTS", "write_experiment", "write_products"]

HEADER = (
    "Title",
    "URL handle",
    "Description",
    "Type",
    "Status",
    "SKU",
    "Price",
    "Color (product.metafields.custom.color)",
)
COLOURS = ("red", "blue", "green", "amber")
THINGS = ("vase", "lamp", "mug", "scarf")
PRODUCTS = len(COLOURS) * len(THINGS)


def write_products(path: Path) -> None:
    """Write the products as a Shopify export."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for thing in THINGS:
            for colour in COLOURS:
                name, handle = f"{colour.title()} {thing}", f"{colour}-{thing}"
                text = f"A {colour} {thing} for a calm home."
                writer.writerow([name, handle, text, f"{thing.title()}s", "active", handle.upper(), "12.00", colour])


def write_experiment(path: Path, model: Path) -> None:
    """Write an experiment that compares the model's folder, the model tuned, and a template."""
    path.write_text(
        f"""
name: small
data:
  shop: {{products: products.csv}}
tasks:
  description:
    task: product_description
    data: shop
    split: {{test: 0.25}}
    metrics: [rouge_l, invalid_share]
    generate: {{max_new_tokens: 4}}
candidates:
  template: {{baseline: template}}
  base: {{model: {model.as_posix()}}}
  sft: {{from: base, tune: {{method: sft, epochs: 1, lora: {{r: 2}}}}}}
compare: {{baseline: base, resamples: 200}}
reports: [html, markdown, json]
""",
        "utf-8",
    )
