"""Every hook is documented, tested and used; the manual's reference says what the source says."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from shoptune import hookspecs
from tests.fakes import Shop
from tests.manual import REFERENCE, reference, users

HOOKS = sorted(name for name, value in vars(hookspecs).items() if hasattr(value, "shoptune_spec"))

NOTED = """

def _noted(name, hook):
    @functools.wraps(hook)
    def noted(*given, **named):
        note(f"called {name}")
        return hook(*given, **named)

    return noted


for _name, _hook in [*globals().items()]:
    if hasattr(_hook, "shoptune_impl"):
        globals()[_name] = _noted(_name, _hook)
"""
"""Put behind a plugin's source: each of its hooks is noted when it is called."""


def test_the_reference_says_what_the_source_says() -> None:
    assert REFERENCE.read_text("utf-8") == reference(), "run: python -m tests.manual"


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_is_documented(hook: str) -> None:
    document = getattr(hookspecs, hook).__doc__ or ""
    assert document.strip().splitlines()[0].endswith((".", ";"))
    assert f"\n#### {hook}\n" in REFERENCE.read_text("utf-8")


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_is_used_by_a_real_plugin(hook: str) -> None:
    """A plugin of the project's own, or the one that the guide builds and the tests run; a fake does not count."""
    assert users().get(hook), f"use {hook} for something real, or delete it"


def test_hooks_are_called(tmp_path: Path) -> None:
    """Not one of them is only declared: the commands call each, on a plugin that implements them all."""
    shop = Shop(tmp_path / "shop")
    source = shop.folder / "fake_plugin.py"
    text = source.read_text("utf-8").replace("import json\n", "import functools\nimport json\n", 1)
    source.write_text(text + NOTED, "utf-8")
    shop.set("executor", "noted")
    assert shop.run().code == 0
    assert shop.run("data", "--export", "fake_texts").code == 0
    shop.load().plugins.add_commands(click.Group())
    shop.set("tasks.echo.metrics", [{"metric": "overlap", "case": False}])
    shop.fail("rows")
    assert shop.run().code == 3
    called = {line.removeprefix("called ") for line in shop.journal() if line.startswith("called ")}
    assert called == set(HOOKS)
