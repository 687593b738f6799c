"""Says before the first step what a model is going to learn from.

Everything is counted on the token ids and masks that the trainer will use.  The chat template is rendered once more
beside that, to tell what was cut off, why a row is missing, and whether the prompt that is learnt is the one that
the model will be asked with.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from shoptune.errors import DataError, StepError
from shoptune.formatting import share
from shoptune_trl.rows import Rows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["NAMED_IDS", "PreparedRow", "data_report", "in_words", "nothing_to_learn"]

NAMED_IDS = 20
"""How many dropped ids a report names per reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRow:
    """One prompt with one answer, as the trainer will see it."""

    row: int | None
    """The number of the row; None where rows were packed and lost their number."""
    answer: str
    """Which of the row's answers."""
    ids: Sequence[int]
    trained: Sequence[bool]
    """For each token whether it counts in the loss."""

    @property
    def prompt_tokens(self) -> int:
        """How many tokens come before the first that is trained."""
        return next((i for i, counts in enumerate(self.trained) if counts), len(self.ids))


def data_report(
    rows: Rows,
    prepared: Iterable[PreparedRow],
    *,
    tokenizer: "PreTrainedTokenizerBase",
    stops: Collection[int],
    max_length: int | None,
) -> dict[str, Any]:
    """Report on what the trainer made of `rows`.

    Args:
        rows: What TRL was given.
        prepared: What TRL made of it, one per row and answer.
        tokenizer: The one that TRL used.
        stops: The token ids at which generation stops.
        max_length: Where TRL cuts, in tokens.

    Returns:
        JSON values: ``given``, ``used``, ``dropped`` (reason -> ``count`` and the first ids), ``truncated`` (rows),
        ``tokens``, ``tokens_trained``, ``share_masked``, ``lengths`` (of prompt, each answer and total, in tokens),
        ``weights`` (``weighted``: rows whose weight isn't 1; and their ``min``, ``median`` and ``max``),
        ``stop_token_share`` (answers, of those not cut, whose last trained token but for white space ends generation),
        ``stop_token_trained`` (whether that is all of them) and ``prompt_as_asked_share`` (answers whose prompt has
        exactly the tokens that the model is asked with).

    Raises:
        DataError: There is nothing to learn from.
        StepError: Rows are missing for no reason that is known.

    """
    prepared = list(prepared)
    rendered = [_Rendered.of(row, rows.answers, tokenizer) for row in rows.rows]
    packed = any(item.row is None for item in prepared)
    missing = [] if packed else sorted(set(range(len(rendered))) - {item.row for item in prepared})
    dropped = list(rows.dropped)
    for number in missing:
        if max_length is None or len(rendered[number].prompt) < max_length:
            raise StepError(
                f"TRL left out {rows.ids[number]!r}, and its prompt of {len(rendered[number].prompt)} tokens is not "
                "too long. Rows must not vanish; please report this with the versions of trl and shoptune."
            )
        dropped.append((rows.ids[number], "prompt leaves no room for an answer within max_length"))
    tokens = sum(len(item.ids) for item in prepared)
    tokens_trained = sum(sum(item.trained) for item in prepared)
    used = len(rendered) - len(missing)
    if not used or not tokens_trained:
        raise nothing_to_learn(rows.given, used, dropped, max_length)
    whole = [item for item in prepared if _is_whole(item, rendered, max_length)]
    stopping = sum(_ends(item, stops, tokenizer) for item in whole)
    report: dict[str, Any] = {
        "given": rows.given,
        "used": used,
        "dropped": _by_reason(dropped),
        "truncated": sum(
            max_length is not None and any(len(ids) > max_length for ids in row.answers.values())
            for number, row in enumerate(rendered)
            if number not in missing
        ),
        "tokens": tokens,
        "tokens_trained": tokens_trained,
        "share_masked": 1 - tokens_trained / tokens,
        "lengths": _lengths(prepared, rows.answers),
        "weights": _weights(np.delete(rows.weights, missing)),
        "stop_token_trained": bool(whole) and stopping == len(whole),
        "stop_token_share": stopping / len(whole) if whole else 0.0,
    }
    if not packed:
        as_asked = sum(
            item.row is not None and list(item.ids[: len(prompt := rendered[item.row].prompt)]) == prompt
            for item in whole
        )
        report["prompt_as_asked_share"] = as_asked / len(whole) if whole else 0.0
    return report


def in_words(report: Mapping[str, Any]) -> str:
    """Return a data report as a line for the screen."""
    lengths = ", ".join(f"{name} {of['p50']}" for name, of in report["lengths"].items())
    weights = report["weights"]
    differ = weights["min"] < weights["max"]
    parts = [
        f"{report['used']} of {report['given']} rows used",
        *(f"{of['count']} dropped: {reason}" for reason, of in report["dropped"].items()),
        f"{report['truncated']} cut" if report["truncated"] else "none cut",
        f"{report['tokens_trained']:,} of {report['tokens']:,} tokens trained ({share(report['share_masked'])} masked)",
        f"median tokens: {lengths} (at most {report['lengths']['total']['max']})",
        *([f"weights {weights['min']:.3g} to {weights['max']:.3g}, median {weights['median']:.3g}"] if differ else []),
        "stop token trained"
        if report["stop_token_trained"]
        else f"STOP TOKEN TRAINED IN ONLY {share(report['stop_token_share'])}: answers may not end",
    ]
    return "learns from: " + "; ".join(parts)


def nothing_to_learn(given: int, used: int, dropped: Sequence[tuple[str, str]], max_length: int | None) -> DataError:
    """Return an error that says why there is nothing to learn from."""
    if not given:
        return DataError("There is nothing to train on: no rows were given. Look at the data report of the task.")
    if not used:
        reasons = "; ".join(f"{reason}: {entry['count']}" for reason, entry in _by_reason(dropped).items())
        return DataError(
            f"There is nothing to train on: all {given} rows were dropped ({reasons}). "
            f"Correct the data, or raise `max_length` (now {max_length})."
        )
    return DataError(
        f"There is nothing to train on: in none of the {used} rows is a token of the answer left to learn. "
        f"Raise `max_length` (now {max_length}), and look at the masking options under `trainer:`."
    )


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A row through the chat template, uncut."""

    prompt: list[int]
    """As the model is asked: with the header of the answer."""
    answers: Mapping[str, list[int]]
    """Prompt and answer together."""

    @classmethod
    def of(cls, row: Mapping[str, Any], answers: Iterable[str], tokenizer: "PreTrainedTokenizerBase") -> Self:
        def ids(messages: list[dict[str, str]], *, ask: bool) -> list[int]:
            rendered: Any = tokenizer.apply_chat_template(messages, add_generation_prompt=ask, return_dict=False)
            return list(rendered)

        prompt = row["prompt"]
        return cls(ids(prompt, ask=True), {answer: ids(prompt + row[answer], ask=False) for answer in answers})


def _is_whole(item: PreparedRow, rendered: Sequence[_Rendered], max_length: int | None) -> bool:
    """Tell whether nothing was cut off.  A packed row that just fits counts as cut, since it can't be told from one."""
    if item.row is None:
        return max_length is None or len(item.ids) < max_length
    return len(item.ids) >= len(rendered[item.row].answers[item.answer])


def _ends(item: PreparedRow, stops: Collection[int], tokenizer: "PreTrainedTokenizerBase") -> bool:
    """Tell whether the trained tokens end with a stop token, white space after it aside.

    ChatML's template ends a turn with the stop token and a newline.
    """
    trained = [token for token, counts in zip(item.ids, item.trained, strict=True) if counts]
    last = next((i for i in reversed(range(len(trained))) if trained[i] in stops), None)
    return last is not None and not str(tokenizer.decode(trained[last + 1 :])).strip()


def _lengths(prepared: Sequence[PreparedRow], answers: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return percentiles of lengths in tokens; the nearest length that occurs, so that they are whole numbers."""
    of: dict[str, list[int]] = {"prompt": [item.prompt_tokens for item in prepared]}
    for answer in answers:
        of[answer] = [len(item.ids) - item.prompt_tokens for item in prepared if item.answer == answer]
    of["total"] = [len(item.ids) for item in prepared]
    return {
        name: {
            label: int(np.percentile(values, q, method="nearest"))
            for label, q in (("p5", 5), ("p50", 50), ("p95", 95), ("max", 100))
        }
        for name, values in of.items()
    }


def _weights(weights: npt.NDArray[np.float64]) -> dict[str, float]:
    """Return how many weights aren't 1, and how they spread."""
    return {
        "weighted": int((weights != 1).sum()),
        "min": float(weights.min()),
        "median": float(np.median(weights)),
        "max": float(weights.max()),
    }


def _by_reason(dropped: Iterable[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Count by reason, and name the first ids."""
    ids: dict[str, list[str]] = {}
    for identifier, reason in dropped:
        ids.setdefault(reason, []).append(identifier)
    return {reason: {"count": len(names), "ids": names[:NAMED_IDS]} for reason, names in ids.items()}
