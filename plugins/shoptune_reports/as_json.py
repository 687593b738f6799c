"""The format ``json``: the comparison as programs read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shoptune.comparison import Comparison
from shoptune.components import Section

__all__ = ["render_json"]


def render_json(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return ``comparison.json``, which holds all but the samples, and ``samples.jsonl``, one `SampleInfo` a line.

    Keys stand in the order of the contract, so that two runs can be compared line by line; a figure that is not finite
    is null.  Sections are text for people and are left out.
    """
    del sections
    return {
        "comparison.json": comparison.model_dump_json(indent=2, exclude={"samples"}) + "\n",
        "samples.jsonl": "".join(sample.model_dump_json() + "\n" for sample in comparison.samples),
    }
