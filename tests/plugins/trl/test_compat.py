"""Whether the installed libraries have what the wall relies on; each failure names the function that does."""

import inspect
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles
from shoptune.leftovers import is_sealed
from shoptune.testing import make_job
from shoptune_trl import callbacks
from shoptune_trl._compat import library_fields
from shoptune_trl.options import SFTOptions
from shoptune_trl.sft import sft
from tests.tiny import examples


def require(holds: object, what: str, function: str) -> None:
    """Fail with what changed, who relies on it and what to do meanwhile."""
    __tracebackhide__ = True
    if not holds:
        pytest.fail(
            f"trl {version('trl')}, transformers {version('transformers')} or peft {version('peft')} changed: {what}. "
            f"shoptune_trl._compat.{function} relies on it: mend it there; until then SHOPTUNE_PLAIN=1 does without."
        )


def test_failures_say_what_to_do() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"_compat\.trainers\.x relies on it: .* SHOPTUNE_PLAIN=1"):
        require(holds=False, what="a field", function="trainers.x")


def test_the_fused_head_has_the_fields_that_are_filled_in() -> None:
    import dataclasses

    from trl.trainer.utils import FusedCausalLMOutput

    fields = {field.name for field in dataclasses.fields(FusedCausalLMOutput)}
    needed = {"log_probs", "label_mask", "entropy", "log_sum_sq_probs", "mean_logits", "is_top1"}
    require(fields >= needed, f"FusedCausalLMOutput lacks {needed - fields}", "loss_tokens.score_loss_tokens")


@pytest.mark.parametrize(
    ("trainer", "method", "words", "function"),
    [
        ("SFTTrainer", "compute_loss", ["model(**inputs, fused_lm_head=True)"], "loss_tokens.score_loss_tokens"),
        ("SFTTrainer", "compute_loss", ["per_token_loss = -outputs.log_probs"], "trainers.tokens_weighted"),
        ("DPOTrainer", "_compute_loss", ["labels=labels, fused_lm_head=True"], "loss_tokens.score_loss_tokens"),
        (
            "DPOTrainer",
            "_compute_loss",
            ["if self.use_weighting:", "per_token_logps - outputs.log_sum_sq_probs"],
            "trainers.pairs_weighted",
        ),
    ],
)
def test_the_losses_are_computed_as_the_wall_thinks(trainer: str, method: str, words: list[str], function: str) -> None:
    """By TRL's source: `test_weights.py` and `test_speed.py` compare what comes out."""
    import trl

    source = inspect.getsource(getattr(getattr(trl, trainer), method))
    for part in words:
        require(part in source, f"{trainer}.{method} no longer has {part!r}", function)


def test_length_groups_are_drawn_from_a_generator_of_ones_own() -> None:
    import torch
    from torch.utils.data import BatchSampler, DataLoader
    from transformers.trainer_pt_utils import LengthGroupedSampler

    from shoptune_trl._compat.trainers import order_by_seed

    sampler = LengthGroupedSampler(2, lengths=list(range(40)))
    loader = DataLoader(list(range(40)), batch_sampler=BatchSampler(sampler, 2, drop_last=False))  # type: ignore[arg-type,var-annotated]
    orders = []
    for seed, elsewhere in ((1, 7), (1, 8), (2, 7)):
        order_by_seed(loader, seed)
        torch.manual_seed(elsewhere)
        orders.append(list(sampler))
    require(orders[0] == orders[1] != orders[2], "the order does not follow the generator", "trainers.order_by_seed")


def test_trainers_tell_the_hub_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants, utils

    from shoptune_trl._compat.telemetry import telemetry_off

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    told: list[Any] = []
    monkeypatch.setattr("threading.Thread.start", lambda thread: told.append(thread))  # noqa: PLW0108 - a method, which a list's is not
    utils.send_telemetry("shoptune-test")
    assert told, "this is how it would be told"
    told.clear()
    with telemetry_off():
        utils.send_telemetry("shoptune-test")
    require(not told, "HF_HUB_DISABLE_TELEMETRY no longer keeps it quiet", "telemetry.telemetry_off")
    assert constants.HF_HUB_DISABLE_TELEMETRY is False


@pytest.mark.parametrize("config", sorted(library_fields.SOURCES))
def test_field_names_are_those_of_the_classes(config: str) -> None:
    import dataclasses

    import peft
    import trl

    fields = {field.name for field in dataclasses.fields(getattr(peft if config == "LoraConfig" else trl, config))}
    found = library_fields.field_names(config)
    require(found == fields, f"{config} has {sorted(found ^ fields)}", "library_fields.field_names")


def test_a_checkpoint_is_complete_when_callbacks_are_told(
    tiny: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(callbacks, "CHECKPOINT_SHARE", float("inf"))
    sft.tune(make_job(tiny, tmp_path, SFTOptions(batch_size=4, epochs=1), rows=examples(8)))
    (folder,) = tmp_path.glob("work/checkpoint-*")
    names = {path.name for path in folder.iterdir()}
    needed = {"trainer_state.json", "optimizer.pt", "scheduler.pt", "rng_state.pth", "adapter_model.safetensors"}
    require(needed <= names, f"{needed - names} are not there", "checkpoints.seal_checkpoint")
    require(is_sealed(folder), f"{folder.name} was written to later", "checkpoints.seal_checkpoint")


def test_attention_is_chosen_by_the_length_of_a_batch(tiny: ModelFiles) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    from shoptune_trl._compat.short_attention import SHORT, attend_plainly_where_short

    model: Any = AutoModelForCausalLM.from_pretrained(tiny.folder, attn_implementation="sdpa")
    attend_plainly_where_short(model)
    used = []
    for length in (SHORT, SHORT + 1):
        with torch.inference_mode():
            model(input_ids=torch.ones(1, length, dtype=torch.long))
        used.append(model.config._attn_implementation)
    require(used == ["eager", "sdpa"], f"attention is {used}", "short_attention.attend_plainly_where_short")
