"""The noise floor in words: how far answers agree that were asked for again, in other batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shoptune.comparison import CandidateInfo

__all__ = ["noise_floor", "noise_of"]


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
    return noise_of(total)


def noise_of(floor: Mapping[str, Any]) -> str:
    """Say it: asked again in other batches: 4 of 4 texts the same; log-probabilities within 0.0004."""
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
