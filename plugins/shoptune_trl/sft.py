"""Supervised tuning: the model learns the first reference of each example, and the prompt is masked.

Where examples differ in weight, the loss is weighted (`shoptune_trl.weighted_sft`); the validation loss never is.
A model with an encoder and a decoder, such as T5, gets a trainer of its own (`shoptune_trl.seq2seq`).
"""

from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any

from shoptune.components import TuningJob, TuningMethod, TuningReport
from shoptune.data import Example
from shoptune.training_rows import rows_of
from shoptune_trl.data_report import PreparedRow, nothing_to_learn
from shoptune_trl.libraries import libraries_quiet, refusals
from shoptune_trl.options import SFTOptions, longest
from shoptune_trl.rows import sft_rows
from shoptune_trl.trainable_model import load_to_train
from shoptune_trl.training import (
    DISTRIBUTIONS,
    apply_cpu_optimizations,
    dataset,
    report_on,
    train,
    trainer_settings,
)

__all__ = ["prepared_rows", "sft", "tune"]


def tune(job: TuningJob[SFTOptions]) -> TuningReport:
    """Tune `job.model` on its examples with TRL's SFTTrainer, or transformers' Seq2SeqTrainer.

    Raises:
        DataError: There is nothing to learn from.
        UsageError: TRL, transformers or peft refuse the settings.
        StepError: The training failed.

    """
    rows = sft_rows(rows_of(job.rows, Example))
    validation = sft_rows(rows_of(job.validation_rows, Example) if job.options.validation else ())
    if not rows.rows:
        raise nothing_to_learn(rows.given, 0, rows.dropped, job.options.max_length)
    with libraries_quiet():
        loaded = load_to_train(job, takes_encoder=True)
        learning_rate = 5e-5 if job.options.lora is False else 1e-3
        settings = trainer_settings(job, learning_rate=learning_rate, validate=bool(validation.rows))
        if loaded.has_encoder:
            from shoptune_trl import seq2seq

            with refusals("transformers' Seq2SeqTrainer"):
                trainer: Any = seq2seq.make_trainer(job, rows, validation, loaded, settings)
            data = report_on(trainer, rows, validation, seq2seq.prepared_rows)
        else:
            from trl import SFTConfig, SFTTrainer

            from shoptune_trl.weighted_sft import WeightedSFTTrainer

            with refusals("TRL's SFTTrainer"):
                trainer = (WeightedSFTTrainer if rows.weighted else SFTTrainer)(
                    model=loaded.model,
                    args=SFTConfig(**settings),
                    train_dataset=dataset(rows, weights=rows.weighted),
                    eval_dataset=dataset(validation),
                    processing_class=loaded.tokenizer,
                    peft_config=loaded.lora,
                )
            apply_cpu_optimizations(trainer)
            data = report_on(trainer, rows, validation, prepared_rows)
        return train(trainer, job, loaded, data)


def prepared_rows(prepared: Any) -> Iterator[PreparedRow]:
    """Read what SFTTrainer prepared; packed rows are taken apart again, and have lost their numbers."""
    for record in prepared:
        ids, trained = record["input_ids"], [label != -100 for label in record["labels"]]
        lengths = record.get("seq_lengths", [len(ids)])
        for start, end in pairwise(accumulate(lengths, initial=0)):
            yield PreparedRow(
                row=record.get("row"), answer="completion", ids=ids[start:end], trained=trained[start:end]
            )


sft = TuningMethod(
    name="sft",
    summary="Supervised tuning on the shop's own texts (TRL), with LoRA or in full",
    options=SFTOptions,
    learns_from="examples",
    tune=tune,
    max_length=longest,
    distributions=DISTRIBUTIONS,
)
