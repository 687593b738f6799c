"""A catalogue of a million invented rows, and what reading it costs.

    python -m tests.million FOLDER ROWS

writes ``catalogue.csv`` and ``experiment.yaml`` into FOLDER, which must be new, and prints how long it takes to read
the file with Python's own csv module, to read it with the adapter ``csv``, and to do all that ``shoptune data`` does;
each in a process of its own, with its peak memory.
"""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

__all__ = ["COLUMNS", "Planted", "write_catalogue", "write_experiment"]

COLUMNS = ("id", "name", "brand", "category", "color", "material", "price", "description")
PLANTED = 100
"""One row in so many repeats another one's description, and one more has it with two words changed."""

BRANDS = "Aldermoor Brackwell Corvane Dunsbury Eastlow Fernholt Garrow Hexley Islemere Jessop Kestle Lorring"
CATEGORIES = (
    "Backpacks Blankets Bottles Chairs Clocks Cushions Kettles Lamps Mugs Scarves Shelves Trays Umbrellas Vases"
)
COLORS = "amber black blue brown coral cream green grey indigo ivory navy olive orange pink red sand teal white yellow"
MATERIALS = "acacia aluminium bamboo brass canvas ceramic cork cotton felt glass jute linen oak steel walnut wool"
ADJECTIVES = """
    airy arched balanced bevelled bold bright broad calm clean clear compact cool crisp curved deep dense double dry
    even fine firm flat flexible flush folded full gentle glossy hidden hollow inner large lasting layered level light
    long loose low matte mellow narrow neat oval padded plain quiet raised rich rigid robust round shallow sharp short
    silent simple sleek slim slow small smooth soft solid square stable steady stiff stout straight strong sturdy subtle
    tall tapered thick thin tidy tight tough upright vivid warm wide woven
"""
NOUNS = """
    band base bead belt body border bottom bracket brim buckle button cap chain clasp collar cord core corner cover
    crown cuff cup disc dome drawer edge eyelet fabric face fitting flap fold foot frame front grain grip groove handle
    hem hinge hook inlay joint key knob knot lace latch leg lid lining lip lock loop mount neck panel pattern peg pin
    plate pocket post rail rib rim ring rod rope seal seam seat shell shelf side sleeve slot spout spring stand stem
    stitch strap stripe surface tab tip top tray trim wall weave wheel yoke zip
"""
VERBS = """
    backs balances braces bridges carries catches clears closes covers crosses cushions divides draws eases echoes
    encloses faces fills finishes fits follows frames gathers grips guards guides hides holds joins keeps lifts lines
    locks marks matches meets opens parts protects reaches rests rounds seals secures shades shapes softens stiffens
    supports surrounds tops touches turns
"""
EDITS = "carefully evenly finely firmly gently lightly neatly newly nicely partly plainly rarely simply slowly softly"
TEXT = """The ADJ NOUN VERB the ADJ NOUN, and its ADJ NOUN VERB each ADJ NOUN. Beside the ADJ NOUN a NOUN VERB every
    ADJ NOUN; below, one ADJ NOUN VERB the NOUN. With a ADJ NOUN that VERB its ADJ NOUN, no NOUN VERB the ADJ NOUN. Its
    ADJ NOUN VERB a ADJ NOUN, while the NOUN VERB both ADJ NOUN and NOUN."""

EXPERIMENT = """\
name: million
data:
  shop:
    products: {path: catalogue.csv, adapter: csv, id: id, attributes: [color, material]}
tasks:
  description: {task: product_description, data: shop}
candidates:
  template: {baseline: template}
compare: {baseline: template}
"""

READ_PLAINLY = """
import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.reader(file):
        pass
"""
READ_RECORDS = """
import sys
from pathlib import Path
from shoptune_files.csv_file import CsvOptions, csv_adapter
for record in csv_adapter.read(Path(sys.argv[1]), CsvOptions(id="id", attributes=("color", "material"))):
    pass
"""
SHOPTUNE = "from shoptune.cli import main; main()"


@dataclass(frozen=True)
class Planted:
    """Which rows (from 0) say what another row says: copy -> original."""

    exact: dict[int, int] = field(default_factory=dict)
    near: dict[int, int] = field(default_factory=dict)
    """Two successive words of about 60 were changed: a similarity of 0.87, by shingles of three words."""


def write_catalogue(path: Path, rows: int, seed: int = 7) -> Planted:
    """Write `rows` invented products as CSV, one in a hundred with another one's text and one with nearly another's."""
    planted = Planted()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_rows(rows, random.Random(seed), planted))
    return planted


def _rows(rows: int, rng: random.Random, planted: Planted) -> Iterator[tuple[str, ...]]:
    text, counts = _numbered(TEXT)
    lists = [(group.split(), count) for group, count in zip((ADJECTIVES, NOUNS, VERBS), counts, strict=True)]
    brands, categories, colors, materials = (v.split() for v in (BRANDS, CATEGORIES, COLORS, MATERIALS))
    edits = EDITS.split()
    originals: list[tuple[int, str]] = []  # some of the rows so far, old and new, so that copies stand near and far
    for row in range(rows):
        if row % PLANTED == PLANTED // 2:
            planted.exact[row], description = rng.choice(originals)
        elif row % PLANTED == PLANTED - 1:
            planted.near[row], original = rng.choice(originals)
            changed = original.split()
            place = rng.randrange(2, len(changed) - 3)
            changed[place : place + 2] = rng.sample(edits, 2)
            description = " ".join(changed)
        else:
            description = text.format(*(word for group, count in lists for word in rng.choices(group, k=count)))
            if len(originals) < 1000:
                originals.append((row, description))
            else:
                originals[rng.randrange(1000)] = row, description
        brand, category, material = rng.choice(brands), rng.choice(categories), rng.choice(materials)
        price = f"{rng.randrange(500, 50_000) / 100:.2f}"
        name = f"{brand} {material} {category} {row}"
        yield f"p{row:07}", name, brand, category, rng.choice(colors), material, price, description


def _numbered(pattern: str) -> tuple[str, list[int]]:
    """Make a format string of a pattern: first all adjectives, then all nouns, then all verbs; and how many of each."""
    text, slots, counts = " ".join(pattern.split()), 0, []
    for kind in ("ADJ", "NOUN", "VERB"):
        counts.append(text.count(kind))
        for slot in range(slots, slots + counts[-1]):
            text = text.replace(kind, f"{{{slot}}}", 1)
        slots += counts[-1]
    return text, counts


def write_experiment(folder: Path) -> Path:
    """Write an experiment file for the catalogue in `folder`, without any model."""
    path = folder / "experiment.yaml"
    path.write_text(EXPERIMENT, encoding="utf-8")
    return path


@dataclass(frozen=True)
class Cost:
    """What a process cost."""

    seconds: float
    peak: float
    """Memory in MB."""


def measure(program: str, *arguments: str | Path) -> Cost:
    """Run a Python program in a process of its own; raises CalledProcessError where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", program, *map(str, arguments)], stdout=subprocess.DEVNULL)
    # wait4 tells this child's peak; RUSAGE_CHILDREN would tell the highest of all children so far.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Cost(time.perf_counter() - start, usage.ru_maxrss / 1024)  # Linux counts KiB


def main(folder: Path, rows: int) -> None:
    """Write the catalogue, measure and print."""
    folder.mkdir(parents=True)
    catalogue = folder / "catalogue.csv"
    start = time.perf_counter()
    write_catalogue(catalogue, rows)
    seconds = time.perf_counter() - start
    click.echo(f"{rows:,} rows, {catalogue.stat().st_size / 1e6:,.0f} MB, written in {seconds:.1f} s")
    experiment = write_experiment(folder)
    kept = ("--store", folder / "store", "--reports", folder / "reports")
    costs = {
        "csv.reader": measure(READ_PLAINLY, catalogue),
        "adapter csv": measure(READ_RECORDS, catalogue),
        "shoptune data": measure(SHOPTUNE, "data", experiment, *kept, "--plain"),
    }
    click.echo(f"{'':16}{'s':>9}{'ratio':>9}{'us/row':>9}{'peak MB':>9}")
    for name, cost in costs.items():
        ratio = cost.seconds / costs["csv.reader"].seconds
        click.echo(f"{name:16}{cost.seconds:9.1f}{ratio:9.1f}{cost.seconds / rows * 1e6:9.1f}{cost.peak:9.0f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
