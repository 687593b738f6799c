"""The worst text that there is, and where to put it.  Invented, all of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from shoptune.comparison import Comparison

__all__ = ["ANSWERS", "CONTROLS", "MARKUP", "TAG", "damaged", "everywhere"]

CONTROLS = "\0\x01\x08\x0b\x0c\x1b\x1f\x7f\ufffe\uffff\t\r\n\x85\u2028\u2029]]>\N{RIGHT-TO-LEFT OVERRIDE}"
"""What XML forbids or changes, what ends a line for somebody, and what ends an XML section."""

TAG = "x-hostile"
"""A tag that no report has any use for."""

MARKUP = (
    f"</script></style></textarea>'\"><{TAG} on{TAG}=1>",
    f"[a](javascript:{TAG}) ![b](https://{TAG}.invalid/b.png) <https://{TAG}.invalid>",
    f"`<{TAG}>` |\n\n<{TAG}>\n\n# c\n-->",
    f'=HYPERLINK("https://{TAG}.invalid")',
    f"@{TAG}",
    CONTROLS,
)
"""Text that comes alive where a report does not escape it: in HTML, in Markdown, in a spreadsheet, in a terminal."""

ANSWERS = (
    "",
    " \n\t ",
    "\0",
    CONTROLS,
    "null",
    "NaN",
    "-1e999",
    "9" * 5000,
    "[]",
    "{}",
    "[" * 2000,
    '{"a":' * 2000,
    '{"a": {"a": [1, null, {}]}}',
    '{"a": 1, "a": 2}',
    '{"": ""}',
    '{"a": NaN, "b": -Infinity}',
    '{"a": "\\ud800"}',
    '{"a": "b"',
    "```json\n{}\n```",
    "}{",
    "\\",
    "{{ 1 }} {% x %} ${x} %s %(x)s {0} {x}",
    "<b>x</b><script>",
    "yes no yes",
    "YES.",
    "1/0",
    "BUY NOW!!! The #1 best, FDA approved, 100% off: only 9,99 EUR at https://shop.invalid ™",
    "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}\N{LATIN SMALL LETTER SHARP S}e\N{COMBINING ACUTE ACCENT}",
    "\N{ARABIC-INDIC DIGIT FIVE}\N{SUPERSCRIPT TWO}\N{VULGAR FRACTION ONE HALF}",
    "\ud800",
    "丝绸围巾",
    "a " * 10_000,
    *MARKUP,
)
"""What a model may answer, and what has broken parsers and metrics before."""

PIECES = ("", "\0", "{", "}", '"', "\\", "\n", ",", ":", "[", "-", "e", "9", " ", "\ufeff", "\ud800", "é", "丝")


def damaged(text: str, times: int = 20, seed: int = 0) -> Iterator[str]:
    """Yield `text` with a piece cut out and another one put in, each time elsewhere, the same for the same seed."""
    chance = random.Random(f"{seed} {text!r}")  # noqa: S311 - no secret
    for _ in range(times):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((0, 1, 2, len(text))))
        yield text[:start] + chance.choice(PIECES) + text[end:]


def everywhere(plain: Comparison, text: str) -> Comparison:
    """Return the comparison with `text` in all that is written by shops, models, plugins and users, names included."""
    renamed = plain.model_dump()
    for result in renamed["results"]:
        result |= {key: result[key] + text for key in ("task", "metric", "candidate")}
        if result["slice"]:
            result["slice"] = {"by": text, "value": text + result["slice"]["value"]}
    for gate in renamed["gates"]:
        gate |= {key: gate[key] + text for key in ("task", "metric", "candidate", "must", "saw")}
    _rename(renamed["recommendation"], text)
    for metric in renamed["metrics"]:
        metric |= {key: metric[key] + text for key in ("task", "name", "metric", "summary")}
        metric["theme"] = metric["theme"] and metric["theme"] + text
    for task in renamed["tasks"]:
        task |= {"name": task["name"] + text, "summary": text, "answers_called": text}
    for candidate in renamed["candidates"]:
        candidate |= {"name": candidate["name"] + text, "summary": text, "model": text, "source": text}
        candidate["parent"] = candidate["parent"] and candidate["parent"] + text
    for cost in renamed["cost"]:
        cost |= {"candidate": cost["candidate"] + text, "task": cost["task"] and cost["task"] + text}
    for training in renamed["training"]:
        training["candidate"] += text
    for sample in renamed["samples"]:
        sample |= {"task": sample["task"] + text, "id": text + sample["id"], "prompt": text, "references": [text]}
        sample["facts"] = {text + name: text + fact for name, fact in sample["facts"].items()}
        sample["answers"] = {
            candidate + text: answer
            | {"text": text, "invalid": text, "values": {m + text: v for m, v in answer["values"].items()}}
            for candidate, answer in sample["answers"].items()
        }
    return Comparison.model_validate(renamed | {"experiment": text, "baseline": renamed["baseline"] + text})


def _rename(recommendation: dict[str, Any], text: str) -> None:  # a dumped `Recommendation`
    recommendation |= {"headline": text, "reason": text}
    for found in recommendation["tasks"]:
        found |= {key: found[key] + text for key in ("task", "headline", "reason")}
        found |= {key: found[key] and found[key] + text for key in ("candidate", "recommended", "makes_needless")}
        found |= {"cautions": [text], "remarks": [text]}
        for size in found["sample_sizes"]:
            size |= {"metric": size["metric"] + text, "sentence": text}
        for outcome in found["outcomes"]:
            outcome["candidate"] += text
            for verdict in ("better", "worse", "inconclusive", "doubtful"):
                outcome[verdict] = [metric + text for metric in outcome[verdict]]
