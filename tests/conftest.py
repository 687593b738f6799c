"""What all tests share."""

import os

import pytest
from hypothesis import settings

# Tests touch no network and give the same result each time; how long an example takes depends on the machine's mood.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
settings.register_profile("shoptune", deadline=None, derandomize=True)
settings.load_profile("shoptune")


@pytest.fixture(autouse=True)
def _own_cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Keep fast tests out of the user's model cache; slow ones share it, since converting a model takes a while."""
    if not request.node.get_closest_marker("slow"):
        monkeypatch.setenv("SHOPTUNE_CACHE", str(tmp_path_factory.mktemp("cache")))
