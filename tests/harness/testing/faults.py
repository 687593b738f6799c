"""Which checks a component does not pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shoptune.testing import (
    ContractError,
)

__all__ = ["broken"]


def broken(check: Callable[[], None]) -> set[str]:
    """The names of the checks that failed."""
    with pytest.raises(ContractError) as caught:
        check()
    lines = str(caught.value).splitlines()[1:]
    return {line.removeprefix("- ").partition(":")[0] for line in lines if line.startswith("- ")}
