"""What an experiment asks of its models, and their backends can't do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from shoptune.components import Ability, AnyBackend, AnyTask, Metric
from shoptune.experiment.configured import ConfiguredComponent
from shoptune.experiment.file import CandidateUse, ExperimentFile

__all__ = ["Problem", "misfits", "roots"]

IN_WORDS: Mapping[Ability, str] = {
    "write": "write texts",
    "choose": "tell how probable given texts are",
    "constrain": "hold answers to a JSON Schema",
    "tune": "hand out a model to be tuned",
    "repeat": "give the same answer again",
}


class Problem(NamedTuple):
    """Where in the file something is wrong, and what it is."""

    keys: Sequence[str | int]
    message: str


def misfits(
    file: ExperimentFile,
    tasks: Mapping[str, ConfiguredComponent[AnyTask]],
    metrics: Mapping[str, Mapping[str, ConfiguredComponent[Metric]]],
    backends: Mapping[str, ConfiguredComponent[AnyBackend]],
    judges: Mapping[str, ConfiguredComponent[AnyBackend]],
) -> Iterator[Problem]:
    """Find what can't work.

    Args:
        file: The experiment file.
        tasks: Its tasks, without those that were found wrong before.
        metrics: Task -> name -> metric, likewise.
        backends: Candidate with a model -> its backend, likewise.
        judges: Judge -> its backend, likewise.

    """
    for candidate, chosen in backends.items():
        allowed = file.candidates[candidate].allow_sending
        yield from _sending(("candidates", candidate), chosen.component, allowed=allowed)
        for name, task in tasks.items():
            yield from _answering(candidate, chosen.component, name, task.component.answers)
    for name, task in tasks.items():
        able = {candidate: chosen.component for candidate, chosen in backends.items()}
        if file.tasks[name].generate.constrain:
            yield from _constraining(name, task.component.answers, able)
        asks_for_references = any(
            "reference_log_probabilities" in metric.component.needs for metric in metrics[name].values()
        )
        if asks_for_references and task.component.answers != "choices":
            yield from _without("choose", ("tasks", name, "metrics"), able)
    for judge, configured in judges.items():
        allowed = file.judges[judge].allow_sending
        yield from _sending(("judges", judge), configured.component, allowed=allowed)
        if file.judges[judge].generate.constrain and "constrain" not in configured.component.abilities:
            keys = ("judges", judge, "generate", "constrain")
            yield Problem(keys, f"{_unable(configured.component, 'constrain')}; take it out")
    for candidate, use in file.candidates.items():
        for root in roots(file.candidates, candidate) if use.tune else ():
            if root in backends:
                yield from _tuning(candidate, use, root, backends[root].component)


def _sending(keys: Sequence[str], backend: AnyBackend, *, allowed: bool) -> Iterator[Problem]:
    if backend.sends_data and not allowed:
        yield Problem(
            keys,
            f"the backend {backend.name!r} sends prompts to whoever runs the model, so the shop's texts would leave "
            "this machine; write `allow_sending: true` here if they may",
        )


def _answering(candidate: str, backend: AnyBackend, task: str, answers: str) -> Iterator[Problem]:
    needed: Ability = "choose" if answers == "choices" else "write"
    if needed not in backend.abilities:
        how = "by choosing" if needed == "choose" else "by writing"
        yield Problem(
            ("candidates", candidate),
            f"the task {task!r} is answered {how}, and {_unable(backend, needed)}; "
            "give the candidate another `backend`, or leave one of the two out",
        )


def _constraining(task: str, answers: str, backends: Mapping[str, AnyBackend]) -> Iterator[Problem]:
    keys = ("tasks", task, "generate", "constrain")
    if answers == "json":
        yield from _without("constrain", keys, backends)
    else:
        yield Problem(keys, f"answers to the task {task!r} are no JSON that a schema could describe; take it out")


def _without(ability: Ability, keys: Sequence[str], backends: Mapping[str, AnyBackend]) -> Iterator[Problem]:
    """Yield a problem for each model that lacks what the key asks of all."""
    for candidate, backend in backends.items():
        if ability not in backend.abilities:
            yield Problem(keys, f"the candidate {candidate!r} can't do it: {_unable(backend, ability)}; take one out")


def _tuning(candidate: str, use: CandidateUse, root: str, backend: AnyBackend) -> Iterator[Problem]:
    if "tune" not in backend.abilities:
        start = f"{use.parent!r}" if root == use.parent else f"{use.parent!r}, which goes back to {root!r}"
        yield Problem(
            ("candidates", candidate, "tune"),
            f"it starts from {start}, and {_unable(backend, 'tune')}; start from a model whose files are here",
        )


def _unable(backend: AnyBackend, ability: Ability) -> str:
    return f"the backend {backend.name!r} can't {IN_WORDS[ability]}"


def roots(candidates: Mapping[str, CandidateUse], name: str) -> list[str]:
    """Return the candidates that one goes back to by `from` and, whichever is chosen, by `select`.

    These name a model or a baseline; names that lead nowhere, and circles, are left out.
    """
    found, seen, left = [], {name}, [name]
    while left:
        here = left.pop(0)
        use = candidates[here]
        origins = [*([use.parent] if use.parent else []), *(use.select.of if use.select else ())]
        if not origins:
            found.append(here)
        for origin in origins:
            if origin in candidates and origin not in seen:
                seen.add(origin)
                left.append(origin)
    return found
