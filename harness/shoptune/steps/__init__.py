"""The five kinds of step.  Each reads its inputs from the store, writes its result there, and gets nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shoptune.step import Step
from shoptune.steps.context import StepContext
from shoptune.steps.expand_prompts import rephrase
from shoptune.steps.measure import measure
from shoptune.steps.predict import predict
from shoptune.steps.prepare import prepare
from shoptune.steps.tune import tune

__all__ = ["STEPS", "StepContext"]

STEPS: dict[str, Callable[[Step, StepContext], dict[str, Any]]] = {
    "prepare": prepare,
    "rephrase": rephrase,
    "tune": tune,
    "predict": predict,
    "measure": measure,
}
"""Kind -> function.  What it returns goes into the manifest as the step's cost."""
