"""The adapter ``dataset``: a Hugging Face dataset that was saved with ``save_to_disk``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Record
from shoptune.errors import DataError, did_you_mean
from shoptune_files.arrow_rows import ROWS_AT_ONCE, arrow_rows
from shoptune_files.records import ColumnOptions, in_spelling_of, make_records, needed_columns

__all__ = ["DatasetOptions", "dataset_adapter", "is_dataset"]

STATE, INFO = "state.json", "dataset_info.json"
"""What lies in the folder of a dataset, beside its data."""
SPLITS = "dataset_dict.json"
"""What lies in a folder of splits, each of which is the folder of a dataset."""


class DatasetOptions(ColumnOptions):
    """Which part of a dataset is read, and how its rows become records."""

    split: str | None = None
    """Which split to read; needed where the folder has several."""


def is_dataset(path: Path) -> bool:
    """Return whether `path` is the folder of a saved dataset, or one of the files in it that describe it."""
    folder = path.parent if path.name in {STATE, INFO, SPLITS} else path
    return (folder / SPLITS).is_file() or ((folder / STATE).is_file() and (folder / INFO).is_file())


def read(path: Path, options: DatasetOptions) -> Iterator[Record | Dropped]:
    """Read a saved dataset, one record per row; an origin is ``folder/split:118``, rows being counted from 1.

    `path` is the folder, or one of the files in it that describe it.  The data stay on disk, columns that aren't
    needed are never read, and nothing is decoded: an image or a sound is None.
    """
    folder, name = _part(path if path.is_dir() else path.parent, options.split)
    dataset = _load(folder, name)
    options = in_spelling_of(dataset.column_names, options, name)
    columns = needed_columns(dataset.column_names, options)
    batches = dataset.select_columns(columns).with_format("arrow").iter(ROWS_AT_ONCE)
    yield from make_records(arrow_rows(batches, name), name, options)


def _part(folder: Path, split: str | None) -> tuple[Path, str]:
    """Return the folder of the one dataset to read, and its name for messages."""
    name = folder.resolve().name
    if not (folder / SPLITS).is_file():
        if split is not None:
            raise DataError(f"{name}: the dataset has no splits; leave out 'split: {split}'.")
        return folder, name
    splits = _json(folder / SPLITS).get("splits", [])
    if not isinstance(splits, list) or not all(isinstance(split, str) for split in splits):
        raise DataError(f"{name}: {SPLITS} does not name the splits of the dataset; save it again with save_to_disk.")
    chosen = splits[0] if split is None and len(splits) == 1 else split
    if chosen is None:
        raise DataError(f"{name}: the dataset has several splits: say 'split:' with one of {', '.join(splits)}.")
    if chosen not in splits:
        raise DataError(f"{name}: there is no split {chosen!r}.{did_you_mean(chosen, splits)}")
    return _inside(folder, chosen), f"{name}/{chosen}"


def _load(folder: Path, name: str) -> Any:
    import datasets

    files = _json(folder / STATE).get("_data_files", [])
    for file in files if isinstance(files, list) else [None]:
        if not isinstance(file, dict) or not isinstance(file.get("filename"), str):
            raise DataError(f"{name}: {STATE} does not name the dataset's files; save it again with save_to_disk.")
        _inside(folder, file["filename"])
    try:
        return datasets.load_from_disk(str(folder))
    except Exception as error:  # what is damaged fails in many ways, deep in the library
        raise DataError(f"{name}: the dataset can't be read: {error}.") from error


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: this should be part of a saved dataset, and can't be read: {error}.") from error
    if not isinstance(value, dict):
        raise DataError(f"{path}: this should be a JSON object.")
    return value


def _inside(folder: Path, name: str) -> Path:
    """Return a place in `folder`; raises `DataError` where `name` leads out of it."""
    place = folder / name
    if not place.resolve().is_relative_to(folder.resolve()):
        raise DataError(f"{folder.name}: the dataset names a place outside its folder, {name!r}; don't trust it.")
    return place


dataset_adapter = DataAdapter(
    name="dataset",
    summary="A Hugging Face dataset saved with save_to_disk",
    options=DatasetOptions,
    read=read,
)
