"""README's table of environment variables names each one that is read, and no other."""

import re

from tests.packaging.project import ROOT

NAME = re.compile(r"SHOPTUNE_[A-Z_]+")
PLACES = [*(ROOT / name for name in ("harness", "plugins", "tasks")), ROOT / ".gitlab", ROOT / ".github"]


def test_the_table_is_complete() -> None:
    files = [path for place in PLACES for path in place.rglob("*") if path.suffix in {".py", ".yml", ".yaml"}]
    read = {name for path in files for name in NAME.findall(path.read_text("utf-8"))}
    rows = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.startswith("| `SHOPTUNE_")]
    told = [name for row in rows for name in NAME.findall(row.split("|")[1])]
    assert sorted(told) == sorted(read)
