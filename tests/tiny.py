"""A tiny random Llama with a tokenizer of its own, and invented examples: enough to train in a second."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shoptune.components import ModelFiles, TuningJob
from shoptune.data import Example, Message, PreferencePair

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

THINGS = ("vase", "lamp", "mug", "scarf", "chair", "clock", "bowl", "basket")
COLOURS = ("red", "blue", "green", "amber")


def question(thing: str, colour: str) -> tuple[Message, ...]:
    return ({"role": "system", "content": "Write."}, {"role": "user", "content": f"Describe a {colour} {thing}."})


def examples(n: int = 16) -> list[Example]:
    return [
        Example(
            id=f"e{i}",
            messages=question(THINGS[i % 8], COLOURS[i % 4]),
            references=(f"A {COLOURS[i % 4]} {THINGS[i % 8]} " + "for a calm home " * (1 + i % 3) + ".",),
            group=f"g{i}",
        )
        for i in range(n)
    ]


def pairs(n: int = 12) -> list[PreferencePair]:
    return [
        PreferencePair(
            id=f"p{i}",
            messages=question(THINGS[i % 8], COLOURS[i % 4]),
            chosen=f"A {COLOURS[i % 4]} {THINGS[i % 8]}, made to last.",
            rejected="Buy now! " * (1 + i % 3),
            group=f"g{i}",
        )
        for i in range(n)
    ]


def make_model(folder: Path, seed: int = 0) -> ModelFiles:
    """Save a random Llama of about 30,000 weights and its byte-level tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    texts = [text for e in examples(32) for text in (*(m["content"] for m in e.messages), *e.references)]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        texts,
        trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False),
    )
    tokenizer: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=CHATML
    )
    torch.manual_seed(seed)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=512,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
            tie_word_embeddings=True,
        )
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return ModelFiles(folder=folder, settings={"dtype": "float32", "device": "cpu"})


def quiet_progress(done: float, total: float, unit: str = "", detail: str = "") -> None:
    """Say nothing."""


def make_job(
    model: ModelFiles, folder: Path, options: Any, *, progress: Callable[..., None] = quiet_progress, **given: Any
) -> TuningJob[Any]:
    """Make a job that writes below `folder`; a second one with the same folder finds the first one's checkpoints."""
    output, work = folder / "output", folder / "work"
    output.mkdir(parents=True, exist_ok=True)
    work.mkdir(exist_ok=True)
    fields: dict[str, Any] = dict.fromkeys(("examples", "validation_examples", "pairs", "validation_pairs"), ())
    fields |= {"seed": 7, "say": lambda _: None}
    return TuningJob(model=model, options=options, output=output, work=work, progress=progress, **(fields | given))


def tensors(folder: Path) -> Mapping[str, Any]:
    """Read the weights that a job wrote."""
    from safetensors.torch import load_file

    (path,) = folder.glob("*.safetensors")
    weights: Mapping[str, Any] = load_file(path)
    return weights
