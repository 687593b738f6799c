"""A process that computes steps for this one, and what it says meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Self

from shoptune.components import Worker
from shoptune.errors import DataError, PluginError, ShoptuneError, StepError, StoreError, UsageError
from shoptune.step import Step, StepOutcome

__all__ = ["Child", "Died", "Failed", "Finished", "Progressed", "Said"]

PATIENCE = 5.0
"""Seconds that a process has to end when it is asked to."""


@dataclass(frozen=True)
class Progressed:
    """How far a step is."""

    done: float
    total: float
    unit: str
    detail: str


@dataclass(frozen=True)
class Said:
    """A line for the screen."""

    text: str


@dataclass(frozen=True)
class Finished:
    """A step is in the store."""

    outcome: StepOutcome


@dataclass(frozen=True)
class Failed:
    """A step raised."""

    packed: bytes
    """The error and its cause; empty where they can't be pickled."""
    plain: ShoptuneError
    """An error of ours that says the same."""

    @property
    def error(self) -> BaseException:
        """The error itself, where this process knows its class."""
        try:
            error, cause = pickle.loads(self.packed)  # noqa: S301 - of a process of our own
        except Exception:
            return self.plain
        error.__cause__ = cause
        found: BaseException = error
        return found


@dataclass(frozen=True)
class Died:
    """The process ended without a word."""

    how: str


News = Progressed | Said | Finished | Failed | Died


@dataclass(frozen=True, eq=False)
class Child:
    """A process that computes one step at a time."""

    process: SpawnProcess
    connection: Connection[Any, Any]

    @classmethod
    def start(cls, worker: Worker, device: str | None) -> Self:
        """Start a process that sees one device, or all there are."""
        context = multiprocessing.get_context("spawn")  # a fork would share locks and threads of the libraries
        here, there = context.Pipe()
        # Not daemonic, since Python forbids those processes of their own, which a step may want: `stop` ends it.
        process = context.Process(target=_serve, args=(worker, there, device), daemon=False, name="shoptune step")
        process.start()
        there.close()  # so that the pipe ends when the process does
        return cls(process, here)

    @property
    def waitables(self) -> Sequence[Any]:
        """What becomes ready when there is news, or when it and all that it started have ended."""
        return self.connection, self.process.sentinel

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.is_alive()

    def send(self, step: bytes) -> None:
        """Give it a pickled step to compute."""
        try:
            self.connection.send_bytes(step)
        except OSError:  # it is no more, which `receive` says
            return

    def receive(self) -> News:
        """Return its next news, when one of the `waitables` is ready or it is dead."""
        try:
            if self.connection.poll():
                news: News = pickle.loads(self.connection.recv_bytes())  # noqa: S301 - of a process of our own
                return news
        except (EOFError, OSError):
            pass
        if self.is_alive():
            self.process.join(PATIENCE)
        return Died(_how(self.process.exitcode))

    def terminate(self) -> None:
        """Ask it to end: in the middle of a step, whose checkpoints stay, or after the last one."""
        self.process.terminate()

    def join(self) -> None:
        """Wait until it has ended, and make it end if it doesn't."""
        if self.is_alive():
            self.process.join(PATIENCE)
        if self.is_alive():
            self.process.kill()
            self.process.join()
        self.connection.close()


def _how(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        return f"killed by {signal.Signals(-exitcode).name}"
    return f"exit code {exitcode}"


@dataclass(frozen=True)
class _Reporter:
    """A `shoptune.components.Reporter` that sends what it is told to the parent."""

    connection: Connection[Any, Any]
    lock: threading.Lock = field(default_factory=threading.Lock)
    """A step may report from several threads."""

    def progress(self, done: float, total: float, unit: str = "", detail: str = "") -> None:
        """Send how far the step is."""
        with self.lock:
            _send(self.connection, Progressed(float(done), float(total), unit, detail))

    def say(self, text: str) -> None:
        """Send a line for the screen."""
        with self.lock:
            _send(self.connection, Said(text))


def _send(connection: Connection[Any, Any], news: News) -> None:
    connection.send_bytes(pickle.dumps(news))


def _serve(worker: Worker, connection: Connection[Any, Any], device: str | None) -> None:
    """Compute the steps that come, until the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends this process
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if device is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = device
    reporter = _Reporter(connection)
    while True:
        try:
            message = connection.recv_bytes()
        except EOFError:
            return
        try:
            worker.prepare()
            step: Step = pickle.loads(message)  # noqa: S301 - of the parent
            news: News = Finished(worker(step, reporter))
        except BaseException as error:
            news = _failed(error)
        with reporter.lock:
            _send(connection, news)


def _failed(error: BaseException) -> Failed:
    """Return what can be sent of an error, with its traceback in words."""
    error.add_note("In another process:\n" + "".join(traceback.format_exception(error)))
    packed = b""
    for cause in (error.__cause__, None):
        try:
            packed = pickle.dumps((error, cause))
            pickle.loads(packed)  # noqa: S301 - made here
        except Exception:  # a plugin's error may not survive it
            packed = b""
        else:
            break
    return Failed(packed, _plain(error))


def _plain(error: BaseException) -> ShoptuneError:
    """Return an error of ours that says the same, with the same exit code."""
    kinds = (kind for kind in type(error).__mro__ if kind in _OURS)
    kind: type[ShoptuneError] = next(kinds, StepError)
    is_ours = isinstance(error, ShoptuneError)
    plain = kind(str(error) if is_ours else f"{type(error).__name__}: {error}")
    for note in error.__notes__:
        plain.add_note(note)
    return plain


_OURS = (DataError, UsageError, PluginError, StoreError, StepError)


def _end_with_parent() -> None:
    """End this process when the parent has ended, however it did: nobody waits for the step any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
