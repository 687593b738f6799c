import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles, TuningReport
from shoptune.errors import DataError, StepError, UsageError
from shoptune.testing import make_job, sample_pairs, tiny_model
from shoptune_trl import dpo as dpo_module
from shoptune_trl.dpo import tune
from shoptune_trl.options import DPOOptions, SFTOptions
from tests.tiny import examples, tensors

LN2 = pytest.approx(math.log(2), abs=1e-6)


@pytest.fixture(scope="module")
def preferred(
    tuned: tuple[ModelFiles, TuningReport], tmp_path_factory: pytest.TempPathFactory
) -> tuple[ModelFiles, TuningReport]:
    """The SFT model after DPO on its adapter."""
    folder = tmp_path_factory.mktemp("preferred")
    options = DPOOptions(batch_size=4, epochs=2, learning_rate=0.01)
    report = tune(make_job(tuned[0], folder, options, rows=sample_pairs(12), validation_rows=sample_pairs(4)))
    return dataclasses.replace(tuned[0], adapter=folder / "output" / "adapter"), report


def test_first_loss_is_ln_2_and_then_falls(preferred: tuple[ModelFiles, TuningReport]) -> None:
    _, report = preferred
    assert report.loss[0]["loss"] == LN2
    assert report.loss[-1]["loss"] < 0.6
    assert report.loss[-1]["rewards/margins"] > report.loss[0]["rewards/margins"] == 0
    assert report.loss[-1]["rewards/accuracies"] == 1
    assert [row["step"] for row in report.loss if "validation_loss" in row] == [3, 6]


def test_result_is_one_adapter_for_the_same_base(
    tuned: tuple[ModelFiles, TuningReport], preferred: tuple[ModelFiles, TuningReport]
) -> None:
    from shoptune_transformers.loading import load

    before, after = tensors(tuned[0].adapter), tensors(preferred[0].adapter)  # type: ignore[arg-type]
    assert before.keys() == after.keys()
    assert not any(before[name].equal(after[name]) for name in before)
    assert sorted(path.name for path in preferred[0].adapter.iterdir()) == [  # type: ignore[union-attr]
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    model, _ = load(preferred[0])
    assert list(model.peft_config) == ["default"]
    assert preferred[1].info["weights"] == tuned[1].info["weights"]


def test_it_starts_from_the_adapter_of_sft(tuned: tuple[ModelFiles, TuningReport], tmp_path: Path) -> None:
    tune(make_job(tuned[0], tmp_path, DPOOptions(learning_rate=1e-12), rows=sample_pairs(4)))
    before, after = tensors(tuned[0].adapter), tensors(tmp_path / "output" / "adapter")  # type: ignore[arg-type]
    assert all(before[name].allclose(after[name], atol=1e-9) for name in before)


def test_report_counts_both_answers(preferred: tuple[ModelFiles, TuningReport]) -> None:
    data = preferred[1].data
    assert (data["given"], data["used"], data["dropped"], data["truncated"]) == (12, 12, {}, 0)
    assert data["stop_token_trained"]
    assert data["prompt_as_asked_share"] == 1
    assert preferred[1].tokens == 2 * data["tokens"]
    lengths = data["lengths"]
    assert lengths["total"]["max"] == lengths["prompt"]["max"] + max(
        lengths["chosen"]["max"], lengths["rejected"]["max"]
    )


def test_pairs_that_do_not_fit_are_named(tiny: ModelFiles, tmp_path: Path) -> None:
    good = sample_pairs(4)
    endless = dataclasses.replace(good[0], id="endless", messages=({"role": "user", "content": "a vase " * 60},))
    data = tune(make_job(tiny, tmp_path, DPOOptions(max_length=56), rows=[*good, endless])).data
    assert (data["given"], data["used"]) == (5, 4)
    assert data["dropped"] == {
        "prompt leaves no room for an answer within max_length": {"count": 1, "ids": ["endless"]}
    }
    # Prompts have 34 tokens and rejected answers 10, 18 or 26, in turn.
    assert data["truncated"] == 1
    assert data["lengths"]["total"]["max"] == 56


def test_new_adapter_on_a_model_tuned_in_full(tiny: ModelFiles, tmp_path: Path) -> None:
    from shoptune_trl.sft import tune as sft

    sft(make_job(tiny, tmp_path / "sft", SFTOptions(lora=False, learning_rate=0.01), rows=examples(8)))
    files = dataclasses.replace(tiny, folder=tmp_path / "sft" / "output" / "model")
    report = tune(make_job(files, tmp_path / "dpo", DPOOptions(batch_size=4), rows=sample_pairs(8)))
    assert report.loss[0]["loss"] == LN2
    assert [path.name for path in (tmp_path / "dpo" / "output").iterdir()] == ["adapter"]


def test_full_tuning_compares_with_the_model_as_it_was(tiny: ModelFiles, tmp_path: Path) -> None:
    options = DPOOptions(batch_size=4, epochs=2, learning_rate=1e-3, lora=False)
    report = tune(make_job(tiny, tmp_path, options, rows=sample_pairs(8)))
    assert report.loss[0]["loss"] == LN2
    assert report.loss[-1]["loss"] < 0.68
    assert [path.name for path in (tmp_path / "output").iterdir()] == ["model"]


def test_a_wrong_reference_is_found_at_the_first_step(
    tiny: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shoptune_transformers.loading import load

    other = tiny_model(tmp_path / "other", seed=1)
    monkeypatch.setattr(dpo_module, "_reference", lambda _: load(other)[0])
    with pytest.raises(StepError, match=r"first step's loss is 0\.\d+ and must be 0\.6931"):
        tune(make_job(tiny, tmp_path, DPOOptions(lora=False), rows=sample_pairs(8)))


def test_bfloat16_is_autocast_over_float32(tuned: tuple[ModelFiles, TuningReport], tmp_path: Path) -> None:
    files = dataclasses.replace(tuned[0], settings={**tuned[0].settings, "dtype": "bfloat16"})
    report = tune(make_job(files, tmp_path, DPOOptions(), rows=sample_pairs(8)))
    assert report.loss[0]["loss"] == pytest.approx(math.log(2), abs=2e-2)
    assert report.info["dtype"] == "bfloat16 autocast over float32 weights"
    assert {str(t.dtype) for t in tensors(tmp_path / "output" / "adapter").values()} == {"torch.float32"}


def test_other_losses_are_not_held_to_ln_2(tiny: ModelFiles, tmp_path: Path) -> None:
    options = DPOOptions(trainer={"loss_type": ["ipo"]})
    report = tune(make_job(tiny, tmp_path, options, rows=sample_pairs(4)))
    assert report.loss[0]["loss"] == pytest.approx((1 / (2 * 0.1)) ** 2)


def test_lora_can_not_be_given_twice(tuned: tuple[ModelFiles, TuningReport], tmp_path: Path) -> None:
    options: Any
    for options in (DPOOptions(lora={"r": 4}), DPOOptions(lora=False)):
        with pytest.raises(UsageError, match="Leave `lora` out"):
            tune(make_job(tuned[0], tmp_path, options, rows=sample_pairs(4)))


def test_training_on_nothing_is_an_error(tiny: ModelFiles, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no rows were given"):
        tune(make_job(tiny, tmp_path, DPOOptions()))
