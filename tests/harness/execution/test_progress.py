from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from shoptune.execution import progress
from shoptune.execution.progress import display


def test_a_duration_can_be_searched_for(capsys: pytest.CaptureFixture[str]) -> None:
    with display(plain=True) as shown:
        shown.finish("tune sft", 252)
    assert capsys.readouterr().err == "tune sft: done in 4 min 12 s\n"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("shoptune.execution.progress.time.monotonic", lambda: now[0])
    return now


class TestPlain:
    def test_a_start_now_and_then_a_line_and_an_end(
        self, capsys: pytest.CaptureFixture[str], clock: list[float]
    ) -> None:
        with display() as shown:
            step = shown.start("tune sft")
            for done in range(1, 31):
                clock[0] = done
                step(done, 120, "steps", f"loss {done}")
            shown.finish("tune sft", 30)
        captured = capsys.readouterr()
        assert captured.out == "", "standard output is for results"
        assert captured.err.splitlines() == [
            "tune sft ...",
            "tune sft: 10/120 steps  loss 10  1.0 steps/s, 1 min 50 s left",
            "tune sft: 20/120 steps  loss 20  1.0 steps/s, 1 min 40 s left",
            "tune sft: 30/120 steps  loss 30  1.0 steps/s, 1 min 30 s left",
            "tune sft: done in 30 s",
        ]

    def test_what_an_earlier_run_did_says_nothing_about_the_rate(
        self, capsys: pytest.CaptureFixture[str], clock: list[float]
    ) -> None:
        with display(plain=True) as shown:
            step = shown.start("predict")
            step(100, 200, "answers")
            clock[0] = 10
            step(150, 200, "answers")
        assert "150/200 answers  5.0 answers/s, 10 s left" in capsys.readouterr().err

    def test_a_new_piece_of_work_has_a_rate_of_its_own(
        self, capsys: pytest.CaptureFixture[str], clock: list[float]
    ) -> None:
        with display(plain=True) as shown:
            step = shown.start("tune")
            step(1, 1, "models", "converted")
            clock[0] = 40
            step(0, 60, "steps")
            clock[0] = 50
            step(5, 60, "steps")
        assert capsys.readouterr().err.endswith("tune: 5/60 steps  2.0 s/step, 1 min 50 s left\n")

    def test_an_end_without_anything_left(self, capsys: pytest.CaptureFixture[str], clock: list[float]) -> None:
        with display() as shown:
            step = shown.start("x")
            step(0, 2, "rows")
            clock[0] = 20
            step(2, 2, "rows")
        assert capsys.readouterr().err.endswith("x: 2/2 rows  10.0 s/row\n")


class TestLive:
    @pytest.fixture
    def screen(self, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
        screen = io.StringIO()
        monkeypatch.setattr(
            progress, "Console", lambda stderr: Console(file=screen, force_terminal=True, width=120, color_system=None)
        )
        return screen

    def test_shows_what_is_at_work_and_what_is_done(self, screen: io.StringIO, clock: list[float]) -> None:
        with display() as shown:
            step = shown.start("tune sft")
            step(0, 10, "steps")
            clock[0] = 5
            step(5, 10, "steps", "loss 2.31")
            end = time.time() + 10
            while "5/10 steps  loss 2.31  1.0 steps/s, 5.0 s left" not in screen.getvalue():  # drawn now and then
                assert time.time() < end
                time.sleep(0.02)
            shown.finish("tune sft", 5)
        assert "✓ tune sft 5.0 s" in screen.getvalue()

    def test_names_and_remarks_are_no_markup(self, screen: io.StringIO) -> None:
        with display() as shown:
            step = shown.start("measure [/b] of x")
            step(1, 2, "rows", "loss [/red]")
            shown.finish("measure [/b] of x", 1)
            shown.say("warning: plugin raised KeyError: [/x] [bold]")
        assert "measure [/b] of x 1.0 s" in screen.getvalue()
        assert "KeyError: [/x] [bold]" in screen.getvalue()

    def test_plain_lines_in_a_terminal_on_request(
        self, screen: io.StringIO, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with display(plain=True) as shown:
            shown.say("hello")
        assert screen.getvalue() == ""
        assert capsys.readouterr().err == "hello\n"
