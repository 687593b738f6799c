import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles, TuningReport
from shoptune.data import Example
from shoptune.errors import DataError, StepError, UsageError
from shoptune.testing import make_job
from shoptune.testing.samples import ask_for
from shoptune.testing.tiny import CHATML
from shoptune.training_rows import rows_of
from shoptune_trl import sft as sft_module
from shoptune_trl.options import SFTOptions
from shoptune_trl.sft import tune
from tests.tiny import examples, tensors


def captured_trainer(monkeypatch: pytest.MonkeyPatch, job: Any) -> Any:
    """Run `job` up to the first step and return its trainer."""
    seen = []

    def stop(trainer: Any, *_: Any) -> None:
        seen.append(trainer)
        raise KeyboardInterrupt

    monkeypatch.setattr(sft_module, "report_on", stop)
    with pytest.raises(KeyboardInterrupt):
        tune(job)
    return seen[0]


def test_batches_train_the_answer_and_its_end_and_nothing_else(
    tiny: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(tiny, tmp_path, SFTOptions(batch_size=4), rows=examples(8))
    trainer = captured_trainer(monkeypatch, job)
    seen = {}
    for batch in trainer.get_train_dataloader():
        for ids, labels, there in zip(batch["input_ids"], batch["labels"], batch["attention_mask"], strict=True):
            masked = trainer.processing_class.decode(ids[(labels == -100) & there.bool()])
            seen[masked] = trainer.processing_class.decode(labels[labels != -100])
    for example in rows_of(job.rows, Example):
        system, user = (message["content"] for message in example.messages)
        prompt = f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n"
        assert seen[prompt] == example.references[0] + "<|im_end|>\n"


def test_the_report_counts_what_the_batches_hold(
    tiny: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tuned: tuple[ModelFiles, TuningReport]
) -> None:
    _, report = tuned
    trainer = captured_trainer(monkeypatch, make_job(tiny, tmp_path, SFTOptions(batch_size=4), rows=examples(16)))
    batches = list(trainer.get_train_dataloader())
    assert report.data["tokens"] == sum(int(batch["attention_mask"].sum()) for batch in batches)
    assert report.data["tokens_trained"] == sum(int((batch["labels"] != -100).sum()) for batch in batches)
    assert report.data["share_masked"] == 1 - report.data["tokens_trained"] / report.data["tokens"]
    assert report.tokens == 2 * report.data["tokens"]


def test_report_of_clean_data(tuned: tuple[ModelFiles, TuningReport]) -> None:
    _, report = tuned
    data = report.data
    assert (data["given"], data["used"], data["dropped"], data["truncated"]) == (16, 16, {}, 0)
    assert data["stop_token_trained"]
    assert data["stop_token_share"] == data["prompt_as_asked_share"] == 1
    assert data["validation"] == {"given": 4, "used": 4, "dropped": {}, "truncated": 0, "tokens": 209}
    assert data["lengths"]["total"]["max"] == data["lengths"]["prompt"]["max"] + data["lengths"]["completion"]["max"]
    assert json.loads(json.dumps(dataclasses.asdict(report))) == dataclasses.asdict(report)


def test_loss_falls_and_the_curve_has_every_step(tuned: tuple[ModelFiles, TuningReport]) -> None:
    _, report = tuned
    assert [row["step"] for row in report.loss] == list(range(1, 9))
    assert report.loss[-1]["loss"] < report.loss[0]["loss"] - 0.2
    assert [row["step"] for row in report.loss if "validation_loss" in row] == [4, 8]
    assert all({"epoch", "learning_rate", "grad_norm"} <= row.keys() for row in report.loss)


def test_adapter_goes_onto_the_model_and_changes_it(tiny: ModelFiles, tuned: tuple[ModelFiles, TuningReport]) -> None:
    import torch

    from shoptune_transformers.loading import load

    files, report = tuned
    assert sorted(path.name for path in files.adapter.iterdir()) == [  # type: ignore[union-attr]
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    model, tokenizer = load(files)
    base, _ = load(tiny)
    ids = tokenizer("A red vase", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        assert not torch.allclose(model(ids).logits, base(ids).logits, atol=1e-2)
        with model.disable_adapter():
            assert torch.equal(model(ids).logits, base(ids).logits)
    assert report.info["trainable_weights"] == sum(t.numel() for t in tensors(files.adapter).values())  # type: ignore[arg-type]
    assert report.info["weights"] == base.num_parameters()


def test_what_is_dropped_and_cut_is_said_by_name(tiny: ModelFiles, tmp_path: Path) -> None:
    good = examples(6)
    endless = ask_for("vase " * 60, "red")
    given = [
        *good,
        dataclasses.replace(good[0], id="no target", references=("",)),
        dataclasses.replace(good[0], id="no weight", weight=0.0),
        *(dataclasses.replace(good[0], id=f"endless {i}", messages=endless) for i in range(25)),
    ]
    report = tune(make_job(tiny, tmp_path, SFTOptions(batch_size=4, epochs=1, max_length=48), rows=given)).data
    reason = "prompt leaves no room for an answer within max_length"
    assert (report["given"], report["used"]) == (33, 6)
    assert report["dropped"]["empty target"] == {"count": 1, "ids": ["no target"]}
    assert report["dropped"]["weight 0"] == {"count": 1, "ids": ["no weight"]}
    assert report["dropped"][reason] == {"count": 25, "ids": [f"endless {i}" for i in range(20)]}
    # Prompts have 33 tokens and answers 13, 20 or 27, in turn.
    assert report["truncated"] == 4
    assert report["lengths"]["total"]["max"] == 48
    assert report["stop_token_trained"]
    assert report["stop_token_share"] == 1


def test_a_template_that_ends_no_turn_is_noticed(tiny: ModelFiles, tmp_path: Path) -> None:
    endless = dataclasses.replace(tiny, settings={**tiny.settings, "chat_template": CHATML.replace("<|im_end|>", "")})
    report = tune(make_job(endless, tmp_path, SFTOptions(epochs=1), rows=examples(4))).data
    assert not report["stop_token_trained"]
    assert report["stop_token_share"] == 0


def test_a_template_that_asks_otherwise_than_it_trains_is_noticed(tiny: ModelFiles, tmp_path: Path) -> None:
    otherwise = CHATML.replace("assistant\n{% endif %}", "assistant\nWell: {% endif %}")
    files = dataclasses.replace(tiny, settings={**tiny.settings, "chat_template": otherwise})
    report = tune(make_job(files, tmp_path, SFTOptions(epochs=1), rows=examples(4))).data
    assert report["prompt_as_asked_share"] == 0


def test_packed_rows_are_counted_too(tiny: ModelFiles, tmp_path: Path, tuned: tuple[ModelFiles, TuningReport]) -> None:
    options = SFTOptions(batch_size=1, epochs=1, max_length=128, trainer={"packing": True})
    report = tune(make_job(tiny, tmp_path, options, rows=examples(16))).data
    same = ("given", "used", "truncated", "tokens", "lengths", "stop_token_trained", "stop_token_share")
    assert {name: report[name] for name in same} == {name: tuned[1].data[name] for name in same}


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ([], SFTOptions(), "no rows were given"),
        ([dataclasses.replace(e, references=()) for e in examples(3)], SFTOptions(), r"all 3 rows.*empty target: 3"),
        (examples(3), SFTOptions(max_length=20), r"all 3 rows.*no room for an answer within max_length: 3.*now 20"),
    ],
)
def test_training_on_nothing_is_an_error(
    given: Any, options: SFTOptions, message: str, tiny: ModelFiles, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=message):
        tune(make_job(tiny, tmp_path, options, rows=given))


def test_validation_set_without_a_usable_row(tiny: ModelFiles, tmp_path: Path) -> None:
    empty = [dataclasses.replace(e, references=()) for e in examples(2)]
    report = tune(make_job(tiny, tmp_path / "a", SFTOptions(epochs=1), rows=examples(4), validation_rows=empty))
    assert "validation" not in report.data
    endless = [dataclasses.replace(examples(1)[0], messages=ask_for("vase " * 60, "red"))]
    job = make_job(tiny, tmp_path / "b", SFTOptions(max_length=60), rows=examples(4), validation_rows=endless)
    with pytest.raises(DataError, match=r"The validation set can't be used .*all 1 rows were dropped"):
        tune(job)


def test_rows_must_not_vanish(tiny: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sft_module.prepared_rows
    monkeypatch.setattr(sft_module, "prepared_rows", lambda prepared: [i for i in whole(prepared) if i.row != 2])
    with pytest.raises(StepError, match="TRL left out 'e2'"):
        tune(make_job(tiny, tmp_path, SFTOptions(), rows=examples(4)))


def test_loss_that_is_no_number_stops_the_training(tiny: ModelFiles, tmp_path: Path) -> None:
    options = SFTOptions(batch_size=4, learning_rate=1e25, lora=False)
    with pytest.raises(
        StepError, match=r"became (nan|inf) at step 2 of 8; the last good loss was 5\.9.*Lower `learning_rate`"
    ):
        tune(make_job(tiny, tmp_path, options, rows=examples(16)))
    assert not any((tmp_path / "output").iterdir())


def test_full_tuning_writes_a_whole_model(tiny: ModelFiles, tmp_path: Path) -> None:
    from shoptune_transformers.loading import load

    report = tune(make_job(tiny, tmp_path, SFTOptions(batch_size=4, epochs=1, lora=False), rows=examples(8)))
    assert [path.name for path in (tmp_path / "output").iterdir()] == ["model"]
    model, tokenizer = load(ModelFiles(folder=tmp_path / "output" / "model"))
    base, _ = load(tiny)
    assert report.info["trainable_weights"] == report.info["weights"] == base.num_parameters()
    assert report.info["learning_rate"] == 5e-5
    changed = [not p.equal(q) for p, q in zip(model.parameters(), base.parameters(), strict=True)]
    assert all(changed)
    assert tokenizer.chat_template == CHATML


def test_tuning_goes_on_with_the_adapter_that_is_there(tuned: tuple[ModelFiles, TuningReport], tmp_path: Path) -> None:
    files, _ = tuned
    with pytest.raises(UsageError, match="has an adapter, which is trained on"):
        tune(make_job(files, tmp_path, SFTOptions(lora={"r": 8}), rows=examples(4)))
    options = SFTOptions(epochs=1, learning_rate=1e-12)
    report = tune(make_job(files, tmp_path, options, rows=examples(4)))
    before, after = tensors(files.adapter), tensors(tmp_path / "output" / "adapter")  # type: ignore[arg-type]
    assert before.keys() == after.keys()
    assert all(before[name].allclose(after[name], atol=1e-9) for name in before)
    assert report.info["continued_adapter"]
    assert report.info["lora"]["r"] == 4


def test_what_trl_refuses_is_an_error_of_settings(tiny: ModelFiles, tmp_path: Path) -> None:
    for options in (SFTOptions(trainer={"optim": "adamm"}), SFTOptions(lora={"target_modules": ["no_such_layer"]})):
        with pytest.raises(UsageError, match=r"TRL's SFTTrainer refuses these settings: .*(adamm|no_such_layer)"):
            tune(make_job(tiny, tmp_path, options, rows=examples(4)))


def test_nothing_is_printed_or_sent(
    tiny: ModelFiles, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub.utils import _telemetry

    sent: list[Any] = []
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(_telemetry._TELEMETRY_QUEUE, "put", sent.append)
    tune(make_job(tiny, tmp_path, SFTOptions(epochs=1), rows=examples(4), validation_rows=examples(2)))
    assert capfd.readouterr() == ("", "")
    assert sent == []


def test_progress_tells_every_step(tiny: ModelFiles, tmp_path: Path) -> None:
    told: list[tuple[float, float, str]] = []

    def progress(done: float, total: float, unit: str = "", detail: str = "") -> None:
        told.append((done, total, detail))

    options = SFTOptions(batch_size=4, epochs=1)
    report = tune(make_job(tiny, tmp_path, options, rows=examples(8), progress=progress))
    assert told == [
        (0, 2, ""),
        *((step, 2, f"loss {row['loss']:.3f}") for step, row in enumerate(report.loss, 1)),
    ]


def test_what_is_learnt_from_is_said_before_the_first_step(tiny: ModelFiles, tmp_path: Path) -> None:
    heard: list[str] = []

    def progress(done: float, total: float, unit: str = "", detail: str = "") -> None:
        if detail.startswith("loss"):
            heard.append("a step")

    options = SFTOptions(batch_size=4, trainer={"max_steps": 1})
    tune(make_job(tiny, tmp_path, options, rows=examples(8), progress=progress, say=heard.append))
    said, *steps = heard
    assert "8 of 8 rows used; none cut;" in said
    assert "% masked" in said
    assert said.endswith("stop token trained")
    assert steps == ["a step"]
