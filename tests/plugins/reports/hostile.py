"""The worst text, in all the places that a report for programs writes.  Invented, all of it."""

from __future__ import annotations

from hypothesis import strategies as st

from shoptune.comparison import Comparison

__all__ = ["CONTROLS", "everywhere", "texts"]

CONTROLS = "\0\x01\x08\x0b\x0c\x1b\x1f\x7f\ufffe\uffff\t\r\n\x85\u2028\u2029]]>\N{RIGHT-TO-LEFT OVERRIDE}"
"""What XML forbids or changes, what ends a line for somebody, and what ends an XML section."""

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)


def everywhere(plain: Comparison, text: str) -> Comparison:
    """Put `text` into every name as well: of the task, the candidates and the metrics, and into what gates say."""
    renamed = plain.model_dump()
    for result in renamed["results"]:
        result |= {key: result[key] + text for key in ("task", "metric", "candidate")}
        if result["slice"]:
            result["slice"] = {"by": text, "value": text + result["slice"]["value"]}
    for gate in renamed["gates"]:
        gate |= {key: gate[key] + text for key in ("task", "metric", "candidate", "must", "saw")}
    for metric in renamed["metrics"]:
        metric |= {key: metric[key] + text for key in ("task", "name", "metric", "summary")}
    for task in renamed["tasks"]:
        task |= {"name": task["name"] + text, "summary": text}
    for candidate in renamed["candidates"]:
        candidate |= {"name": candidate["name"] + text, "summary": text, "model": text, "source": text}
        candidate["parent"] = candidate["parent"] and candidate["parent"] + text
    for cost in renamed["cost"]:
        cost |= {"candidate": cost["candidate"] + text, "task": cost["task"] and cost["task"] + text}
    for training in renamed["training"]:
        training["candidate"] += text
    for sample in renamed["samples"]:
        sample |= {"task": sample["task"] + text, "id": text + sample["id"], "prompt": text, "references": [text]}
        sample["answers"] = {
            candidate + text: answer
            | {"text": text, "invalid": text, "values": {m + text: v for m, v in answer["values"].items()}}
            for candidate, answer in sample["answers"].items()
        }
    return Comparison.model_validate(renamed | {"experiment": text, "baseline": renamed["baseline"] + text})
