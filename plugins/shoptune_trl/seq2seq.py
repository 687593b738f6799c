"""Supervised tuning of encoder-decoder models, such as T5: the encoder reads the prompt, the decoder learns the answer.

TRL's trainers are for causal models, so here transformers' Seq2SeqTrainer does what they do, with the same loss, the
same cut at ``max_length`` and the same report.

This module imports torch: import it where a training is about to start.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from datasets import Dataset
from transformers import DataCollatorForSeq2Seq, Seq2SeqTrainingArguments, set_seed

from shoptune.components import TuningJob
from shoptune.errors import UsageError
from shoptune_trl.data_report import PreparedRow
from shoptune_trl.options import SFTOptions
from shoptune_trl.rows import Rows
from shoptune_trl.seq2seq_trainer import WeightedSeq2SeqTrainer
from shoptune_trl.trainable_model import TrainableModel
from shoptune_trl.training import dataset
from shoptune_trl.weighted_batches import carry_weights

__all__ = ["Seq2SeqSettings", "make_trainer", "prepared_rows"]

COLUMNS = ("input_ids", "attention_mask", "labels")
"""What a row of a batch has."""


@dataclass
class Seq2SeqSettings(Seq2SeqTrainingArguments):
    """Settings of transformers' trainer, and where it cuts."""

    max_length: int | None = None
    """In tokens, prompt and answer together."""


def make_trainer(
    job: TuningJob[SFTOptions], rows: Rows, validation: Rows, loaded: TrainableModel, settings: Mapping[str, Any]
) -> WeightedSeq2SeqTrainer:
    """Make a trainer that is ready to start, with `settings` as its arguments.

    Raises:
        UsageError: A field of ``trainer:`` is for causal models alone, or the chat template does not fit.

    """
    from peft import get_peft_model

    if foreign := sorted(set(job.options.trainer) - {field.name for field in fields(Seq2SeqSettings)}):
        raise UsageError(
            f"`{foreign[0]}` as given under `trainer:` is for causal language models, and this one has an encoder and "
            "a decoder. Leave it out."
        )
    args = Seq2SeqSettings(**settings)
    model, tokenizer = loaded.model, loaded.tokenizer
    tokenizer.padding_side = "right"
    collate = DataCollatorForSeq2Seq(tokenizer, model=model)
    if loaded.lora is not None:
        set_seed(args.seed)  # a new adapter is random
        model = get_peft_model(model, loaded.lora)
    trainer = WeightedSeq2SeqTrainer(
        model=model,
        args=args,
        data_collator=partial(_batch, collate=collate),
        train_dataset=_dataset(rows, tokenizer, args.max_length, weights=rows.weighted),
        eval_dataset=_dataset(validation, tokenizer, args.max_length) if validation.rows else None,
        processing_class=tokenizer,
    )
    carry_weights(trainer)
    return trainer


def prepared_rows(prepared: Any) -> Iterator[PreparedRow]:
    """Read what a trainer learns from: the answer's tokens are put behind the prompt's."""
    for record in prepared:
        prompt, answer = record["input_ids"], record["labels"]
        trained = [False] * len(prompt) + [True] * len(answer)
        yield PreparedRow(row=record["row"], answer="completion", ids=[*prompt, *answer], trained=trained)


def _dataset(rows: Rows, tokenizer: Any, max_length: int | None, *, weights: bool = False) -> Dataset:
    """Return `rows` as tokens, perhaps with weights, but those whose prompt leaves no room for an answer."""
    made = []
    for row in dataset(rows, weights=weights):
        tokens = _tokens(row, tokenizer, max_length)
        if tokens["labels"]:
            made.append({name: row[name] for name in ("row", "weight") if name in row} | tokens)
    return Dataset.from_list(made)


def _tokens(row: Mapping[str, Any], tokenizer: Any, max_length: int | None) -> dict[str, list[int]]:
    """Return what the model is given for a row; the answer is what the chat template puts behind the prompt."""
    prompt = tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True, return_dict=False)
    whole = tokenizer.apply_chat_template(row["prompt"] + row["completion"], return_dict=False)
    if whole[: len(prompt)] != prompt:
        raise UsageError(
            "The chat template renders a prompt with its answer otherwise than the prompt alone, so that it can't be "
            "told what the decoder shall learn. Give another chat_template."
        )
    return {
        "input_ids": prompt,
        "attention_mask": [1] * len(prompt),
        "labels": whole[len(prompt) : max_length],
    }


def _batch(rows: Sequence[Mapping[str, Any]], collate: DataCollatorForSeq2Seq) -> dict[str, Any]:
    """Make a batch of what the model is given."""
    return dict(collate([{name: row[name] for name in COLUMNS} for row in rows]))
