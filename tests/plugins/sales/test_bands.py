import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shoptune_sales.bands import MIN_PRODUCTS, price_bands


def bands(products: list[tuple[str, float]]) -> list[str]:
    categories = list(dict.fromkeys(category for category, _ in products))
    number = np.array([categories.index(category) for category, _ in products], dtype=np.int64)
    found = price_bands(categories, number, np.array([price for _, price in products], dtype=float))
    return [found.labels[i] for i in found.number]


def test_a_category_is_parted_by_terciles_of_price() -> None:
    products = [("Home > Bags", float(price)) for price in (90, 10, 20, 30, 40, 50, 60, 70, 80)]
    assert bands(products) == [
        "Bags, 70 to 90",
        *["Bags, 10 to 30"] * 3,
        *["Bags, 40 to 60"] * 3,
        *["Bags, 70 to 90"] * 2,
    ]


def test_bands_of_one_category_do_not_hang_on_another() -> None:
    bags = [("Bags", float(price)) for price in range(9)]
    cars = [("Cars", 20_000.5 + price) for price in range(9)]
    assert bands(bags + cars)[:9] == bands(bags)
    assert bands(bags + cars)[9] == "Cars, 20000.50 to 20002.50"


def test_small_categories_are_taken_together_by_the_shops_terciles() -> None:
    bags = [("Bags", 10.0 + price) for price in range(9)]
    few = [("Tea", 5.0), ("", 11.0), ("Soap", 99.0)]
    assert bands(bags + few)[9:] == ["small categories, 5 to 11"] * 2 + ["small categories, 99"]


def test_a_product_without_a_price_is_compared_with_its_like() -> None:
    products = [("Bags", float(price)) for price in range(9)] + [("Bags", float("nan"))] * 2
    assert bands(products)[-2:] == ["Bags, no price"] * 2


def test_one_price_is_one_band() -> None:
    assert set(bands([("", 12.5)] * MIN_PRODUCTS)) == {"no category, 12.50"}


def test_no_product_is_no_band() -> None:
    assert bands([]) == []


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.one_of(st.just(float("nan")), st.floats(0, 1000))), min_size=1, max_size=60
    )
)
def test_bands_part_the_products_in_order_of_price(products: list[tuple[str, float]]) -> None:
    categories = sorted({category for category, _ in products})
    number = np.array([categories.index(category) for category, _ in products], dtype=np.int64)
    price = np.array([price for _, price in products])
    found = price_bands(categories, number, price)
    assert sorted(set(found.number.tolist())) == list(range(len(found.labels)))
    for category in range(len(categories)):
        if (number == category).sum() >= MIN_PRODUCTS:
            mine = (number == category) & ~np.isnan(price)
            order = np.argsort(price[mine], kind="stable")
            runs = found.number[mine][order]
            assert (np.diff(runs) != 0).sum() == len(set(runs.tolist())) - 1 if len(runs) else True
            assert len(set(runs.tolist())) <= 3
