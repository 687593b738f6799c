"""Sentences by somebody who had not read the rules.

Those of ``held_out.txt`` have been looked at since, to improve the rules.  ``held_out_second.txt``, of the same form,
is for sentences that nobody who writes rules has looked at, whose figures are what to expect; while there is no such
file, nothing is said of them.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from tests.harness.dataset.personal_data.invented import Planted

__all__ = ["FILES", "harmless", "planted"]

HERE = Path(__file__).parent
FILES: Mapping[str, Path] = {
    looked_at: HERE / name
    for looked_at, name in (("seen", "held_out.txt"), ("unseen", "held_out_second.txt"))
    if (HERE / name).exists()
}
_HARMLESS = "harmless"


def planted(file: Path) -> list[Planted]:
    """Return the sentences with personal data; one with several values, each in braces, stands there once for each."""
    return [
        Planted(kind=kind, text=re.sub(r"[{}]", "", line), value=value)
        for kind, lines in _sections(file).items()
        if kind != _HARMLESS
        for line in lines
        for value in re.findall(r"\{([^{}]+)\}", line)
    ]


def harmless(file: Path) -> list[str]:
    """Return what is sold and looks dangerous: part numbers, brands called like people, places in names."""
    return _sections(file)[_HARMLESS]


def _sections(file: Path) -> dict[str, list[str]]:
    """Read a file: ``[kind]`` -> its lines, where ``\\n`` ends one; what stands before the first kind is a comment."""
    text = file.read_text("utf-8").replace("¦", "")
    _, *parts = re.split(r"^\[([a-z ]+)\]$", text, flags=re.MULTILINE)
    return {
        kind: [line.replace("\\n", "\n") for line in lines.splitlines() if line.strip()]
        for kind, lines in zip(parts[::2], parts[1::2], strict=True)
    }
