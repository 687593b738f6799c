"""Supervised tuning of a tiny T5: what is learnt, how it is weighted, and that it ends as it should."""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles, TuningReport
from shoptune.data import Example
from shoptune.errors import DataError, UsageError
from shoptune.testing import make_job, sample_pairs
from shoptune.testing.samples import ask_for
from shoptune.training_rows import rows_of
from shoptune_trl import callbacks, dpo, sft
from shoptune_trl.options import DPOOptions, SFTOptions
from tests.tiny import examples, tensors
from tests.tiny_t5 import make_t5

Step = tuple[float, Mapping[str, Any]]
"""A loss and its gradients."""


@pytest.fixture(scope="module")
def t5(one_thread: None, tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    return make_t5(tmp_path_factory.mktemp("t5"))


@pytest.fixture(scope="module")
def tuned_t5(t5: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> tuple[ModelFiles, TuningReport]:
    """The tiny T5 after SFT with LoRA, and what was reported."""
    folder = tmp_path_factory.mktemp("tuned")
    options = SFTOptions(batch_size=4, epochs=4, lora={"r": 4}, learning_rate=0.01)
    report = sft.tune(make_job(t5, folder, options, rows=examples(16), validation_rows=examples(4)))
    return dataclasses.replace(t5, adapter=folder / "output" / "adapter"), report


def trainer_of(job: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run `job` up to the first step and return its trainer."""
    seen = []

    def stop(trainer: Any, *_: Any) -> None:
        seen.append(trainer)
        raise KeyboardInterrupt

    monkeypatch.setattr(sft, "report_on", stop)
    with pytest.raises(KeyboardInterrupt):
        sft.tune(job)
    return seen[0]


def weighted(n: int) -> list[Example]:
    return [dataclasses.replace(e, weight=(0.25, 3.0, 1.0, 0.5)[i % 4]) for i, e in enumerate(examples(n))]


def test_the_encoder_reads_the_prompt_and_the_decoder_learns_answer_and_end(
    t5: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(t5, tmp_path, SFTOptions(batch_size=4), rows=examples(8))
    trainer = trainer_of(job, monkeypatch)
    tokenizer = trainer.processing_class
    seen = {}
    for batch in trainer.get_train_dataloader():
        for ids, there, labels in zip(batch["input_ids"], batch["attention_mask"], batch["labels"], strict=True):
            seen[tuple(ids[there.bool()].tolist())] = labels[labels != -100].tolist()
        starts = batch["decoder_input_ids"]
        assert (starts[:, 0] == trainer.model.config.decoder_start_token_id).all()
        assert starts[:, 1:].equal(batch["labels"][:, :-1].clamp(min=0))
    for example in rows_of(job.rows, Example):
        prompt = "\n\n".join(message["content"] for message in example.messages)
        assert seen[tuple(tokenizer(prompt).input_ids)] == tokenizer(example.references[0]).input_ids


def test_report_of_clean_data(
    t5: ModelFiles, tuned_t5: tuple[ModelFiles, TuningReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, report = tuned_t5
    data = report.data
    trainer = trainer_of(make_job(t5, tmp_path, SFTOptions(batch_size=4), rows=examples(16)), monkeypatch)
    batches = list(trainer.get_train_dataloader())
    trained = sum(int((batch["labels"] != -100).sum()) for batch in batches)
    assert data["tokens_trained"] == trained
    assert data["tokens"] == trained + sum(int(batch["attention_mask"].sum()) for batch in batches)
    assert data["share_masked"] == 1 - trained / data["tokens"]
    assert report.tokens == 4 * data["tokens"]
    assert (data["given"], data["used"], data["dropped"], data["truncated"]) == (16, 16, {}, 0)
    assert data["stop_token_trained"]
    assert data["stop_token_share"] == data["prompt_as_asked_share"] == 1
    assert data["validation"]["used"] == 4
    assert json.loads(json.dumps(dataclasses.asdict(report))) == dataclasses.asdict(report)


def test_loss_falls_and_the_curve_has_every_step(tuned_t5: tuple[ModelFiles, TuningReport]) -> None:
    _, report = tuned_t5
    assert [row["step"] for row in report.loss] == list(range(1, 17))
    validated = [row["validation_loss"] for row in report.loss if "validation_loss" in row]
    assert len(validated) == 4
    assert validated[-1] < validated[0] - 0.5
    assert report.info["trainable_weights"] < report.info["weights"] / 2


def test_the_adapter_changes_what_is_answered_and_can_be_trained_on(
    t5: ModelFiles, tuned_t5: tuple[ModelFiles, TuningReport], tmp_path: Path
) -> None:
    from shoptune_transformers.session import open_session

    files, _ = tuned_t5
    assert files.adapter is not None
    assert json.loads((files.adapter / "adapter_config.json").read_text())["task_type"] == "SEQ_2_SEQ_LM"
    example = examples(1)[0]
    scores = []
    for of in (t5, files):
        with open_session(of) as session:
            ((_, answer),) = next(session.choose([example.messages], [example.references]))
            scores.append(answer.choice_log_probabilities[0])
    assert scores[1] > scores[0] + 10
    report = sft.tune(make_job(files, tmp_path, SFTOptions(batch_size=4, epochs=1), rows=examples(8)))
    assert report.info["continued_adapter"]
    before, after = tensors(files.adapter), tensors(tmp_path / "output" / "adapter")
    assert before.keys() == after.keys()
    assert any(not before[name].equal(after[name]) for name in before)


def test_full_tuning_writes_a_whole_model(t5: ModelFiles, tmp_path: Path) -> None:
    from shoptune_transformers.loading import load

    sft.tune(make_job(t5, tmp_path, SFTOptions(batch_size=4, epochs=1, lora=False), rows=examples(8)))
    model, tokenizer = load(dataclasses.replace(t5, folder=tmp_path / "output" / "model"))
    base, own = load(t5)
    assert not model.lm_head.weight.equal(base.lm_head.weight)
    assert not model.lm_head.weight.equal(model.shared.weight), "a head of its own stays one"
    assert model.config.scale_decoder_outputs == base.config.scale_decoder_outputs
    assert tokenizer("A red vase").input_ids == own("A red vase").input_ids


def test_what_is_dropped_and_cut_is_said_by_name(t5: ModelFiles, tmp_path: Path) -> None:
    good = examples(6)
    endless = ask_for("vase " * 60, "red")
    given = [*good, dataclasses.replace(good[0], id="endless", messages=endless)]
    report = sft.tune(make_job(t5, tmp_path, SFTOptions(epochs=1, max_length=60), rows=given)).data
    assert (report["given"], report["used"]) == (7, 6)
    reason = "prompt leaves no room for an answer within max_length"
    assert report["dropped"] == {reason: {"count": 1, "ids": ["endless"]}}
    assert report["truncated"] == 2
    assert report["lengths"]["total"]["max"] == 60
    assert report["stop_token_trained"]


@pytest.mark.parametrize("validation", [False, True])
def test_nothing_to_learn_is_an_error(validation: bool, t5: ModelFiles, tmp_path: Path) -> None:
    endless = [dataclasses.replace(e, messages=ask_for("vase " * 60, "red")) for e in examples(2)]
    sets: dict[str, Any] = {"rows": examples(2), "validation_rows": endless} if validation else {"rows": endless}
    with pytest.raises(DataError, match="no room for an answer"):
        sft.tune(make_job(t5, tmp_path, SFTOptions(max_length=60), **sets))


class KilledError(Exception):
    """What the test's progress raises, in the place of a signal."""


@pytest.mark.parametrize("step", [3, 5])
def test_a_killed_training_ends_as_if_it_had_not_been(
    step: int, t5: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(callbacks, "CHECKPOINT_SHARE", float("inf"))
    options = SFTOptions(batch_size=4, learning_rate=0.01, lora={"dropout": 0.2})

    def job(folder: Path, **given: Any) -> Any:
        return make_job(t5, folder, options, rows=weighted(16), validation_rows=examples(4), **given)

    def kill(done: float, *_: Any, **__: Any) -> None:
        if done == step:
            raise KilledError

    whole = sft.tune(job(tmp_path / "whole"))
    with pytest.raises(KilledError):
        sft.tune(job(tmp_path / "parts", progress=kill))
    told: list[float] = []
    parts = sft.tune(job(tmp_path / "parts", progress=lambda done, *_, **__: told.append(done)))
    assert told[1] == step
    assert parts == whole
    one, other = (tensors(tmp_path / name / "output" / "adapter") for name in ("whole", "parts"))
    assert all(one[name].equal(other[name]) for name in one)


def step_of(trainer: Any, batches: Iterable[Sequence[Mapping[str, Any]]]) -> Step:
    """The loss and gradients of one optimiser step over micro-batches, computed by the trainer."""
    collated = iter([trainer.data_collator(list(batch)) for batch in batches])
    trainer.model.zero_grad()
    drawn, number = trainer.get_batch_samples(collated, len(list(batches)), trainer.args.device)
    loss: Any = sum(trainer.compute_loss(trainer.model, batch, num_items_in_batch=number) for batch in drawn)
    loss.backward()
    return loss.item(), {n: p.grad.clone() for n, p in trainer.model.named_parameters() if p.grad is not None}


def of_one_row(model: Any, row: Mapping[str, Any]) -> Step:
    """The mean loss of a row's tokens and its gradients, as T5 computes them."""
    import torch

    model.zero_grad()
    loss = model(input_ids=torch.tensor([row["input_ids"]]), labels=torch.tensor([row["labels"]])).loss
    loss.backward()
    return loss.item(), {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("sizes", [(4,), (1, 3), (2, 1, 1)])
@pytest.mark.parametrize("given", [weighted(8), examples(8)], ids=["weighted", "equal"])
def test_the_gradient_is_the_weighted_mean_over_tokens(
    sizes: Sequence[int], given: list[Example], t5: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = trainer_of(make_job(t5, tmp_path, SFTOptions(lora=False), rows=given), monkeypatch)
    trainer.model.eval()  # without dropout
    rows = [trainer.train_dataset[i] for i in range(4)]
    left = list(rows)
    loss, gradients = step_of(trainer, [[left.pop(0) for _ in range(size)] for size in sizes])
    single = [of_one_row(trainer.model, row) for row in rows]
    shares = [row.get("weight", 1.0) * len(row["labels"]) for row in rows]
    assert loss == pytest.approx(sum(s * one for s, (one, _) in zip(shares, single, strict=True)) / sum(shares))
    largest = max(float(g.abs().max()) for g in gradients.values())
    for name, gradient in gradients.items():
        mean = sum(s * of[name] for s, (_, of) in zip(shares, single, strict=True)) / sum(shares)
        assert gradient.allclose(mean, rtol=1e-4, atol=1e-5 * largest), name


def test_a_seed_gives_the_same_model_again(t5: ModelFiles, tmp_path: Path) -> None:
    options = SFTOptions(epochs=1)
    reports = [
        sft.tune(make_job(t5, tmp_path / name, options, rows=examples(8), seed=seed))
        for name, seed in (("one", 1), ("again", 1), ("other", 2))
    ]
    one, again, other = (tensors(tmp_path / name / "output" / "adapter") for name in ("one", "again", "other"))
    assert reports[0] == reports[1] != reports[2]
    assert all(one[name].equal(again[name]) for name in one)
    assert any(not one[name].equal(other[name]) for name in one)


@pytest.mark.parametrize("trainer", [{"packing": True}, {"padding_free": True}, {"loss_type": "dft"}])
def test_what_is_for_causal_models_is_refused(trainer: dict[str, Any], t5: ModelFiles, tmp_path: Path) -> None:
    (name,) = trainer
    with pytest.raises(UsageError, match=f"`{name}`.*for causal language models"):
        sft.tune(make_job(t5, tmp_path, SFTOptions(trainer=trainer), rows=examples(4)))


def test_what_transformers_refuses_is_an_error_of_settings(t5: ModelFiles, tmp_path: Path) -> None:
    options = SFTOptions(trainer={"lr_scheduler_type": "zigzag"})
    with pytest.raises(UsageError, match=r"transformers' Seq2SeqTrainer refuses.*zigzag"):
        sft.tune(make_job(t5, tmp_path, options, rows=examples(4)))


def test_a_template_that_can_not_be_cut_is_refused(t5: ModelFiles, tmp_path: Path) -> None:
    template = "{% for m in messages %}{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}Well:{% endif %}"
    files = dataclasses.replace(t5, settings={**t5.settings, "chat_template": template})
    with pytest.raises(UsageError, match="otherwise than the prompt alone"):
        sft.tune(make_job(files, tmp_path, SFTOptions(), rows=examples(4)))


def test_dpo_is_refused(t5: ModelFiles, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"an encoder and a decoder.*method: sft"):
        dpo.tune(make_job(t5, tmp_path, DPOOptions(), rows=sample_pairs(4)))


def test_nothing_is_printed(t5: ModelFiles, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sft.tune(make_job(t5, tmp_path, SFTOptions(epochs=1), rows=examples(4), validation_rows=examples(2)))
    assert capfd.readouterr() == ("", "")
