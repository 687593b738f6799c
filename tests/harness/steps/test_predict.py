"""What a prediction step asks and keeps, and what a kill leaves to the next run."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from shoptune.data import Example, Message, Prediction
from shoptune.steps.predict import with_shots
from shoptune.storage.jsonl import read_jsonl, to_line
from tests.fakes import Shop


def of(shop: Shop, part: str) -> list[Example]:
    return list(read_jsonl(shop.stored("prepare", task="echo").path(f"examples.{part}.jsonl"), Example))


def predictions(shop: Shop, candidate: str) -> list[Prediction]:
    step = shop.stored("predict", task="echo", candidate=candidate)
    return list(read_jsonl(step.path("predictions.jsonl"), Prediction))


class TestPredict:
    def test_answers_stand_in_the_examples_order(self, shop: Shop) -> None:
        shop.run()
        for candidate in ("silence", "base", "preferred"):
            assert [p.example_id for p in predictions(shop, candidate)] == [e.id for e in of(shop, "test")]

    def test_cost_is_kept(self, shop: Shop) -> None:
        shop.run()
        cost = shop.stored("predict", task="echo", candidate="base").manifest["cost"]
        answers = predictions(shop, "base")
        assert cost["tokens_in"] == sum(p.prompt_tokens for p in answers)
        assert cost["tokens_out"] == sum(p.completion_tokens for p in answers)
        assert cost["seconds"] > 0
        assert cost["peak_memory_bytes"] > 1e6

    def test_killed_and_run_again_it_answers_what_is_left(self, shop: Shop, tmp_path: Path) -> None:
        shop.fail("batch 3", "kill")
        assert shop.spawn().code == -signal.SIGKILL
        assert [line for line in shop.journal() if line.startswith("answered")] == ["answered 4", "answered 4"]
        shop.heal()
        outcome = shop.run()
        assert outcome.code == 0
        assert "predict echo with base (resuming)" in outcome.output
        assert next(line for line in shop.journal() if line.startswith("answered")) == "answered 3"
        undisturbed = Shop(tmp_path / "undisturbed")
        undisturbed.run()
        for candidate in ("base", "drilled"):
            step, other = (s.stored("predict", task="echo", candidate=candidate) for s in (shop, undisturbed))
            assert step.path("predictions.jsonl").read_bytes() == other.path("predictions.jsonl").read_bytes()
        assert shop.comparison() == undisturbed.comparison()

    @pytest.mark.parametrize(
        "tail", [b'{"example_id": "p1', to_line(Prediction(example_id="p1"))[:-1], '{"text": "ä'.encode()]
    )
    def test_a_line_that_a_kill_tore_is_answered_again(self, shop: Shop, tmp_path: Path, tail: bytes) -> None:
        shop.fail("batch 3")
        assert shop.run().code == 3
        shop.heal()
        step = shop.step("predict", task="echo", candidate="base")
        log = shop.store.root / "work" / step.fingerprint / "state" / "predictions.jsonl"
        whole = log.read_bytes()
        assert whole.count(b"\n") == 8
        log.write_bytes(whole + tail[:-1])
        assert shop.run().code == 0
        undisturbed = Shop(tmp_path / "undisturbed")
        undisturbed.run()
        assert predictions(shop, "base") == predictions(undisturbed, "base")

    def test_a_full_disk_in_the_middle(self, shop: Shop) -> None:
        shop.fail("batch 2", "full disk")
        outcome = shop.run()
        assert outcome.code == 3
        assert "no space left on the disk that holds" in outcome.output
        shop.heal()
        shop.journal()
        assert shop.run().code == 0
        assert next(line for line in shop.journal() if line.startswith("answered")) == "answered 4"

    def test_a_backend_that_leaves_some_out_is_told(self, shop: Shop) -> None:
        shop.plugin_source("range(0, len(order), self._batch)", "range(0, len(order) - 4, self._batch)")
        outcome = shop.run()
        assert outcome.code == 3
        assert "predict echo with base: the backend 'fake' gave no answer to 3: ['p" in outcome.output

    def test_too_few_examples_for_the_prompt(self, shop: Shop) -> None:
        outcome = shop.set("candidates.few_shot.few_shot", 99).run()
        assert outcome.code == 2
        assert "candidates.few_shot: few_shot is 99, and echo has" in outcome.output

    def test_settings_reach_the_backend(self, shop: Shop) -> None:
        shop.set("tasks.echo.generate", {"max_new_tokens": 2}).run()
        assert max(p.completion_tokens for p in predictions(shop, "preferred")) == 2

    def test_shots_are_earlier_turns_after_the_system_message(self) -> None:
        def messages(system: str, user: str) -> tuple[Message, ...]:
            return ({"role": "system", "content": system}, {"role": "user", "content": user})

        shot = Example(id="s", messages=messages("of the shot", "say a"), references=("a", "b"), group="s")
        assert with_shots(messages("be brief", "say c"), [shot]) == [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "say a"},
            {"role": "assistant", "content": "a"},
            {"role": "user", "content": "say c"},
        ]
        assert with_shots(shot.messages[1:], []) == [{"role": "user", "content": "say a"}]

    def test_shots_come_from_training_and_depend_on_the_seed(self, shop: Shop) -> None:
        shop.plugin_source(
            'return Prediction(example_id="", text=" ".join(kept)',
            ('return Prediction(example_id="", text=" | ".join(m["content"] for m in prompt[1::2])'),
        )
        shop.run()
        (text,) = {p.text for p in predictions(shop, "few_shot")}  # the same for all prompts
        assert set(text.split(" | ")) < {e.references[0] for e in of(shop, "train")}
        shop.set("seed", 8).run()
        assert text not in {p.text for p in predictions(shop, "few_shot")}
