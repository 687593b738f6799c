"""Candidates tuned on purpose get the verdict and the exit code that they deserve, through the command line.

The shops are the invented ones that come with the tasks; which candidate is better is known, since it was made so.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from shoptune.components import Task
from shoptune.data import Example, Record
from shoptune_product_description.task import PRODUCT_DESCRIPTION
from shoptune_product_matching.task import PRODUCT_MATCHING
from tests.fakes import shoptune
from tests.registered import data_adapters

TASKS = Path(__file__).parents[2] / "tasks"
ADAPTERS = data_adapters()

Manner = Callable[[Example, random.Random], str]


class Shop(NamedTuple):
    """A folder with data and the answers that models give."""

    folder: Path
    experiment: Mapping[str, Any]

    def decide(self, name: str, candidates: Mapping[str, str], gates: list[dict[str, Any]]) -> tuple[int, str, str]:
        """Run an experiment whose candidates are tuned to answer in the given manners.

        Return the exit code, the headline of the Markdown report, and all of its text.
        """
        experiment = {
            **self.experiment,
            "name": name,
            "plugins": ["on_purpose.py"],
            "candidates": {
                "base": {"model": "./", "backend": "on_purpose"},
                **{c: {"from": "base", "tune": {"method": "rehearse", "manner": m}} for c, m in candidates.items()},
            },
            "compare": {"baseline": "base", "resamples": 2000, "gates": gates},
            "reports": ["json", "markdown"],
        }
        path = self.folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(experiment, sort_keys=False), "utf-8")
        folders = ("--store", str(self.folder / "store"), "--reports", str(self.folder / "reports"))
        outcome = shoptune("run", str(path), "--plain", *folders)
        report = self.folder / "reports" / name / "report.md"
        assert report.exists(), outcome.output
        page = BeautifulSoup(MarkdownIt("commonmark").render(report.read_text("utf-8")), "html.parser")
        headline = page.select_one("p > strong")
        assert headline is not None
        return outcome.code, headline.get_text(), page.get_text()


def open_shop(
    folder: Path, sample: Path, task: Task[Any], options: Mapping[str, Any], table: str, manners: Mapping[str, Manner]
) -> Shop:
    """Copy a task's sample, and write down what each manner answers to each of its examples."""
    shutil.copytree(sample, folder)
    shutil.copy(Path(__file__).with_name("on_purpose.py"), folder)
    experiment = yaml.safe_load((folder / "experiment.yaml").read_text("utf-8"))
    ((shop, tables),) = experiment["data"].items()
    (task_name,) = experiment["tasks"]
    source = tables[table]
    adapter = ADAPTERS[source.get("adapter", "csv")]
    read = {k: v for k, v in source.items() if k not in ("path", "adapter")}
    records = [r for r in adapter.read(folder / source["path"], adapter.options(**read)) if isinstance(r, Record)]
    made = task.examples({table: records}, task.options(**options))
    examples = [example for example in made if isinstance(example, Example)]
    answers = {
        name: {e.messages[-1]["content"]: manner(e, random.Random(f"{name} {e.id}")) for e in examples}
        for name, manner in manners.items()
    }
    (folder / "answers.json").write_text(json.dumps(answers), "utf-8")
    of_task = {k: v for k, v in experiment["tasks"][task_name].items() if k != "canaries"}
    return Shop(folder, {"data": {shop: {table: source}}, "tasks": {task_name: of_task}})


# --- descriptions -----------------------------------------------------------------------------------------------------

OTHER_WORDS = {"the": "this", "and": "plus", "with": "having", "is": "stays", "for": "to suit", "in": "within"}


def in_other_words(text: str) -> str:
    return re.sub(r"\w+", lambda word: OTHER_WORDS.get(word[0], word[0]), text)


def half_of_it(example: Example, chance: random.Random, opening: str) -> str:
    """Every second sentence of the reference, after a few words of its own; a sixth of the texts invents something."""
    sentences = re.split(r"(?<=[.!?])\s+", example.references[0])
    invented = " It weighs 77 kg." if chance.random() < 1 / 6 else ""
    return f"{opening} {example.facts['name']}. {' '.join(sentences[chance.randrange(2) :: 2])}{invented}"


def base(example: Example, chance: random.Random) -> str:
    return half_of_it(example, chance, "Here is our")


def no_different(example: Example, chance: random.Random) -> str:
    return half_of_it(example, chance, "May we show the")


def better(example: Example, chance: random.Random) -> str:
    """Near the reference, in words that are not all the same, and true."""
    del chance
    return in_other_words(example.references[0])


def inventive(example: Example, chance: random.Random) -> str:
    """The reference itself, and specifications that no fact knows."""
    del chance
    return f"{example.references[0]} It charges by USB-C, and its 5000 mAh battery lasts."


@pytest.fixture(scope="module")
def descriptions(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return open_shop(
        tmp_path_factory.mktemp("descriptions") / "shop",
        TASKS / "shoptune_product_description" / "data",
        PRODUCT_DESCRIPTION,
        {},
        "products",
        {"base": base, "better": better, "inventive": inventive, "no_different": no_different},
    )


def gates_on(candidate: str, on_inconclusive: str = "fail") -> list[dict[str, Any]]:
    common = {"task": "description", "candidate": candidate, "on_inconclusive": on_inconclusive}
    return [
        {**common, "metric": "rouge_l", "must": "be_better"},
        {**common, "metric": "unsupported_claims", "must": "not_be_worse", "margin": 0.2},
    ]


def test_a_better_one_is_shipped(descriptions: Shop) -> None:
    code, headline, verdict = descriptions.decide("better", {"tuned": "better"}, gates_on("tuned"))
    assert (code, headline) == (0, "Ship tuned.")
    assert "worse in none" in verdict


def test_one_nearer_to_the_reference_that_invents_more_is_not_shipped(descriptions: Shop) -> None:
    code, headline, verdict = descriptions.decide("inventive", {"tuned": "inventive"}, gates_on("tuned"))
    assert code == 1
    assert headline.startswith("Do not ship tuned")
    assert "keeps less to the facts" in headline
    assert re.search(r"better than base in .*rouge_l.* but worse in .*unsupported_claims", verdict)
    assert "A gate on tuned failed: unsupported_claims" in verdict


def test_nor_without_any_gate(descriptions: Shop) -> None:
    code, headline, _ = descriptions.decide("inventive_ungated", {"tuned": "inventive"}, [])
    assert code == 0
    assert headline.startswith("Do not ship tuned")


@pytest.mark.parametrize(("on_inconclusive", "expected"), [("fail", 4), ("pass", 0)])
def test_one_that_is_no_different_is_not_worth_tuning(descriptions: Shop, on_inconclusive: str, expected: int) -> None:
    name = f"no_different_{on_inconclusive}"
    code, headline, verdict = descriptions.decide(name, {"tuned": "no_different"}, gates_on("tuned", on_inconclusive))
    assert code == expected
    assert headline.startswith("Do not tune")
    assert "Inconclusive does not mean equal" in verdict
    assert re.search(r"rouge_l: a difference of the size seen .* takes .* test groups", verdict)


def test_of_all_three_the_better_one_is_shipped(descriptions: Shop) -> None:
    manners = {"inventive": "inventive", "no_different": "no_different", "better": "better"}
    code, headline, verdict = descriptions.decide("all", manners, gates_on("better"))
    assert (code, headline) == (0, "Ship better.")
    assert re.search(r"inventive is better .* but worse in 1 \(unsupported_claims", verdict)
    assert "no_different gives no certain gain over base" in verdict


def test_a_gate_on_any_of_them_turns_the_build_red(descriptions: Shop) -> None:
    manners = {"inventive": "inventive", "better": "better"}
    code, headline, _ = descriptions.decide("strict", manners, [*gates_on("better"), *gates_on("inventive")])
    assert (code, headline) == (1, "Ship better.")


# --- labels -----------------------------------------------------------------------------------------------------------


def right(share: float) -> Manner:
    def answer(example: Example, chance: random.Random) -> str:
        wrong = next(choice for choice in ("yes", "no") if choice != example.references[0])
        return example.references[0] if chance.random() < share else wrong

    return answer


MATCHING = {"left": ["left_name", "left_description", "left_price"]}
MATCHING["right"] = [name.replace("left", "right") for name in MATCHING["left"]]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = open_shop(
        tmp_path_factory.mktemp("pairs") / "shop",
        TASKS / "shoptune_product_matching" / "data",
        PRODUCT_MATCHING,
        MATCHING,
        "pairs",
        {
            "base": right(0.6),
            "better": right(0.97),
            "no_match": lambda *_: "no",
            "no_different": right(0.6),
        },
    )
    shop.experiment["tasks"]["matching"]["split"] = {"test": 0.8, "validation": 0.1}
    return shop


@pytest.mark.parametrize(
    ("manner", "expected", "said"),
    [
        ("better", 0, "Ship tuned."),
        ("no_match", 1, "Do not tune: tuned loses more than it gains."),
        ("no_different", 4, "Do not tune: no gain over base is certain."),
    ],
)
def test_accuracy_does_not_hide_that_no_match_is_ever_found(pairs: Shop, manner: str, expected: int, said: str) -> None:
    """Four of five pairs are no match, so whoever always says so is right more often."""
    gates: list[dict[str, Any]] = [
        {"task": "matching", "candidate": "tuned", "metric": "accuracy", "must": "be_better"},
        {"task": "matching", "candidate": "tuned", "metric": "recall_yes", "must": "not_be_worse", "margin": 0.05},
    ]
    code, headline, verdict = pairs.decide(manner, {"tuned": manner}, gates)
    assert (code, headline) == (expected, said)
    if manner == "no_match":
        assert re.search(r"better than base in .*recall_no.* but worse in .*recall_yes", verdict)
