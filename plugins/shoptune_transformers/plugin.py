"""What this plugin brings: the ``transformers`` backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoptune import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shoptune.components import ModelBackend

__all__ = ["register_model_backends", "select_model_backend"]


@hookimpl
def register_model_backends() -> Iterable[ModelBackend[Any]]:
    """Bring the backend."""
    from shoptune_transformers.backend import BACKEND

    return [BACKEND]


@hookimpl(trylast=True)
def select_model_backend() -> str:
    """Take any model that no other backend wants: if it can't be found, this one can say where it looked."""
    return "transformers"
