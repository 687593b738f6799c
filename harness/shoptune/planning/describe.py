"""What the comparison says of candidates and metrics before it has a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shoptune.comparison import CandidateInfo, MetricInfo
from shoptune.components import AdditiveMetric, AnyMethod, Metric, ResolvedModel
from shoptune.experiment.configured import ConfiguredComponent
from shoptune.experiment.file import CandidateUse

__all__ = ["describe_candidate", "describe_metric"]


def describe_candidate(
    name: str,
    use: CandidateUse,
    located: ResolvedModel | None,
    *,
    is_tuned: bool,
    few_shot: int,
    method: ConfiguredComponent[AnyMethod] | None,
) -> CandidateInfo:
    """Say what a candidate is: the model it goes back to (None: it is no model), and what was done to it.

    `is_tuned` holds for a candidate that was tuned itself, by `method`, or has a tuned parent; `few_shot` examples are
    in its prompt, or in that of the one that was chosen.
    """
    if use.select:
        best = f"the best of {', '.join(use.select.of)} by {use.select.metric} on validation data: {use.parent}"
        return CandidateInfo(
            name=name,
            kind="baseline" if located is None else "tuned" if is_tuned else "model",
            summary=best,
            model=located.name if located else None,
            source=located.source if located else None,
            parent=use.parent,
            few_shot=few_shot,
        )
    if located is None:
        return CandidateInfo(name=name, kind="baseline", summary=f"no model: {use.baseline}")
    shots = f", {few_shot} examples in the prompt" if few_shot else ""
    if use.tune and method:
        summary = f"{use.tune.method} of {use.parent}{_given(method)}{shots}"
    elif use.parent:
        summary = f"{use.parent}{shots}"
    else:
        summary = f"{located.name}, as it is{shots}"
    return CandidateInfo(
        name=name,
        kind="tuned" if is_tuned else "model",
        summary=summary,
        model=located.name,
        source=located.source,
        parent=use.parent,
        method=use.tune.method if use.tune else None,
        few_shot=few_shot,
    )


def _given(chosen: ConfiguredComponent[AnyMethod]) -> str:
    """Return the options that the experiment file gives, in words; nested ones by their whole names."""

    def flat(options: Mapping[str, object], where: str = "") -> Iterator[str]:
        for name, value in options.items():
            if isinstance(value, Mapping):
                yield from flat(value, f"{where}{name}.")
            else:
                yield f"{where}{name} {value}"

    given = ", ".join(flat(chosen.options.model_dump(mode="json", exclude_unset=True)))
    return f" ({given})" if given else ""


def describe_metric(task: str, name: str, chosen: ConfiguredComponent[Metric]) -> MetricInfo:
    """Say what the metric is that the experiment calls `name`."""
    component = chosen.component
    return MetricInfo(
        task=task,
        name=name,
        metric=component.name,
        summary=component.summary,
        higher_is_better=component.higher_is_better,
        format=component.format,
        theme=component.theme,
        additive=isinstance(component, AdditiveMetric),
        options=chosen.options.model_dump(mode="json"),
    )
