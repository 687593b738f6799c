"""A tiny random model, written to disk without any model library: enough to train and to ask in a second."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shoptune.components import FloatArray, ModelFiles
from shoptune.testing.samples import sample_examples

__all__ = ["CHATML", "tiny_model"]

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
WIDTH, INNER, LAYERS, HEADS, KEY_HEADS = 32, 64, 2, 4, 2
SPREAD = 0.02
"""Standard deviation of the weights, as `LlamaConfig.initializer_range` has it."""


def tiny_model(folder: Path, seed: int = 0) -> ModelFiles:
    """Write a random Llama of about 30,000 weights and its byte-level tokenizer into `folder`, in Hugging Face's form.

    Its answers mean nothing, and it learns; the same seed gives the same files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _write_tokenizer(folder)
    _write_weights(folder, vocabulary, seed)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": vocabulary,
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KEY_HEADS,
        "max_position_embeddings": 512,
        "eos_token_id": SPECIAL.index("<|im_end|>"),
        "pad_token_id": SPECIAL.index("<|endoftext|>"),
        "bos_token_id": None,
        "tie_word_embeddings": True,
        "dtype": "float32",
    }
    _write_json(folder / "config.json", config)
    _write_json(folder / "generation_config.json", {"eos_token_id": 2, "pad_token_id": 0})
    return ModelFiles(folder=folder, settings={"dtype": "float32", "device": "cpu"})


def _write_tokenizer(folder: Path) -> int:
    """Write the tokenizer and return the size of its vocabulary."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: PLC0415 - needed here alone

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(
        [text for e in sample_examples(32) for text in (*(m["content"] for m in e.messages), *e.references)],
        trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=list(SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    bpe.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "chat_template": CHATML,
        "model_max_length": 512,
    }
    _write_json(folder / "tokenizer_config.json", settings)
    return bpe.get_vocab_size()


def _write_weights(folder: Path, vocabulary: int, seed: int) -> None:
    from safetensors.numpy import save_file  # noqa: PLC0415 - needed here alone

    chance = np.random.default_rng(seed)
    head = WIDTH // HEADS
    shapes = {
        "self_attn.q_proj": (WIDTH, WIDTH),
        "self_attn.k_proj": (KEY_HEADS * head, WIDTH),
        "self_attn.v_proj": (KEY_HEADS * head, WIDTH),
        "self_attn.o_proj": (WIDTH, WIDTH),
        "mlp.gate_proj": (INNER, WIDTH),
        "mlp.up_proj": (INNER, WIDTH),
        "mlp.down_proj": (WIDTH, INNER),
    }

    def random(*shape: int) -> npt.NDArray[np.float32]:
        values: FloatArray = chance.normal(0, SPREAD, shape)
        return values.astype(np.float32)

    ones = np.ones(WIDTH, dtype=np.float32)
    weights = {"model.embed_tokens.weight": random(vocabulary, WIDTH), "model.norm.weight": ones}
    for layer in range(LAYERS):
        weights |= {f"model.layers.{layer}.{name}.weight": random(*shape) for name, shape in shapes.items()}
        weights |= {f"model.layers.{layer}.{name}_layernorm.weight": ones for name in ("input", "post_attention")}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1), "utf-8")
