import sys
import time

import numpy as np
import pytest

from shoptune.execution.resources import ResourceMonitor


def test_seconds_go_on_until_the_end_of_the_block() -> None:
    with ResourceMonitor() as usage:
        first = usage.seconds
        time.sleep(0.02)
        assert usage.seconds >= first + 0.02
    taken = usage.seconds
    time.sleep(0.01)
    assert usage.seconds == taken >= 0.02


def test_the_peak_is_seen_though_it_is_over_at_the_end() -> None:
    with ResourceMonitor() as before:
        pass
    with ResourceMonitor() as usage:
        block = np.ones(8 * 2**20)  # 64 MiB, written to
        time.sleep(0.15)
        del block
    assert usage.peak_memory_bytes - before.peak_memory_bytes > 32 * 2**20


def test_a_later_peak_does_not_count_an_earlier_one() -> None:
    with ResourceMonitor() as large:
        block = np.ones(8 * 2**20)
        time.sleep(0.1)
    del block
    with ResourceMonitor() as small:
        time.sleep(0.06)
    assert small.peak_memory_bytes < large.peak_memory_bytes


def test_an_error_ends_the_measuring() -> None:
    usage = ResourceMonitor()
    with pytest.raises(ZeroDivisionError), usage:
        _ = 1 / 0
    assert usage.seconds == usage.seconds
    assert usage.peak_memory_bytes > 0


def test_without_an_accelerator_there_is_no_peak_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    with ResourceMonitor() as usage:
        assert usage.peak_accelerator_bytes is None
    assert usage.peak_accelerator_bytes is None
