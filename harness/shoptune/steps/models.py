"""A model as steps use it: which one, whose backend loads it, and what tuning made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shoptune.components import AnyBackend, ModelFiles, ResolvedModel
from shoptune.errors import StepError
from shoptune.step import NOT_IDENTITY, PluginIdentity
from shoptune.steps.context import StepContext

if TYPE_CHECKING:
    from shoptune.steps.tune import TuneStep

__all__ = ["ModelUse", "backend_of", "files_of"]


@dataclass(frozen=True, kw_only=True)
class ModelUse:
    """A model that a step tunes or asks."""

    plugin: PluginIdentity
    backend: str
    libraries: Mapping[str, str]
    """Versions of the installed distributions that decide the answers."""
    identity: str
    """Of the model that was resolved, by content."""
    tuned: TuneStep | None
    """The step that tuned it; None: the model as it was resolved."""
    resolved: ResolvedModel = field(metadata=NOT_IDENTITY)
    """Where its files lie."""


def backend_of(use: ModelUse, context: StepContext) -> AnyBackend:
    """The backend that loads the model."""
    return context.plugins.model_backends[use.backend].component


def files_of(use: ModelUse, context: StepContext) -> ModelFiles:
    """The files of a model, fetched where need be.

    A tuned model is an adapter on its parent's folder, or a whole model of its own.
    """
    base = backend_of(use, context).fetch(use.resolved, context.progress)
    return _with_tuning(base, use.tuned, context)


def _with_tuning(base: ModelFiles, tuned: TuneStep | None, context: StepContext) -> ModelFiles:
    if tuned is None:
        return base
    parent = _with_tuning(base, tuned.model.tuned, context)
    folder = context.result(tuned).folder
    if (folder / "model").is_dir():
        return replace(parent, folder=folder / "model", adapter=None)
    if (folder / "adapter").is_dir():
        return replace(parent, adapter=folder / "adapter")
    raise StepError(f"{tuned.name} left neither `adapter/` nor `model/` in {folder}")
