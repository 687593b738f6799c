"""Whether the installed libraries have what the wall relies on; each failure names the function that does."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from typing import Any

import pytest

from shoptune.components import ModelFiles
from shoptune.testing import tiny_model
from shoptune_transformers._compat import caches, models


def require(holds: object, what: str, function: str) -> None:
    """Fail with what changed, who relies on it and what to do meanwhile."""
    __tracebackhide__ = True
    if not holds:
        pytest.fail(
            f"torch {version('torch')} and transformers {version('transformers')} changed: {what}. "
            f"shoptune_transformers._compat.{function} relies on it: mend it there; until then SHOPTUNE_PLAIN=1 does "
            "without."
        )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    return tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def model(tiny: ModelFiles) -> Any:
    from transformers import AutoModelForCausalLM

    loaded: Any = AutoModelForCausalLM.from_pretrained(tiny.folder)
    return loaded.eval()


def test_failures_say_what_to_do() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"_compat\.caches\.x relies on it: .* SHOPTUNE_PLAIN=1"):
        require(holds=False, what="a layer", function="caches.x")


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("lazy_initialization", ["self", "key_states", "value_states"]),
        ("update", ["self", "key_states", "value_states"]),
        ("batch_select_indices", ["self", "indices"]),
    ],
)
def test_layers_of_a_cache_have_the_methods_that_are_overridden(method: str, parameters: list[str]) -> None:
    from transformers.cache_utils import DynamicLayer

    found = list(inspect.signature(getattr(DynamicLayer, method)).parameters)
    require(found[: len(parameters)] == parameters, f"DynamicLayer.{method} takes {found}", "caches._RoomyLayer")


def test_layers_of_a_cache_can_be_looked_at_and_replaced(model: Any) -> None:
    import torch
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer

    cache: Any = DynamicCache(config=model.config)
    kinds = {type(layer) for layer in cache.layers}
    require(kinds == {DynamicLayer}, f"a Llama's cache is of {kinds}", "caches.keeps_all_positions")
    cache.layers = layers = list(cache.layers)
    with torch.inference_mode():
        model(input_ids=torch.tensor([[1, 2, 3]]), past_key_values=cache, use_cache=True)
    shapes = {tuple(layer.keys.shape[:3:2]) for layer in layers}
    require(shapes == {(1, 3)}, f"layers put in place hold {shapes}", "caches.prefix_cache and BatchCache")


def test_a_model_says_how_it_attends_and_whether_that_can_be_chosen(model: Any) -> None:
    from transformers import PreTrainedModel

    model.set_attn_implementation("eager")
    require(models.attention_of(model) == "eager", "config._attn_implementation does not follow", "models.attention_of")
    model.set_attn_implementation("sdpa")
    require(models.attention_of(model) == "sdpa", "config._attn_implementation does not follow", "models.attention_of")
    there = hasattr(PreTrainedModel, "_supports_attention_backend") and models.attention_can_be_chosen(model)
    require(there, "_supports_attention_backend", "models.attention_can_be_chosen")


def test_a_llama_is_given_its_inputs_as_usual(model: Any) -> None:
    require(
        models.prepares_inputs_as_usual(model),
        f"prepare_inputs_for_generation, or forward takes {sorted(inspect.signature(model.forward).parameters)}",
        "models.prepares_inputs_as_usual",
    )


def test_logits_can_be_asked_for_by_a_mask(model: Any) -> None:
    import torch

    ids, keep = torch.tensor([[1, 2, 3], [4, 5, 6]]), torch.tensor([[True, False, True], [False, True, False]])
    with torch.inference_mode():
        every = model(input_ids=ids).logits
        computed = model(input_ids=ids, logits_to_keep=keep).logits
        kept = models.logits_where(model, keep, input_ids=ids)
    require(computed.shape == kept.shape, f"logits at a mask are {tuple(computed.shape)}", "models.logits_where")
    torch.testing.assert_close(kept, every[keep])


def test_weights_that_stay_in_float32_are_named() -> None:
    from transformers import PreTrainedModel, T5ForConditionalGeneration

    require(
        hasattr(PreTrainedModel, "_keep_in_fp32_modules_strict"),
        "_keep_in_fp32_modules_strict",
        "models.weights_in_float32",
    )
    assert models.weights_in_float32(T5ForConditionalGeneration) == frozenset()


def test_an_encoder_decoder_has_a_cache_of_two_halves() -> None:
    import torch
    from transformers import DynamicCache, EncoderDecoderCache

    def half() -> Any:
        return DynamicCache([(torch.arange(2.0).view(2, 1, 1, 1), torch.zeros(2, 1, 1, 1))])

    chosen: Any = caches.select_rows(EncoderDecoderCache(half(), half()), torch.tensor([1, 1, 0]))
    for name in ("self_attention_cache", "cross_attention_cache"):
        (layer,) = getattr(chosen, name).layers
        require(layer.keys.flatten().tolist() == [1, 1, 0], f"{name} holds {layer.keys}", "caches.select_rows")


def test_onednn_has_the_operators_that_layers_are_packed_with() -> None:
    import torch

    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        pytest.skip("this torch has no oneDNN")
    for name in ("_linear_pointwise", "_reorder_linear_weight", "_is_mkldnn_bf16_supported"):
        require(hasattr(torch.ops.mkldnn, name), f"torch.ops.mkldnn.{name} is gone", "onednn.use_onednn")
