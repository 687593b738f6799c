"""A stranger's text is shown on the terminal and does nothing to it."""

from __future__ import annotations

import io
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from shoptune.console import Console
from shoptune.terminal import say, visible
from tests.fakes import Shop, shoptune

HOSTILE = {
    "clears the screen": "\x1b[2J",
    "sets the title": "\x1b]0;owned\x07",
    "an 8-bit introducer": "\x9b2J",
    "turns the order round": "\u202egnp.exe",
    "isolates": "\u2067abc",
    "goes back": "good\rbad",
    "deletes": "ab\x08\x7f",
    "half a surrogate pair": "\udc80",
    "invisible tags": "\U000e0041",
}


def acts(text: str) -> set[str]:
    """Return the characters of a text that would act on a terminal."""
    return {
        char
        for char in text
        if char not in "\n\t"
        and (
            unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
            or unicodedata.bidirectional(char) in {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
        )
    }


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "L"])))
def test_nothing_acts_and_all_is_shown(text: str) -> None:
    shown = visible(text)
    assert not acts(shown)
    assert visible(shown) == shown
    assert json.loads(f'"{visible(json.dumps(text, ensure_ascii=False))[1:-1]}"') == text, "JSON stays what it is"


@pytest.mark.parametrize("text", ["Müller", "👩‍👩‍👧", "می‌خواهم", "a\tb\nc", "שלום"])
def test_what_people_write_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_tables_and_lines(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(title=hostile)
    table.add_column(hostile)
    table.add_row(hostile)
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    console.print(table)
    console.print(hostile, style="red", markup=False)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert acts(printed) <= {"\x1b"}, "rich itself sends its colours"
    assert "\x1b[2J" not in printed
    assert "\x1b]" not in printed
    say(hostile)
    say(hostile, err=True)
    out, err = capsys.readouterr()
    assert not acts(out + err)


@pytest.mark.parametrize("hostile", [text for text in HOSTILE.values() if "\udc80" not in text])
@pytest.mark.parametrize("key", ["tasks.echo.{}", "data.shop.products", "candidates.base.model", "compare.baseline"])
def test_errors_name_keys_values_and_paths(tmp_path: Path, key: str, hostile: str) -> None:
    shop = Shop(tmp_path / "shop")
    outcome = shop.set(key.format(hostile.replace(".", "")), hostile).run()
    assert outcome.code == 2
    assert not acts(outcome.output)


@pytest.mark.parametrize("command", [["run"], ["gate"], ["metrics"], ["compare"], ["plugins", "check"]])
def test_arguments(command: list[str]) -> None:
    outcome = shoptune(*command, "\x1b[2Jno such thing")
    assert outcome.code in {2, 3}
    assert not acts(outcome.output)


def test_what_a_step_says(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    shop.fail("step 1")
    shop.plugin_source("was asked to raise", r"\x1b[2J was asked")
    outcome = shop.run()
    assert outcome.code == 3
    assert r"\u001b[2J was asked" in outcome.output
    assert not acts(outcome.output)
