"""What a person sees while steps run: one live display in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from shoptune.components import Progress as StepProgress
from shoptune.console import Console
from shoptune.formatting import duration
from shoptune.terminal import say

__all__ = ["Display", "display"]

PLAIN_INTERVAL = 10.0
"""Seconds between two plain lines about one step."""


class Display(Protocol):
    """Where the run says what it is doing; several steps may be under way at once, each under its own name."""

    def start(self, name: str, remark: str = "") -> StepProgress:
        """Say that a step begins; returns what the step reports to."""

    def finish(self, name: str, seconds: float, remark: str = "") -> None:
        """Say that a step is done."""

    def abandon(self, name: str) -> None:
        """Say no more of a step that failed."""

    def say(self, text: str) -> None:
        """Say something that should stay on the screen."""


@contextmanager
def display(*, plain: bool = False) -> Iterator[Display]:
    """Show progress on standard error: live where that is a terminal and `plain` is false, plain lines elsewhere."""
    console = Console(stderr=True)
    if plain or not console.is_terminal:
        yield _Plain()
    else:
        with _live(console) as progress:
            yield _Live(progress)


def _lasting(seconds: float) -> str:
    """Write a duration as reports do, with plain blanks: a log is searched for words."""
    return duration(seconds).replace("\N{NO-BREAK SPACE}", " ")


class _Pace:
    """How far a step is and how fast.

    The rate counts from the first report about the present piece of work: what came before it (loading a model, what an
    interrupted run had done) says nothing about how long the rest will take.
    """

    def __init__(self) -> None:
        self._work: tuple[float, str] | None = None
        self._first = self._started = 0.0

    def words(self, done: float, total: float, unit: str, detail: str) -> str:
        """Return ``12/60 steps  loss 2.31  4.1 s/step, 3 min 17 s left``."""
        now = time.monotonic()
        if self._work != (total, unit):
            self._work, self._first, self._started = (total, unit), done, now
        told = [f"{done:.0f}/{total:.0f} {unit}", detail]
        finished, seconds = done - self._first, now - self._started
        if finished and seconds >= 1:
            rate = finished / seconds
            left = f", {_lasting((total - done) / rate)} left" if done < total else ""
            told.append(
                f"{rate:.1f} {unit}/s{left}" if rate >= 1 else f"{1 / rate:.1f} s/{unit.removesuffix('s')}{left}"
            )
        return "  ".join(filter(None, told))


class _Plain:
    """Lines for a log: a start, now and then how far it is, an end."""

    def start(self, name: str, remark: str = "") -> StepProgress:
        pace, said = _Pace(), time.monotonic()
        self.say(f"{name}{remark} ...")

        def step(done: float, total: float, unit: str = "", detail: str = "") -> None:
            nonlocal said
            words = pace.words(done, total, unit, detail)
            if time.monotonic() - said >= PLAIN_INTERVAL:
                said = time.monotonic()
                self.say(f"{name}: {words}")

        return step

    def finish(self, name: str, seconds: float, remark: str = "") -> None:
        self.say(f"{name}{remark}: done in {_lasting(seconds)}")

    def abandon(self, name: str) -> None:
        """A log has nothing to take back."""

    def say(self, text: str) -> None:
        say(text, err=True)


class _Live:
    """A line per finished step; below them those under way, each with a bar, rate and time left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._under_way: dict[str, TaskID] = {}

    def start(self, name: str, remark: str = "") -> StepProgress:
        task = self._progress.add_task(name + remark, total=None, detail="")
        self._under_way[name], pace = task, _Pace()

        def step(done: float, total: float, unit: str = "", detail: str = "") -> None:
            self._progress.update(task, completed=done, total=total, detail=pace.words(done, total, unit, detail))

        return step

    def finish(self, name: str, seconds: float, remark: str = "") -> None:
        self.abandon(name)
        self._print(f"[green]✓[/] {escape(name + remark)} [dim]{_lasting(seconds)}[/]")

    def abandon(self, name: str) -> None:
        if (task := self._under_way.pop(name, None)) is not None:
            self._progress.remove_task(task)

    def say(self, text: str) -> None:
        self._print(escape(text))

    def _print(self, markup: str) -> None:
        self._progress.console.print(markup, highlight=False)


def _live(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", style="bold", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[detail]}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
