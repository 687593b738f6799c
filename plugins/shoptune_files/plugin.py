"""What this plugin brings: ``csv``, ``jsonl``, ``json``, ``parquet`` and ``dataset``."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shoptune.deferred import Deferred

__all__ = ["register_data_adapters", "select_data_adapter"]

ADAPTERS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".psv": "csv",
    ".txt": "csv",
    ".xlsx": "csv",
    ".xlsm": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
}
REFUSED = {
    **dict.fromkeys((".xlsb", ".xls", ".ods", ".numbers", ".gsheet", ".pdf", ".html", ".htm"), "csv"),
    **dict.fromkeys((".doc", ".docx", ".rtf", ".png", ".jpg", ".jpeg", ".gif", ".sql", ".sqlite", ".db"), "csv"),
    **dict.fromkeys((".zip", ".7z", ".rar"), "csv"),
    ".xml": "merchant_feed",
}
"""Suffix -> the adapter that says why it can't read such a file, and what to do."""


@hookimpl
def register_data_adapters() -> Iterable[Deferred]:
    """Bring the adapters for general file formats."""
    from shoptune.deferred import Deferred

    places = {
        "csv": "csv_file:csv_adapter",
        "jsonl": "json_file:jsonl_adapter",
        "json": "json_file:json_adapter",
        "parquet": "parquet_file:parquet_adapter",
        "dataset": "dataset_folder:dataset_adapter",
    }
    return [Deferred(name=name, place=f"shoptune_files.{place}") for name, place in places.items()]


@hookimpl(trylast=True)  # whoever knows the shop's own dialect is asked before
def select_data_adapter(path: Path) -> str | None:
    """Judge by the suffix alone, that under the compression if there is one (``products.csv.gz``)."""
    from shoptune_files.dataset_folder import is_dataset
    from shoptune_files.text_file import inner_name

    if is_dataset(path):
        return "dataset"
    names = PurePath(inner_name(path)), path
    return next((adapter for name in names if (adapter := (ADAPTERS | REFUSED).get(name.suffix.lower()))), None)
