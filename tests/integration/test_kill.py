"""`kill -9`, again and again: what comes out is what an undisturbed run gives, and what was finished stays finished."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from shoptune.storage.store import Store
from tests.fakes import Shop

pytestmark = pytest.mark.slow

BATCH = 4
"""How many answers of the fake model a kill may take with it: those that it was just giving."""
METRICS = ["overlap", "perplexity"]
POINTS = (
    *("resolve", "before_step", "read", "examples", "step 1", "step 3", "fetch", "open", "batch 1", "batch 3"),
    *("choices 1", "choices 2", "parse", "rows", "value", "render", "report_sections"),
)
"""Where the fake plugin kills its process, in the order in which a run that goes on comes to them."""


def make_shop(folder: Path) -> Shop:
    """Return a shop with four tasks: two that are answered by writing, two mostly by choosing."""
    shop = Shop(folder)
    of = {"data": "shop", "split": {"test": 0.4, "validation": 0.2}}
    shop.experiment["tasks"] = {
        "echo": {"task": "fake_echo", **of},
        "again": {"task": "fake_echo", "instruction": "Say again:", "metrics": METRICS, **of},
        "sort": {"task": "fake_sort", **of},
        "sort_by_prior": {"task": "fake_sort", "choose": {"normalise": "prior"}, "metrics": METRICS, **of},
    }
    del shop.experiment["candidates"]["few_shot"]
    return shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path / "shop")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = make_shop(tmp_path_factory.mktemp("undisturbed") / "shop")
    assert shop.run().code == 0
    return shop


@pytest.fixture(scope="module")
def undisturbed_work(undisturbed: Shop) -> Counter[str]:
    return work(undisturbed.journal())


def work(journal: Sequence[str]) -> Counter[str]:
    """Return how much was computed: answers written, training steps, metrics."""
    done: Counter[str] = Counter()
    for line in journal:
        kind, _, rest = line.partition(" ")
        if kind == "answered":
            done[kind] += int(rest)
        elif kind in {"trained", "measured"}:
            done[kind] += 1
    return done


class Lives:
    """One run, killed and started again; watches that what one life finished no later one begins."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.steps = {step.fingerprint: step.name for step in shop.plan().steps}
        self.work: Counter[str] = Counter()
        self.kills = 0
        self.finished: set[str] = set()

    def ended(self) -> None:
        """Take down what a life did."""
        journal = self.shop.journal()
        begun = {line.removeprefix("before ") for line in journal if line.startswith("before ")}
        assert not begun & self.finished
        self.work += work(journal)
        store = Store(self.shop.store.root)
        finished = {name for fingerprint, name in self.steps.items() if store.find(fingerprint)}
        assert finished >= self.finished
        self.finished = finished

    def killed(self) -> None:
        """Take down what a life did that was killed."""
        self.kills += 1
        self.ended()

    def lived_on(self, undisturbed: Shop, undisturbed_work: Counter[str]) -> None:
        """Run to the end, and compare with a run that nobody disturbed."""
        outcome = self.shop.run()
        assert outcome.code == 0, outcome.output
        self.ended()
        assert self.finished == set(self.steps.values())
        assert list((self.shop.store.root / "work").iterdir()) == []
        assert self.shop.comparison() == undisturbed.comparison()
        for fingerprint, name in self.steps.items():
            ours, theirs = (Store(s.store.root).read(fingerprint).manifest["files"] for s in (self.shop, undisturbed))
            assert ours == theirs, f"{name}: the same files, byte by byte"
        for kind, lost_at_most in (("answered", BATCH), ("trained", 1), ("measured", 1)):
            again = self.work[kind] - undisturbed_work[kind]
            assert 0 <= again <= lost_at_most * self.kills


def test_at_every_point_one_after_the_other(shop: Shop, undisturbed: Shop, undisturbed_work: Counter[str]) -> None:
    lives = Lives(shop)
    for point in POINTS:
        shop.fail(point, "kill")
        outcome = shop.spawn()
        assert outcome.code == -signal.SIGKILL, f"{point}: {outcome.output}"
        lives.killed()
    shop.heal()
    lives.lived_on(undisturbed, undisturbed_work)


@pytest.mark.parametrize("seed", [1, 2])
def test_at_ten_random_moments(shop: Shop, undisturbed: Shop, undisturbed_work: Counter[str], seed: int) -> None:
    chance = random.Random(seed)
    lives = Lives(shop)
    for _ in range(10):
        _kill_at_work(shop, lines=chance.randint(1, 12), delay=chance.uniform(0, 0.004))
        lives.killed()
    assert 0 < len(lives.finished) < len(lives.steps)
    lives.lived_on(undisturbed, undisturbed_work)


def _kill_at_work(shop: Shop, *, lines: int, delay: float) -> None:
    """Start a run and kill it `delay` seconds after it has noted `lines` things in its journal."""
    journal = shop.folder / "journal.txt"
    with shop.start() as process:
        while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") >= lines):
            time.sleep(0.0005)
        time.sleep(delay)
        process.kill()
    assert process.returncode == -signal.SIGKILL
