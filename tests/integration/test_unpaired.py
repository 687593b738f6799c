"""A kind of training rows that no plugin of ours makes, from a shop's file to a tuned model, through a plugin alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles, TuningJob, TuningReport
from shoptune.data import Example, Judgement, Record
from shoptune.data_report import DataReport, Drops
from shoptune.dataset.splits import SPLITS, SplitName
from shoptune.storage.jsonl import read_jsonl
from shoptune.testing import ContractError, check_method, check_task, only_plugin
from shoptune.testing.tasks import task_findings
from shoptune.training_rows import rows_of
from tests.fakes import Shop

PLUGIN = Path(__file__).parents[1] / "outside" / "unpaired.py"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop of 40 products; a text of every other one was returned, or kept, and one belongs to no product."""
    shop = Shop(tmp_path / "shop")
    shutil.copy(PLUGIN, shop.folder)
    returns = [f"r{i},text {i} of its own,{'yes' if i % 4 else 'no'},p{i}" for i in range(0, 40, 2)]
    shop.write_rows("returns.fake", ["id,text,returned,group", *returns, "r40,of no product,no,q1"])
    shop.set("plugins", ["fake_plugin.py", "unpaired.py"])
    shop.set("data.shop", {"products": "products.fake", "returns": "returns.fake"})
    shop.set("tasks.echo.task", "returned")
    shop.experiment["candidates"] = {
        "base": {"model": "fake-model"},
        "taught": {"from": "base", "tune": {"method": "unpaired", "rate": 0.5}},
    }
    return shop


def examples(shop: Shop, part: SplitName) -> list[Example]:
    return list(read_jsonl(shop.stored("prepare", task="echo").path(f"examples.{part}.jsonl"), Example))


def judgements(shop: Shop, part: SplitName) -> list[Judgement]:
    return list(read_jsonl(shop.stored("prepare", task="echo").path(f"judgements.{part}.jsonl"), Judgement))


def report(shop: Shop) -> DataReport:
    return DataReport.model_validate(shop.stored("prepare", task="echo").json("data.json"))


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def record(number: int, **fields: str) -> Record:
    text = f"invented text number {number} of a thing"
    return Record(id=f"r{number}", fields={"text": text, **fields}, origin=f"x:{number}", group=f"g{number}")


TABLES = {
    "products": [record(number) for number in range(8)],
    "returns": [record(number, returned="yes" if number % 2 else "no") for number in range(6)],
}


def test_they_keep_their_contracts(tmp_path: Path) -> None:
    plugins = only_plugin(PLUGIN)
    failed = {f.check for f in task_findings(plugins.tasks["returned"].component, TABLES) if f.outcome == "failed"}
    assert failed == {"prompts do not leak the answer"}  # it is asked to repeat a text
    check_method(plugins.tuning_methods["unpaired"].component, ModelFiles(folder=tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"text": " "}, "its text is empty"),
        ({"weight": -1.0}, "its weight is -1.0"),
        ({"id": "one"}, "several judgements have the id ['one']"),
        ({"evidence": {"views": (1, 2)}}, "must be made of JSON's values"),
    ],
)
def test_judgements_that_cannot_be_used_are_found(fault: dict[str, Any], said: str) -> None:
    task = only_plugin(PLUGIN).tasks["returned"].component
    made = task.rows["judgements"]

    def faulty(*given: Any) -> list[Any]:
        return [replace(row, **fault) if isinstance(row, Judgement) else row for row in made(*given)]

    with pytest.raises(ContractError) as found:
        check_task(replace(task, rows={"judgements": faulty}), TABLES)
    assert "judgements can be used" in str(found.value)
    assert said in str(found.value)


def test_rows_of_another_kind_are_found() -> None:
    task = only_plugin(PLUGIN).tasks["returned"].component
    with pytest.raises(ContractError, match="'x:0' is of the type Judgement; needed is PreferencePair"):
        check_task(replace(task, rows={"pairs": task.rows["judgements"]}), TABLES)


def test_a_method_that_does_not_heed_what_was_good_is_found(tmp_path: Path) -> None:
    method = only_plugin(PLUGIN).tuning_methods["unpaired"].component

    def heedless(job: TuningJob[Any]) -> TuningReport:
        rows = [replace(row, good=True) for row in rows_of(job.rows, Judgement)]
        return method.tune(replace(job, rows={"judgements": rows}))

    with pytest.raises(ContractError, match="tuned with other data it leaves the same weights"):
        check_method(replace(method, tune=heedless), ModelFiles(folder=tmp_path), tmp_path)


def test_judgements_go_where_their_products_examples_go(shop: Shop) -> None:
    assert shop.run("data").code == 0
    for part in SPLITS:
        assert {j.group for j in judgements(shop, part)} <= {e.group for e in examples(shop, part)}
    assert sum(len(judgements(shop, part)) for part in SPLITS) == 20
    assert not (shop.stored("prepare", task="echo").folder / "pairs.train.jsonl").exists()


def test_the_data_report_counts_them(shop: Shop) -> None:
    outcome = shop.set("reports", ["html"]).run("data")
    found = report(shop)
    assert found.rows_kept == {"judgements": {"returns": 20}}
    assert found.rows_refused == {"judgements": {"no such product": Drops(count=1, first=["returns.fake:22"])}}
    assert {name: part.rows for name, part in found.parts.items()} == {
        part: {"judgements": len(judgements(shop, part))} for part in SPLITS
    }
    assert found.notes["returns"] == {"texts": 21}
    assert "returns 20" in outcome.output
    assert "Judgements" in (shop.folder / "reports" / "fake" / "data.html").read_text("utf-8")


def test_one_with_a_held_out_text_is_left_out_of_training(shop: Shop) -> None:
    shop.run("data")
    learned, held_out = judgements(shop, "train")[0], examples(shop, "test")[0]
    with (shop.folder / "returns.fake").open("a", encoding="utf-8") as file:
        file.write(f"r41,{held_out.references[0]},yes,{learned.group}\n")
    assert shop.run("data").code == 0
    assert report(shop).leakage.rows == {"judgements": 1}
    assert held_out.references[0] not in {j.text for j in judgements(shop, "train")}
    refused = shop.set("tasks.echo.split.leakage", "fail").run("data")
    assert refused.code == 2
    assert "training data stands in the held-out part as well: 1 as judgements" in refused.output


def test_the_method_learns_from_the_training_part(shop: Shop) -> None:
    outcome = shop.run()
    assert outcome.code == 0, outcome.output
    training, rows = shop.stored("tune", candidate="taught").json("training.json")["data"], judgements(shop, "train")
    assert training["texts"] == [j.text for j in rows]
    assert (training["good"], training["bad"]) == (sum(j.good for j in rows), sum(not j.good for j in rows))
    assert training["validation"] == len(judgements(shop, "validation"))
    values = {r["candidate"]: r["value"] for r in shop.comparison()["results"] if r["slice"] is None}
    assert values["taught"] != values["base"]


def test_it_can_be_given_fewer_rows(shop: Shop) -> None:
    shop.set("candidates.taught.tune.rows", 5).run()
    training = shop.stored("tune", candidate="taught").json("training.json")["data"]
    assert training["good"] + training["bad"] == 5


def test_without_any_it_says_why(shop: Shop) -> None:
    shop.write_rows("returns.fake", ["id,text,returned,group", "r1,of no product,no,q1"])
    outcome = shop.run()
    assert outcome.code == 2
    assert "unpaired learns from judgements and there are none: all were refused: no such product (1)" in outcome.output


@pytest.mark.parametrize(
    ("method", "needed", "remedy"),
    [
        ("prefer", "pairs", "use a method that learns from examples or judgements (drill, sft, unpaired)"),
        ("dpo", "pairs", "or a task that makes pairs (fake_echo, instruction_following, product_description)"),
    ],
)
def test_a_method_that_learns_from_what_its_tasks_do_not_make_is_refused(
    shop: Shop, method: str, needed: str, remedy: str
) -> None:
    outcome = shop.set("candidates.taught.tune", {"method": method}).run("plan")
    assert outcome.code == 2
    assert "experiment.yaml:" in outcome.output
    said = f"candidates.taught.tune.method: {method} learns from {needed}; the task 'returned' makes none; "
    assert said in outcome.output
    assert remedy in outcome.output


def test_one_of_several_tasks_is_enough(shop: Shop) -> None:
    shop.set("tasks.sort", {"task": "fake_sort", "data": "shop", "split": shop.experiment["tasks"]["echo"]["split"]})
    assert shop.run("plan").code == 0
    outcome = shop.set("candidates.taught.tune.tasks", ["sort"]).run("plan")
    assert outcome.code == 2
    assert "unpaired learns from judgements; the task 'fake_sort' makes none" in outcome.output


@pytest.mark.parametrize("form", ["chat", "prompt_completion"])
def test_they_are_exported_as_trl_reads_them(shop: Shop, form: str) -> None:
    outcome = shop.run("data", "--export", form)
    assert "can't write" not in outcome.output
    written = lines(shop.folder / "reports" / "fake" / "export" / form / "echo.judgements.train.jsonl")
    assert [(row["completion"][0]["content"], row["label"]) for row in written] == [
        (j.text, j.good) for j in judgements(shop, "train")
    ]


def test_what_an_export_format_cannot_write_is_said(shop: Shop) -> None:
    assert "echo: the export format 'openai' can't write judgements" in shop.run("data", "--export", "openai").output
    outcome = shop.run("data", "--export", "thumbs")
    assert "echo: the export format 'thumbs' can't write examples" in outcome.output
    written = lines(shop.folder / "reports" / "fake" / "export" / "thumbs" / "echo.judgements.train.jsonl")
    assert [row["thumb"] for row in written] == ["up" if j.good else "down" for j in judgements(shop, "train")]


@pytest.mark.parametrize(
    ("old", "new", "hook"),
    [
        ('learns_from="judgements"', 'learns_from="judgments"', "register_tuning_methods"),
        ('rows={"judgements": judgements}', 'rows={"judgments": judgements}', "register_tasks"),
        ('rows={"judgements": lambda', 'rows={"judgments": lambda', "register_export_formats"),
    ],
)
def test_a_kind_that_there_is_not_is_the_plugins_fault(shop: Shop, old: str, new: str, hook: str) -> None:
    source = (shop.folder / "unpaired.py").read_text("utf-8")
    assert old in source
    (shop.folder / "unpaired.py").write_text(source.replace(old, new), "utf-8")
    outcome = shop.run("data", "--export", "thumbs")
    assert outcome.code != 0
    assert hook in outcome.output
    assert "training rows of the kind 'judgments'; there are: examples, pairs, judgements" in outcome.output
