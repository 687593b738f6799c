"""The adapters parquet and dataset: Arrow's values as plain ones, lazily, and errors that say what to do."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Dropped, Note, Record
from shoptune.errors import DataError
from shoptune_files.dataset_folder import DatasetOptions, dataset_adapter
from shoptune_files.parquet_file import parquet_adapter
from shoptune_files.plugin import select_data_adapter
from shoptune_files.records import ColumnOptions

ROWS: list[dict[str, Any]] = [
    {"id": "7", "name": "Kettle", "price": 12.5, "tags": ["a", "b"], "size": {"width": 3, "unit": None}},
    {"id": "8", "name": "Teapot", "price": float("nan"), "tags": [], "size": None},
    {"id": None, "name": "Cup", "price": None, "tags": None, "size": {"width": None, "unit": "cm"}},
]


def read_parquet(path: Path, **options: Any) -> list[Record | Dropped]:
    return [row for row in parquet_adapter.read(path, ColumnOptions(**options)) if not isinstance(row, Note)]


def read_dataset(path: Path, **options: Any) -> list[Record | Dropped]:
    return [row for row in dataset_adapter.read(path, DatasetOptions(**options)) if not isinstance(row, Note)]


def fields(rows: list[Record | Dropped]) -> list[dict[str, Any]]:
    return [dict(row.fields) for row in rows if isinstance(row, Record)]


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    path = tmp_path / "products.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path)
    return path


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a dataset (``one``), and with two splits of it (``two``)."""
    monkeypatch.setenv("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    import datasets

    rows = datasets.Dataset.from_list(ROWS)
    rows.save_to_disk(tmp_path / "one")
    datasets.DatasetDict({"train": rows.select([0]), "test": rows.select([1, 0])}).save_to_disk(tmp_path / "two")
    return tmp_path


PLAIN: list[dict[str, Any]] = [
    {"id": "7", "name": "Kettle", "price": 12.5, "tags": ["a", "b"], "size": {"width": 3, "unit": None}},
    {"id": "8", "name": "Teapot", "price": None, "tags": [], "size": None},
]


def test_parquet(parquet: Path) -> None:
    assert select_data_adapter(parquet) == "parquet"
    rows = read_parquet(parquet)
    assert rows[0] == Record(id="7", group="7", origin="products.parquet:1", fields=PLAIN[0])
    assert fields(rows) == PLAIN
    assert rows[2] == Dropped(origin="products.parquet:3", reason="id is empty", detail="every row needs one", bad=True)


def test_parquet_columns(parquet: Path) -> None:
    rows = read_parquet(parquet, id="NAME", columns={"title": "name"}, attributes=["tags"])
    assert fields(rows) == [
        {"title": "Kettle", "attributes": {"tags": "a, b"}},
        {"title": "Teapot", "attributes": {}},
        {"title": "Cup", "attributes": {}},
    ]
    with pytest.raises(DataError, match=r"^products.parquet: there is no column 'nmae'. Did you mean 'name'\?"):
        read_parquet(parquet, group="nmae")


def test_only_needed_columns_are_read(parquet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    whole = pq.ParquetFile.iter_batches

    def iter_batches(self: Any, batch_size: int, columns: list[str]) -> Any:
        asked.append(columns)
        return whole(self, batch_size, columns=columns)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", iter_batches)
    read_parquet(parquet, columns={"name": "name"})
    assert asked == [["id", "name"]]


def test_reading_is_lazy(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"id": [str(n) for n in range(5_000)]}), path, row_group_size=1_000, compression="none")
    content = bytearray(path.read_bytes())
    last = content.rindex(b"4998")
    content[last - 3_000 : last] = b"\xff" * 3_000
    path.write_bytes(content)
    records = parquet_adapter.read(path, ColumnOptions())
    assert next(iter(records)) == Record(id="0", group="0", origin="x.parquet:1", fields={"id": "0"})
    with pytest.raises(DataError, match=r"^x.parquet: the rows after \d,000 can't be read"):
        list(records)


VALUES = {
    "day": (dt.date(2026, 3, 31), "2026-03-31"),
    "time": (dt.datetime(2026, 3, 31, 10, 5), "2026-03-31T10:05:00"),
    "zone": (dt.datetime(2026, 3, 31, 10, tzinfo=dt.UTC), "2026-03-31T10:00:00+00:00"),
    "amount": (Decimal("12.50"), 12.5),
    "endless": (float("inf"), None),
    "bytes": ("é".encode(), "é"),
    "picture": (b"\xff\xd8", None),
    "yes": (True, True),
    "nested": ([{"a": [float("nan"), 1.5]}], [{"a": [None, 1.5]}]),
}


def test_values_become_plain(tmp_path: Path) -> None:
    table = pa.table({name: [value] for name, (value, _) in VALUES.items()})
    table = table.append_column("map", pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())))
    table = table.append_column("word", pa.array(["x"]).dictionary_encode())
    pq.write_table(table, tmp_path / "x.parquet")
    (row,) = fields(read_parquet(tmp_path / "x.parquet"))
    assert row == {name: plain for name, (_, plain) in VALUES.items()} | {"map": {"k": 1}, "word": "x"}
    json.dumps(row, allow_nan=False)


text = st.text(st.characters(codec="utf-8"))
row = st.fixed_dictionaries({"note": text, "price": st.floats(0, 1e6) | st.none(), "words": st.lists(text, max_size=3)})


@given(rows=st.lists(row, min_size=1, max_size=10))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    path = tmp_path_factory.mktemp("parquet") / "x.parquet"
    schema = pa.schema({"note": pa.string(), "price": pa.float64(), "words": pa.list_(pa.string())})
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    assert fields(read_parquet(path)) == rows


def test_files_that_are_no_parquet(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    for content in (b"", b"id,name\n1,a\n", b"PAR1" + bytes(100) + b"PAR1"):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"^x.parquet: this can't be read as Parquet: "):
            read_parquet(path)
    pq.write_table(pa.table({"id": pa.array([], pa.string())}), path)
    with pytest.raises(DataError, match=r"^x.parquet: there are no rows.$"):
        read_parquet(path)


def test_a_dataset_is_known_by_its_folder_and_by_its_files(saved: Path) -> None:
    for place in ("one", "one/state.json", "one/dataset_info.json", "two", "two/dataset_dict.json", "two/test"):
        assert select_data_adapter(saved / place) == "dataset"
    assert select_data_adapter(saved) is None
    assert select_data_adapter(saved / "state.json") == "json"


@pytest.mark.parametrize("place", ["one", "one/state.json", "one/dataset_info.json"])
def test_dataset(saved: Path, place: str) -> None:
    rows = read_dataset(saved / place)
    assert rows[0] == Record(id="7", group="7", origin="one:1", fields=PLAIN[0])
    assert fields(rows) == PLAIN
    assert rows[2].origin == "one:3"
    assert fields(read_dataset(saved / place, id="Name", columns={"title": "name"})) == [
        {"title": name} for name in ("Kettle", "Teapot", "Cup")
    ]


@pytest.mark.parametrize("place", ["two", "two/dataset_dict.json"])
def test_a_split_of_a_dataset(saved: Path, place: str) -> None:
    rows = read_dataset(saved / place, split="test")
    assert [(row.origin, row.id) for row in rows if isinstance(row, Record)] == [
        ("two/test:1", "8"),
        ("two/test:2", "7"),
    ]


def test_splits_that_are_not_there(saved: Path) -> None:
    for place, options, said in [
        ("two", {}, "two: the dataset has several splits: say 'split:' with one of train, test."),
        ("two", {"split": "tset"}, "two: there is no split 'tset'. Did you mean 'test'?"),
        ("one", {"split": "test"}, "one: the dataset has no splits; leave out 'split: test'."),
    ]:
        with pytest.raises(DataError) as raised:
            read_dataset(saved / place, **options)
        assert str(raised.value) == said


def test_the_only_split_needs_no_name(saved: Path) -> None:
    (saved / "two" / "dataset_dict.json").write_text('{"splits": ["train"]}')
    assert [row.origin for row in read_dataset(saved / "two")] == ["two/train:1"]


def test_paths_that_leave_the_folder_are_refused(saved: Path) -> None:
    (saved / "two" / "dataset_dict.json").write_text('{"splits": ["../one"]}')
    with pytest.raises(DataError, match=r"names a place outside its folder, '../one'; don't trust it"):
        read_dataset(saved / "two")
    state = saved / "one" / "state.json"
    state.write_text(state.read_text().replace("data-0", "../two/train/data-0"))
    with pytest.raises(DataError, match=r"names a place outside its folder, '../two/train/data-0"):
        read_dataset(saved / "one")


def test_broken_datasets(saved: Path) -> None:
    (data,) = (saved / "one").glob("*.arrow")
    data.write_bytes(data.read_bytes()[:200])
    with pytest.raises(DataError, match=r"^one: the (dataset|rows after 0) can't be read: "):
        read_dataset(saved / "one")
    data.unlink()
    with pytest.raises(DataError, match=r"^one: the dataset can't be read: "):
        read_dataset(saved / "one")
    (saved / "one" / "state.json").write_text("{")
    with pytest.raises(DataError, match=r"state.json: this should be part of a saved dataset, and can't be read"):
        read_dataset(saved / "one")
