"""What a run is made of: steps, each a piece of work that says all about itself.

A kind of step is one subclass of `Step` in one module of `shoptune.steps`: its fields are what the work depends on, and
its `run` does it.  Steps hold the steps that they read from, so a plan is a graph of typed values that an editor can
follow; they are frozen and can be pickled, so an executor may send them to another process or machine.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pydantic import BaseModel, JsonValue

from shoptune.fingerprint import fingerprint

if TYPE_CHECKING:
    from shoptune.execution.context import StepContext

__all__ = ["NOT_IDENTITY", "ComponentUse", "PluginIdentity", "Resources", "Step", "StepCost", "StepOutcome"]

NOT_IDENTITY: Mapping[str, bool] = {"identity": False}
"""Metadata of a field that decides nothing about the result: what a thing is called, where its files lie.

Every other field is part of the fingerprint, so that one that is forgotten here makes a step anew too often, and never
passes a stale result off as its own."""


@dataclass(frozen=True, kw_only=True)
class PluginIdentity:
    """A plugin's name, version and code."""

    name: str
    version: str
    source: str
    """Fingerprint of its module or package."""
    helpers: str = ""
    """Fingerprint of the modules under development that it imports from beside it; empty where there are none."""

    @property
    def label(self) -> str:
        """Name and version, for messages."""
        return f"plugin {self.name!r} {self.version}"


@dataclass(frozen=True, kw_only=True)
class ComponentUse:
    """A component that a step works with: whose it is, what it is called, and its checked options."""

    plugin: PluginIdentity
    name: str
    options: BaseModel


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What an executor has to reserve for a step."""

    devices: int = 0
    """Accelerators, where there are any: 1 for a step that loads a model."""


@dataclass(frozen=True, kw_only=True)
class StepCost:
    """What a step that is worth counting took."""

    seconds: float
    """Wall-clock time, over all runs that were interrupted on the way."""
    tokens_in: int = 0
    """Tuning: all tokens seen; answering: prompt tokens."""
    tokens_out: int = 0
    learned: bool = False
    """Whether the tokens were learned from, not asked and written: those are the machine's business, and no provider
    charges for them."""
    peak_memory_bytes: int | None = None
    """Of the process that computed it."""
    peak_accelerator_bytes: int | None = None
    """Of the accelerator's own memory; None without one."""


@dataclass(frozen=True, kw_only=True)
class StepOutcome:
    """How the computation of a step ended well."""

    folder: Path
    """Where its result lies: files to read, not to change."""
    seconds: float
    """Wall-clock time of this run alone."""
    cost: StepCost | None = None
    warnings: tuple[str, ...] = ()
    by_another_run: bool = False
    """Whether another run with the same store made it meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Step(ABC):
    """One piece of work: a function of its fields, and of nothing else."""

    kind: ClassVar[str]
    """One word, such as ``tune``."""
    version: ClassVar[int]
    """Raised when the core's own part of this kind of step changes its results."""

    task: str | None = field(default=None, metadata=NOT_IDENTITY)
    """The names in the experiment file of what it is for; None where it is for no single one."""
    candidate: str | None = field(default=None, metadata=NOT_IDENTITY)
    metric: str | None = field(default=None, metadata=NOT_IDENTITY)

    @property
    @abstractmethod
    def name(self) -> str:
        """The step in words, unique in its plan."""

    @abstractmethod
    def run(self, context: StepContext) -> StepCost | None:
        """Do the work: read the inputs' results, write to ``context.work.output``; returns what is worth counting."""

    @property
    @abstractmethod
    def done_by(self) -> PluginIdentity:
        """The plugin that brought what does this work: the one to name where it fails."""

    @property
    def resources(self) -> Resources:
        """What it occupies while it is computed."""
        return Resources()

    @cached_property
    def inputs(self) -> tuple[Step, ...]:
        """The steps that it depends on directly; `run` may read the results of those that they depend on, too."""
        return tuple(_steps_in([value for name, value in _deciding(self)]))

    @cached_property
    def rests_on(self) -> frozenset[str]:
        """Fingerprints of all steps that it depends on, directly or not: what has to be done before it can begin."""
        return frozenset(found for each in self.inputs for found in (each.fingerprint, *each.rests_on))

    @cached_property
    def settings(self) -> Mapping[str, JsonValue]:
        """What decides the result, as JSON values; a step among it is its fingerprint."""
        return {name: _as_json(value, f"{type(self).__name__}.{name}") for name, value in _deciding(self)}

    @cached_property
    def fingerprint(self) -> str:
        """The step's name in the store: a hash of all that decides its result."""
        return fingerprint({"kind": self.kind, "version": self.version, "settings": self.settings})


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]  # Any, as typeshed has it


def _deciding(value: _Dataclass) -> Iterator[tuple[str, object]]:
    for each in fields(value):
        if each.metadata.get("identity", True):
            yield each.name, getattr(value, each.name)


def _steps_in(value: object) -> Iterator[Step]:
    if isinstance(value, Step):
        yield value
    elif isinstance(value, Mapping):
        yield from _steps_in(list(value.values()))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _steps_in(each)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _steps_in([each for _, each in _deciding(value)])


def _as_json(value: object, where: str) -> JsonValue:
    """Return what a value adds to the fingerprint; raises TypeError for what has no stable form."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Step):
        return value.fingerprint
    if isinstance(value, BaseModel):
        return _in_order(value.model_dump(mode="json", by_alias=True), value.model_dump(by_alias=True))
    if isinstance(value, Mapping):
        return {str(key): _as_json(each, f"{where}.{key}") for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_as_json(each, where) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _as_json(each, f"{where}.{name}") for name, each in _deciding(value)}
    raise TypeError(f"{where} is a {type(value).__name__}, which can't be part of a fingerprint")


def _in_order(as_json: JsonValue, value: object) -> JsonValue:
    """Return a model's JSON values with its sets sorted: the order of a set differs from process to process."""
    if isinstance(as_json, list) and isinstance(value, set | frozenset):
        return sorted(as_json, key=json.dumps)
    if isinstance(as_json, dict) and isinstance(value, Mapping) and len(as_json) == len(value):
        return {key: _in_order(one, of) for (key, one), of in zip(as_json.items(), value.values(), strict=True)}
    if isinstance(as_json, list) and isinstance(value, tuple | list) and len(as_json) == len(value):
        return [_in_order(one, of) for one, of in zip(as_json, value, strict=True)]
    return as_json
