"""The format ``json``: the comparison, and the data reports, as programs read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter

from shoptune.comparison import Comparison
from shoptune.components import Section
from shoptune.data_report import DataReport

__all__ = ["render_data_json", "render_json"]


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


def render_data_json(experiment: str, reports: Mapping[str, DataReport]) -> Mapping[str, str]:
    """Return ``data.json``: task -> its `DataReport`."""
    del experiment
    written = TypeAdapter(dict[str, DataReport]).dump_json(dict(reports), indent=2)
    return {"data.json": written.decode() + "\n"}
