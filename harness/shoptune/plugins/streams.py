"""Standard output stays the command's own while plugins are at work."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO

from shoptune.errors import PluginError

__all__ = ["refusing_replaced_streams", "restoring_streams", "stdout_to_stderr"]

NAMES = ("stdout", "stderr")


@contextmanager
def restoring_streams() -> Iterator[list[str]]:
    """Put back what replaced ``sys.stdout`` or ``sys.stderr``, or the way they write; yields a list that names them."""
    before = {name: getattr(sys, name) for name in NAMES}
    write = {name: _own_write(stream) for name, stream in before.items()}
    replaced: list[str] = []
    try:
        yield replaced
    finally:
        for name, stream in before.items():
            if getattr(sys, name) is not stream or _own_write(stream) is not write[name]:
                replaced.append(f"sys.{name}")
                setattr(sys, name, stream)
                _set_write(stream, write[name])


@contextmanager
def refusing_replaced_streams() -> Iterator[None]:
    """Do as `restoring_streams`, and raise PluginError where something was replaced."""
    with restoring_streams() as replaced:
        yield
    if replaced:
        raise PluginError(f"it replaced {' and '.join(replaced)}, which is the command's own")


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Do the same, and send what is printed to standard error: standard output may be JSON that a program reads."""
    with redirect_stdout(sys.stderr), refusing_replaced_streams():
        yield


def _own_write(stream: TextIO) -> object:
    """Return the `write` that was set on the stream itself, None where its class's is used."""
    return getattr(stream, "__dict__", {}).get("write")


def _set_write(stream: TextIO, write: object) -> None:
    if write is not None:
        vars(stream)["write"] = write
    elif _own_write(stream) is not None:
        del vars(stream)["write"]
