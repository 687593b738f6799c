"""``shoptune init``: from a shop's export to a commented experiment file that runs."""

from __future__ import annotations

import json
import re
import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shoptune.commands import check_experiment, experiment_schema, impossible_candidates
from shoptune.terminal import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shoptune_start.shop_file import ShopFile

__all__ = ["init"]

SCHEMA = "experiment.schema.json"
"""What the experiment file's first line names."""
NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"


@click.command(short_help="Make an experiment file of a shop's exports.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("experiment.yaml"),
    show_default=True,
    help="The file to write; one that is there is never overwritten.",
)
@click.option("--name", help="The experiment's name; default: that of the folder.")
def init(files: Sequence[Path], output: Path, name: str | None) -> None:
    """Write an experiment file for a shop's FILES: its products, and perhaps orders, sales figures and A/B tests.

    Which is which is seen from the files.  The columns of a table of your own are guessed and written down, so that you
    can put them right.
    """
    from shoptune.errors import ShoptuneError, UsageError
    from shoptune_start.shop_file import recognise_all, sort_into_tables

    folder = output.parent
    if output.exists():
        raise UsageError(f"{output} is there already and is not overwritten; name another file with --output")
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder} to write {output.name} into; make it first")
    if name is not None and not re.fullmatch(NAME, name):
        raise UsageError(
            f"--name {name!r}: a name has at most 64 letters (a to z), digits, '.', '_' and '-', and begins with a "
            "letter or digit; the folder of the reports will be called so"
        )
    known, left_out = recognise_all(files)
    tables = sort_into_tables(known)
    for why in left_out:
        say(f"left out: {why}", err=True)
    text = _understood(name or _name_of(folder), tables, folder)
    _write(output, text({}))
    try:
        check_experiment(output)
    except ShoptuneError:
        output.unlink()  # it would be in the way of the next attempt
        raise
    if impossible := _impossible(output):
        output.unlink()
        _write(output, text(impossible))
    _write_schema(folder / SCHEMA)
    shown = shlex.quote(str(output))
    say(f"{output} is written. What comes of the files, then the whole comparison:", err=True)
    say(f"shoptune data {shown}\nshoptune run {shown}")


def _impossible(experiment: Path) -> Mapping[str, str]:
    """Return the candidates that the shop's data can't make, each with the reason, which is also said.

    Where the data themselves want a decision, the file that it is to be written into stays, and that is said.
    """
    from shoptune.errors import ShoptuneError

    try:
        found = impossible_candidates(experiment)
    except ShoptuneError as error:
        say(f"warning: {experiment} can't run on these files as it is: {error}", err=True)
        return {}
    for candidate, why in found.items():
        say(f"left out: the candidate {candidate}: {why}", err=True)
    return found


def _understood(name: str, tables: dict[str, ShopFile], folder: Path) -> Callable[[Mapping[str, str]], str]:
    """Say what was understood of each file; returns what makes the experiment file's text without some candidates."""
    from shoptune_start.catalogue import look_through
    from shoptune_start.columns import guess_columns
    from shoptune_start.experiment_text import experiment_text
    from shoptune_start.shop_file import PRODUCTS

    columns = None
    products = tables[PRODUCTS]
    if products.adapter.table is None:
        columns = guess_columns([record.fields for record in products.first], str(products.path))
        products = products.with_options(columns.options())
        tables = {**tables, PRODUCTS: products}
    catalogue = look_through(products)
    for table, file in tables.items():
        count = f" {catalogue.count}," if table == PRODUCTS else ""
        say(f"{file.path}: read by {file.adapter.name} as {table};{count} such as {_sample(file)!r}", err=True)
        if encoding := file.options.get("encoding"):
            say(f"{file.path}: it is not UTF-8 and looks like {encoding}; do the words above read well?", err=True)
    if catalogue.bad:
        say(f"{products.path}: rows that can't be used: {catalogue.bad:,}; `shoptune data` says why", err=True)
    if columns and not columns.id:
        say(f"{products.path}: no column tells rows apart, so they are known by their place in the file", err=True)
    return partial(experiment_text, name, tables, columns, catalogue, folder)


def _sample(file: ShopFile) -> str:
    """Return what the first record is about: a product's name, or what identifies it."""
    record = file.first[0]
    return str(record.fields.get("name") or record.fields.get("sku") or record.group)


def _name_of(folder: Path) -> str:
    """Return a folder's name as an experiment may be called."""
    return re.sub(r"[^A-Za-z0-9]+", "-", folder.resolve().name).strip("-")[:64] or "shop"


def _write_schema(path: Path) -> None:
    """Write what an editor completes from, unless it is there."""
    if not path.exists():
        _write(path, json.dumps(experiment_schema(), indent=1, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    from shoptune.errors import UsageError

    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from error
