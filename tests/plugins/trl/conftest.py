from __future__ import annotations

import os
from pathlib import Path

import pytest
from shoptune.components import ModelFiles

os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    from tests.plugins.trl.tiny import make_model

    return make_model(tmp_path_factory.mktemp("tiny"))
