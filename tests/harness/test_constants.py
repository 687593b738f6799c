"""A candidate that answers the same to everything is said to do so, however it writes it."""

from tests.fakes import Shop


def test_white_space_and_case_make_no_other_answer(shop: Shop) -> None:
    said = '"silence": lambda example: "Fine mug" if len(example.id) % 2 else " FINE  mug "'
    shop.plugin_source('"silence": lambda _: ""', said)
    shop.run()
    (task,) = shop.comparison()["tasks"]
    assert set(task["constants"]) == {"silence"}
    assert task["constants"]["silence"].strip().casefold().split() == ["fine", "mug"]
