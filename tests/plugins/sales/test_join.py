from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Record
from shoptune_sales.join import Joined, join
from shoptune_sales.lines import Figures, read_lines
from tests.plugins.sales.records import line, product, sold

TARN = product("Tarn 27", "T-1", "T-2")
FEN = product("Fen - Large Tent", "F-1")


def joined(orders: list[Record], *products: Record, sales: list[Record] | None = None) -> Joined:
    tables = {"orders": orders} if sales is None else {"orders": orders, "sales": sales}
    return join(read_lines(tables), products or (TARN, FEN))


def units(found: Joined) -> dict[str, int]:
    return {product: figures.units for product, (_, figures) in found.figures.items()}


def figures(found: Joined, topic: str = "orders") -> dict[str, Any]:
    [note] = [note for note in found.notes if note.topic == topic]
    return dict(note.figures)


def test_a_line_belongs_to_the_product_that_has_its_sku() -> None:
    found = joined([line("T-1", quantity=2), line("T-2"), line("F-1", "Tarn 27")])
    assert units(found) == {"tarn-27": 3, "fen---large-tent": 1}
    assert figures(found)["matched by SKU"] == 3


@pytest.mark.parametrize("sku", ["", "GONE-9"])
@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Tarn 27", "tarn-27"),
        (" tarn  27", "tarn-27"),
        ("Tarn 27 - Moss / XL", "tarn-27"),
        ("Tarn 27 - Moss - Last season", "tarn-27"),
        ("Fen - Large Tent", "fen---large-tent"),
        ("Fen - Large Tent - Red", "fen---large-tent"),
    ],
)
def test_a_blank_or_unknown_sku_falls_back_to_the_name(sku: str, name: str, handle: str) -> None:
    found = joined([line(sku, name)])
    assert units(found) == {handle: 1}
    assert figures(found)["matched by name"] == 1


@pytest.mark.parametrize("name", ["", "Tarn", "Tarn 27-XL", "Fen", "Tarn 270"])
def test_what_no_product_is_called_stays_unmatched(name: str) -> None:
    found = joined([line("", name)])
    assert not found.figures
    assert figures(found)["unmatched"] == 1


def test_a_longer_name_is_the_better_one() -> None:
    found = joined([line("", "Tent - Footprint")], product("Tent", "A"), product("Tent - Footprint", "B"))
    assert units(found) == {"tent---footprint": 1}


def test_a_product_id_comes_before_the_name() -> None:
    found = joined([line("GONE", "Fen - Large Tent", product_id="tarn-27")])
    assert units(found) == {"tarn-27": 1}
    assert figures(found)["matched by id"] == 1


def test_a_product_id_may_be_a_sku() -> None:
    found = joined([], sales=[sold("T-2", units=4)])
    assert units(found) == {"tarn-27": 4}
    assert figures(found, "sales")["matched by id"] == 1


def test_what_several_products_share_matches_none() -> None:
    twins = product("Twin one", "S-1"), product("Twin two", "S-1"), product("Same", "A"), product("SAME ", "B")
    found = joined([line("S-1", "Twin one"), line("", "same")], *twins)
    assert not found.figures
    assert figures(found)["ambiguous"] == 2


def test_a_product_id_that_is_a_shared_sku_is_not_settled_by_a_name() -> None:
    twins = product("Twin one", "S-1"), product("Twin two", "S-1")
    assert not joined([line("", "Twin one", product_id="S-1")], *twins).figures


def test_a_product_id_settles_a_shared_sku() -> None:
    twins = product("Twin one", "S-1"), product("Twin two", "S-1")
    assert units(joined([line("S-1", product_id="twin-two")], *twins)) == {"twin-two": 1}


def test_a_sku_that_variants_of_one_product_share_is_not_ambiguous() -> None:
    assert units(joined([line("S-1")], product("Pack", "S-1", "S-1"))) == {"pack": 1}


def test_the_note_says_how_lines_were_matched() -> None:
    lines = [line("T-1"), line("T-2"), line("", "Tarn 27"), line("", "?"), line("F-1", quantity="many")]
    assert figures(joined(lines)) == {
        "lines": 5,
        "matched by SKU": 2,
        "matched by id": 0,
        "matched by name": 1,
        "ambiguous": 0,
        "unmatched": 1,
        "without a number of units": 1,
        "match rate in %": 60,
    }


def test_figures_are_summed() -> None:
    found = joined(
        [],
        sales=[
            sold("tarn-27", 2, 100, revenue=20.0, start="2026-02-01", end="2026-02-28"),
            sold("tarn-27", 3, 50, revenue=30.5, start="2026-01-01", end="2026-01-31"),
            sold("", 1, 10, sku="T-1", start="2026-03-01", end="2026-03-31"),
        ],
    )
    source, found_figures = found.figures["tarn-27"]
    assert source == "views"
    assert found_figures == Figures(units=6, revenue=50.5, views=160, first="2026-01-01", last="2026-03-31", lines=3)


def test_orders_have_revenue_and_no_views() -> None:
    _, found = joined([line("T-1", quantity="2"), line("T-1", created_at="2026-03-01")]).figures["tarn-27"]
    assert found == Figures(units=3, revenue=30.0, views=None, first="2026-01-01", last="2026-03-01", lines=2)


def test_the_same_purchases_are_not_added_up() -> None:
    orders = [line("T-1", quantity=9), line("F-1", quantity=9)]
    found = joined(orders, sales=[sold("tarn-27", 2, 100), sold("tarn-27", 4)])
    assert units(found) == {"tarn-27": 2, "fen---large-tent": 9}
    assert found.figures["tarn-27"][0] == "views"


def test_the_period_is_that_of_all_lines() -> None:
    found = joined(
        [line("T-1", created_at="2026-02-01"), line("GONE", created_at="2026-05-01")],
        sales=[sold("tarn-27"), sold("tarn-27", 1, 5, start="2026-01-01", end="2026-01-31")],
    )
    assert found.period == {
        "views": ("2026-01-01", "2026-01-31"),
        "sales": ("", ""),
        "orders": ("2026-02-01", "2026-05-01"),
    }


SKUS = st.sampled_from(["", "A", "B", "C", "gone"])
NAMES = st.sampled_from(["", "One", "Two - Large", "two", "one - Red"])


@given(st.lists(st.builds(line, SKUS, NAMES, st.sampled_from([0, 1, 3, "x"]))), st.randoms(use_true_random=False))
def test_every_line_is_accounted_for_whatever_the_order(lines: list[Record], random: Any) -> None:
    products = [product("One", "A", "B"), product("Two", "B", "C")]
    found = joined(lines, *products)
    counted = figures(found)
    assert counted.pop("lines") == len(lines)
    assert 0 <= counted.pop("match rate in %") <= 100
    assert sum(counted.values()) == len(lines)
    random.shuffle(lines)
    assert joined(lines, *reversed(products)) == found


def test_what_came_back_is_subtracted_and_no_product_sells_less_than_nothing() -> None:
    found = joined([line("T-1", quantity=3), line("T-2", quantity=-1), line("F-1", quantity=-2)])
    assert units(found) == {"tarn-27": 2, "fen---large-tent": 0}


def test_rows_of_a_report_of_which_more_came_back_are_left_out_and_counted() -> None:
    found = joined([], sales=[sold("tarn-27", 5), sold("tarn-27", "-2"), sold("fen---large-tent", -1)])
    assert units(found) == {"tarn-27": 5}
    assert figures(found, "sales")["more came back than was sold"] == 2
    assert "without a number of units" not in figures(found, "sales")
