"""With ``SHOPTUNE_PLAIN=1`` models learn the same without a private API: in float32, on tiny models."""

import dataclasses
import importlib
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles, TuningReport
from shoptune.errors import UsageError
from shoptune.testing import make_job, sample_pairs
from shoptune_transformers.plain import PLAIN
from shoptune_trl.dpo import dpo
from shoptune_trl.options import DPOOptions, SFTOptions
from shoptune_trl.sft import sft
from tests.tiny import examples, tensors
from tests.tiny_t5 import make_t5

WALL = ("checkpoints", "library_fields", "loss_tokens", "short_attention", "trainers")
USERS = ("callbacks", "options", "training", "weighted_dpo", "weighted_sft")
ACCUMULATED = {"gradient_accumulation_steps": 2}


@pytest.fixture
def plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public ways alone: the switch is on, and all that the wall offers would fail; telemetry stays off."""
    monkeypatch.setenv(PLAIN, "1")

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a private API was used")

    for wall in WALL:
        module = importlib.import_module(f"shoptune_trl._compat.{wall}")
        for name in module.__all__:
            if callable(getattr(module, name)):
                monkeypatch.setattr(module, name, refuse)
                for user in USERS:
                    monkeypatch.setattr(f"shoptune_trl.{user}.{name}", refuse, raising=False)


def supervised(model: ModelFiles, folder: Path, *, weighted: bool) -> TuningReport:
    given = [dataclasses.replace(e, weight=1.0 + weighted * (i % 3)) for i, e in enumerate(examples(12))]
    options = SFTOptions(batch_size=3, learning_rate=1e-3, lora={"r": 4}, trainer=ACCUMULATED)
    return sft.tune(make_job(model, folder, options, rows=given, validation_rows=examples(4)))


def preferred(model: ModelFiles, folder: Path, *, weighted: bool) -> TuningReport:
    given = [dataclasses.replace(p, weight=1.0 + weighted * (i % 3)) for i, p in enumerate(sample_pairs(12))]
    options = DPOOptions(batch_size=3, learning_rate=1e-3, trainer=ACCUMULATED)
    return dpo.tune(make_job(model, folder, options, rows=given, validation_rows=sample_pairs(4)))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("method", ["sft", "dpo", "encoder-decoder"])
def test_a_training_comes_to_the_same(
    method: str, weighted: bool, tiny: ModelFiles, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Losses within 1e-5, weights within 1e-4: what is left is rounding."""
    model = make_t5(tmp_path / "t5") if method == "encoder-decoder" else tiny
    train = preferred if method == "dpo" else supervised
    fast = train(model, tmp_path / "fast", weighted=weighted)
    request.getfixturevalue("plainly")
    slow = train(model, tmp_path / "plain", weighted=weighted)
    assert (slow.tokens, slow.data) == (fast.tokens, fast.data)
    for row, same in zip(slow.loss, fast.loss, strict=True):
        assert row == pytest.approx(same, abs=1e-5)
    ours, theirs = (tensors(tmp_path / name / "output" / "adapter") for name in ("plain", "fast"))
    assert all(ours[name].allclose(theirs[name], atol=1e-4) for name in theirs)


@pytest.mark.usefixtures("plainly")
def test_an_order_that_could_not_be_resumed_is_refused(tiny: ModelFiles, tmp_path: Path) -> None:
    options = SFTOptions(trainer={"train_sampling_strategy": "group_by_length"})
    with pytest.raises(UsageError, match=f"group_by_length.* does not go with {PLAIN}"):
        sft.tune(make_job(tiny, tmp_path, options, rows=examples(4)))


@pytest.mark.usefixtures("plainly")
def test_names_of_settings_are_asked_of_the_libraries() -> None:
    SFTOptions(lora={"use_rslora": True}, trainer={"packing": True})
    for wrong in ({"trainer": {"pakking": True}}, {"lora": {"rslora": True}}):
        with pytest.raises(ValueError, match="has no field"):
            SFTOptions(**wrong)
