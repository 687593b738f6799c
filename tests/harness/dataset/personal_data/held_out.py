"""Sentences by somebody who hadn't read the rules: of each kind, half may be looked at, half is for the figures."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from tests.harness.dataset.personal_data.invented import Planted

__all__ = ["Half", "harmless", "planted"]

Half = Literal["seen", "unseen"]
HERE = Path(__file__).parent
FIRST: dict[Half, int] = {"seen": 0, "unseen": 1}


def planted(half: Half) -> list[Planted]:
    """Return the sentences of one half; one with several values, each in braces, stands there once for each."""
    return list(_planted(half))


def harmless(half: Half) -> list[str]:
    """Return what is sold and looks dangerous: part numbers, brands called like people, places in names."""
    return _lines((HERE / "harmless.txt").read_text("utf-8"))[FIRST[half] :: 2]


def _planted(half: Half) -> Iterator[Planted]:
    text = (HERE / "held_out.txt").read_text("utf-8").replace("¦", "")
    _, *parts = re.split(r"^\[(.+)\]$", text, flags=re.MULTILINE)
    for kind, lines in zip(parts[::2], parts[1::2], strict=True):
        for line in _lines(lines)[FIRST[half] :: 2]:
            plain = re.sub(r"[{}]", "", line)
            for value in re.findall(r"\{([^{}]+)\}", line):
                yield Planted(kind=kind, text=plain, value=value)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]
