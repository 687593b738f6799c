"""Rows that can't be used: counted, never the end of a file."""

from collections.abc import Iterator

from shoptune.data import Dropped, Record
from shoptune.errors import RowError
from shoptune_files.rows import usable


def record(number: int, part: str = "") -> Record:
    return Record(id=f"{number}{part}", group=str(number), origin=f"x.csv:{number}", fields={})


def test_a_row_that_can_not_be_used_comes_as_dropped_among_the_others() -> None:
    def make(number: int) -> Iterator[Record]:
        yield record(number, "a")
        if number == 2:
            raise RowError("x.csv:2", "price is no amount", "found 'x'")
        yield record(number, "b")

    earlier = Dropped(origin="x.csv:9", reason="wrong number of cells", bad=True)
    rows: list[int | Dropped] = [1, earlier, 2, 3]
    assert list(usable(rows, make)) == [
        record(1, "a"),
        record(1, "b"),
        earlier,
        Dropped(origin="x.csv:2", reason="price is no amount", detail="found 'x'", bad=True),
        record(3, "a"),
        record(3, "b"),
    ]


def test_rows_are_made_one_by_one() -> None:
    made: list[int] = []

    def make(number: int) -> list[Record]:
        made.append(number)
        return [record(number)]

    assert next(usable([1, 2], make)) == record(1)
    assert made == [1]
