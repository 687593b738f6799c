"""What all tests share."""

import os

import pytest
from hypothesis import settings

# Tests touch no network and give the same result each time; how long an example takes depends on the machine's mood.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
if "PYTEST_XDIST_WORKER" in os.environ:
    # As many tests at once as there are cores: more threads than that wait for one another.  Read when numpy and torch
    # are imported, here and by the processes that tests start.
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
settings.register_profile("shoptune", deadline=None, derandomize=True)
settings.load_profile("shoptune")


@pytest.fixture(autouse=True)
def _own_cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Keep fast tests out of the user's model cache; slow ones share it, since converting a model takes a while."""
    if not request.node.get_closest_marker("slow"):
        monkeypatch.setenv("SHOPTUNE_CACHE", str(tmp_path_factory.mktemp("cache")))
