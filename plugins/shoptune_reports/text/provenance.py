"""How candidates answered and what computed it, in words: models, settings, noise floor, and what to install."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shoptune.comparison import CandidateInfo
from shoptune.formatting import plain

__all__ = ["in_words", "install", "noise", "noise_floor", "runs"]


def runs(candidates: Sequence[CandidateInfo]) -> Iterator[tuple[str, str]]:
    """Yield the names of candidates that go back to one model and answered alike, and what is true of them all."""
    alike: dict[str, list[str]] = {}
    for candidate in candidates:
        alike.setdefault(_run(candidate), []).append(candidate.name)
    yield from ((", ".join(names), run) for run, names in alike.items() if run)


def noise(candidate: CandidateInfo) -> Iterator[str]:
    """Yield for each task how far a candidate's answers agree with those given in other batches."""
    floors: Mapping[str, Mapping[str, Any]] = candidate.info.get("noise", {})
    for task, floor in floors.items():
        if floor:
            yield f"On {task}, {_noise_of(floor)}."


def noise_floor(candidates: Sequence[CandidateInfo]) -> str:
    """Say what the models' noise floors come to, with the worst of differences; empty where none was measured."""
    found = [floor for candidate in candidates for floor in candidate.info.get("noise", {}).values() if floor]
    if not found:
        return ""
    total: dict[str, Any] = {}
    for floor in found:
        for name, figure in floor.items():
            known = total.get(name, 0)
            total[name] = max(known, figure) if name == "largest_difference" else known + figure
    return _noise_of(total)


def in_words(settings: Mapping[str, Any]) -> str:
    """Write settings that any plugin may name, as one line: ``dtype bfloat16, lora (r 16, alpha 32), threads 2``."""
    return ", ".join(f"{str(name).replace('_', ' ')} {_value(value)}" for name, value in settings.items())


def install(versions: Mapping[str, str]) -> str:
    """Return the command that installs these versions.

    What follows a plus (``2.13.0+cpu``) names a build for some kind of machine: pip is asked for the release alone.
    """
    wanted = [f"{name}=={version.partition('+')[0]}" for name, version in versions.items() if name != "python"]
    return " ".join(["python -m pip install", *wanted])


def _run(candidate: CandidateInfo) -> str:
    """Say what model a candidate goes back to and how it answered; empty for one that is no model."""
    source = f" ({candidate.source})" if candidate.source else ""
    settings = in_words({name: value for name, value in candidate.info.items() if name != "noise"})
    parts = [
        f"Model {candidate.model}{source}." if candidate.model else "",
        f"Ran with {settings}." if settings else "",
    ]
    return " ".join(filter(None, parts))


def _noise_of(floor: Mapping[str, Any]) -> str:
    """Write ``asked again in other batches: 4 of 4 texts the same; log-probabilities within 0.0004``."""
    parts = [
        f"{floor[f'same_{kind}']} of {floor[kind]} {kind} the same" for kind in ("texts", "choices") if kind in floor
    ]
    if (difference := floor.get("largest_difference")) is not None:
        parts.append("log-probabilities " + (f"within {_rounded_up(difference)}" if difference else "equal"))
    return f"asked again in other batches: {'; '.join(parts)}"


def _rounded_up(difference: float) -> str:
    """Write a bound with one digit, never below the difference: 0.0004, 3e-06."""
    text = f"{difference:.0e}"
    if float(text) < difference:
        digit, power = text.split("e")
        text = f"{int(digit) + 1}e{power}"
    return f"{float(text):g}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({in_words(value)})"
    if isinstance(value, list | tuple):
        return " and ".join(map(_value, value)) or "none"
    return plain(value)
