"""What holds for every metric: additive rows, a vectorised reduction, bounds, and a reference that scores best."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan

import numpy as np
from pydantic import BaseModel

from shoptune.components import AdditiveMetric, AnyAdditiveMetric, Evaluation, FloatArray, Metric
from shoptune.data import Example, Sample
from shoptune.errors import UsageError
from shoptune.metrics.additive import applies_to, checked_rows, values_of
from shoptune.testing.answered import QUALITIES, Answered, sample_answers
from shoptune.testing.contract import ContractError, Finding, NotCheckedError, examine, insist, options_of, require
from shoptune.testing.needs import asked, takes_the_first, with_needs

__all__ = ["check_metric", "metric_findings"]

PARTS = 6
"""Random parts of the samples that are measured by themselves."""
CLOSE = 1e-9
"""Relative difference that rounding explains, where sums are taken in another order."""


@dataclass(frozen=True)
class Material:
    """A metric with samples to measure."""

    metric: Metric
    given: BaseModel | None
    samples: Sequence[Answered]

    @cached_property
    def options(self) -> BaseModel:
        return options_of(self.metric.options, self.given)

    @cached_property
    def answered(self) -> list[Answered]:
        """The samples that the metric is for: it refuses them not, and measures something."""
        fitting, refusals = [], []
        for answered in self.samples:
            try:
                if any(self._measures(answered.of_quality(quality)) for quality in QUALITIES):
                    fitting.append(answered)
            except UsageError as error:
                refusals.append(f"{answered.name}: {error}")
        if not fitting:
            why = "; ".join(refusals) or "it applies to none of them"
            raise NotCheckedError(f"the samples are not for it ({why}): call the check with examples that are")
        return fitting

    def _measures(self, evaluation: Evaluation) -> bool:
        if isinstance(self.metric, AdditiveMetric):
            return bool(applies_to(self.metric, self.rows(evaluation)).any())
        return not isnan(self.value(evaluation))

    @property
    def additive(self) -> AnyAdditiveMetric:
        """The metric, for checks that only additive ones get."""
        if not isinstance(self.metric, AdditiveMetric):
            raise ContractError("it is not additive")
        return self.metric

    def rows(self, evaluation: Evaluation) -> FloatArray:
        """Return the rows [n, k] of an additive metric; refuses what the core would refuse."""
        ids = [sample.example.id for sample in evaluation.samples]
        seen = with_needs(self.metric, self.options, evaluation)
        return checked_rows(self.additive.rows(seen, self.options), ids, "its answer")

    def value(self, evaluation: Evaluation) -> float:
        """Return the metric's value, NaN where nothing was counted."""
        if isinstance(self.metric, AdditiveMetric):
            return float(values_of(self.metric, self.rows(evaluation).sum(axis=0)))
        return float(self.metric.value(with_needs(self.metric, self.options, evaluation), self.options))


def check_metric(
    metric: Metric,
    options: BaseModel | None = None,
    *,
    examples: Sequence[Example] = (),
    parse: Callable[[str, Example], object] = lambda text, _: text,
) -> None:
    """Hold a metric against its contract; raises `ContractError` with all that is wrong.

    Args:
        metric: The metric.
        options: Its options; default: their defaults.
        examples: What to measure it on, each with a reference, at least six groups; default: texts to write, labels to
            choose and attributes to read, as far as the metric is for them.
        parse: How answers to the `examples` are read (`Task.parse`).

    """
    insist(metric_findings(metric, options, examples=examples, parse=parse))


def metric_findings(
    metric: Metric,
    options: BaseModel | None = None,
    *,
    examples: Sequence[Example] = (),
    parse: Callable[[str, Example], object] = lambda text, _: text,
) -> list[Finding]:
    """Return what each check of `check_metric` found."""
    samples = [Answered("the given examples", examples, parse)] if examples else [*sample_answers()]
    asks = isinstance(metric, AdditiveMetric) and metric.questions is not None
    checks = [
        *EVERY,
        *(ADDITIVE if isinstance(metric, AdditiveMetric) else ()),
        *((highlights_lie_in_the_text,) if isinstance(metric, AdditiveMetric) and metric.highlights else ()),
        *((shares_lie_between_0_and_1,) if metric.format == "share" else ()),
        *(JUDGED if asks else ()),
        *((the_judges_place_decides_nothing,) if asks and "baseline_answers" in metric.needs else ()),
        # What an invented judge says of the reference means nothing.
        *((the_reference_scores_best,) if metric.higher_is_better is not None and not asks else ()),
    ]
    return examine("metric", metric.name, checks, Material(metric, options, samples))


def samples_of_every_kind_are_measured(material: Material) -> None:
    for answered in material.answered:
        material.value(answered.mixed())
        material.value(answered.evaluation([]))


def the_same_samples_give_the_same_value(material: Material) -> None:
    for answered in material.answered:
        value, again = (material.value(answered.mixed()) for _ in range(2))
        require(_same(value, again), f"{answered.name}: measured twice, the same samples give {value} and {again}")


def order_does_not_matter(material: Material) -> None:
    for answered in material.answered:
        evaluation = answered.mixed()
        backwards = answered.evaluation(evaluation.samples[::-1])
        value, other = material.value(evaluation), material.value(backwards)
        require(_same(value, other), f"{answered.name}: {value}, and with the samples in reverse {other}")


def rows_are_additive(material: Material) -> None:
    metric = material.additive
    for answered in material.answered:
        evaluation = answered.mixed()
        rows = material.rows(evaluation)
        for part in _parts(evaluation.samples):
            inside = float(values_of(metric, rows[part].sum(axis=0)))
            alone = material.value(answered.evaluation([evaluation.samples[i] for i in part]))
            message = (
                f"{answered.name}: {len(part)} of {len(rows)} samples give {inside} by their rows among the others"
            )
            remedy = "a row must be a function of its own sample (or its group), since slices and bootstrap add them up"
            require(_same(inside, alone), f"{message}, and {alone} when measured alone; {remedy}")


def reduce_is_vectorised(material: Material) -> None:
    metric = material.additive
    for answered in material.answered:
        rows = material.rows(answered.mixed())
        totals = np.stack([rows, rows[::-1].cumsum(axis=0)])
        values = values_of(metric, totals)
        for place in np.ndindex(values.shape):
            alone = float(values_of(metric, totals[place]))
            message = f"{answered.name}: reduced among others, totals give {values[place]}, and alone {alone}"
            require(_same(float(values[place]), alone), message)


def nothing_counted_has_no_value(material: Material) -> None:
    if not isinstance(material.metric, AdditiveMetric):
        values = [material.value(answered.evaluation([])) for answered in material.answered]
    else:
        shapes = [material.rows(answered.mixed()).shape[1] for answered in material.answered]
        values = [float(values_of(material.metric, np.zeros(width))) for width in shapes]
    for value in values:
        require(isnan(value) or material.metric.format == "count", f"where nothing was counted it is {value}, not NaN")


def shares_lie_between_0_and_1(material: Material) -> None:
    for answered in material.answered:
        evaluations = [answered.mixed(), *map(answered.of_quality, QUALITIES)]
        for value in map(material.value, evaluations):
            require(
                isnan(value) or -CLOSE <= value <= 1 + CLOSE, f"{answered.name}: a share of {value}; declared is 0 to 1"
            )


def the_reference_scores_best(material: Material) -> None:
    higher = material.metric.higher_is_better
    for answered in material.answered:
        best = material.value(answered.of_quality("perfect"))
        for quality in QUALITIES[1:]:
            value = material.value(answered.of_quality(quality))
            worse = isnan(best) or isnan(value) or (value <= best + CLOSE if higher else value >= best - CLOSE)
            found = f"{answered.name}: {best} where every answer is the reference, {value} where it is {quality}"
            require(worse, f"{found}; {'higher' if higher else 'lower'} is declared to be better")


def highlights_lie_in_the_text(material: Material) -> None:
    highlights = material.additive.highlights
    for answered in material.answered:
        for sample in answered.mixed().samples:
            text = sample.prediction.text
            for mark in highlights(sample, material.options) if highlights else ():
                inside = 0 <= mark.start < mark.end <= len(text)
                require(
                    inside,
                    f"a mark from {mark.start} to {mark.end} in an answer of {len(text)} characters: {mark.note}",
                )
                require(mark.note.strip(), f"the mark of {text[mark.start : mark.end]!r} has no note")


def the_same_questions_are_asked_again(material: Material) -> None:
    for answered in material.answered:
        samples = answered.mixed().samples
        one, other = (_asked_by_id(material, samples) for _ in range(2))
        require(one == other, f"{answered.name}: asked what to ask twice, it asks differently")


def _asked_by_id(material: Material, samples: Sequence[Sample]) -> list[list[Example]]:
    seen = with_needs(material.metric, material.options, Evaluation(samples=samples))
    return asked(material.metric, material.options, samples, seen.baseline)


def the_judges_place_decides_nothing(material: Material) -> None:
    """A judge that always takes what stands first must prefer neither of two answers: ask in both orders."""
    for answered in material.answered:
        ours, theirs = answered.of_quality("cut off").samples, answered.of_quality("perfect").samples
        values = []
        for samples, baseline in ((ours, theirs), (theirs, ours)):
            seen = with_needs(
                material.metric,
                material.options,
                Evaluation(samples=samples, baseline=baseline),
                takes_the_first,
            )
            rows = material.additive.rows(seen, material.options)
            values.append(float(values_of(material.additive, np.asarray(rows, dtype=np.float64).sum(axis=0))))
        require(
            _same(*values),
            f"{answered.name}: with a judge that always takes the first place it is {values[0]}, and {values[1]} with "
            "the two answers exchanged; ask in both orders, and count a contradiction as a tie",
        )


EVERY = (
    samples_of_every_kind_are_measured,
    the_same_samples_give_the_same_value,
    order_does_not_matter,
    nothing_counted_has_no_value,
)
ADDITIVE = (rows_are_additive, reduce_is_vectorised)
JUDGED = (the_same_questions_are_asked_again,)


def _parts(samples: Sequence[Sample]) -> Iterator[list[int]]:
    """Yield places of samples: some whole groups, which are what slices and resamples are made of."""
    groups: dict[str, list[int]] = {}
    for place, sample in enumerate(samples):
        groups.setdefault(sample.example.group, []).append(place)
    chance = random.Random(7)  # noqa: S311 - no secret
    yield from groups.values()
    for _ in range(PARTS):
        chosen = chance.sample([*groups], max(1, len(groups) // 2))
        yield sorted(place for group in chosen for place in groups[group])


def _same(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=CLOSE, atol=CLOSE, equal_nan=True))
