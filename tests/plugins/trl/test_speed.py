"""What is done faster than TRL and transformers do it must come to the same."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles, TuningReport
from shoptune.testing import make_job, sample_pairs
from shoptune_trl import dpo as dpo_module
from shoptune_trl import sft as sft_module
from shoptune_trl.dpo import dpo
from shoptune_trl.options import DPOOptions, SFTOptions
from shoptune_trl.sft import sft
from tests.tiny import examples, tensors

FIGURES = ("log_probs", "entropy", "log_sum_sq_probs", "mean_logits", "is_top1", "label_mask")


def llama(**config: Any) -> Any:
    """A random Llama with TRL's head on it; 64 tokens, 50 words."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl.trainer.utils import add_fused_lm_head

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"hidden_size": 16, "intermediate_size": 32, "vocab_size": 50, "num_hidden_layers": 2}
    heads: dict[str, Any] = {"num_attention_heads": 4, "num_key_value_heads": 2}
    model = LlamaForCausalLM(LlamaConfig(tie_word_embeddings=False, **sizes, **heads, **config))
    model.lm_head.weight.data *= 20  # scores that differ
    add_fused_lm_head(model, outputs=FIGURES[:-1])
    return model


def batch(trained: float = 0.4) -> Any:
    import torch

    torch.manual_seed(1)
    ids = torch.randint(50, (3, 20))
    return {
        "input_ids": ids,
        "attention_mask": torch.arange(20)[None] < torch.tensor([[20], [14], [9]]),
        "labels": ids.masked_fill(torch.rand(ids.shape) > trained, -100),
    }


def scored(model: Any, given: Any) -> tuple[Any, Any]:
    """Return the figures of a batch, and a gradient in which each token's log-probability has a weight of its own."""
    import torch

    model.zero_grad()
    outputs = model(**given, fused_lm_head=True)
    weights = torch.linspace(0.5, 2, outputs.log_probs.numel()).view_as(outputs.log_probs)
    (outputs.log_probs * weights).sum().backward()
    outputs.log_probs = outputs.log_probs.detach()
    return outputs, model.model.embed_tokens.weight.grad.clone()


@pytest.mark.parametrize("chunk", [2**25, 350, 1])
@pytest.mark.parametrize("bias", [False, True])
def test_scores_and_gradient_of_a_frozen_head_are_those_of_trl(
    chunk: int, bias: bool, one_thread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from shoptune_trl._compat import loss_tokens

    monkeypatch.setattr(loss_tokens, "CHUNK", chunk)
    model = llama()
    if bias:
        model.lm_head.bias = torch.nn.Parameter(torch.randn(50))
    model.lm_head.requires_grad_(False)
    given = batch()
    expected, gradient = scored(model, given)
    assert loss_tokens.score_loss_tokens(model)
    outputs, same_gradient = scored(model, given)
    assert 5 < int(outputs.label_mask.sum()) < 40
    for name in FIGURES:
        assert torch.allclose(outputs[name].float(), expected[name].float(), atol=1e-6, rtol=1e-6), name
    largest = float(gradient.abs().max())
    assert largest > 1
    assert torch.allclose(gradient, same_gradient, atol=1e-6 * largest, rtol=1e-5)
    assert model(given["input_ids"]).logits.shape == (3, 20, 50), "answering is left alone"


def test_the_head_sees_trained_tokens_only(one_thread: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from shoptune_trl._compat import loss_tokens

    model, given, seen = llama(), batch(), []
    model.lm_head.requires_grad_(False)
    loss_tokens.score_loss_tokens(model)
    apply: Any = loss_tokens.TokenScores.apply

    def look(hidden: Any, *rest: Any) -> Any:
        seen.append(hidden.shape)
        return apply(hidden, *rest)

    monkeypatch.setattr(loss_tokens.TokenScores, "apply", look)
    scored(model, given)
    assert seen == [(int((given["labels"][:, 1:] != -100).sum()), 16)]


def test_a_batch_in_which_nothing_is_trained_has_a_gradient_of_zero(one_thread: None) -> None:
    from shoptune_trl._compat.loss_tokens import score_loss_tokens

    model = llama()
    model.lm_head.requires_grad_(False)
    score_loss_tokens(model)
    outputs, gradient = scored(model, batch(trained=0))
    assert outputs.log_probs.shape == (3, 19)
    assert not outputs.log_probs.any()
    assert not gradient.any()


def test_bfloat16_is_as_close_to_float32_as_that_of_trl(one_thread: None) -> None:
    import torch

    from shoptune_trl._compat.loss_tokens import score_loss_tokens

    def error(model: Any) -> tuple[float, float]:
        with torch.autocast("cpu", torch.bfloat16):
            outputs, gradient = scored(model, given)
        return (float((outputs.log_probs - exact[0].log_probs).norm()), float((gradient - exact[1]).norm()))

    model, given = llama(), batch(trained=1)
    model.lm_head.requires_grad_(False)
    exact = scored(model, given)
    of_trl = error(model)
    score_loss_tokens(model)
    assert all(0 < ours < 1.2 * theirs for ours, theirs in zip(error(model), of_trl, strict=True))


def test_a_head_that_learns_or_is_no_plain_one_stays_with_trl(one_thread: None) -> None:
    from shoptune_trl._compat.loss_tokens import score_loss_tokens

    assert not score_loss_tokens(llama())
    scaled = llama(logits_scaling=2.0)
    scaled.lm_head.requires_grad_(False)
    assert not score_loss_tokens(scaled)


def test_short_batches_are_attended_plainly_and_long_ones_are_not(
    one_thread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from shoptune_trl._compat import short_attention

    model, given = llama(), batch()
    expected, gradient = scored(model, given)
    short_attention.attend_plainly_where_short(model)
    used = []
    for short in (20, 19):
        monkeypatch.setattr(short_attention, "SHORT", short)
        outputs, same_gradient = scored(model, given)
        used.append(model.config._attn_implementation)
        there = outputs.label_mask & given["attention_mask"][:, 1:]
        assert torch.allclose(outputs.log_probs[there], expected.log_probs[there], atol=1e-5)
        assert torch.allclose(same_gradient, gradient, atol=1e-4)
    assert used == ["eager", "sdpa"]


# --- whole trainings -------------------------------------------------------------------------------------------------


def figures(report: TuningReport) -> list[list[float]]:
    return [[row[name] for name in sorted(row)] for row in report.loss]


@pytest.mark.parametrize("method", ["sft", "weighted sft", "dpo"])
def test_a_training_is_that_of_trl(
    method: str,
    tiny: ModelFiles,
    tuned: tuple[ModelFiles, TuningReport],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(folder: Path) -> tuple[TuningReport, Any]:
        if method == "dpo":
            preferred: Any = DPOOptions(batch_size=4, learning_rate=1e-3)
            job = make_job(tuned[0], folder, preferred, rows=sample_pairs(8), validation_rows=sample_pairs(4))
            return dpo.tune(job), tensors(folder / "output" / "adapter")
        weight = 1.0 if method == "sft" else 0.25
        given = [dataclasses.replace(e, weight=weight if i % 2 else 1.0) for i, e in enumerate(examples(8))]
        options = SFTOptions(batch_size=4, learning_rate=1e-3)
        return (
            sft.tune(make_job(tiny, folder, options, rows=given, validation_rows=examples(4))),
            tensors(folder / "output" / "adapter"),
        )

    report, weights = run(tmp_path / "quick")
    for module in (sft_module, dpo_module):
        monkeypatch.setattr(module, "apply_cpu_optimizations", lambda _: None)
    of_trl, same_weights = run(tmp_path / "slow")
    for row, same in zip(figures(report), figures(of_trl), strict=True):
        assert row == pytest.approx(same, abs=1e-5)
    assert [row["loss"] for row in report.loss] == pytest.approx([row["loss"] for row in of_trl.loss], abs=1e-6)
    assert all(weights[name].allclose(same_weights[name], atol=1e-4) for name in weights)


def test_models_on_a_processor_are_quickened(tiny: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from shoptune_trl._compat import loss_tokens

    done = []
    whole = loss_tokens.score_loss_tokens
    monkeypatch.setattr(loss_tokens, "score_loss_tokens", lambda model: done.append(whole(model)))
    for name, lora in (("lora", None), ("full", False)):
        sft.tune(make_job(tiny, tmp_path / name, SFTOptions(epochs=1, lora=lora), rows=examples(4)))
    assert done == [True, False]
