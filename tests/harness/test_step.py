"""What a step's fingerprint is made of."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import Field

from shoptune.components import Options
from shoptune.step import ComponentUse, PluginIdentity
from shoptune.steps.read import ReadStep


class Inner(Options):
    sizes: frozenset[int] = frozenset()


class Outer(Options):
    names: frozenset[str] = frozenset()
    inner: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = Field(default_factory=dict)


def step(options: Options) -> ReadStep:
    plugin = PluginIdentity(name="p", version="1", source="s")
    adapter = ComponentUse(plugin=plugin, name="a", options=options)
    return ReadStep(data="shop", table="products", content=("c",), paths=(), adapter=adapter, on_bad_row=None)


@pytest.mark.parametrize(
    "where", [lambda found: {"inner": (found,)}, lambda found: {"by_name": {"x": found}}], ids=["tuple", "mapping"]
)
def test_the_order_of_a_set_decides_nothing(where: Any) -> None:
    """Python's sets have one order in this process and another in the next."""
    one, other = Inner(sizes=frozenset([0, 8])), Inner(sizes=frozenset([8, 0]))
    assert [*one.sizes] != [*other.sizes], "0 and 8 share a place in a small set: the first one has it"
    assert step(Outer(**where(one))).fingerprint == step(Outer(**where(other))).fingerprint
    assert step(Outer(**where(one))).fingerprint != step(Outer(**where(Inner(sizes=frozenset([0]))))).fingerprint
