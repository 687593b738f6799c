"""What a tuned model learnt from, and how, in words.

A tuning method says both as free mappings (`shoptune.comparison.Training`).  What is called and formed as in shoptune's
own methods is said in sentences; what is left over is shown by its names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoptune.formatting import integer, plain, share
from shoptune_reports.text.data import counted

__all__ = ["Words", "how", "learnt", "lengths"]

_GAP = "\N{NO-BREAK SPACE}"

Free = Mapping[str, Any]
Rule = tuple[set[str], Callable[[Free], str | None]]
"""The keys that a sentence is about, and what writes it: empty where there is nothing to say, None where the keys are
missing or mean something else."""


@dataclass(frozen=True, slots=True)
class Words:
    """A free mapping in words."""

    sentences: tuple[str, ...]
    cautions: tuple[str, ...]
    others: Mapping[str, Any]
    """What no sentence is about."""


def learnt(data: Free) -> Words:
    """Say what rows a method learnt from."""
    return _words(
        data,
        (
            ({"given", "used", "truncated"}, _used),
            ({"dropped"}, _dropped),
            ({"tokens", "tokens_trained", "share_masked"}, _tokens),
            ({"weights"}, _weights),
            ({"validation"}, _validation),
            ({"lengths"}, lambda data: "" if lengths(data) else None),
        ),
        (
            ({"stop_token_trained", "stop_token_share"}, _stop_token),
            ({"prompt_as_asked_share"}, _prompt_as_asked),
        ),
    )


def how(info: Free) -> Words:
    """Say how a method trained."""
    return _words(
        info,
        (
            ({"weights", "trainable_weights", "lora", "continued_adapter"}, _trained),
            ({"steps", "epochs", "rows_per_step"}, _steps),
            ({"learning_rate"}, _learning_rate),
            ({"max_length"}, _max_length),
            ({"dtype", "device"}, _computed),
        ),
    )


def lengths(data: Free) -> Mapping[str, Mapping[str, int]]:
    """Return lengths in tokens, of prompt, answers and both -> ``p5``, ``p50``, ``p95``, ``max``; empty if unknown."""
    found = data.get("lengths")
    return found if isinstance(found, Mapping) and all(map(_is_spread, found.values())) else {}


def _words(free: Free, rules: Sequence[Rule], cautions: Sequence[Rule] = ()) -> Words:
    sentences, warnings = (
        [(keys, said) for keys, say in some if (said := say(free)) is not None] for some in (rules, cautions)
    )
    known = set().union(*(keys for keys, _ in (*sentences, *warnings)))
    return Words(
        sentences=tuple(said for _, said in sentences if said),
        cautions=tuple(said for _, said in warnings if said),
        others={name: value for name, value in free.items() if name not in known and value not in ({}, [], None)},
    )


# --- what it learnt from ---------------------------------------------------------------------------------------------


def _used(data: Free) -> str | None:
    match data:
        case {"given": int() as given, "used": int() as used}:
            cut = data.get("truncated", 0)
            return f"{_rows(used, given)}, {f'{integer(cut)} of them cut' if cut else 'none cut'}."
    return None


def _dropped(data: Free) -> str | None:
    dropped = data.get("dropped")
    if not isinstance(dropped, Mapping) or not all(map(_is_counted, dropped.values())):
        return None
    reasons = "; ".join(f"{reason} ({integer(of['count'])})" for reason, of in dropped.items())
    return f"Left out: {reasons}." if reasons else ""


def _tokens(data: Free) -> str | None:
    match data:
        case {"tokens": int() as tokens, "tokens_trained": int() as trained} if tokens:
            learnt_of = f"{integer(trained)} of {integer(tokens)} tokens are learnt ({share(trained, tokens)})"
            return f"{learnt_of}; the others, such as those of prompts, are only read."
    return None


def _weights(data: Free) -> str | None:
    match data:
        case {"weights": {"min": float() as low, "median": float() as middle, "max": float() as high}}:
            if low == high:
                return "All rows count alike."
            return (
                f"Rows count {low:.2f} to {high:.2f} times, at the median {middle:.2f} times, as much as a plain one."
            )
    return None


def _validation(data: Free) -> str | None:
    match data:
        case {"validation": {"given": int() as given, "used": int() as used}}:
            return f"Validated on {_rows(used, given).lower()}."
    return None


def _stop_token(data: Free) -> str | None:
    match data:
        case {"stop_token_trained": bool() as all_of_them, "stop_token_share": float() | int() as share} if (
            0 <= share <= 1
        ):
            return "" if all_of_them else f"Only {_at_most(share)} of the answers teach where to end: texts may run on."
    return None


def _prompt_as_asked(data: Free) -> str | None:
    match data:
        case {"prompt_as_asked_share": float() | int() as share} if 0 <= share <= 1:
            asked = f"Only {_at_most(share)} of the prompts are, token for token, as the model is asked later."
            return "" if share >= 1 else asked
    return None


# --- how it trained --------------------------------------------------------------------------------------------------


def _trained(info: Free) -> str | None:
    match info:
        case {"weights": int() as weights, "trainable_weights": int() as trained}:
            kind = "the adapter that it had" if info.get("continued_adapter") else "a new adapter"
            return f"{_millions(trained)} of {_millions(weights)} weights are trained{_lora(info.get('lora'), kind)}."
    return None


def _lora(lora: object, kind: str) -> str:
    match lora:
        case {"r": rank, "alpha": alpha, "layers": layers}:
            where = ", ".join(map(str, layers)) if isinstance(layers, list) else layers
            return f": {kind} (LoRA, rank {plain(rank)}, alpha {plain(alpha)}) on {where}"
    return ""


def _steps(info: Free) -> str | None:
    match info:
        case {"steps": int() as steps, "epochs": float() | int() as epochs, "rows_per_step": int() as rows}:
            return f"{counted(steps, 'step')} of {counted(rows, 'row')}, {_epochs(epochs)}."
    return None


def _learning_rate(info: Free) -> str | None:
    match info:
        case {"learning_rate": float() as rate}:
            return f"Learning rate {rate:g}."
    return None


def _max_length(info: Free) -> str | None:
    match info:
        case {"max_length": int() as length}:
            return f"Rows are cut at {integer(length)} tokens."
    return None


def _computed(info: Free) -> str | None:
    match info:
        case {"dtype": str() as dtype, "device": str() as device}:
            return f"Computed on {device} in {dtype}."
    return None


# --- figures ---------------------------------------------------------------------------------------------------------


def _is_spread(of: object) -> bool:
    return isinstance(of, Mapping) and {"p5", "p50", "p95", "max"} <= {*of}


def _is_counted(of: object) -> bool:
    return isinstance(of, Mapping) and "count" in of


def _rows(used: int, given: int) -> str:
    return f"All {counted(used, 'row')}" if used == given else f"{integer(used)} of {counted(given, 'row')}"


def _epochs(epochs: float) -> str:
    return "one epoch" if epochs == 1 else f"{plain(epochs)} epochs"


def _at_most(share: float) -> str:
    """Write a share that is not all as a percentage that is not 100."""
    return f"{math.floor(100 * share)}{_GAP}%"


def _millions(number: int) -> str:
    return f"{number / 1e6:,.1f}{_GAP}million" if number >= 1_000_000 else integer(number)
