"""A model as steps use it: which one, whose backend loads it, and what tuning made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shoptune.components import AnyBackend, Model, ModelFiles, ModelIdentity, ModelSession, ResolvedModel
from shoptune.errors import PluginError, StepError
from shoptune.execution.context import StepContext
from shoptune.step import NOT_IDENTITY, PluginIdentity
from shoptune.steps.backends import fetched, opened

if TYPE_CHECKING:
    from shoptune.steps.tune import TuneStep

__all__ = ["ModelUse", "backend_of", "files_of", "opened_model"]


@dataclass(frozen=True, kw_only=True)
class ModelUse:
    """A model that a step tunes or asks."""

    plugin: PluginIdentity
    backend: str
    libraries: Mapping[str, str]
    """Versions of the installed distributions that decide the answers."""
    identity: ModelIdentity
    """Of the model that was resolved."""
    tuned: TuneStep | None
    """The step that tuned it; None: the model as it was resolved."""
    resolved: ResolvedModel = field(metadata=NOT_IDENTITY)
    """Where it lies or is asked."""


def backend_of(use: ModelUse, context: StepContext) -> AnyBackend:
    """The backend that runs the model."""
    return context.plugins.model_backends[use.backend].component


def model_of(use: ModelUse, context: StepContext) -> Model:
    """The model as its backend opens it, fetched where need be."""
    backend = backend_of(use, context)
    model = fetched(backend, use.resolved, context.progress)
    return _with_tuning(_files(model, backend), use.tuned, context) if use.tuned else model


def files_of(use: ModelUse, context: StepContext) -> ModelFiles:
    """The files of a model that is to be tuned; raises PluginError for a remote one, which no check should let pass."""
    return _files(model_of(use, context), backend_of(use, context))


@contextmanager
def opened_model(use: ModelUse, context: StepContext) -> Iterator[ModelSession]:
    """Open the model, ready to be asked."""
    with opened(backend_of(use, context), model_of(use, context)) as session:
        yield session


def _files(model: Model, backend: AnyBackend) -> ModelFiles:
    if not isinstance(model, ModelFiles):
        raise PluginError(
            f"the model backend {backend.name!r} says that its models can be tuned, and has no files of "
            f"{model.identity.model!r}. Tell its author."
        )
    return model


def _with_tuning(base: ModelFiles, tuned: TuneStep, context: StepContext) -> ModelFiles:
    """A tuned model is an adapter on its parent's folder, or a whole model of its own."""
    before = tuned.model.tuned
    parent = _with_tuning(base, before, context) if before else base
    folder = context.result(tuned).folder
    if (folder / "model").is_dir():
        return replace(parent, folder=folder / "model", adapter=None)
    if (folder / "adapter").is_dir():
        return replace(parent, adapter=folder / "adapter")
    raise StepError(f"{tuned.name} left neither `adapter/` nor `model/` in {folder}")
