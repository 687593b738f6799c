"""A tiny random T5 with a sentencepiece tokenizer of its own, in the files that T5 models on the hub come in."""

import json
from pathlib import Path
from typing import Any

from shoptune.components import ModelFiles
from tests.tiny import examples

__all__ = ["make_t5"]

EXTRA = 4
"""How many sentinels the tokenizer has."""


def make_t5(folder: Path, seed: int = 0) -> ModelFiles:
    """Save a random T5 of about 40,000 weights whose answers differ from prompt to prompt.

    Like T5 1.1 and FLAN-T5, its head is not the input embedding.
    """
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    config: Any = T5Config  # its fields are more than its signature says
    model = T5ForConditionalGeneration(
        config(
            vocab_size=_save_sentencepiece(folder),
            d_model=32,
            d_kv=8,
            d_ff=64,
            num_layers=2,
            num_heads=4,
            feed_forward_proj="gated-gelu",
            decoder_start_token_id=0,
            tie_word_embeddings=False,
        )
    )
    model.lm_head.weight = torch.nn.Parameter(torch.randn_like(model.shared.weight))
    for name, weight in model.named_parameters():
        if "EncDecAttention" in name:  # else the prompt hardly changes a random model's answer
            weight.data *= 4
    model.save_pretrained(folder)
    return ModelFiles(folder=folder, settings={"dtype": "float32", "device": "cpu"})


def _save_sentencepiece(folder: Path) -> int:
    """Train a Unigram model on invented lines; return how many tokens there are, with T5's sentinels."""
    from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

    lines = [text for e in examples(32) for text in (*(m["content"] for m in e.messages), *e.references)]
    SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_prefix=str(folder / "spiece"),
        vocab_size=100,
        hard_vocab_limit=False,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    (folder / "spiece.vocab").unlink()
    settings = {"tokenizer_class": "T5Tokenizer", "extra_ids": EXTRA}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return EXTRA + int(SentencePieceProcessor(str(folder / "spiece.model")).vocab_size())
