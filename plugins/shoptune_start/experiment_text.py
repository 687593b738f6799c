"""Writes the experiment file, with comments that say what was chosen and why."""

from __future__ import annotations

import glob
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from shoptune_start.catalogue import Catalogue
from shoptune_start.columns import Columns
from shoptune_start.shop_file import PRODUCTS, ShopFile

__all__ = ["as_yaml", "experiment_text", "path_in"]

TEST_PRODUCTS = 200
"""Enough to show differences of some size; each one more is written for by every candidate."""
LARGEST_TEST = 0.3
"""The share that goes to testing where there are too few products for that."""
EPOCHS, BATCH = 2, 8
"""How often sft reads each text, and how many at a time."""

_PLAIN = re.compile(r"[^\W\d_](?:[\w ./()%-]*[\w./()%])?")


@dataclass(frozen=True, kw_only=True)
class _Split:
    test: float
    validation: float
    reason: str


def experiment_text(
    name: str,
    tables: Mapping[str, ShopFile],
    columns: Columns | None,
    catalogue: Catalogue,
    folder: Path,
    impossible: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the experiment file.

    Args:
        name: The experiment's name.
        tables: Table -> file; there are products.
        columns: The products' columns, where they were guessed.
        catalogue: What is known of the products.
        folder: Where the file will lie; paths of files in there are relative to it.
        impossible: Candidate -> why the data can't make it; such are left out.

    """
    environment = Environment(
        loader=PackageLoader("shoptune_start"),
        autoescape=False,  # noqa: S701 - this is YAML: all that comes from outside goes through as_yaml
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["yaml"] = as_yaml
    split = _split(catalogue)
    return environment.get_template("experiment.yaml.j2").render(
        name=name,
        tables=tables,
        paths={table: path_in(folder, file.path) for table, file in tables.items()},
        about=_about(catalogue),
        columns=columns,
        catalogue=catalogue,
        split=split,
        impossible=impossible,
        steps=math.ceil(catalogue.products * (1 - split.test - split.validation) / BATCH) * EPOCHS,
    )


def as_yaml(text: str) -> str:
    r"""Return text as a YAML scalar on one line, which means that text wherever it stands, in a comment too.

    >>> print(as_yaml("Größe (EU)"), as_yaml("no"), as_yaml("a: b #1"), as_yaml("two\nlines"))
    Größe (EU) "no" "a: b #1" "two\nlines"
    """
    if _PLAIN.fullmatch(text) and text.isprintable() and yaml.safe_load(text) == text:
        return text
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=math.inf).rstrip("\n")


def path_in(folder: Path, path: Path) -> str:
    """Return a path as an experiment file in `folder` names it: relative if it lies below, and never a pattern."""
    whole, base = path.parent.resolve() / path.name, folder.resolve()
    return glob.escape(str(whole.relative_to(base) if whole.is_relative_to(base) else whole))


def _split(catalogue: Catalogue) -> _Split:
    """Return shares that make a test part of the wanted size, or as large a one as can be spared."""
    wanted = TEST_PRODUCTS / catalogue.products
    test = min(LARGEST_TEST, float(f"{wanted:.2g}"))
    held_out = round(test * catalogue.products)
    if wanted > LARGEST_TEST:
        reason = f"Few products, so many are for testing, about {held_out}; even so, only large differences will show."
    else:
        reason = (
            f"About {held_out} products for testing: differences of some size will show, and more would take longer."
        )
    return _Split(test=test, validation=float(f"{test / 2:.2g}"), reason=reason)


def _about(catalogue: Catalogue) -> dict[str, str]:
    """Return what each table is for."""
    return {
        PRODUCTS: f"{catalogue.count}, each with all its variants.",
        "orders": "What sells better than its like counts more, unless the task has `sales: {weights: false}`.",
        "sales": "What sells better than its like counts more; these figures outrank what orders say.",
        "tests": "Which of a product's texts sold better, where two were shown side by side: pairs for `dpo`.",
    }
