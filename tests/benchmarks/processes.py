"""Commands run to their end, with what they took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import click

__all__ = ["Took", "peak_bytes", "run"]


@dataclass(frozen=True, kw_only=True)
class Took:
    """What a process took, from its start to its end."""

    seconds: float
    peak_bytes: int
    """The most memory that it, or one of the processes that it started, held at once."""


def run(command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str] | None = None) -> Took:
    """Run a command in `folder`; raises ClickException with the end of what it wrote where it fails.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        environment: What it finds changed in its environment.

    """
    # Where bytecode is forbidden, each start would compile our modules anew, which no user's second start does.
    found = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**found, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)  # unlike Popen.wait, tells what this one process used
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            written = output.read().decode(errors="replace")[-4000:]
            raise click.ClickException(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{written}")
    return Took(seconds=seconds, peak_bytes=peak_bytes(usage.ru_maxrss))


def peak_bytes(maxrss: int) -> int:
    """Return in bytes what `resource` says, which is in KiB on every system but macOS."""
    return maxrss * (1 if sys.platform == "darwin" else 1024)
