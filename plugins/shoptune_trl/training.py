"""What sft and dpo share: loading, settings, the training itself, and the report.

Everything here is called from within `libraries_quiet`, and imports torch inside its functions.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, is_dataclass
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from shoptune.components import TuningJob, TuningReport
from shoptune.errors import StepError, UsageError
from shoptune_trl.checkpoints import newest_checkpoint
from shoptune_trl.data_report import Learned, data_report, stop_tokens
from shoptune_trl.options import Lora, TrainingOptions
from shoptune_trl.rows import Rows

if TYPE_CHECKING:
    from peft import LoraConfig
    from transformers import Trainer

__all__ = [
    "DISTRIBUTIONS",
    "Loaded",
    "callbacks",
    "dataset",
    "libraries_quiet",
    "load_to_train",
    "lora_config",
    "loss_curve",
    "refusals",
    "report_on",
    "train",
    "trainer_settings",
]

DISTRIBUTIONS = ("torch", "transformers", "trl", "peft")
"""Whose versions decide what comes out."""

CURVE: Mapping[str, str] = {
    "loss": "loss",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "eval_loss": "validation_loss",
    "rewards/accuracies": "rewards/accuracies",
    "rewards/margins": "rewards/margins",
}
"""Trainer's name of a figure -> its name in the loss curve."""


@contextmanager
def libraries_quiet() -> Iterator[None]:
    """Keep the libraries from writing over the terminal's live display, and TRL from reporting on its user.

    TRL's trainers send the hub what kind of model is being trained, unless they are told not to.
    """
    import datasets
    from huggingface_hub import constants
    from shoptune_transformers.quiet import quiet

    loggers = [logging.getLogger(name) for name in ("accelerate", "datasets", "peft", "trl")]
    levels = [logger.level for logger in loggers]
    bars = not datasets.utils.are_progress_bars_disabled()
    telemetry_off = constants.HF_HUB_DISABLE_TELEMETRY
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        datasets.utils.disable_progress_bars()
        constants.HF_HUB_DISABLE_TELEMETRY = True
        with quiet():
            yield
    finally:
        constants.HF_HUB_DISABLE_TELEMETRY = telemetry_off
        if bars:
            datasets.utils.enable_progress_bars()
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def refusals(what: str) -> Iterator[None]:
    """Turn what TRL and peft raise about settings into an error about settings."""
    try:
        yield
    except (TypeError, ValueError, NotImplementedError) as error:
        raise UsageError(f"{what} refuses these settings: {error}") from error


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model that is ready to be handed to a trainer."""

    model: Any
    """A `PreTrainedModel`, or a `PeftModel` whose adapter is trained on."""
    tokenizer: Any
    lora: "LoraConfig | None"
    """The adapter that the trainer is to make; None where there is one already, or none is wanted."""
    weights: int
    """How many weights the model has, an adapter's aside."""


def load_to_train(job: TuningJob[Any]) -> Loaded:
    """Load the job's model with weights in float32.

    Raises:
        UsageError: The model has an adapter, and the options ask for another one or for none.
    """
    from shoptune_transformers.loading import load

    options: TrainingOptions = job.options
    if job.model.adapter is not None and "lora" in options.model_fields_set:
        raise UsageError(
            "`lora` can't be given here: the model to start from has an adapter, which is trained on, with its own "
            "rank and layers. Leave `lora` out, or tune a model that has no adapter."
        )
    model, tokenizer = load(job.model, trainable=True)
    with_adapter = job.model.adapter is not None
    weights = sum(p.numel() for p in model.parameters() if not (with_adapter and p.requires_grad))
    if with_adapter:
        # Where the folder was when the adapter was made does not matter, and peft would look for it on the hub.
        model.peft_config["default"].base_model_name_or_path = str(job.model.folder)
        return Loaded(model=model, tokenizer=tokenizer, lora=None, weights=weights)
    lora = lora_config(options.lora) if options.lora else None
    return Loaded(model=model, tokenizer=tokenizer, lora=lora, weights=weights)


def lora_config(lora: Lora) -> "LoraConfig":
    """Make peft's configuration; mappings given for fields that are dataclasses become these."""
    from peft import LoraConfig

    hints = get_type_hints(LoraConfig)
    extra = {
        name: _as_dataclass(hints[name], value) if isinstance(value, dict) else value
        for name, value in (lora.model_extra or {}).items()
    }
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=lora.r,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.target_modules,
        **extra,
    )


def _as_dataclass(hint: Any, value: dict[str, Any]) -> Any:
    kinds = [kind for kind in (hint, *get_args(hint)) if isinstance(kind, type) and is_dataclass(kind)]
    return kinds[0](**value) if kinds else value


def trainer_settings(job: TuningJob[Any], learning_rate: float) -> dict[str, Any]:
    """Return the fields of SFTConfig and DPOConfig that both methods set; `learning_rate` is the default.

    The processor's bfloat16 is used by autocast over float32 weights, and only where the backend found it to be native.
    """
    options: TrainingOptions = job.options
    on_cpu = job.model.settings.get("device", "cpu") == "cpu"
    settings: dict[str, Any] = {
        "output_dir": str(job.work),
        "seed": job.seed,
        "num_train_epochs": options.epochs,
        "per_device_train_batch_size": options.batch_size,
        "per_device_eval_batch_size": options.batch_size,
        "learning_rate": options.learning_rate or learning_rate,
        "lr_scheduler_type": "cosine",
        "max_length": options.max_length,
        "bf16": job.model.settings.get("dtype") == "bfloat16" and not options.trainer.get("fp16"),
        "use_cpu": on_cpu,
        "dataloader_pin_memory": not on_cpu,
        "activation_checkpointing": False,
        "eval_strategy": "epoch" if _validation_rows(job) else "no",
        "prediction_loss_only": True,
        "logging_strategy": "steps",
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "include_num_input_tokens_seen": "non_padding",
        "save_strategy": "no",
        "save_total_limit": 1,
        "report_to": "none",
        "disable_tqdm": True,
    }
    return settings | options.trainer


def _validation_rows(job: TuningJob[Any]) -> bool:
    return job.options.validation and bool(job.validation_examples or job.validation_pairs)


def dataset(rows: Rows) -> Any:
    """Return `rows` as a `datasets.Dataset`, None where there are none."""
    from datasets import Dataset

    return Dataset.from_list(list(rows.rows)) if rows.rows else None


def callbacks(job: TuningJob[Any]) -> list[Any]:
    """Return what every training has between its steps."""
    from shoptune_trl.callbacks import Checkpoints, OrderBySeed, Watch

    return [Watch(job.progress), Checkpoints(), OrderBySeed()]


def report_on(
    trainer: "Trainer",
    rows: Rows,
    validation: Rows,
    learned: Callable[[Any], Iterable[Learned]],
) -> dict[str, Any]:
    """Make the data report of a trainer that is about to start; `learned` reads a dataset that it prepared."""
    args: Any = trainer.args

    def report(rows: Rows, prepared: Any) -> dict[str, Any]:
        tokenizer: Any = trainer.processing_class
        stops = stop_tokens(tokenizer, trainer.model)
        return data_report(rows, learned(prepared), tokenizer=tokenizer, stops=stops, max_length=args.max_length)

    training = report(rows, trainer.train_dataset)
    if trainer.eval_dataset is not None:
        training["validation"] = {
            name: value
            for name, value in report(validation, trainer.eval_dataset).items()
            if name in {"given", "used", "dropped", "truncated", "tokens"}
        }
    return training


def train(trainer: "Trainer", job: TuningJob[Any], loaded: Loaded, data: Mapping[str, Any]) -> TuningReport:
    """Train to the end, going on from a checkpoint where there is one, and write the result.

    Raises:
        StepError: The loss is no number any more, or the accelerator's memory is full.
    """
    import torch
    from transformers import PrinterCallback

    pass
    job.progress(
        0, 0, unit="steps", detail=f"{data['used']} of {data['given']} rows, {data['tokens_trained']} tokens to learn"
    )
    checkpoint = newest_checkpoint(job.work)
    try:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except torch.OutOfMemoryError as error:
        raise StepError(
            f"The accelerator's memory is full. Lower `batch_size` (now {job.options.batch_size}) and raise "
            f"`trainer: {{gradient_accumulation_steps: ...}}` instead, or lower `max_length`. ({error})"
        ) from error
    _save(trainer, job)
    return TuningReport(
        data=data,
        loss=loss_curve(trainer.state.log_history),
        tokens=int(trainer.state.num_input_tokens_seen),
        info=_info(trainer, job, loaded),
    )


def loss_curve(history: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """Return one row per step from Trainer's log, with the validation loss at the steps that have one."""
    rows: dict[int, dict[str, float]] = {}
    for entry in history:
        figures = {CURVE[name]: float(value) for name, value in entry.items() if name in CURVE}
        if figures:
            rows.setdefault(entry["step"], {"step": entry["step"], "epoch": entry["epoch"]}).update(figures)
    return list(rows.values())


def _save(trainer: "Trainer", job: TuningJob[Any]) -> None:
    """Write the adapter alone, or the whole model with its tokenizer, as safetensors."""
    from peft import PeftModel

    model: Any = trainer.accelerator.unwrap_model(trainer.model)
    if isinstance(model, PeftModel):
        model.save_pretrained(str(job.output / "adapter"), selected_adapters=["default"])
        (job.output / "adapter" / "README.md").unlink(missing_ok=True)
    else:
        model.save_pretrained(job.output / "model")
        tokenizer: Any = trainer.processing_class
        tokenizer.save_pretrained(job.output / "model")


def _info(trainer: "Trainer", job: TuningJob[Any], loaded: Loaded) -> dict[str, Any]:
    """Return what a report should say about the training, as JSON values that don't depend on the clock."""
    args: Any = trainer.args
    model: Any = trainer.accelerator.unwrap_model(trainer.model)
    adapter = getattr(model, "peft_config", {}).get("default")
    computing = "bfloat16" if args.bf16 else "float16" if args.fp16 else None
    return {
        "weights": loaded.weights,
        "trainable_weights": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "dtype": f"{computing} autocast over float32 weights" if computing else "float32",
        "device": str(args.device),
        "steps": trainer.state.global_step,
        "epochs": trainer.state.epoch,
        "rows_per_step": args.per_device_train_batch_size * args.gradient_accumulation_steps,
        "learning_rate": args.learning_rate,
        "max_length": args.max_length,
        "lora": None
        if adapter is None
        else {"r": adapter.r, "alpha": adapter.lora_alpha, "dropout": adapter.lora_dropout, "layers": _layers(adapter)},
        "continued_adapter": job.model.adapter is not None,
        "trainer": dict(job.options.trainer),
    }


def _layers(adapter: Any) -> list[str] | str:
    """Return which kinds of layer the adapter is on."""
    layers = adapter.target_modules
    return layers if isinstance(layers, str) else sorted({name.rpartition(".")[2] for name in layers})
