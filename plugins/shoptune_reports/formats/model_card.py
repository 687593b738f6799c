"""The format ``model_card``: what goes beside a tuned model's weights, as the Hugging Face hub reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from shoptune.comparison import CandidateInfo, Comparison, Training
from shoptune.components import Section
from shoptune.task_results import MetricResult, TaskResults, task_results
from shoptune_reports.text.model_card import body
from shoptune_reports.text.plain import one_line

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

__all__ = ["render_model_card"]

_ON_HUB = re.compile(r"Hugging Face hub, ([\w.-]+/[\w.-]+) at [0-9a-f]+")
"""`CandidateInfo.source` of a model whose name on the hub is known for sure."""


def render_model_card(comparison: Comparison, sections: Sequence[Section]) -> Mapping[str, str]:
    """Return ``model_cards/CANDIDATE/README.md`` for each candidate that was tuned.

    The metadata state what is known and nothing else.  ``base_model`` is left out where the model is not from the hub,
    so that it can't point to a stranger's of that name; ``library_name`` where training did not say that it made an
    adapter; ``datasets``, ``language`` and ``license`` always.  In ``model-index`` the data set, which is the shop's
    own, is of the type ``private``, is named after experiment and task, and has no address.
    """
    del sections
    candidates = {candidate.name: candidate for candidate in comparison.candidates}
    return {
        f"model_cards/{training.candidate}/README.md": _card(comparison, candidates[training.candidate], training)
        for training in comparison.training
    }


def _card(comparison: Comparison, candidate: CandidateInfo, training: Training) -> str:
    from huggingface_hub import ModelCardData

    results = [
        _result(comparison, task, finding)
        for task in task_results(comparison)
        for finding in _measured(task, candidate)
    ]
    on_hub = _ON_HUB.fullmatch(candidate.source or "")
    metadata = ModelCardData(
        base_model=on_hub[1] if on_hub else None,
        library_name="peft" if training.info.get("lora") else None,
        pipeline_tag="text-generation",
        tags=["shoptune", one_line(training.method), *(["lora"] if training.info.get("lora") else [])],
        model_name=one_line(candidate.name) if results else None,
        eval_results=results or None,
    )
    return f"---\n{metadata.to_yaml()}\n---\n\n{body(comparison, candidate, training)}"


def _measured(task: TaskResults, candidate: CandidateInfo) -> Iterator[MetricResult]:
    return (finding for finding in task.of(candidate.name) if finding.result.value is not None)


def _result(comparison: Comparison, task: TaskResults, finding: MetricResult) -> EvalResult:
    from huggingface_hub import EvalResult

    name = one_line(task.name)
    return EvalResult(
        task_type="text-generation",
        task_name=name,
        dataset_type="private",
        dataset_name=f"{one_line(comparison.experiment)}: {name}",
        dataset_config=name,  # the hub tells results of two tasks apart by this
        dataset_split=task.info.scored_on,
        metric_type=one_line(finding.metric.metric),
        metric_name=one_line(finding.metric.name),
        metric_value=finding.result.value,
    )
