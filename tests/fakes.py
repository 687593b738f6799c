"""A shop with invented products and a plugin that computes in microseconds, for tests of whole runs."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import yaml

from shoptune.cli import main
from shoptune.experiment.load import Experiment, load_experiment
from shoptune.fingerprint import fingerprint_of_source
from shoptune.planning.make_plan import make_plan
from shoptune.planning.plan import Plan
from shoptune.plugins.helpers import fingerprint_of_helpers
from shoptune.step import Step
from shoptune.storage.store import Store, StoredStep

__all__ = ["Outcome", "Shop", "shoptune"]

WIDE = {"COLUMNS": "240", "NO_COLOR": "1"}
WORDS = ["red", "blue", "soft", "warm", "light", "wool", "oak", "steel", "large", "small", "round", "plain", "sturdy"]

EXPERIMENT: dict[str, Any] = {
    "name": "fake",
    "plugins": ["fake_plugin.py"],
    "data": {"shop": {"products": "products.fake", "tests": "tests.fake"}},
    "tasks": {"echo": {"task": "fake_echo", "data": "shop", "split": {"test": 0.4, "validation": 0.2}}},
    "candidates": {
        "silence": {"baseline": "silence"},
        "base": {"model": "fake-model"},
        "few_shot": {"from": "base", "few_shot": 2},
        "drilled": {"from": "base", "tune": {"method": "drill"}},
        "preferred": {"from": "drilled", "tune": {"method": "prefer", "steps": 3}},
    },
    "compare": {"baseline": "base", "resamples": 200},
    "reports": ["json", "lines"],
}


class Outcome(NamedTuple):
    """How a command ended, and what it wrote to standard output and error together."""

    code: int
    output: str


class Shop:
    """A folder with data, a plugin and an experiment file.

    Change `experiment` (or `set`) as you like: it is written whenever a command runs.
    """

    def __init__(self, folder: Path, *, products: int = 40) -> None:
        self.folder = folder
        self.experiment: dict[str, Any] = copy.deepcopy(EXPERIMENT)
        self.store = Store(folder / ".shoptune")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(__file__).with_name("fake_plugin.py"), folder)
        chance = random.Random(7)
        rows = [
            (f"p{i}", " ".join(chance.sample(WORDS, 8)), chance.choice(["scarves", "tables"])) for i in range(products)
        ]
        self.write_rows("products.fake", ["id,text,category", *(",".join(row) for row in rows)])
        self.write_rows("tests.fake", ["id,text", *(f"{i},{text}" for i, text, _ in rows[::2])])

    # Setting the scene

    @property
    def path(self) -> Path:
        """The experiment file, as it stands now."""
        path = self.folder / "experiment.yaml"
        path.write_text(yaml.safe_dump(self.experiment, sort_keys=False, allow_unicode=True), "utf-8")
        return path

    def set(self, dotted: str, value: Any) -> Shop:
        """Set one key of the experiment: ``shop.set("candidates.drilled.tune.steps", 3)``."""
        *parents, last = dotted.split(".")
        here = self.experiment
        for key in parents:
            here = here.setdefault(key, {})
        here[last] = value
        return self

    def write_rows(self, name: str, lines: Sequence[str]) -> None:
        """Write a data file."""
        (self.folder / name).write_text("\n".join(lines) + "\n", "utf-8")

    def plugin_source(self, old: str, new: str) -> None:
        """Change the plugin's source."""
        path = self.folder / "fake_plugin.py"
        source = path.read_text("utf-8")
        assert old in source
        path.write_text(source.replace(old, new), "utf-8")
        fingerprint_of_source.cache_clear()  # a process does not expect its plugins to change
        fingerprint_of_helpers.cache_clear()

    def fail(self, point: str, how: str = "raise") -> None:
        """Let the plugin ``raise``, meet a ``full disk``, ``kill`` its process or ``pause`` at a point (`reached`)."""
        (self.folder / "control.json").write_text(json.dumps({point: how}), "utf-8")

    def heal(self) -> None:
        """Let the plugin work again."""
        (self.folder / "control.json").unlink()

    def start_anew(self) -> None:
        """Forget what was computed."""
        shutil.rmtree(self.store.root)
        self.store = Store(self.store.root)

    # Running

    def run(self, command: str = "run", *options: str) -> Outcome:
        """Run a command that takes an experiment, in this process."""
        with contextlib.chdir(self.folder):
            return shoptune(command, self.path.name, *options)

    def spawn(self, command: str = "run", *options: str) -> Outcome:
        """Run a command that takes an experiment in a process of its own, which a `fail(..., "kill")` may kill."""
        with self.start(command, *options) as process:
            output, _ = process.communicate()
        return Outcome(process.returncode, output)

    @contextlib.contextmanager
    def start(self, command: str = "run", *options: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command that takes an experiment in a process of its own; it is killed where nobody waited for it."""
        interruptible = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
        with subprocess.Popen(
            [
                sys.executable,
                "-c",
                # What is started in the background ignores Ctrl-C.
                f"{interruptible}; from shoptune.cli import main; main()",
                *(command, self.path.name, *options),
            ],
            cwd=self.folder,
            env={**os.environ, **WIDE},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    # Looking at what came of it

    def load(self) -> Experiment:
        """Return the checked experiment."""
        return load_experiment(self.path)

    def plan(self) -> Plan:
        """Return the plan."""
        return make_plan(self.load())

    def step(self, kind: str, **key: str) -> Step:
        """Return a planned step: ``shop.step("predict", task="echo", candidate="base")``."""
        (found,) = (
            step
            for step in self.plan().steps
            if step.kind == kind and {name: getattr(step, name) for name in key} == key
        )
        return found

    def stored(self, kind: str, **key: str) -> StoredStep:
        """Return a finished step."""
        return self.store.read(self.step(kind, **key).fingerprint)

    def comparison(self) -> dict[str, Any]:
        """Return ``comparison.json`` without what differs from run to run: times, memory and paths."""
        path = self.folder / "reports" / self.experiment["name"] / "comparison.json"
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        del found["cost"], found["provenance"]["created"], found["provenance"]["command"]
        return found

    def journal(self, *, runs: bool = False) -> list[str]:
        """Return what the plugin computed since the last call; with `runs`, also where runs began and ended."""
        path = self.folder / "journal.txt"
        if not path.exists():
            return []
        lines = path.read_text("utf-8").splitlines()
        path.unlink()
        return [line for line in lines if runs or not line.startswith("run ")]


def shoptune(*arguments: str) -> Outcome:
    """Run the command ``shoptune`` in this process."""
    with _captured() as output, mock.patch.object(sys, "argv", ["shoptune", *arguments]):
        try:
            main()
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int)
    return Outcome(code, output.getvalue())


@contextlib.contextmanager
def _captured() -> Iterator[io.StringIO]:
    output = io.StringIO()
    with (
        mock.patch.dict(os.environ, WIDE),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
    ):
        yield output
