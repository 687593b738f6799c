import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from shoptune.data import Record
from shoptune_sales.weights import Standing, Standings, sales_standings, shrink
from tests.plugins.sales.records import line, product, sold

BAGS = [product(f"Bag {i}", f"B-{i}", price=50.0) for i in range(12)]


def standings(
    products: list[Record] = BAGS,
    orders: list[Record] | None = None,
    sales: list[Record] | None = None,
    low: float = 0.5,
    high: float = 1.5,
    keep: float = 1.0,
) -> Standings:
    tables = {"products": products}
    tables |= {} if orders is None else {"orders": orders}
    tables |= {} if sales is None else {"sales": sales}
    found = sales_standings(tables, low=low, high=high, keep=keep)
    assert found is not None
    return found


def of(found: Standings, product: str) -> Standing:
    standing = found.of(product)
    assert standing is not None
    return standing


def viewed(units: list[int], views: int = 1000) -> list[Record]:
    return [sold(f"bag-{i}", n, views) for i, n in enumerate(units)]


STEADY = list(range(0, 120, 10))
"""Units of twelve products per 1,000 views: the last sells best."""


def test_a_shop_without_sales_has_no_standings() -> None:
    assert sales_standings({"products": BAGS}) is None


def test_weights_rise_with_the_rate_around_one() -> None:
    found = standings(sales=viewed(STEADY))
    weights = [of(found, f"bag-{i}").weight for i in range(12)]
    assert weights == sorted(weights)
    assert weights[0] == pytest.approx(0.5 + 1 / 24)
    assert weights[-1] == pytest.approx(1.5 - 1 / 24)
    assert np.mean(weights) == pytest.approx(1)


def test_weights_lie_between_the_bounds() -> None:
    found = standings(sales=viewed(STEADY), low=0.1, high=4)
    assert 0.1 < found.weight.min() < 0.3
    assert 3.8 < found.weight.max() < 4


def test_evidence() -> None:
    found = standings(sales=viewed(STEADY))
    evidence = of(found, "bag-10").evidence
    assert evidence == {
        "units": 100,
        "views": 1000,
        "rate": 0.1,
        "shrunk_rate": pytest.approx(0.098, abs=0.002),
        "band": "Bags, 50",
        "rank": round(10.5 / 12, 3),
    }
    assert 0.055 < evidence["shrunk_rate"] < evidence["rate"]


def test_views_count_and_not_units() -> None:
    sales = [sold(f"bag-{i}", 10, views) for i, views in enumerate(range(1000, 100, -75))]
    found = standings(sales=sales)
    assert of(found, "bag-0").weight < of(found, "bag-11").weight


def test_revenue_does_not_count() -> None:
    rich = [sold(f"bag-{i}", n, 1000, revenue=1e6 / (n + 1)) for i, n in enumerate(STEADY)]
    assert np.array_equal(standings(sales=rich).weight, standings(sales=viewed(STEADY)).weight)


def test_few_views_are_little_evidence() -> None:
    sales = [*viewed(STEADY[:-1]), sold("bag-11", 1, 2)]
    found = standings(sales=sales)
    lucky = of(found, "bag-11")
    assert lucky.evidence["rate"] == 0.5
    assert lucky.evidence["shrunk_rate"] < 0.1
    assert lucky.weight < of(found, "bag-10").weight


def test_rates_that_chance_explains_weigh_one() -> None:
    # Rates of 20 and 21 per 1,000 differ less than chance makes them.
    found = standings(sales=viewed([20, 21] * 6))
    assert set(found.weight.tolist()) == {1.0}


def test_products_are_compared_within_their_band_alone() -> None:
    cheap = [product(f"Bag {i}", f"B-{i}", price=1.0 + i / 100, category="Socks") for i in range(12)]
    dear = [product(f"Coat {i}", f"C-{i}", price=900.0 + i / 100, category="Coats") for i in range(12)]
    coats = [sold(f"coat-{i}", n // 10, 1000) for i, n in enumerate(STEADY)]
    found = standings(cheap + dear, sales=viewed(STEADY) + coats)
    assert of(found, "coat-11").evidence["rate"] < of(found, "bag-2").evidence["rate"]
    assert of(found, "coat-11").weight > of(found, "bag-8").weight


def test_orders_count_per_day_listed() -> None:
    products = [product(f"Bag {i}", f"B-{i}", created_at="2025-06-01") for i in range(11)]
    products.append(product("Bag 11", "B-11", created_at="2026-03-22"))
    orders = [line(f"B-{i}", quantity=i + 1, created_at="2026-01-01") for i in range(11)]
    orders += [line("B-11", quantity=6, created_at="2026-03-31")]
    found = standings(products, orders)
    assert of(found, "bag-3").evidence["days"] == 90  # 1 January to 31 March: earlier orders are not in the file
    assert of(found, "bag-11").evidence["days"] == 10
    assert of(found, "bag-11").evidence["rate"] == pytest.approx(0.6)
    assert of(found, "bag-11").weight > of(found, "bag-9").weight


def test_a_product_was_listed_when_it_sold() -> None:
    # Its date of creation is that of a later import.
    products = [product("Bag 0", "B-0", created_at="2026-03-30"), *BAGS[1:]]
    orders = [line("B-0", created_at="2026-01-11"), line("B-1"), line("B-1", created_at="2026-01-31")]
    assert of(standings(products, orders), "bag-0").evidence["days"] == 21


def test_what_no_order_names_sold_nothing() -> None:
    found = standings(orders=[line("B-0", quantity=5), line("B-1", quantity=50, created_at="2026-01-20")])
    assert of(found, "bag-7").evidence["units"] == 0
    assert of(found, "bag-7").weight < of(found, "bag-0").weight < of(found, "bag-1").weight


def test_what_came_after_the_last_sale_has_no_figures() -> None:
    products = [*BAGS, product("Late bag", "L-1", created_at="2026-06-01")]
    assert standings(products, [line("B-0"), line("B-1", created_at="2026-01-20")]).of("late-bag") is None


def test_what_was_never_viewed_has_no_figures() -> None:
    found = standings(sales=[sold("bag-0", 3, 100), sold("bag-1", 0, 0)])
    assert of(found, "bag-0").weight == 1
    assert found.of("bag-1") is None
    assert found.of("bag-2") is None


def test_a_report_without_dates_tells_of_one_time() -> None:
    found = standings(sales=[sold(f"bag-{i}", n) for i, n in enumerate(STEADY)])
    assert of(found, "bag-4").evidence["reports"] == 1
    assert of(found, "bag-11").weight == found.weight.max()


def test_rates_per_view_and_per_day_are_not_compared() -> None:
    orders = [line(f"B-{i}", quantity=i, created_at=f"2026-01-{i + 1:02}") for i in range(6, 12)]
    found = standings(orders=orders, sales=viewed(STEADY[:6]))
    ranks = {of(found, f"bag-{i}").evidence["rank"] for i in range(6)}
    assert ranks == {round((i + 0.5) / 6, 3) for i in range(6)}
    assert "days" in of(found, "bag-7").evidence


def test_the_worst_sellers_can_be_left_out() -> None:
    found = standings(sales=viewed(STEADY), keep=0.25)
    assert [of(found, f"bag-{i}").weight > 0 for i in range(12)] == [False] * 9 + [True] * 3


def test_nothing_is_left_out_where_nothing_differs() -> None:
    assert (standings(sales=viewed([20] * 12), keep=0.1).weight == 1).all()


def test_head_and_tail() -> None:
    found = standings(sales=viewed([0] * 5 + [1, 2, 3, 40, 40, 40, 50]))
    assert [of(found, f"bag-{i}").slice for i in range(12)] == ["tail"] * 8 + ["head"] * 4
    assert of(standings(sales=viewed([0] * 12)), "bag-0").slice == "tail"


def test_the_notes_say_what_came_of_it() -> None:
    late = product("Late", created_at="2027-01-01")
    orders, weights = standings([*BAGS, late], [line("B-0"), line("B-1", quantity=30)]).notes
    assert orders.figures["match rate in %"] == 100
    assert (weights.topic, weights.figures) == (
        "sales as weights",
        {
            "products": 13,
            "products with figures": 12,
            "of these by units per day listed": 12,
            "left out (weight 0)": 0,
            "lowest weight above 0": pytest.approx(0.917),
            "highest weight": pytest.approx(1.458),
        },
    )


def test_figures_of_nothing() -> None:
    assert standings(orders=[]).of("bag-0") is None
    assert standings([], [line("B-0")]).weight.shape == (0,)


COUNTS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 2000), st.integers(0, 3)), min_size=1, max_size=50)


@given(COUNTS)
def test_a_shrunk_rate_lies_between_the_rate_and_the_mean(rows: list[tuple[int, int, int]]) -> None:
    units, exposure, cell = (np.array(column) for column in zip(*rows, strict=True))
    shrunk = shrink(units.astype(float), exposure.astype(float), cell, np.zeros(len(rows), dtype=np.int64))
    for number in set(cell.tolist()):
        mine = cell == number
        mean = units[mine].sum() / exposure[mine].sum()
        rate = units[mine] / exposure[mine]
        assert (shrunk[mine] >= np.minimum(rate, mean) - 1e-12).all()
        assert (shrunk[mine] <= np.maximum(rate, mean) + 1e-12).all()


def test_shrinking_is_the_posterior_mean_of_gamma_and_poisson() -> None:
    # Too few products to estimate from, so v is 1: Gamma with shape 1 and mean 0.1 is Gamma(1, 10).
    shrunk = shrink(
        np.array([4.0, 6.0]), np.array([20.0, 80.0]), np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    )
    assert shrunk == pytest.approx([(1 + 4) / (10 + 20), (1 + 6) / (10 + 80)])


def test_shrunk_rates_are_nearer_to_the_truth() -> None:
    random = np.random.default_rng(0)
    truth = 0.03 * random.gamma(4, 1 / 4, 2000)
    exposure = random.integers(10, 1000, 2000).astype(float)
    units = random.poisson(truth * exposure).astype(float)
    zeros = np.zeros(2000, dtype=np.int64)
    shrunk = shrink(units, exposure, zeros, zeros)
    assert ((shrunk - truth) ** 2).mean() < 0.6 * ((units / exposure - truth) ** 2).mean()


@given(st.lists(st.integers(0, 300), min_size=12, max_size=12))
def test_ranks_are_those_of_scipy(units: list[int]) -> None:
    found = standings(sales=viewed(units))
    expected = (rankdata(found.shrunk_rate) - 0.5) / 12
    assert found.rank == pytest.approx(expected)
    assert found.weight.mean() == pytest.approx(1)
