"""What candidates were asked, as fingerprints: whether two runs can be compared, without the text of either."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shoptune.data import Example
from shoptune.fingerprint import fingerprint

__all__ = ["Asked", "asked_of", "fingerprint_of_prompts", "fingerprint_of_samples"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One sample: what was asked and what a good answer is, as fingerprints."""

    id: str
    group: str
    prompt: str
    """Of the user's turn."""
    references: str
    around: str | None
    """Of all other turns and the choices; None where it is not known, since ``samples.jsonl`` does not say."""


def asked_of(example: Example) -> Asked:
    """Return what an example asks."""
    turns = list(example.messages)
    last = next((index for index in reversed(range(len(turns))) if turns[index]["role"] == "user"), None)
    return Asked(
        id=example.id,
        group=example.group,
        prompt=fingerprint("" if last is None else turns.pop(last)["content"]),
        references=fingerprint(list(example.references)),
        around=fingerprint([turns, list(example.choices)]),
    )


def fingerprint_of_prompts(asked: Iterable[Asked]) -> str:
    """Return one name for all that was asked, whatever the order."""
    return fingerprint(sorted([sample.id, sample.prompt, sample.around] for sample in asked))


def fingerprint_of_samples(asked: Iterable[Asked]) -> str:
    """Return one name for which samples these are and what good answers are, whatever the order."""
    return fingerprint(sorted([sample.id, sample.references] for sample in asked))
