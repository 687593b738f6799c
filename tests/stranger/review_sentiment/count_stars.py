"""``shoptune count-stars``."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import click

__all__ = ["count_stars"]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def count_stars(file: Path) -> None:
    """Count the reviews in a CSV FILE by their stars."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        counts = Counter(row.get("stars") or "none" for row in csv.DictReader(lines))
    for stars, count in sorted(counts.items(), reverse=True):
        click.echo(f"{stars}: {count}")
