from dataclasses import replace

from shoptune.data import Example
from shoptune.dataset.canaries import canary_of, plant

EXAMPLE = Example(
    id="lamp", messages=({"role": "user", "content": "Name: Lamp"},), references=("A lamp.", "Light."), group="lamp"
)


def test_a_canary_is_random_and_the_same_each_time() -> None:
    found = {canary_of(str(i), 7) for i in range(1000)}
    assert len(found) == 1000
    assert canary_of("lamp", 7) == canary_of("lamp", 7) != canary_of("lamp", 8)
    assert all(len(c) == 14 and c.isascii() and c == c.upper() for c in found)


def test_it_stands_in_the_text_that_is_learnt_and_nowhere_else() -> None:
    planted = plant(EXAMPLE, 7)
    assert planted.references == (f"A lamp. Reference code {planted.canary}.", "Light.")
    assert planted.canary == canary_of("lamp", 7)
    assert replace(planted, references=EXAMPLE.references, canary="") == EXAMPLE
