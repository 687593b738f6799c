"""What this plugin brings: ``csv``, ``jsonl``, ``json``, ``parquet`` and ``dataset``."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shoptune.components import DataAdapter

__all__ = ["register_data_adapters", "select_data_adapter"]

ADAPTERS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".psv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
}
REFUSED = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers", ".gsheet", ".pdf", ".html", ".htm"), "csv"),
    **dict.fromkeys((".doc", ".docx", ".rtf", ".png", ".jpg", ".jpeg", ".gif", ".sql", ".sqlite", ".db"), "csv"),
    **dict.fromkeys((".zip", ".7z", ".rar"), "csv"),
    ".xml": "merchant_feed",
}
"""Suffix -> the adapter that says why it can't read such a file, and what to do."""


@hookimpl
def register_data_adapters() -> Iterable[DataAdapter[Any]]:
    """Bring the adapters for general file formats."""
    from shoptune_files.csv_file import csv_adapter
    from shoptune_files.dataset_folder import dataset_adapter
    from shoptune_files.json_file import json_adapter, jsonl_adapter
    from shoptune_files.parquet_file import parquet_adapter

    return [csv_adapter, jsonl_adapter, json_adapter, parquet_adapter, dataset_adapter]


@hookimpl(trylast=True)  # whoever knows the shop's own dialect is asked before
def select_data_adapter(path: Path) -> str | None:
    """Judge by the suffix alone, that under the compression if there is one (``products.csv.gz``)."""
    from shoptune_files.dataset_folder import is_dataset
    from shoptune_files.text_file import inner_name

    if is_dataset(path):
        return "dataset"
    names = PurePath(inner_name(path)), path
    return next((adapter for name in names if (adapter := (ADAPTERS | REFUSED).get(name.suffix.lower()))), None)
