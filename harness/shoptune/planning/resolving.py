"""Asks backends where the models are that candidates and judges name."""

from __future__ import annotations

from typing import Protocol

from shoptune.components import AnyBackend, ResolvedModel
from shoptune.errors import PluginError, ShoptuneError, UsageError
from shoptune.experiment.configured import ConfiguredComponent
from shoptune.experiment.load import Experiment

__all__ = ["resolve_model"]


class _NamesModel(Protocol):
    """What names a model in an experiment file, and perhaps the backend."""

    @property
    def model(self) -> str | None: ...

    @property
    def backend(self) -> str | None: ...


def resolve_model(experiment: Experiment, use: _NamesModel, backend: ConfiguredComponent[AnyBackend]) -> ResolvedModel:
    """Find the model that `use` names; raises UsageError where there is none, PluginError if the backend fails."""
    try:
        return backend.component.resolve(use.model or "", experiment.path.parent.resolve(), backend.options)
    except UsageError as error:  # perhaps another backend would have known the model
        suspects = [] if use.backend else experiment.plugins.suspects("model backend")
        raise UsageError("\n".join([str(error), *suspects])) from error
    except ShoptuneError:
        raise
    except Exception as error:
        raise PluginError(
            f"{backend.registered.plugin.label} failed to find {use.model!r}: {type(error).__name__}: {error}"
        ) from error
