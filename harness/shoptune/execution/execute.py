"""Computes the steps that the store lacks, and says which plugin it was if one fails."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from shoptune.errors import PluginError, ShoptuneError, StepError
from shoptune.execution.progress import Display
from shoptune.plugins import LoadedPlugin, Plugins
from shoptune.plugins.attribution import plugin_of_error
from shoptune.plugins.faults import RAISED
from shoptune.plugins.streams import restoring_streams
from shoptune.step import Step
from shoptune.storage.store import Store

__all__ = ["execute", "missing_steps"]


def missing_steps(steps: Sequence[Step], store: Store) -> list[Step]:
    """Return the steps that the store does not hold whole."""
    return [s for s in steps if store.find(s.fingerprint) is None]


def execute(steps: Sequence[Step], executor: str, store: Store, plugins: Plugins, display: Display) -> None:
    """Compute the steps that the store lacks."""
    missing = missing_steps(steps, store)
    if len(missing) < len(steps):
        display.say(f"{len(steps) - len(missing)} of {len(steps)} steps are in the store, {len(missing)} to compute")
    registered = plugins.executors[executor]
    try:
        registered.component.execute(missing, lambda step: _make(step, store, plugins, display))
    except ShoptuneError:
        raise
    except Exception as error:
        raise PluginError(
            f"{registered.plugin.label} failed to execute the steps: {type(error).__name__}: {error}"
        ) from error


def _make(step: Step, store: Store, plugins: Plugins, display: Display) -> None:
    from shoptune.steps import STEPS, StepContext  # noqa: PLC0415 - a run with nothing to compute needs no step

    progress = display.start(step.name + (" (going on)" if store.has_begun(step.fingerprint) else ""))
    plugins.notify("before_step", step=step)
    started = time.perf_counter()

    def waiting() -> None:
        display.say(f"{step.name}: another run with this store is at it; waiting until it is done")

    try:
        with store.making(step.fingerprint, waiting) as work:
            if work is not None:
                context = StepContext(store=store, plugins=plugins, work=work, progress=progress, say=display.say)
                with restoring_streams() as replaced:
                    cost = STEPS[step.kind](step, context)
                if replaced:
                    display.say(f"warning: {step.name}{_by(step)} replaced {' and '.join(replaced)}; it was put back")
                store.finish(work, {**_manifest(step), "cost": cost})
    except BaseException as error:
        plugins.notify("on_step_error", step=step, error=error)
        if isinstance(error, PluginError) and "plugin " not in str(error):
            raise PluginError(f"{step.name}{_by(step)}: {error}") from error
        if isinstance(error, ShoptuneError) or not isinstance(error, RAISED):
            raise
        raise StepError(
            f"{step.name}{_by(step, plugin_of_error(error, plugins.loaded))} failed: {type(error).__name__}: {error}\n"
            "What was finished is kept: mend the cause and run the same command again. --debug shows the traceback."
        ) from error
    seconds = time.perf_counter() - started
    plugins.notify("after_step", step=step, seconds=seconds)
    display.finish(step.name if work is not None else f"{step.name} (by another run)", seconds)


def _manifest(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "kind": step.kind,
        "fingerprint": step.fingerprint,
        "inputs": dict(step.inputs),
        "settings": dict(step.settings),
    }


def _by(step: Step, raised: LoadedPlugin | None = None) -> str:
    """Say which plugin did it: the one that raised, else the one that brought what does this kind of work."""
    if raised:
        return f" ({raised.label})"
    role = {"tune": "method", "predict": "backend", "measure": "metric"}.get(step.kind, "task")
    identity = step.settings.get(role) or step.settings.get("task") or {}
    return f" (plugin {identity['plugin']!r} {identity['version']})" if "plugin" in identity else ""
