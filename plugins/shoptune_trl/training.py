"""What sft and dpo share: the trainer's settings, the training itself, and what is said about it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shoptune.components import TuningJob, TuningReport
from shoptune.errors import DataError, StepError, UsageError
from shoptune_transformers.plain import PLAIN, plain
from shoptune_trl._compat.checkpoints import newest_checkpoint
from shoptune_trl.data_report import PreparedRow, data_report, in_words
from shoptune_trl.options import TrainingOptions
from shoptune_trl.rows import Rows
from shoptune_trl.trainable_model import TrainableModel

if TYPE_CHECKING:
    from transformers import Trainer

__all__ = [
    "DISTRIBUTIONS",
    "apply_cpu_optimizations",
    "dataset",
    "loss_curve",
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


def trainer_settings(job: TuningJob[Any], *, learning_rate: float, validate: bool) -> dict[str, Any]:
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
        "eval_strategy": "epoch" if validate else "no",
        "prediction_loss_only": True,
        "logging_strategy": "steps",
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "include_num_input_tokens_seen": "non_padding",
        "save_strategy": "no",
        "save_total_limit": 2,  # the one before goes when the new one is sealed
        "report_to": "none",
        "disable_tqdm": True,
    }
    if plain() and options.trainer.get("train_sampling_strategy") == "group_by_length":
        raise UsageError(
            f"`train_sampling_strategy: group_by_length` does not go with {PLAIN}: Trainer draws that order from "
            "random numbers which a resumed training would not know. Leave one of them out."
        )
    return settings | options.trainer


def dataset(rows: Rows, *, weights: bool = False) -> Any:
    """Return `rows` as a `datasets.Dataset`, None where there are none.

    With `weights` each has a ``weight``, as a share of the heaviest row's: only their ratios matter, and so the same
    numbers come out however all of them are scaled.
    """
    from datasets import Dataset

    if not rows.rows:
        return None
    made = Dataset.from_list(list(rows.rows))
    if weights:
        heaviest = max(rows.weights)
        made = made.add_column("weight", [weight / heaviest for weight in rows.weights])
    return made


def apply_cpu_optimizations(trainer: Any) -> None:
    """Replace what TRL and transformers do slowly on a processor; results are the same but for rounding.

    Nothing is replaced where public ways alone are asked for; see `shoptune_transformers.plain`.
    """
    if plain() or trainer.args.device.type != "cpu":
        return
    from shoptune_trl._compat.loss_tokens import score_loss_tokens
    from shoptune_trl._compat.short_attention import attend_plainly_where_short

    score_loss_tokens(trainer.model)
    for model in (trainer.model, getattr(trainer, "ref_model", None)):
        if model is not None:
            attend_plainly_where_short(model)


def report_on(
    trainer: "Trainer",
    rows: Rows,
    validation: Rows,
    read_rows: Callable[[Any], Iterable[PreparedRow]],
) -> dict[str, Any]:
    """Make the data report of a trainer that is about to start; `read_rows` reads a dataset that it prepared."""
    from shoptune_transformers.answers import end_tokens

    args: Any = trainer.args
    tokenizer: Any = trainer.processing_class
    stops = end_tokens(trainer.model, tokenizer)

    def report(rows: Rows, prepared: Any) -> dict[str, Any]:
        return data_report(rows, read_rows(prepared), tokenizer=tokenizer, stops=stops, max_length=args.max_length)

    data = report(rows, trainer.train_dataset)
    if trainer.eval_dataset is not None:
        try:
            of_validation = report(validation, trainer.eval_dataset)
        except DataError as error:
            raise DataError(f"The validation set can't be used (`validation: false` does without): {error}") from error
        data["validation"] = {name: of_validation[name] for name in ("given", "used", "dropped", "truncated", "tokens")}
    return data


def train(trainer: "Trainer", job: TuningJob[Any], loaded: TrainableModel, data: Mapping[str, Any]) -> TuningReport:
    """Train to the end, going on from a checkpoint where there is one, and write the result.

    Raises:
        StepError: The loss is NaN, or the accelerator's memory is full.

    """
    import torch
    from transformers import PrinterCallback

    from shoptune_trl.callbacks import DeterministicOrder, ProgressCallback, SealedCheckpoints, TimedCheckpoints

    trainer.remove_callback(PrinterCallback)
    job.say(in_words(data))
    private = [] if plain() else [SealedCheckpoints(), DeterministicOrder()]
    for callback in (ProgressCallback(job.progress), *private, TimedCheckpoints()):
        trainer.add_callback(callback)
    checkpoint = None if plain() else newest_checkpoint(job.work, job.say)
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


def _info(trainer: "Trainer", job: TuningJob[Any], loaded: TrainableModel) -> dict[str, Any]:
    """Return what a report should say about a training that is saved, as JSON values that don't depend on the clock."""
    from peft import PeftConfig, PeftModel

    from shoptune_transformers.chat_templates import folds_system

    args: Any = trainer.args
    tokenizer: Any = trainer.processing_class
    model: Any = trainer.accelerator.unwrap_model(trainer.model)
    adapter = PeftConfig.from_pretrained(str(job.output / "adapter")) if isinstance(model, PeftModel) else None
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
        **({"system text": "before the user's: the template has no system role"} if folds_system(tokenizer) else {}),
    }


def _layers(adapter: Any) -> list[str] | str:
    """Return which kinds of layer the adapter is on."""
    layers = adapter.target_modules
    return layers if isinstance(layers, str) else sorted({name.rpartition(".")[2] for name in layers})
