"""What a step works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from shoptune.components import Model, ModelBackend, ModelFiles, Progress, ResolvedModel
from shoptune.errors import PluginError, StepError
from shoptune.plugins import Component, Plugins, Registered
from shoptune.step import Step
from shoptune.steps.backends import fetched
from shoptune.storage.store import Store, StoredStep, Work

__all__ = ["StepContext", "component_and_options", "files_of", "held_out_file", "model_of"]

C = TypeVar("C", bound=Component)


@dataclass(frozen=True)
class StepContext:
    """The store, the plugins, and where this step may write."""

    store: Store
    plugins: Plugins
    work: Work
    progress: Progress
    say: Callable[[str], None]

    def input(self, step: Step, role: str) -> StoredStep:
        """Return the result of the step that is this step's input by that name."""
        return self.store.read(step.inputs[role])


def component_and_options(known: Mapping[str, Registered[C]], identity: Mapping[str, Any]) -> tuple[C, Any]:
    """Return the component that a step's settings name, and its options."""
    component: Any = known[identity["component"]].component
    return component, component.options.model_validate(identity["options"])


def held_out_file(step: Step, context: StepContext) -> Path:
    """Return the scored examples of a predict or measure step, in every prompt where the task has several."""
    role = "prompts" if "prompts" in step.inputs else "examples"
    return context.input(step, role).path(f"examples.{step.settings['scored_on']}.jsonl")


def model_of(step: Step, context: StepContext) -> tuple[ModelBackend[Any], Model]:
    """Return the backend and the model that a tune or predict step starts from.

    A tuned model is an adapter on its parent's folder, or a whole model of its own; the chain of parents stands in the
    manifests.
    """
    backend = context.plugins.model_backends[step.settings["backend"]["component"]].component
    located: ResolvedModel = step.places["model"]
    model = fetched(backend, located, context.progress)
    tuned = step.inputs.get("parent") or step.inputs.get("model")
    return backend, _with_tuning(files_of(model, backend), context.store, tuned) if tuned else model


def files_of(model: Model, backend: ModelBackend[Any]) -> ModelFiles:
    """Return the model as one with files; raises PluginError for a remote one, which no check should have let pass."""
    if not isinstance(model, ModelFiles):
        raise PluginError(
            f"the model backend {backend.name!r} says that its models can be tuned, and has no files of "
            f"{model.identity.model!r}. Tell its author."
        )
    return model


def _with_tuning(base: ModelFiles, store: Store, tuned: str) -> ModelFiles:
    step = store.read(tuned)
    before = step.manifest["inputs"].get("parent")
    parent = _with_tuning(base, store, before) if before else base
    if (step.folder / "model").is_dir():
        return replace(parent, folder=step.folder / "model", adapter=None)
    if (step.folder / "adapter").is_dir():
        return replace(parent, adapter=step.folder / "adapter")
    raise StepError(f"{step.manifest['name']} left neither `adapter/` nor `model/` in {step.folder}")
