"""Asks backends where the models are that candidates name."""

from __future__ import annotations

from shoptune.components import ResolvedModel
from shoptune.errors import PluginError, ShoptuneError, UsageError
from shoptune.experiment.load import Experiment

__all__ = ["resolve_model"]


def resolve_model(experiment: Experiment, candidate: str) -> ResolvedModel:
    """Find a candidate's model; raises UsageError where there is none, PluginError if the backend fails."""
    use, backend = experiment.file.candidates[candidate], experiment.backends[candidate]
    try:
        located: ResolvedModel = backend.component.resolve(use.model, experiment.path.parent.resolve(), backend.options)
    except UsageError as error:  # perhaps another backend would have known the model
        suspects = [] if use.backend else experiment.plugins.suspects("model backend")
        raise UsageError("\n".join([str(error), *suspects])) from error
    except ShoptuneError:
        raise
    except Exception as error:
        raise PluginError(
            f"{backend.registered.plugin.label} failed to find {use.model!r}: {type(error).__name__}: {error}"
        ) from error
    return located
