"""A comparison with something in every part of the page, and of any size.  All of it is invented."""

from __future__ import annotations

from collections.abc import Iterator

from shoptune.comparison import AnswerHighlight, Comparison, PromptSensitivity, Result, SampleInfo, Slice
from shoptune.deciding.recommend import recommend
from shoptune.prices import Prices

__all__ = ["LONG_WORD", "PRODUCT_TEXTS", "TASKS", "make_shop"]

TASKS = ("description", "title")
LEFT_OUT = "few_shot"
PRICES = Prices(currency="CHF", machine_hour=3.6, million_tokens_out=100)
LONG_WORD = "w" * 10_000

PRODUCT_TEXTS = (
    "Warm wool blanket, 130 × 180 cm.",
    "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)> lamp",
    "[kettle](javascript:alert(1)) </script></style> **bold** | pipe |",
    "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe\N{RIGHT-TO-LEFT MARK} مصباح hat \N{SOCKS} \N{FAMILY}",
    "Bowl " + LONG_WORD,
    "",
)
"""What a shop's texts can hold, by and by."""


def make_shop(plain: Comparison, samples: int = 60) -> Comparison:
    """Give the comparison two tasks with so many samples each, four candidates, prices and several prompts."""
    candidates = [candidate for candidate in plain.candidates if candidate.name != LEFT_OUT]
    (task,) = plain.tasks
    shop = plain.model_copy(
        update={
            "candidates": candidates,
            "tasks": [task.model_copy(update={"name": name, "prompts": ["own", "short"]}) for name in TASKS],
            "metrics": [metric.model_copy(update={"task": name}) for name in TASKS for metric in plain.metrics],
            "results": list(_results(plain)),
            "cost": [
                cost.model_copy(
                    update={
                        "task": cost.task and name,
                        "money": PRICES.of(seconds=cost.seconds, tokens_out=cost.tokens_out),
                    }
                )
                for name in TASKS
                for cost in plain.cost
                if cost.candidate != LEFT_OUT and (cost.task or name == TASKS[0])
            ],
            "prices": PRICES,
            "gates": [gate.model_copy(update={"task": name}) for name in TASKS for gate in plain.gates],
            "samples": [_sample(plain, name, number) for name in TASKS for number in range(samples)],
        }
    )
    return shop.model_copy(update={"recommendation": recommend(shop, shop.gates)})


def _results(plain: Comparison) -> Iterator[Result]:
    for name in TASKS:
        for result in plain.results:
            if result.candidate == LEFT_OUT:
                continue
            changes: dict[str, object] = {"task": name}
            if result.value is not None and result.slice is None:
                low, high = result.value * 0.9, result.value * 1.1
                changes["prompt_sensitivity"] = PromptSensitivity(
                    prompts=2, lowest=low, highest=high, deviation=(high - low) / 2
                )
            if result.slice and result.slice.value == "Kitchen":
                changes["slice"] = Slice(by="category", value=PRODUCT_TEXTS[1])
            yield result.model_copy(update=changes)


def _sample(plain: Comparison, task: str, number: int) -> SampleInfo:
    """Vary a sample: its text is one of `PRODUCT_TEXTS`, sft gains and loses by turns, base is at times invalid."""
    like = plain.samples[number % len(plain.samples)]
    text = PRODUCT_TEXTS[number % len(PRODUCT_TEXTS)]
    answers = {name: answer for name, answer in like.answers.items() if name != LEFT_OUT}
    sft = answers["sft"].model_copy(
        update={
            "text": f"{answers['sft'].text} {text}",
            "highlights": _highlights(answers["sft"].text, like.facts),
            "values": answers["sft"].values | {"rouge_l": 0.15 + 0.01 * (number % 7 - 3)},
        }
    )
    base = answers["base"].model_copy(
        update={
            "invalid": f"no JSON: {text}" if number % 10 == 0 else None,
            "values": answers["base"].values | {"rouge_l": 0.15},
        }
    )
    return like.model_copy(
        update={
            "task": task,
            "id": f"p{number:05d}",
            "prompt": f"{like.prompt}\nnumber: {number}\nnote: {text}",
            "facts": {**like.facts, "note": text},
            "answers": answers | {"base": base, "sft": sft},
        }
    )


def _highlights(text: str, facts: dict[str, str]) -> list[AnswerHighlight]:
    name = text.index(facts["name"])
    claim = text.index("long use")
    return [
        AnswerHighlight(
            metric="attribute_coverage",
            start=name,
            end=name + len(facts["name"]),
            kind="good",
            note=f"states name: {facts['name']}",
        ),
        AnswerHighlight(
            metric="unsupported_claims", start=claim, end=claim + 8, kind="bad", note="no fact says for how long"
        ),
    ]
