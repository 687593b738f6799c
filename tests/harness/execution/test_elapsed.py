"""The time that a step took, over several runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoptune.execution.elapsed import ResumableTimer
from shoptune.leftovers import kept_text


def never_said(text: str) -> None:
    raise AssertionError(text)


class TestElapsed:
    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        now = [100.0]
        monkeypatch.setattr("shoptune.execution.elapsed.time.perf_counter", lambda: now[0])
        return now

    def test_adds_up_over_runs(self, tmp_path: Path, clock: list[float]) -> None:
        first = ResumableTimer(tmp_path / "seconds", never_said)
        clock[0] += 7
        first.note()
        clock[0] += 100  # killed, and started again later
        second = ResumableTimer(tmp_path / "seconds", never_said)
        clock[0] += 2
        assert second.seconds == 9

    def test_notes_at_most_once_a_second(self, tmp_path: Path, clock: list[float]) -> None:
        told: list[float] = []
        progress = ResumableTimer(tmp_path / "seconds", never_said).around(
            lambda done, total, unit="", detail="": told.append(done)
        )
        progress(1, 2)
        assert not (tmp_path / "seconds").exists()
        clock[0] += 1
        progress(2, 2)
        assert kept_text(tmp_path / "seconds") == "1.000"
        assert told == [1, 2]

    @pytest.mark.parametrize("damaged", ["", "1.", "x", f"{'0' * 32}\n9.000"])
    def test_a_damaged_note_loses_no_run_and_is_said(self, tmp_path: Path, clock: list[float], damaged: str) -> None:
        said: list[str] = []
        (tmp_path / "seconds").write_text(damaged)
        assert ResumableTimer(tmp_path / "seconds", said.append).seconds == 0
        assert said == [f"{tmp_path / 'seconds'} is damaged: the time that interrupted runs took is not counted"]
