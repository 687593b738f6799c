"""One piece of work, and the fingerprint that names its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from shoptune.storage.fingerprint import fingerprint

__all__ = ["Kind", "Step"]

Kind = Literal["prepare", "rephrase", "tune", "predict", "measure"]

CODE = {"prepare": 4, "rephrase": 1, "tune": 1, "predict": 2, "measure": 4}
"""Raised when the core's own part of a step changes its results."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One piece of work: a function of its inputs and settings, and of nothing else."""

    kind: Kind
    task: str | None = None
    candidate: str | None = None
    metric: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    """Role -> fingerprint of the step whose result is read."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """All else that decides the result, as JSON values."""
    places: Mapping[str, Any] = field(default_factory=dict)
    """Where the files lie whose content is in the settings: needed to run, no part of the fingerprint."""

    @cached_property
    def fingerprint(self) -> str:
        """The step's name in the store."""
        return fingerprint(
            {"kind": self.kind, "code": CODE[self.kind], "inputs": self.inputs, "settings": self.settings}
        )

    @property
    def name(self) -> str:
        """The step in words, unique in its plan."""
        words: dict[Kind, str] = {
            "prepare": f"prepare {self.task}",
            "rephrase": f"rephrase {self.task}",
            "tune": f"tune {self.candidate}",
            "predict": f"predict {self.task} with {self.candidate}",
            "measure": f"measure {self.metric} of {self.task} with {self.candidate}",
        }
        return words[self.kind]
