"""The words of an answer that the metrics count: facts that it states, and claims that it makes up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from textwrap import shorten

from shoptune.data import Highlight, Sample
from shoptune_catalogue.claims import ClaimKind, unsupported
from shoptune_catalogue.coverage import find_statements

__all__ = ["highlight_claims", "highlight_facts"]

LONGEST = 80
"""Characters of a value that a note repeats."""


def highlight_facts(sample: Sample, facts: Mapping[str, str]) -> Iterator[Highlight]:
    """Yield what states one of the facts, where it does so first: ``states material: cotton``."""
    offset = _offset(sample)
    if offset is None:
        return
    for name, places in find_statements(sample.text, facts).items():
        note = f"states {name.replace('_', ' ')}: {shorten(facts[name], LONGEST, placeholder=' …')}"
        for start, end in places:
            yield Highlight(start=offset + start, end=offset + end, kind="good", note=note)


def highlight_claims(sample: Sample, kinds: Collection[ClaimKind]) -> Iterator[Highlight]:
    """Yield the claims that no fact supports, however often they are made: ``claims material: aluminium``."""
    offset = _offset(sample)
    if offset is None:
        return
    for claim in unsupported(sample.text, sample.example.facts):
        if claim.kind in kinds:
            what = claim.value if isinstance(claim.value, str) else claim.text
            note = f"claims {claim.kind}: {what}"
            yield Highlight(start=offset + claim.start, end=offset + claim.end, kind="bad", note=note)


def _offset(sample: Sample) -> int | None:
    """Return where the answer begins in the prediction; None where its task made another text of it, or none."""
    place = sample.prediction.text.find(sample.text) if sample.text else -1
    return place if place >= 0 else None
