"""Layers that oneDNN computes against the same layers as torch computes them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from shoptune_transformers._compat import onednn


def qwen(*, tied: bool) -> Any:
    """A tiny random model whose layers have biases in part."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=80,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        initializer_range=0.3,
        tie_word_embeddings=tied,
    )
    model: Any = Qwen2ForCausalLM(config)
    for name, weight in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(weight)
    return model.eval()


def skip_unless_quicker(model: Any) -> None:
    if not onednn._is_quicker(model):
        pytest.skip("this processor computes it otherwise")


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("bfloat16", 3e-2)])
def test_logits_are_torchs(tied: bool, dtype: str, tolerance: float, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(onednn, "_is_amd", lambda: True)
    plain = qwen(tied=tied).to(getattr(torch, dtype))
    skip_unless_quicker(plain)
    packed = copy.deepcopy(plain)
    assert onednn.use_onednn(packed)
    assert (packed.dtype, packed.device) == (plain.dtype, plain.device)
    for shape in ((1, 1), (3, 5), (5, 70)):
        ids = torch.arange(shape[0] * shape[1]).reshape(shape) % 80
        with torch.inference_mode():
            expected, logits = plain(ids).logits, packed(ids).logits
        torch.testing.assert_close(logits, expected, rtol=tolerance, atol=tolerance * float(expected.abs().max()))


def test_a_weight_that_is_used_elsewhere_too_stays_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onednn, "_is_amd", lambda: True)
    for tied in (True, False):
        model = qwen(tied=tied)
        skip_unless_quicker(model)
        onednn.use_onednn(model)
        assert model.lm_head.weight.is_mkldnn == (not tied)
        assert (model.lm_head.weight is model.model.embed_tokens.weight) == tied
        layers = [module for module in model.model.modules() if isinstance(module, onednn.OneDnnLinear)]
        assert len(layers) == 14
        assert all(layer.weight.is_mkldnn for layer in layers), "no plain copy is kept"


def test_layers_of_other_types_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """GPT-2's are its own, and here its head is tied; a quantised or adapted layer is no plain linear one either."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    monkeypatch.setattr(onednn, "_is_amd", lambda: True)
    torch.manual_seed(0)
    plain: Any = GPT2LMHeadModel(GPT2Config(n_embd=16, n_layer=2, n_head=2, vocab_size=32))
    plain.eval()
    model = copy.deepcopy(plain)
    onednn.use_onednn(model)
    assert not any(weight.is_mkldnn for weight in model.parameters())
    ids = torch.arange(12).reshape(2, 6)
    with torch.inference_mode():
        torch.testing.assert_close(model(ids).logits, plain(ids).logits)


@pytest.mark.parametrize("missing", ["onednn", "AVX-512", "bfloat16", "dtype"])
def test_other_processors_and_dtypes_compute_as_torch_does(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(onednn, "_is_amd", lambda: True)
    model = qwen(tied=False).to(torch.float16 if missing == "dtype" else torch.bfloat16)
    if missing == "onednn":
        monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    elif missing == "AVX-512":
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX2")
    elif missing == "bfloat16":
        monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    assert not onednn.use_onednn(model)
    assert all(type(module) is not onednn.OneDnnLinear for module in model.modules())


def test_float32_on_other_makers_processors_is_torchs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onednn, "_is_amd", lambda: False)
    assert not onednn.use_onednn(qwen(tied=False))


@pytest.mark.parametrize(
    ("text", "amd"), [("vendor_id\t: AuthenticAMD\n", True), ("vendor_id\t: GenuineIntel\n", False)]
)
def test_the_maker_is_read(tmp_path: Path, text: str, amd: bool) -> None:
    (tmp_path / "cpuinfo").write_text("processor\t: 0\n" + text)
    assert onednn._is_amd(tmp_path / "cpuinfo") == amd
    assert not onednn._is_amd(tmp_path / "missing")
