"""Reading a table: what is kept, counted, refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import DataAdapter, NoOptions
from shoptune.data import Dropped, Note, Record
from shoptune.data_report import Drops
from shoptune.dataset.drops import DropCount
from shoptune.dataset.table import Table
from shoptune.dataset.tables import TableSource, read_table
from shoptune.errors import DataError, PluginError
from shoptune.plugins import LoadedPlugin, Registered


class TestTable:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def table(self, rows: list[Record | Dropped | Note | Exception], on_bad_row: Any = None, files: int = 1) -> Table:
        def read(path: Path, options: NoOptions) -> Any:
            for row in rows:
                if isinstance(row, Exception):
                    raise row
                yield row

        plugin = LoadedPlugin(name="p", version="1", distribution="d", module=json, place=Path())
        adapter: DataAdapter[Any] = DataAdapter(name="a", summary="", options=NoOptions, read=read)
        source = TableSource(
            name="products",
            paths=[Path(f"shop/products{'' if i == 0 else i}.csv") for i in range(files)],
            adapter=Registered(name="a", plugin=plugin, load=lambda: adapter),
            options=NoOptions(),
            on_bad_row=on_bad_row,
        )
        file = self.folder / "products"
        return Table(name="products", report=read_table(source, file), file=file)

    def record(self, number: int, **fields: str) -> Record:
        return Record(id=str(number), fields=fields, origin=f"products.csv:{number}", group=str(number))

    def bad(self, number: int, detail: str = "") -> Dropped:
        return Dropped(origin=f"products.csv:{number}", reason="no price", detail=detail, bad=True)

    def test_gives_records_again_and_again(self) -> None:
        table = self.table([self.record(2), Dropped(origin="products.csv:3", reason="blank"), self.record(4)])
        assert list(table) == list(table) == [self.record(2), self.record(4)]

    def test_adds_up_what_the_adapter_says_of_its_files(self) -> None:
        note = Note(topic="prices", figures={"could not be read": 2, "such as": "'ask jo@invented.example'"})
        record = self.record(2)
        report = self.table([record, note, note], on_bad_row="skip").report
        assert report.notes == {"prices": {"could not be read": 4, "such as": "'ask [email]'"}}
        assert report.records == 1

    def test_reports_what_was_read(self) -> None:
        blank = Dropped(origin="products.csv:3", reason="blank")
        report = self.table([self.record(2, name="Lamp"), blank]).report
        assert (report.files, report.adapter, report.records, report.groups) == (["products.csv"], "a", 1, 1)
        assert report.dropped == {"blank": Drops(count=1, first=["products.csv:3"])}
        assert report.bad == {}
        assert [(f.name, f.filled) for f in report.fields] == [("name", 1)]

    def test_without_records_it_is_refused(self) -> None:
        with pytest.raises(DataError, match=r"products.csv: no records in it; is it the right file for .* 'products'"):
            self.table([])

    def test_without_any_left_it_says_why(self) -> None:
        dropped = [Dropped(origin=f"products.csv:{n}", reason="blank") for n in (2, 3)]
        with pytest.raises(DataError, match=r"every row was filtered out. blank \(2, first: products.csv:2\)"):
            self.table([*dropped])

    def test_an_adapter_that_raises_is_named(self) -> None:
        with pytest.raises(PluginError, match=r"plugin 'p' 1 failed to read products.csv: KeyError: 'Title'"):
            self.table([KeyError("Title")])

    def test_an_adapter_that_refuses_in_words_is_let_speak(self) -> None:
        with pytest.raises(DataError, match=r"^no column Title$"):
            self.table([DataError("no column Title")])

    def test_one_bad_row_in_a_hundred_is_tolerated_and_counted(self) -> None:
        report = self.table([*map(self.record, range(99)), self.bad(100)]).report
        assert report.records == 99
        assert report.bad == {"no price": Drops(count=1, first=["products.csv:100"])}

    def test_so_are_a_few_in_a_small_table(self) -> None:
        report = self.table([*map(self.record, range(30)), *map(self.bad, range(100, 120))]).report
        assert (report.records, report.bad["no price"].count) == (30, 20)

    def test_more_are_refused(self) -> None:
        told = r"products.csv: 21 of 121 rows can't be used \(17 %; 1 % or 20 are tolerated\): no price \(21, first"
        with pytest.raises(DataError, match=told):
            self.table([*map(self.record, range(100)), *map(self.bad, range(100, 121))])

    def test_and_so_is_a_table_most_of_whose_rows_are_bad(self) -> None:
        with pytest.raises(DataError, match="2 of 3 rows"):
            self.table([self.record(1), self.bad(2), self.bad(3)])

    def test_unless_bad_rows_are_to_be_skipped(self) -> None:
        assert (
            self.table([self.record(2), self.bad(3), self.bad(4)], on_bad_row="skip").report.bad["no price"].count == 2
        )

    def test_or_the_first_is_to_stop_the_run(self) -> None:
        with pytest.raises(DataError, match=r"no price \(1, first: products.csv:3: it is 'free'\); `on_bad_row: skip`"):
            self.table([*map(self.record, range(999)), self.bad(3, "it is 'free'")], on_bad_row="stop")

    def test_an_id_that_comes_again_is_a_bad_row(self) -> None:
        report = self.table([*map(self.record, range(200)), self.record(3, name="another")]).report
        assert report.bad["the id stands twice"].first == [
            "products.csv:3: '3' stands at products.csv:3 too; ids must differ"
        ]

    def test_half_a_character_is_a_bad_row(self) -> None:
        report = self.table([*map(self.record, range(200)), self.record(300, name="cut \ud83d")]).report
        assert report.records == 200
        assert report.bad["a character is incomplete"].first[0].startswith("products.csv:300: half of a surrogate pair")

    def test_personal_data_goes_no_further(self) -> None:
        rows: list[Record | Dropped | Note | Exception] = [
            self.record(2, name="Lamp for jane.doe@example.com", email="jane.doe@example.com"),
            Dropped(origin="products.csv:3", reason="blank", detail="mail max@example.org"),
        ]
        table = self.table(rows)
        assert [dict(r.fields) for r in table] == [{"name": "Lamp for [email]"}]
        assert table.report.personal_data.masked == {"email": 1}
        assert table.report.personal_data.fields == {"email": 1}
        assert "example" not in table.report.model_dump_json()
        assert b"example" not in table.file.read_bytes()


def test_drops_are_counted_by_reason_most_frequent_first() -> None:
    count = DropCount()
    for number in range(7):
        count.add(Dropped(origin=f"a:{number}", reason="often", detail="x" if number == 1 else ""))
    count.add(Dropped(origin="a:9", reason="also once"))
    count.add(Dropped(origin="a:8", reason="once"))
    report = count.report()
    assert list(report) == ["often", "also once", "once"]
    assert report["often"] == Drops(count=7, first=["a:0", "a:1: x", "a:2", "a:3", "a:4"])
