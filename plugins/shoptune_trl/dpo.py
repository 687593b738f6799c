"""Direct preference optimisation: of two answers to a prompt, the one that did better becomes more likely.

The reference is the model that the job starts from: a copy of its adapter where it has one, the model with the new
adapter off, or (tuned in full) a second copy of the model.  Policy and reference are then equal before the first step,
and the sigmoid loss of that step is -ln(1/2) whatever the data: a check that costs nothing and finds a wrong reference.

Where pairs differ in weight, the loss is weighted (`shoptune_trl.weighted_dpo`); the validation loss never is.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from shoptune.components import TuningJob, TuningMethod, TuningReport
from shoptune.data import PreferencePair
from shoptune.training_rows import rows_of
from shoptune_trl.data_report import PreparedRow, nothing_to_learn
from shoptune_trl.libraries import libraries_quiet, refusals
from shoptune_trl.options import DPOOptions, longest
from shoptune_trl.rows import dpo_rows
from shoptune_trl.trainable_model import load_to_train
from shoptune_trl.training import (
    DISTRIBUTIONS,
    apply_cpu_optimizations,
    dataset,
    report_on,
    train,
    trainer_settings,
)

__all__ = ["dpo", "prepared_rows", "tune"]


def tune(job: TuningJob[DPOOptions]) -> TuningReport:
    """Tune `job.model` on its pairs with TRL's DPOTrainer.

    Raises:
        DataError: There is nothing to learn from.
        UsageError: TRL or peft refuse the settings.
        StepError: The training failed, or policy and reference differ before it begins.

    """
    rows = dpo_rows(rows_of(job.rows, PreferencePair))
    validation = dpo_rows(rows_of(job.validation_rows, PreferencePair) if job.options.validation else ())
    if not rows.rows:
        raise nothing_to_learn(rows.given, 0, rows.dropped, job.options.max_length)
    with libraries_quiet():
        from trl import DPOConfig, DPOTrainer

        from shoptune_trl.weighted_dpo import WeightedDPOTrainer

        loaded = load_to_train(job)
        with_adapter = job.options.lora is not False
        with refusals("TRL's DPOTrainer"):
            learning_rate = 5e-5 if with_adapter else 2e-6
            settings = trainer_settings(job, learning_rate=learning_rate, validate=bool(validation.rows))
            args = DPOConfig(**{"beta": job.options.beta} | settings)
            trainer = (WeightedDPOTrainer if rows.weighted else DPOTrainer)(
                model=loaded.model,
                ref_model=None if with_adapter else _reference(job),
                args=args,
                train_dataset=dataset(rows, weights=rows.weighted),
                eval_dataset=dataset(validation),
                processing_class=loaded.tokenizer,
                peft_config=loaded.lora,
                callbacks=_first_loss(args),
            )
        apply_cpu_optimizations(trainer)
        data = report_on(trainer, rows, validation, partial(prepared_rows, collate=trainer.data_collator))
        return train(trainer, job, loaded, data)


def _reference(job: TuningJob[DPOOptions]) -> Any:
    """Load the model once more, as it was."""
    from shoptune_transformers.loading import load

    model, _ = load(job.model, trainable=True)
    return model.eval().requires_grad_(False)


def _first_loss(args: Any) -> list[Any]:
    """Return the check of the first loss, where theory says what it must be."""
    from shoptune_trl.callbacks import InitialLossCheck

    if args.loss_type != ["sigmoid"] or args.loss_weights or args.use_weighting or not args.disable_dropout:
        return []
    return [
        InitialLossCheck(
            expected=math.log(2),
            tolerance=2e-2 if args.bf16 or args.fp16 else 1e-3,
            meaning="the reference is not the model that training starts from, so answers would be compared with the "
            "wrong model. Look at the options under `trainer:` that concern the reference.",
        )
    ]


def prepared_rows(prepared: Any, collate: Callable[[list[Any]], Any]) -> Iterator[PreparedRow]:
    """Read what DPOTrainer prepared, through its collator, which is where it cuts and masks."""
    for record in prepared:
        batch = collate([record])
        columns = zip(
            ("chosen", "rejected"), batch["input_ids"], batch["attention_mask"], batch["completion_mask"], strict=True
        )
        for answer, ids, there, trained in columns:
            real = there.bool()
            yield PreparedRow(
                row=record["row"], answer=answer, ids=ids[real].tolist(), trained=trained[real].bool().tolist()
            )


dpo = TuningMethod(
    name="dpo",
    summary="Direct preference optimisation on pairs of answers, of which one did better (TRL), with LoRA or in full",
    options=DPOOptions,
    learns_from="pairs",
    tune=tune,
    max_length=longest,
    distributions=DISTRIBUTIONS,
)
