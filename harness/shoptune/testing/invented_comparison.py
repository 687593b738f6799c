"""A comparison to render, with something in each of its parts.  Every product, text and figure is invented."""

from __future__ import annotations

from collections.abc import Iterator

from shoptune.comparison import (
    AnswerHighlight,
    CandidateInfo,
    Comparison,
    Cost,
    GateVerdict,
    MetricInfo,
    Provenance,
    Result,
    SampleAnswer,
    SampleInfo,
    Slice,
    StepRecord,
    TaskInfo,
    Training,
)
from shoptune.data_report import (
    DataReport,
    Drops,
    Duplicates,
    FieldProfile,
    LeakageReport,
    Part,
    PersonalDataReport,
    Quantiles,
    StrangeRow,
    TableReport,
    WeightReport,
)
from shoptune.recommendation import CandidateOutcome, Recommendation, SampleSize, TaskRecommendation
from shoptune.testing.samples import sample_examples

__all__ = ["sample_comparison"]

TASK = "description"
VALUES = {"overlap": (0.2, 0.3), "coverage": (0.5, 0.6)}
"""Metric -> the values of ``base`` and ``tuned``."""


def sample_comparison() -> Comparison:
    """Return a comparison of a model and a tuned one on one task, with slices, gates, costs, training and samples."""
    return Comparison(
        experiment="invented",
        baseline="base",
        candidates=[
            CandidateInfo(name="base", kind="model", summary="As it is.", model="tiny", source="a folder"),
            CandidateInfo(name="tuned", kind="tuned", summary="base, tuned.", parent="base", method="sft"),
        ],
        tasks=[
            TaskInfo(
                name=TASK,
                task="product_description",
                summary="Write a description.",
                scored_on="test",
                examples=40,
                groups=40,
                prompts_fingerprint="5d41402abc",
                samples_fingerprint="7d793037a0",
                data=_data(),
            )
        ],
        metrics=[
            MetricInfo(
                task=TASK,
                name=name,
                metric=name,
                summary=f"What {name} is.",
                higher_is_better=True,
                format="share",
                theme="overlap",
                additive=True,
            )
            for name in VALUES
        ],
        results=[
            *_results(None),
            *_results(Slice(by="category", value="vase")),
            *_results(Slice(by="category", value="mug")),
        ],
        cost=[
            _cost("base", TASK),
            _cost("tuned", None),
            _cost("tuned", TASK),
        ],
        training=[
            Training(
                candidate="tuned",
                method="sft",
                data={"rows": {"used": 200, "dropped": {"empty": 2}}},
                loss=[{"step": step, "epoch": step / 4, "loss": 3 / step} for step in range(1, 9)],
                info={"dtype": "float32"},
            )
        ],
        gates=[
            GateVerdict(
                task=TASK,
                metric="overlap",
                candidate="tuned",
                must="be_better",
                outcome="passed",
                saw="overlap of tuned is 0.3, +0.1 [0.05, 0.15] against base",
            )
        ],
        recommendation=Recommendation(
            decision="ship",
            recommended="tuned",
            headline="Ship tuned.",
            reason="It is better in both.",
            tasks=[_recommendation()],
        ),
        provenance=Provenance(
            created="2026-03-14T09:26:53Z",
            seed=7,
            command="shoptune run experiment.yaml",
            versions={"python": "3.11.9", "shoptune": "0.1.0"},
            plugins={"text": "0.1.0"},
            steps=[
                StepRecord(name=f"prepare {TASK}", kind="prepare", task=TASK, fingerprint="b3f1c2d4e5"),
                StepRecord(name="tune tuned", kind="tune", candidate="tuned", fingerprint="90ab12cd34"),
            ],
        ),
        samples=[*_samples()],
    )


def _results(part: Slice | None) -> Iterator[Result]:
    for metric, (base, tuned) in VALUES.items():
        yield Result(
            task=TASK,
            metric=metric,
            candidate="base",
            slice=part,
            value=base,
            interval=(base - 0.05, base + 0.05),
            n=20,
            invalid=0,
        )
        yield Result(
            task=TASK,
            metric=metric,
            candidate="tuned",
            slice=part,
            value=tuned,
            interval=(tuned - 0.05, tuned + 0.05),
            difference=tuned - base,
            difference_interval=(0.05, 0.15),
            p_value=None if part else 0.001,
            p_adjusted=None if part else 0.002,
            verdict=None if part else "better",
            minimum_detectable_effect=None if part else 0.04,
            n=20,
            invalid=1,
            wins=12,
            losses=4,
            ties=4,
        )


def _recommendation() -> TaskRecommendation:
    return TaskRecommendation(
        task=TASK,
        decision="ship",
        candidate="tuned",
        recommended="tuned",
        headline="Ship tuned.",
        reason="It is better in both.",
        cautions=["One shop is one shop."],
        remarks=["Nobody else was asked."],
        sample_sizes=[SampleSize(metric="coverage", groups=80, detectable=0.1, sentence="coverage: 80 would do.")],
        outcomes=[
            CandidateOutcome(
                candidate="tuned", outcome="gain", better=list(VALUES), worse=[], inconclusive=[], doubtful=[]
            )
        ],
    )


def _cost(candidate: str, task: str | None) -> Cost:
    return Cost(
        candidate=candidate,
        task=task,
        phase="predict" if task else "tune",
        seconds=40.0,
        tokens_in=7000,
        tokens_out=3000 if task else 0,
        tokens_per_second=75.0,
        peak_memory_bytes=1_288_490_188,
    )


def _samples() -> Iterator[SampleInfo]:
    for example in sample_examples(4):
        mark = AnswerHighlight(metric="coverage", start=0, end=1, kind="good", note="states color")
        yield SampleInfo(
            task=TASK,
            id=example.id,
            group=example.group,
            prompt=example.messages[-1]["content"],
            references=list(example.references),
            facts=dict(example.facts),
            slices=dict(example.slices),
            answers={
                "base": SampleAnswer(text="A thing.", finish="length", values={"overlap": 0.1, "coverage": None}),
                "tuned": SampleAnswer(
                    text=example.references[0],
                    finish="stop",
                    values={"overlap": 1.0, "coverage": 1.0},
                    highlights=[mark],
                ),
            },
        )


def _data() -> DataReport:
    words = Quantiles(p5=4, p50=20, p95=60, max=400)
    return DataReport(
        tables={
            "products": TableReport(
                files=["products.csv"],
                adapter="csv",
                records=280,
                groups=280,
                dropped={"draft": Drops(count=3, first=["products.csv:8"])},
                bad={"price is no amount": Drops(count=1, first=["products.csv:9: found 'abc'"])},
                fields=[FieldProfile(name="description", filled=280, words=words)],
                languages={"en": 280},
                languages_of=280,
                personal_data=PersonalDataReport(masked={"email": 2}, fields={"customer.phone": 4}),
                strange=[StrangeRow(origin="products.csv:7", why=["description has 400 words"])],
            )
        },
        split_by="product",
        parts={name: Part(examples=80, groups=80, rows={"pairs": 4}) for name in ("train", "validation", "test")},
        examples_dropped={"no description": Drops(count=2, first=["products.csv:4: empty"])},
        rows_kept={"pairs": {"A/B test": 12}},
        rows_refused={"pairs": {"too few views": Drops(count=5, first=["tests.csv:2"])}},
        weights=WeightReport(weighted=60, left_out=2, spread=Quantiles(p5=0.5, p50=1, p95=1.5, max=1.5)),
        duplicates=Duplicates(exact=2, near=3, largest=3, first=["products.csv:4 ~ products.csv:19"]),
        leakage=LeakageReport(
            action="leave_out",
            similarity=0.8,
            by_id=0,
            exact=1,
            near=1,
            rows={"pairs": 0},
            first=["products.csv:4 ~ products.csv:9"],
        ),
        notes={"sales": {"order lines": 602, "matched by SKU": 590}},
    )
