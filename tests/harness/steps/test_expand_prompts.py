"""Several prompts for one task: what is asked, what is computed again, and how far the prompts lie apart."""

from __future__ import annotations

import signal
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest

from shoptune.data import Example, Prediction
from shoptune.storage.jsonl import read_jsonl
from tests.fakes import Shop

PROMPTS = {"terse": {"instruction": "Again:"}, "polite": {"instruction": "Please repeat:"}}
INSTRUCTIONS = {"own": "Repeat:", "terse": "Again:", "polite": "Please repeat:"}


@pytest.fixture
def asked(shop: Shop) -> Shop:
    """A shop whose task is asked in three ways."""
    return shop.set("tasks.echo.prompts", PROMPTS)


def examples(shop: Shop, part: str, kind: str = "expand_prompts") -> list[Example]:
    return list(read_jsonl(shop.stored(kind, task="echo").path(f"examples.{part}.jsonl"), Example))


def texts(shop: Shop, candidate: str) -> dict[str, str]:
    step = shop.stored("predict", task="echo", candidate=candidate)
    return {p.example_id: p.text for p in read_jsonl(step.path("predictions.jsonl"), Prediction)}


def results(shop: Shop, **wanted: Any) -> dict[tuple[str, str | None], dict[str, Any]]:
    """Return results by candidate and the slice's value."""
    return {
        (r["candidate"], r["slice"] and r["slice"]["value"]): r
        for r in shop.comparison()["results"]
        if all(r[key] == value for key, value in wanted.items())
    }


# --- what is asked ---------------------------------------------------------------------------------------------------


class TestExamples:
    @pytest.mark.parametrize("part", ["validation", "test"])
    def test_every_held_out_example_is_asked_in_every_way(self, asked: Shop, part: str) -> None:
        assert asked.run().code == 0
        own = examples(asked, part, "prepare")
        assert own
        expected = [
            (f"{e.id}#{prompt}", e.group, e.references, f"{INSTRUCTIONS[prompt]} {e.references[0]}", prompt)
            for prompt in ("own", "polite", "terse")
            for e in own
        ]
        found = [
            (e.id, e.group, e.references, e.messages[0]["content"], e.slices["prompt"]) for e in examples(asked, part)
        ]
        assert found == expected
        assert {e.slices["category"] for e in examples(asked, part)} == {e.slices["category"] for e in own}

    def test_what_prepare_holds_together_stays_so(self, asked: Shop) -> None:
        """Products of nearly the same text count as one group, which only `prepare` knows."""
        rows = [f"p{i},text {i // 2} of an invented product that was entered twice" for i in range(40)]
        asked.write_rows("products.fake", ["id,text", *rows])
        assert asked.run().code == 0
        own = {e.id: e.group for e in examples(asked, "test", "prepare")}
        assert any(name != group for name, group in own.items())
        assert {e.id: e.group for e in examples(asked, "test")} == {
            f"{name}#{prompt}": group for name, group in own.items() for prompt in INSTRUCTIONS
        }

    def test_parts_that_other_data_fixes_are_asked_from_that_data(self, asked: Shop) -> None:
        asked.write_rows("held_out.fake", ["id,text", *(f"p{i},published text number {i}" for i in range(5))])
        asked.set("data.published", {"products": "held_out.fake"})
        asked.set("tasks.echo.test_data", "published").set("tasks.echo.split", {"validation": 0.2, "leakage": "keep"})
        assert asked.run().code == 0
        published = {f"p{i}#{prompt}" for i in range(5) for prompt in INSTRUCTIONS}
        assert {e.id for e in examples(asked, "test")} == published
        assert all("published" in e.messages[0]["content"] for e in examples(asked, "test"))
        assert {e.id for e in examples(asked, "validation")} == {
            f"{e.id}#{prompt}" for e in examples(asked, "validation", "prepare") for prompt in INSTRUCTIONS
        }
        assert not any("published" in e.messages[0]["content"] for e in examples(asked, "validation"))

    def test_training_shots_and_canaries_use_the_tasks_own_prompt(self, asked: Shop) -> None:
        asked.plugin_source('text=" ".join(kept)', 'text=" | ".join(m["content"] for m in prompt)')
        asked.set("tasks.echo.canaries", 2).set("tasks.echo.metrics", ["overlap", "memorised_canaries"])
        assert asked.run().code == 0
        answers = texts(asked, "few_shot")
        scored = {e.id for e in examples(asked, "test")}
        planted = {e.id for e in examples(asked, "train", "prepare") if e.canary}
        assert answers.keys() == scored | planted
        assert len(planted) == 2
        for name, text in answers.items():
            first, _, second, _, last = text.split(" | ")
            assert first.startswith("Repeat:")
            assert second.startswith("Repeat:")
            assert last.startswith(INSTRUCTIONS[name.rpartition("#")[2] if name in scored else "own"])


# --- what is refused -------------------------------------------------------------------------------------------------


class TestRefused:
    def test_a_prompt_that_drops_a_record(self, shop: Shop) -> None:
        shop.write_rows("products.fake", ["id,text", *(f"p{i},{'word ' * (8 + i % 2)}{i}" for i in range(40))])
        outcome = shop.set("tasks.echo.prompts", {"long": {"shortest": 10, "instruction": "Repeat at length:"}}).run()
        assert outcome.code == 2
        held_out = [e for part in ("validation", "test") for e in examples(shop, part, "prepare")]
        short = [e for e in held_out if len(e.references[0].split()) < 10]
        assert (
            f"tasks.echo.prompts.long: {len(short)} of {len(held_out)} held-out examples are missing with it, first "
            f"{short[0].id!r} ({short[0].origin}: too short, 9 words); every prompt must ask for all of them"
        ) in outcome.output

    def test_a_prompt_that_gives_examples_other_ids(self, asked: Shop) -> None:
        another = 'id=record.id + "!" * (record.id == "p7" and options.instruction == "Again:"),'
        asked.plugin_source("id=record.id,\n            messages", f"{another}\n            messages")
        outcome = asked.set("tasks.echo.split", {"test": 0.6, "validation": 0.3}).run()
        assert outcome.code == 2
        assert "tasks.echo.prompts.terse: 1 of 36 held-out examples are" in outcome.output
        assert "are missing with it, first 'p7' (products.fake:9); every prompt" in outcome.output

    def test_a_prompt_that_changes_the_answer(self, asked: Shop) -> None:
        asked.plugin_source("references=(text,)", 'references=(text + "!" * (options.instruction[0] == "P"),)')
        outcome = asked.run()
        assert outcome.code == 2
        assert "tasks.echo.prompts.polite: it changes what a good answer is (products.fake:" in outcome.output

    def test_a_prompt_that_asks_as_the_own_one_does(self, shop: Shop) -> None:
        outcome = shop.set("tasks.echo.prompts", {"same": {"shortest": 1}}).run()
        assert outcome.code == 2
        assert "tasks.echo.prompts.same: this prompt is identical to the task's own" in outcome.output

    def test_a_task_that_raises_is_named(self, asked: Shop) -> None:
        asked.plugin_source('reached("examples")', 'reached(f"examples, {options.instruction}")')
        asked.fail("examples, Again:")
        outcome = asked.run()
        assert outcome.code == 3
        assert (
            "expand prompts of echo (plugin 'fake_plugin' 1.2.3) failed: ValueError: examples, Again:" in outcome.output
        )


# --- what is computed again ------------------------------------------------------------------------------------------


def begun(shop: Shop) -> list[str]:
    return [line.removeprefix("before ") for line in shop.journal() if line.startswith("before ")]


def test_a_prompt_added_to_a_finished_experiment_tunes_nothing_again(shop: Shop) -> None:
    assert shop.run().code == 0
    begun(shop)
    first = results(shop, metric="overlap")
    shop.set("tasks.echo.prompts", PROMPTS)
    assert shop.run().code == 0
    kinds = [step.split()[0] for step in begun(shop)]
    assert (kinds.count("expand"), kinds.count("predict"), kinds.count("measure")) == (1, 5, 10)
    assert len(kinds) == 16
    # Asked in the task's own way, a candidate answers as it did before.
    again = results(shop, metric="overlap")
    assert {again[c, "own"]["value"] for c in ("base", "drilled")} == {
        first[c, None]["value"] for c in ("base", "drilled")
    }
    assert shop.run().code == 0
    assert begun(shop) == []


def test_killed_among_the_prompts_it_goes_on(asked: Shop, tmp_path: Path) -> None:
    asked.fail("batch 4", "kill")
    assert asked.spawn().code == -signal.SIGKILL
    asked.heal()
    assert asked.run().code == 0
    undisturbed = Shop(tmp_path / "undisturbed").set("tasks.echo.prompts", PROMPTS)
    assert undisturbed.run().code == 0
    assert asked.comparison() == undisturbed.comparison()


# --- what the comparison says ----------------------------------------------------------------------------------------


class TestComparison:
    def by_hand(self, shop: Shop, candidate: str) -> tuple[dict[str, float], dict[str, float]]:
        """Return the overlap and the share of different words, by prompt."""
        answers = texts(shop, candidate)
        overlap, distinct = {}, {}
        for prompt in INSTRUCTIONS:
            asked = [e for e in examples(shop, "test") if e.id.endswith(f"#{prompt}")]
            wanted = [set(e.references[0].split()) for e in asked]
            given = [answers[e.id].split() for e in asked]
            overlap[prompt] = sum(len(w & set(g)) for w, g in zip(wanted, given, strict=True)) / sum(map(len, wanted))
            words = [word for answer in given for word in answer]
            distinct[prompt] = len(set(words)) / len(words)
        return overlap, distinct

    @pytest.mark.parametrize("slices", [["category"], []])
    def test_values_by_prompt_their_mean_and_their_spread(self, asked: Shop, slices: list[str]) -> None:
        assert asked.set("compare.slices", slices).run().code == 0
        for metric, place in (("overlap", 0), ("distinct", 1)):
            found = results(asked, metric=metric)
            for candidate in ("base", "few_shot"):
                values = self.by_hand(asked, candidate)[place]
                assert len(set(values.values())) > 1
                assert {p: found[candidate, p]["value"] for p in INSTRUCTIONS} == pytest.approx(values)
                whole = found[candidate, None]
                # Every prompt asks for the same words, so the pooled overlap is the prompts' mean.
                assert whole["value"] == pytest.approx(mean(values.values()))
                assert whole["prompt_sensitivity"] == pytest.approx(
                    {
                        "prompts": 3,
                        "lowest": min(values.values()),
                        "highest": max(values.values()),
                        "deviation": stdev(values.values()),
                    }
                )
                assert {found[candidate, p]["prompt_sensitivity"] for p in INSTRUCTIONS} == {None}

    def test_a_value_that_a_prompt_lacks_is_in_no_spread(self, asked: Shop) -> None:
        assert asked.run().code == 0
        silence = results(asked, metric="distinct")["silence", None]
        assert (silence["value"], silence["prompt_sensitivity"]) == (None, None)

    def test_examples_are_counted_once_and_samples_for_each_prompt(self, asked: Shop) -> None:
        outcome = asked.run()
        assert "echo: 11 test examples x 3 prompts, compared with base" in outcome.output
        (task,) = asked.comparison()["tasks"]
        assert (task["examples"], task["groups"]) == (11, 11)
        assert task["prompts"] == ["own", "terse", "polite"], "as the file has them"
        assert task["data"]["parts"]["test"]["examples"] == 11
        found = results(asked, metric="overlap")
        assert [found["base", p]["n"] for p in (None, *INSTRUCTIONS)] == [33, 11, 11, 11]
        assert found["drilled", None]["verdict"] is not None
        assert found["drilled", "polite"]["verdict"] is None

    def test_a_task_with_one_prompt_has_no_spread(self, shop: Shop) -> None:
        shop.run()
        (task,) = shop.comparison()["tasks"]
        assert task["prompts"] == []
        assert {r["prompt_sensitivity"] for r in shop.comparison()["results"]} == {None}
        assert "prompt" not in {r["slice"]["by"] for r in shop.comparison()["results"] if r["slice"]}
