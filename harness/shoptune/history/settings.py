"""What changed from one run to another besides the values: versions, data, settings, who takes part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shoptune.comparison import Comparison
from shoptune.kept_run import KeptRun
from shoptune.storage.store import Store

__all__ = ["Difference", "differences"]

FINGERPRINT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that differs."""

    what: str
    """``version of torch``, ``candidate dpo``, ``method.options.epochs``, ..."""
    before: str
    after: str
    where: tuple[str, ...] = ()
    """The steps whose settings it is in; empty where it is about the whole run."""


def differences(before: KeptRun, after: KeptRun, store: Store) -> list[Difference]:
    """Return what differs; settings as far as the store still holds the steps that have them."""
    old, new = before.comparison, after.comparison
    found = [
        *_of_mappings("", {"experiment": old.experiment}, {"experiment": new.experiment}),
        *_of_mappings("", {"baseline": old.baseline}, {"baseline": new.baseline}),
        *_of_mappings("", {"seed": old.provenance.seed}, {"seed": new.provenance.seed}),
        *_of_mappings("version of ", old.provenance.versions, new.provenance.versions),
        *_of_mappings("plugin ", old.provenance.plugins, new.provenance.plugins),
    ]
    for were, are in zip(_members(old), _members(new), strict=True):
        found += _of_mappings("", were, are)
    return [*found, *_of_steps(old.provenance.fingerprints, new.provenance.fingerprints, store)]


def _members(comparison: Comparison) -> Iterator[dict[str, str]]:
    """Yield the tasks, candidates and metrics that take part."""
    yield {f"task {task.name}": "there" for task in comparison.tasks}
    yield {f"candidate {candidate.name}": "there" for candidate in comparison.candidates}
    yield {f"metric {metric.name} of {metric.task}": "there" for metric in comparison.metrics}


def _of_steps(before: Mapping[str, str], after: Mapping[str, str], store: Store) -> Iterator[Difference]:
    """Yield the settings that differ, each once with all the steps that it is in."""
    where: dict[tuple[str, str, str], list[str]] = {}
    for step in after:
        if step not in before or before[step] == after[step]:
            continue
        stored = store.find(before[step]), store.find(after[step])
        if stored[0] is None or stored[1] is None:
            where.setdefault(("settings, which the store no longer has", "", ""), []).append(step)
            continue
        settings = (dict(_flat(step.manifest.get("settings", {}))) for step in stored if step)
        for difference in _of_mappings("", *settings):
            where.setdefault((difference.what, difference.before, difference.after), []).append(step)
    for (what, old, new), steps in where.items():
        yield Difference(what=what, before=old, after=new, where=tuple(steps))


def _of_mappings(prefix: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Difference]:
    for key in dict.fromkeys([*before, *after]):
        old, new = (_words(of[key]) if key in of else "" for of in (before, after))
        if old != new:
            yield Difference(what=prefix + key, before=old, after=new)


def _flat(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield the leaves of nested mappings by dotted path; a list is a leaf."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _words(value: object) -> str:
    """Write a setting; of a fingerprint the beginning is enough to tell two apart."""
    if isinstance(value, str):
        return value[:8] if FINGERPRINT.fullmatch(value) else value
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return ", ".join(_words(part) for part in value)
    return str(value)
