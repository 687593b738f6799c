"""Tuning on CUDA; skipped where torch has no CUDA device."""

import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles, TuningReport
from shoptune.errors import StepError
from shoptune.testing import make_job, sample_pairs
from shoptune_trl import dpo, sft
from shoptune_trl.options import DPOOptions, SFTOptions
from tests.tiny import examples, tensors


@pytest.fixture(autouse=True)
def cuda() -> Any:
    """Return torch.cuda, where there is a device."""
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("torch finds no CUDA device")
    return torch.cuda


def on(model: ModelFiles, device: str, dtype: str) -> ModelFiles:
    return dataclasses.replace(model, settings={"dtype": dtype, "device": device})


def supervised(model: ModelFiles, folder: Path, **given: Any) -> TuningReport:
    options = SFTOptions(**({"batch_size": 4, "lora": {"r": 4}, "learning_rate": 0.01} | given))
    return sft.tune(make_job(model, folder, options, rows=examples(16), validation_rows=examples(4)))


def losses(report: TuningReport) -> list[float]:
    return [row["loss"] for row in report.loss]


@pytest.mark.parametrize("lora", [{"r": 4}, False])
def test_supervised_losses_are_the_processors(tiny: ModelFiles, tmp_path: Path, lora: Any) -> None:
    here = supervised(on(tiny, "cuda", "float32"), tmp_path / "cuda", lora=lora)
    there = supervised(on(tiny, "cpu", "float32"), tmp_path / "cpu", lora=lora)
    assert losses(here) == pytest.approx(losses(there), abs=1e-3)
    assert here.tokens == there.tokens
    assert here.info["device"] == "cuda:0"


@pytest.mark.parametrize("lora", [{"r": 4}, False])
def test_supervised_in_bfloat16(tiny: ModelFiles, tmp_path: Path, lora: Any) -> None:
    import torch

    report = supervised(on(tiny, "cuda", "bfloat16"), tmp_path, lora=lora)
    assert report.info["dtype"] == "bfloat16 autocast over float32 weights"
    assert report.loss[-1]["loss"] < report.loss[0]["loss"] - 0.2
    written = tensors(tmp_path / "output" / ("adapter" if lora else "model"))
    assert {tensor.dtype for tensor in written.values()} == {torch.float32}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_preferences_begin_at_ln_2(tiny: ModelFiles, tmp_path: Path, dtype: str) -> None:
    model = on(tiny, "cuda", dtype)
    supervised(model, tmp_path / "sft")
    tuned = dataclasses.replace(model, adapter=tmp_path / "sft" / "output" / "adapter")
    options = DPOOptions(batch_size=4, epochs=2, learning_rate=0.01)
    report = dpo.tune(
        make_job(tuned, tmp_path / "dpo", options, rows=sample_pairs(12), validation_rows=sample_pairs(4))
    )
    assert report.loss[0]["loss"] == pytest.approx(math.log(2), abs=1e-6)
    assert report.loss[-1]["loss"] < 0.6
    assert report.loss[-1]["rewards/margins"] > report.loss[0]["rewards/margins"] == 0


def test_weights_count(tiny: ModelFiles, tmp_path: Path) -> None:
    """Weighted rows go through a trainer of our own."""
    found = {}
    for device in ("cpu", "cuda"):
        given = [dataclasses.replace(e, weight=1.0 + i % 3) for i, e in enumerate(examples(16))]
        options = SFTOptions(batch_size=4, lora={"r": 4}, learning_rate=0.01)
        found[device] = sft.tune(make_job(on(tiny, device, "float32"), tmp_path / device, options, rows=given))
    assert losses(found["cuda"]) == pytest.approx(losses(found["cpu"]), abs=1e-3)


def test_full_memory_is_said(tiny: ModelFiles, tmp_path: Path, cuda: Any) -> None:
    cuda.empty_cache()
    cuda.set_per_process_memory_fraction(0.0)
    try:
        with pytest.raises(StepError, match="memory is full"):
            supervised(on(tiny, "cuda", "bfloat16"), tmp_path, batch_size=16)
    finally:
        cuda.set_per_process_memory_fraction(1.0)


def test_a_result_answers_on_either_device(tiny: ModelFiles, tmp_path: Path) -> None:
    from shoptune.components import GenerationSettings
    from shoptune_transformers.session import open_session

    supervised(on(tiny, "cuda", "float32"), tmp_path)
    adapter = tmp_path / "output" / "adapter"
    said = {}
    for device in ("cpu", "cuda"):
        for name, model in (("base", tiny), ("tuned", dataclasses.replace(tiny, adapter=adapter))):
            with open_session(on(model, device, "float32")) as session:
                batches = session.generate([e.messages for e in examples(8)], GenerationSettings(max_new_tokens=24))
                said[device, name] = {i: answer.text for batch in batches for i, answer in batch}
    assert said["cuda", "base"] == said["cpu", "base"]
    assert said["cuda", "tuned"] == said["cpu", "tuned"] != said["cpu", "base"]
