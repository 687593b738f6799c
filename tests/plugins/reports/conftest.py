"""Comparisons to render.  Every product, text and figure here is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

import pytest

from shoptune.comparison import (
    CandidateInfo,
    Comparison,
    Correction,
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
    Verdict,
    Versus,
)
from shoptune.deciding.recommend import recommend
from tests.plugins.reports.data_reports import hostile_data, make_data

TASK = "description"

# metric: (higher is better, format, additive, summary)
METRICS: dict[str, tuple[bool | None, Any, bool, str]] = {
    "rouge_l": (True, "score", True, "Longest common subsequence with the reference, F-measure."),
    "rouge_1": (True, "score", True, "Words shared with the reference, F-measure."),
    "chrf": (True, "score", True, "Character n-grams shared with the reference."),
    "attribute_coverage": (True, "share", True, "Facts that the text states."),
    "unsupported_claims": (False, "count", True, "Claims that no fact supports, per 100 words."),
    "limits": (True, "share", True, "Texts that keep the marketplace's limits."),
    "copy_rate": (False, "share", True, "Text copied from the training rows."),
    "invalid_share": (False, "share", True, "Answers that do not parse."),
    "words": (None, "count", True, "Length of the text."),
    "distinct_2": (True, "share", False, "Different word pairs in all texts."),
}

THEMES = {
    "overlap": ("rouge_l", "rouge_1", "chrf"),
    "faithfulness": ("attribute_coverage", "unsupported_claims"),
    "form": ("limits", "invalid_share", "words"),
    "originality": ("copy_rate", "distinct_2"),
}

CANDIDATES = (
    CandidateInfo(name="template", kind="baseline", summary="Attributes filled into a fixed sentence."),
    CandidateInfo(
        name="base",
        kind="model",
        summary="smollm2-135m-instruct as it is.",
        model="smollm2-135m-instruct",
        source="local cache",
        info={"dtype": "bfloat16", "device": "cpu", "chat template": "the model's own"},
    ),
    CandidateInfo(
        name="few_shot",
        kind="model",
        summary="base with 3 examples in its prompt.",
        model="smollm2-135m-instruct",
        source="local cache",
        few_shot=3,
    ),
    CandidateInfo(name="sft", kind="tuned", summary="SFT of base (2 epochs, LoRA r=16).", parent="base", method="sft"),
    CandidateInfo(name="dpo", kind="tuned", summary="DPO of sft (1 epoch, beta 0.1).", parent="sft", method="dpo"),
)

# metric: value by candidate, half width of the interval
FIGURES: dict[str, tuple[dict[str, float], float]] = {
    "rouge_l": ({"template": 0.221, "base": 0.169, "few_shot": 0.184, "sft": 0.313, "dpo": 0.316}, 0.022),
    "rouge_1": ({"template": 0.342, "base": 0.274, "few_shot": 0.287, "sft": 0.451, "dpo": 0.449}, 0.025),
    "chrf": ({"template": 0.301, "base": 0.268, "few_shot": 0.282, "sft": 0.402, "dpo": 0.405}, 0.02),
    "attribute_coverage": ({"template": 1.0, "base": 0.413, "few_shot": 0.522, "sft": 0.782, "dpo": 0.791}, 0.045),
    "unsupported_claims": ({"template": 0.0, "base": 2.9, "few_shot": 2.6, "sft": 2.7, "dpo": 2.4}, 0.6),
    "limits": ({"template": 1.0, "base": 0.896, "few_shot": 0.917, "sft": 1.0, "dpo": 1.0}, 0.04),
    "copy_rate": ({"template": 0.02, "base": 0.011, "few_shot": 0.058, "sft": 0.041, "dpo": 0.043}, 0.035),
    "invalid_share": ({"template": 0.0, "base": 0.0, "few_shot": 0.0, "sft": 0.0, "dpo": 0.0}, 0.0),
    "words": ({"template": 24.0, "base": 118.4, "few_shot": 96.2, "sft": 63.1, "dpo": 61.4}, 4.0),
    "distinct_2": ({"template": 0.34, "base": 0.71, "few_shot": 0.68, "sft": 0.74, "dpo": 0.75}, 0.0),
}

PRODUCTS = (
    ("Ridgeline Field Jacket", "Jackets", "Waxed cotton", "Moss"),
    ("Harbour Enamel Kettle", "Kitchen", "Enamelled steel", "Cream"),
    ("Fen Wool Blanket", "Home", "Lambswool", "Slate"),
    ("Alder Desk Lamp", "Lighting", "Ash and brass", "Natural"),
    ("Tern Rain Hat", "Hats", "Recycled nylon", "Navy"),
    ("Quarry Stoneware Bowl", "Kitchen", "Stoneware", "Charcoal"),
    ("Larch Trail Pack 22", "Bags", "Ripstop nylon", "Rust"),
    ("Skerry Knit Jumper", "Knitwear", "Merino wool", "Oatmeal"),
    ("Moor Leather Belt", "Accessories", "Bridle leather", "Tan"),
    ("Beck Linen Apron", "Kitchen", "Washed linen", "Indigo"),
    ("Heath Garden Trowel", "Garden", "Forged steel", "Black"),
    ("Isle Bath Towel", "Home", "Organic cotton", "Sea green"),
)


def make_result(
    metric: str,
    candidate: str,
    value: float | None,
    *,
    against: float | None = None,
    verdict: Verdict | None = None,
    half: float = 0.02,
    part: Slice | None = None,
    n: int = 48,
) -> Result:
    """A result whose intervals are `half` wide to either side."""
    additive = METRICS[metric][2]
    difference = None if against is None or value is None else round(value - against, 4)
    return Result(
        task=TASK,
        metric=metric,
        candidate=candidate,
        slice=part,
        value=value,
        interval=(value - half, value + half) if additive and value is not None else None,
        difference=difference,
        difference_interval=(difference - half, difference + half) if additive and difference is not None else None,
        p_value=0.001 if verdict in ("better", "worse") else 0.4 if verdict else None,
        p_adjusted=0.01 if verdict in ("better", "worse") else 1.0 if verdict else None,
        verdict=verdict,
        minimum_detectable_effect=round(half * 1.4, 4) if verdict and half else None,
        n=n,
        invalid=0,
        wins=n - 10 if verdict == "better" else 10 if difference else None,
        losses=10 if verdict == "better" else n - 10 if difference else None,
        ties=0 if difference else None,
    )


def verdict_of(metric: str, difference: float, half: float) -> Verdict | None:
    higher, _, additive, _ = METRICS[metric]
    if higher is None or not additive:
        return None
    if abs(difference) <= half:
        return "inconclusive"
    return "better" if (difference > 0) == higher else "worse"


def versus(figures: Mapping[str, tuple[Mapping[str, float], float]]) -> Iterator[Versus]:
    """Any two candidates but the base, of which one is ahead where their intervals lie apart."""
    for metric, (values, half) in figures.items():
        for other, candidate in combinations([name for name in values if name != "base"], 2):
            difference = values[candidate] - values[other]
            if verdict := verdict_of(metric, difference, 2 * half):
                yield Versus(
                    task=TASK,
                    metric=metric,
                    candidate=candidate,
                    other=other,
                    difference=difference,
                    verdict=verdict,
                )


def results(figures: Mapping[str, tuple[Mapping[str, float], float]]) -> Iterator[Result]:
    """The results on all samples, and on slices by category with the same figures a little shifted."""
    for metric, (values, half) in figures.items():
        base = values["base"]
        for candidate, value in values.items():
            if candidate == "base":
                yield make_result(metric, candidate, value, half=half)
            else:
                yield make_result(
                    metric,
                    candidate,
                    value,
                    against=base,
                    verdict=verdict_of(metric, value - base, half),
                    half=half,
                )
    for index, category in enumerate(sorted({product[1] for product in PRODUCTS})):
        for metric, (values, half) in figures.items():
            if not METRICS[metric][2]:
                continue
            for candidate, value in values.items():
                shifted = round(value * (1 - 0.06 * index), 4) if candidate == "sft" else value
                yield make_result(
                    metric,
                    candidate,
                    shifted,
                    against=None if candidate == "base" else values["base"],
                    half=half * 2,
                    part=Slice(by="category", value=category),
                    n=12 - index,
                )


def samples() -> list[SampleInfo]:
    found = []
    for index, (name, category, material, color) in enumerate(PRODUCTS):
        facts = {"name": name, "material": material, "color": color, "weight": f"{180 + 35 * index} g"}
        answers = {
            "template": f"{name}. Material: {material}. Colour: {color}.",
            "base": f"The {name} is a great product that is perfect for everyone. It is made of high-quality material.",
            "few_shot": f"Meet the {name}: a {color.lower()} companion for every day, made with care.",
            "sft": f"Made of {material.lower()} in {color.lower()}, the {name} is built for long use.",
            "dpo": f"{material} in {color.lower()}: the {name} keeps its promises without raising its voice.",
        }
        values = {
            candidate: {
                "rouge_l": round(0.12 + 0.03 * rank + (0.04 * (index - 3) if candidate == "sft" else 0.0), 3),
                "chrf": round(0.2 + 0.04 * rank + (0.03 * (index - 4) if candidate == "sft" else 0.0), 3),
                "attribute_coverage": None if candidate == "base" else 1.0,
            }
            for rank, candidate in enumerate(answers)
        }
        found.append(
            SampleInfo(
                task=TASK,
                id=f"p{index:03d}",
                group=f"p{index:03d}",
                prompt=f"Write a product description.\nname: {name}\nmaterial: {material}\ncolor: {color}",
                references=[
                    f"The {name} comes in {color.lower()} {material.lower()}, made in small runs and easy to mend."
                ],
                facts=facts,
                slices={"category": category},
                answers={
                    candidate: SampleAnswer(
                        text=text, finish="length" if candidate == "base" else "stop", values=values[candidate]
                    )
                    for candidate, text in answers.items()
                },
            )
        )
    return found


def make_comparison(**changes: Any) -> Comparison:
    """The realistic comparison, with parts replaced."""
    parts: dict[str, Any] = {
        "experiment": "Field & Hearth descriptions",
        "baseline": "base",
        "candidates": list(CANDIDATES),
        "tasks": [
            TaskInfo(
                name=TASK,
                task="product_description",
                summary="Write a product's description from its attributes.",
                scored_on="test",
                examples=48,
                groups=48,
                prompts_fingerprint="p",
                samples_fingerprint="s",
                answers_called="descriptions",
                data=make_data(),
            )
        ],
        "metrics": [
            MetricInfo(
                task=TASK,
                name=name,
                metric=name,
                summary=summary,
                higher_is_better=up,
                format=kind,
                theme=next(theme for theme, names in THEMES.items() if name in names),
                additive=additive,
            )
            for name, (up, kind, additive, summary) in METRICS.items()
        ],
        "results": list(results(FIGURES)),
        "versus": list(versus(FIGURES)),
        "correction": Correction(
            together=32, sentence="Verdicts are corrected for one another, 32 differences (Holm)."
        ),
        "cost": [
            Cost(
                candidate=candidate,
                task=task,
                phase="tune" if task is None else "predict",
                seconds=seconds,
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                tokens_per_second=speed,
                peak_memory_bytes=memory,
            )
            for candidate, task, seconds, tokens_in, tokens_out, speed, memory in (
                ("base", TASK, 61.3, 7120, 5683, 92.7, 1_288_490_188),
                ("few_shot", TASK, 83.9, 31_200, 4617, 55.0, 1_396_490_188),
                ("sft", None, 252.0, 49_120, 0, 194.9, 2_488_490_188),
                ("sft", TASK, 40.2, 7120, 3028, 75.3, 1_288_490_188),
                ("dpo", None, 131.5, 14_800, 0, 112.5, 2_688_490_188),
                ("dpo", TASK, 39.8, 7120, 2947, 74.0, None),
            )
        ],
        "training": [
            Training(
                candidate="sft",
                method="sft",
                data={
                    "rows": {"given": 220, "used": 218, "dropped": {"fully masked": 2}, "truncated": 4},
                    "share of tokens masked": 0.412,
                    "length percentiles": {"p50": 142, "p90": 188, "p99": 231, "max": 256},
                    "stop token": {"token": "<|im_end|>", "trained": True},
                },
                loss=[
                    {"step": step, "epoch": step / 28, "loss": 3.1 / (1 + 0.03 * step) + 0.05 * (step % 3)}
                    | ({"validation_loss": 3.2 / (1 + 0.025 * step)} if step % 14 == 0 else {})
                    for step in range(1, 57)
                ],
                info={"trainable parameters": 4_884_480, "dtype": "float32", "lora": {"r": 16, "alpha": 32}},
            ),
            Training(
                candidate="dpo",
                method="dpo",
                data={"pairs": {"given": 31, "used": 31}, "length percentiles": {"p50": 120, "p90": 150}},
                loss=[{"step": step, "loss": 0.6931 - 0.004 * step} for step in range(1, 9)],
            ),
        ],
        "gates": [
            GateVerdict(
                task=TASK,
                metric="rouge_l",
                candidate="sft",
                must="be_better",
                outcome="passed",
                saw="rouge_l of sft is 0.313, +0.144 [+0.122, +0.166] against base",
            ),
            GateVerdict(
                task=TASK,
                metric="unsupported_claims",
                candidate="dpo",
                must="not_be_worse",
                outcome="inconclusive",
                saw="unsupported_claims of dpo is 2.4, −0.5 [−1.1, +0.1] against base",
            ),
        ],
        "provenance": Provenance(
            created="2026-03-14T09:26:53Z",
            seed=7,
            command="shoptune run experiment.yaml",
            versions={"python": "3.11.9", "shoptune": "0.1.0", "torch": "2.13.0", "trl": "1.16.0"},
            plugins={"text": "0.1.0", "trl": "0.1.0"},
            steps=[
                StepRecord(name="prepare description", kind="prepare", task=TASK, fingerprint="b3f1c2d4e5"),
                StepRecord(name="tune sft", kind="tune", candidate="sft", fingerprint="90ab12cd34"),
            ],
        ),
        "samples": samples(),
    }
    comparison = Comparison(**(parts | changes))
    return comparison.model_copy(update={"recommendation": recommend(comparison, comparison.gates)})


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    return make_comparison()


@pytest.fixture(scope="session")
def build() -> Callable[..., Comparison]:
    return make_comparison


HOSTILE = (
    "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>[click](javascript:alert(1)) "
    "![pixel](http://evil.example/p.png) https://evil.example www.evil.example | pipe | `code` **bold** # head\n"
    "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe\N{RIGHT-TO-LEFT MARK} 🧦 @everyone #1 :bomb: </style></textarea>{{ 7 * 7 }} "
    '&lt;b&gt; " onmouseover="alert(1)" \' ' + "w" * 10_000
)


@pytest.fixture(scope="session")
def hostile() -> Comparison:
    """The same comparison with the worst text in every place that text can reach."""
    plain = make_comparison()
    return plain.model_copy(
        update={
            "experiment": HOSTILE,
            "tasks": [plain.tasks[0].model_copy(update={"summary": HOSTILE, "data": hostile_data(HOSTILE)})],
            "candidates": [candidate.model_copy(update={"summary": HOSTILE}) for candidate in plain.candidates],
            "metrics": [metric.model_copy(update={"summary": HOSTILE}) for metric in plain.metrics],
            "results": [
                result.model_copy(update={"slice": Slice(by=HOSTILE, value=HOSTILE)}) if result.slice else result
                for result in plain.results
            ],
            "gates": [gate.model_copy(update={"must": HOSTILE, "saw": HOSTILE}) for gate in plain.gates],
            "training": [t.model_copy(update={"method": HOSTILE, "data": {HOSTILE: HOSTILE}}) for t in plain.training],
            "provenance": plain.provenance.model_copy(update={"command": HOSTILE, "versions": {HOSTILE: HOSTILE}}),
            "samples": [
                SampleInfo(
                    task=TASK,
                    id=HOSTILE,
                    group="g",
                    prompt=HOSTILE,
                    references=[HOSTILE],
                    facts={HOSTILE: HOSTILE},
                    slices={HOSTILE: HOSTILE},
                    answers={
                        candidate.name: SampleAnswer(text=HOSTILE, invalid=HOSTILE, finish="stop")
                        for candidate in plain.candidates
                    },
                )
            ],
        }
    )
