"""What an experiment file can set under ``tune:`` for sft and dpo.

What most people set has a short name here, with a type and a default that fits.  Everything else is reached by the
library's own name: any field of SFTConfig or DPOConfig under ``trainer:``, any field of LoraConfig under ``lora:``.
Names are checked against the installed libraries before anything runs, without importing them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AliasChoices,
    ConfigDict,
    Discriminator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    Tag,
    field_validator,
    model_validator,
)

from shoptune.components import Options
from shoptune.errors import did_you_mean
from shoptune_transformers.plain import plain
from shoptune_trl._compat.library_fields import field_names

__all__ = [
    "LORA_OWNED",
    "SHORT_NAMES",
    "TRAINER_OWNED",
    "DPOOptions",
    "Lora",
    "SFTOptions",
    "TrainingOptions",
    "longest",
]

SHORT_NAMES: Mapping[str, str] = {
    "num_train_epochs": "epochs",
    "per_device_train_batch_size": "batch_size",
    "learning_rate": "learning_rate",
    "max_length": "max_length",
    "beta": "beta",
}
"""Fields of SFTConfig and DPOConfig that have a place of their own beside ``trainer:``."""

_BY_MODEL = "it belongs to the model: set it where the experiment file names the model"
_BY_ROWS = "rows are made by shoptune and prepared by TRL, always"
_BY_STEP = "every step is logged, and a loss that is no number stops the training"
_UNREAD = "no trainer reads it"
_WATCHING = "it changes nothing about the result; to track a run, observe its steps with a plugin (`after_step`)"
_PUBLISHING = "nothing is sent anywhere; the report says where the tuned model lies"
_CHECKPOINTS = "checkpoints are written by the clock, and change nothing about the result"
_IN_MEMORY = "rows are in memory and few: it changes neither the result nor the time"
_LOSS_ALONE = "nothing but the loss is computed while a model is tuned: it changes nothing about the result"
_SPREADING = "a step trains on one device: it changes nothing about the result"

TRAINER_OWNED: Mapping[str, str] = {
    "output_dir": "checkpoints go into the store",
    "seed": "it is the experiment's seed",
    "resume_from_checkpoint": "an interrupted run goes on by itself",
    "save_only_model": "an interrupted run could not go on",
    "logging_strategy": _BY_STEP,
    "logging_steps": _BY_STEP,
    "logging_first_step": _BY_STEP,
    "logging_nan_inf_filter": _BY_STEP,
    "disable_tqdm": "progress is shown by shoptune",
    "include_num_input_tokens_seen": "tokens are always counted, without padding",
    "dataset_kwargs": _BY_ROWS,
    "dataset_text_field": _BY_ROWS,
    "length_column_name": _BY_ROWS,
    "model_init_kwargs": _BY_MODEL,
    "trust_remote_code": _BY_MODEL,
    "use_cpu": _BY_MODEL + " (`device`)",
    "chat_template_path": _BY_MODEL + " (`chat_template`), so that training and answering see the same prompts",
    "eos_token": _BY_MODEL + ", so that answers end with what was trained",
    "gradient_checkpointing": "it is now called `activation_checkpointing`",
    "gradient_checkpointing_kwargs": "it is now called `activation_checkpointing_kwargs`",
    "hub_token": "a secret has no place in an experiment file: set HF_TOKEN in the environment",
    "do_train": _UNREAD,
    "do_eval": _UNREAD,
    "do_predict": _UNREAD,
    **dict.fromkeys(
        ("report_to", "run_name", "project", "log_level", "log_level_replica", "log_on_each_node"), _WATCHING
    ),
    **dict.fromkeys(("trackio_bucket_id", "trackio_space_id", "trackio_static_space_id", "debug"), _WATCHING),
    "skip_memory_metrics": _WATCHING,
    **dict.fromkeys(("push_to_hub", "hub_model_id", "hub_strategy", "hub_private_repo"), _PUBLISHING),
    **dict.fromkeys(("hub_always_push", "hub_revision"), _PUBLISHING),
    **dict.fromkeys(
        ("save_total_limit", "save_on_each_node", "enable_jit_checkpoint", "ignore_data_skip"), _CHECKPOINTS
    ),
    "restore_callback_states_from_checkpoint": _CHECKPOINTS,
    **dict.fromkeys(("dataloader_num_workers", "dataloader_prefetch_factor", "dataset_num_proc"), _IN_MEMORY),
    **dict.fromkeys(("dataloader_persistent_workers", "dataloader_multiprocessing_context"), _IN_MEMORY),
    **dict.fromkeys(("dataloader_in_order", "dataloader_pin_memory"), _IN_MEMORY),
    **dict.fromkeys(("ddp_backend", "ddp_broadcast_buffers", "ddp_bucket_cap_mb", "ddp_static_graph"), _SPREADING),
    **dict.fromkeys(("ddp_find_unused_parameters", "ddp_timeout", "local_rank"), _SPREADING),
    **dict.fromkeys(("fsdp", "fsdp_config", "parallelism_config", "eval_use_gather_object"), _SPREADING),
    **dict.fromkeys(("prediction_loss_only", "include_for_metrics", "batch_eval_metrics"), _LOSS_ALONE),
    **dict.fromkeys(("eval_do_concat_batches", "eval_accumulation_steps"), _LOSS_ALONE),
}
"""Fields of SFTConfig and DPOConfig that can't be set, and why.

What is left is part of a step's fingerprint, so none of it may be without effect: with an option that changes nothing a
model would be tuned again for nothing."""

ONLY_WITH_BEST = ("save_strategy", "save_steps")
"""Fields that have an effect with ``load_best_model_at_end`` alone: the best is chosen among the checkpoints."""

_BY_PEFT = "peft fills it in"

LORA_OWNED: Mapping[str, str] = {
    "task_type": "it follows from the model",
    "peft_type": _BY_PEFT,
    "peft_version": _BY_PEFT,
    "auto_mapping": _BY_PEFT,
    "base_model_name_or_path": _BY_PEFT,
    "revision": _BY_PEFT,
    "inference_mode": _BY_PEFT,
}
"""Fields of LoraConfig that can't be set, and why."""


class Lora(Options):
    """A LoRA adapter: the model's own weights stay as they are.  Every field of peft's LoraConfig can be given."""

    model_config = ConfigDict(extra="allow", validate_by_name=True)

    r: PositiveInt = 16
    """The rank of the update."""
    alpha: PositiveInt = Field(default=32, validation_alias=AliasChoices("alpha", "lora_alpha"))
    """The update is scaled by alpha / r."""
    dropout: NonNegativeFloat = Field(default=0.0, lt=1, validation_alias=AliasChoices("dropout", "lora_dropout"))
    """Share of an update's inputs that are left out at random in each step, against learning by heart."""
    target_modules: str | list[str] = "all-linear"
    """Which layers get an update; ``all-linear`` is all but the output head."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        _check_names(
            self.model_extra or {}, "LoraConfig", LORA_OWNED, {"lora_alpha": "alpha", "lora_dropout": "dropout"}
        )
        return self


def _kind(value: Any) -> str:
    return "full" if value is False else "lora"


LoraOrFull = Annotated[
    Annotated[Lora, Tag("lora")] | Annotated[Literal[False], Tag("full")],
    Discriminator(_kind),
]


class TrainingOptions(Options):
    """What supervised and preference tuning have in common.

    Where `trainer` says nothing else, the learning rate falls along a cosine, activations are kept rather than computed
    twice (`activation_checkpointing: true` takes a quarter more time and less memory), and computation is in bfloat16
    where the machine has it.  Supervised batches mix rows of all lengths; `train_sampling_strategy: group_by_length`
    is quicker and changes the order, and with it where a short training ends.  On a processor a frozen head
    is computed at the loss tokens alone, and attention over at most 256 tokens without torch's fused kernel; both
    change results by no more than rounding, and ``SHOPTUNE_PLAIN=1`` in the environment does without them.
    """

    config: ClassVar[str]
    """The TRL class whose fields ``trainer:`` takes."""

    epochs: PositiveFloat
    """How often the training rows are gone through; 0.5 is half of them."""
    learning_rate: PositiveFloat | None = None
    """The peak learning rate; it decays along a cosine.  None: what fits the method, for LoRA and for full tuning."""
    batch_size: PositiveInt = 8
    """Rows per step; `trainer: {gradient_accumulation_steps: n}` multiplies it without needing more memory."""
    max_length: PositiveInt | None = 1024
    """In tokens, prompt and answer together.  What is longer is cut at the end, and counted."""
    lora: LoraOrFull | None = None
    """The adapter to train; ``false`` trains all weights of the model instead.  None: the adapter that the model to
    start from has, else a new one with `Lora`'s defaults."""
    validation: bool = True
    """Compute the loss on the validation set after each epoch, where there is one.  It is not weighted; only rows of
    weight 0 are left out."""
    trainer: dict[str, Any] = Field(default_factory=dict)
    """Any other field of TRL's configuration class, by its own name."""

    @field_validator("trainer")
    @classmethod
    def _known(cls, trainer: dict[str, Any]) -> dict[str, Any]:
        short = {name: field for name, field in SHORT_NAMES.items() if field in cls.model_fields}
        _check_names(trainer, cls.config, TRAINER_OWNED, short)
        for name in ONLY_WITH_BEST:
            if name in trainer and not trainer.get("load_best_model_at_end"):
                raise ValueError(f"{name!r} can't be set without `load_best_model_at_end: true`: {_CHECKPOINTS}.")
        return trainer


def longest(options: TrainingOptions) -> int | None:
    """Return how many tokens of a row are learnt; None where it is cut in another way than at its end."""
    return None if options.trainer.get("truncation_mode", "keep_start") != "keep_start" else options.max_length


class SFTOptions(TrainingOptions):
    """Options of ``sft``: supervised tuning on each example's first reference, weighted by `Example.weight`.

    The default learning rate is 1e-3 for LoRA, which fits models of some hundred million weights (take 2e-4 for
    billions), and 5e-5 for full tuning.
    """

    config: ClassVar[str] = "SFTConfig"

    epochs: PositiveFloat = 2


class DPOOptions(TrainingOptions):
    """Options of ``dpo``: direct preference optimisation (Rafailov et al. 2023, https://arxiv.org/abs/2305.18290).

    Pairs are weighted by `PreferencePair.weight`.  The default learning rate is 5e-5 for LoRA and 2e-6 for full tuning.
    A model that has an adapter goes on with it; `lora` is then not to be given.
    """

    config: ClassVar[str] = "DPOConfig"

    epochs: PositiveFloat = 1
    beta: PositiveFloat = 0.1
    """How strongly the model is held to the one it started from."""


def _check_names(given: Mapping[str, Any], config: str, owned: Mapping[str, str], short: Mapping[str, str]) -> None:
    """Refuse names that `config` doesn't have, that shoptune sets itself, or that have a place of their own."""
    for name in given:
        if name in short:
            raise ValueError(f"{name!r} has a place of its own: set `{short[name]}` beside the other options, once.")
        if name in owned:
            raise ValueError(f"{name!r} can't be set: {owned[name]}.")
        known = _imported_field_names(config) if plain() else field_names(config)
        if name not in known:
            raise ValueError(f"{config} has no field {name!r}.{did_you_mean(name, known - set(owned))}")


def _imported_field_names(config: str) -> frozenset[str]:
    """Return the field names of a configuration class in the public way: its library is imported, for seconds."""
    import dataclasses

    import peft
    import trl

    return frozenset(
        field.name for field in dataclasses.fields(getattr(peft if config == "LoraConfig" else trl, config))
    )
