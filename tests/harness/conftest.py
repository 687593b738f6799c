import os
from pathlib import Path

import pytest

from tests.fakes import Shop


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    # No test cuts the power, and waiting for the disk takes most of a fake run's time.
    monkeypatch.setattr(os, "fsync", lambda _: None)
    return Shop(tmp_path / "shop")
