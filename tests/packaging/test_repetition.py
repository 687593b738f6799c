"""No more than a few lines stand twice: what packages share is one function, in the core or in a helper package.

A few equal statements may read better where they are than behind a helper's name.  Tasks and trainers are read from
top to bottom, so they may repeat one another.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.packaging.project import ROOT, package_folders

STATEMENTS = 12
"""What counts as repeated: so many statements, one after the other or inside each other, alike to the letter."""
SELF_CONTAINED = ("tasks/", "plugins/shoptune_trl/")


def runs_of_statements(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each run of at least `STATEMENTS` statements of one block: its line and its code without comments."""
    for node in ast.walk(tree):
        for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            if not isinstance(block, list):
                continue
            code = [statement for statement in block if not is_declaration(statement)]
            for first in range(len(code)):
                run: list[ast.stmt] = []
                for statement in code[first:]:
                    run.append(statement)
                    if sum(isinstance(part, ast.stmt) for one in run for part in ast.walk(one)) >= STATEMENTS:
                        yield run[0].lineno, "\n".join(map(ast.unparse, run))
                        break


def is_declaration(statement: ast.stmt) -> bool:
    """Whether a statement only says what there is: an import, a docstring, a field."""
    docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    for_types = isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"
    return docstring or for_types or isinstance(statement, ast.Import | ast.ImportFrom | ast.AnnAssign)


def repeated(files: dict[str, str]) -> list[list[str]]:
    """Return the places of each run of statements that stands in several places, the same to the letter."""
    places: dict[str, list[str]] = defaultdict(list)
    for name, source in files.items():
        for line, code in runs_of_statements(ast.parse(source)):
            places[code].append(f"{name}:{line}")
    return [found for found in places.values() if len(found) > 1]


def test_no_code_stands_twice() -> None:
    files = [file.relative_to(ROOT) for folder in package_folders().values() for file in sorted(folder.rglob("*.py"))]
    sources = [file for file in files if not file.as_posix().startswith(SELF_CONTAINED)]
    assert len(files) > len(sources) > 250
    assert repeated({str(file): (ROOT / file).read_text("utf-8") for file in sources}) == []


LOOP = """
    for line in lines:
        if not line:
            raise ValueError(lines)
    return len(lines)
"""
"""Four statements: a loop, what it asks, what that does, and the end."""
BODY = "".join(f"\n    value_{number} = read({number})" for number in range(STATEMENTS - 4)) + LOOP


def test_it_finds_what_stands_twice() -> None:
    again = "import json\n\nclass Other:\n    def method(lines):\n        '''Another docstring.'''"
    twice = {
        "a.py": f"def one(lines):{BODY}",
        "b.py": again + BODY.replace("\n", "\n    ").replace("(lines)\n", "(lines)  # again\n"),
    }
    assert repeated(twice) == [["a.py:2", "b.py:6"]]


@pytest.mark.parametrize("changed", [BODY.replace("value_3", "other"), BODY.replace("\n    value_0 = read(0)", "")])
def test_it_lets_pass_what_differs_and_what_is_short(changed: str) -> None:
    assert repeated({"a.py": f"def one(lines):{BODY}", "b.py": f"def one(lines):{changed}"}) == []
