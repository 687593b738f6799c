"""Loads the model that a training starts from, and says which adapter it gets."""

from dataclasses import dataclass, is_dataclass
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from shoptune.components import TuningJob
from shoptune.errors import UsageError
from shoptune_trl.libraries import refusals
from shoptune_trl.options import Lora, TrainingOptions

if TYPE_CHECKING:
    from peft import LoraConfig

__all__ = ["TrainableModel", "load_to_train", "lora_config"]


@dataclass(frozen=True, kw_only=True)
class TrainableModel:
    """A model that is ready to be handed to a trainer."""

    model: Any
    """A `PreTrainedModel`, or a `PeftModel` whose adapter is trained on."""
    tokenizer: Any
    lora: "LoraConfig | None"
    """The adapter that the trainer is to make; None where there is one already, or none is wanted."""
    weights: int
    """How many weights the model has, an adapter's aside."""
    has_encoder: bool
    """Whether it is an encoder-decoder, and no causal language model."""


def load_to_train(job: TuningJob[Any], *, takes_encoder: bool = False) -> TrainableModel:
    """Load the job's model with weights in float32.

    Args:
        job: What is to be tuned, and how.
        takes_encoder: The method can tune a model that has an encoder and a decoder, too.

    Raises:
        UsageError: The method can't tune such a model; the model has an adapter and the options ask for another one or
            for none; or peft refuses them.

    """
    from shoptune_transformers.loading import is_encoder_decoder, load
    from shoptune_transformers.model_cache import forget

    options: TrainingOptions = job.options
    has_encoder = is_encoder_decoder(job.model)
    if has_encoder and not takes_encoder:
        raise UsageError(
            f"{job.model.folder}: this model has an encoder and a decoder, as T5 has, and only `method: sft` can tune "
            "such a model. Take that method, or a causal language model."
        )
    if job.model.adapter is not None and options.lora is not None:
        raise UsageError(
            "`lora` can't be given here: the model to start from has an adapter, which is trained on, with its own "
            "rank and layers. Leave `lora` out, or tune a model that has no adapter."
        )
    forget()
    model, tokenizer = load(job.model, trainable=True)
    with_adapter = job.model.adapter is not None
    weights = sum(p.numel() for p in model.parameters() if not (with_adapter and p.requires_grad))
    if with_adapter:
        return TrainableModel(model=model, tokenizer=tokenizer, lora=None, weights=weights, has_encoder=has_encoder)
    with refusals("peft's LoraConfig"):
        lora = None if options.lora is False else lora_config(options.lora or Lora(), has_encoder=has_encoder)
    return TrainableModel(model=model, tokenizer=tokenizer, lora=lora, weights=weights, has_encoder=has_encoder)


def lora_config(lora: Lora, *, has_encoder: bool = False) -> "LoraConfig":
    """Make peft's configuration; mappings given for fields that are dataclasses become these."""
    from peft import LoraConfig

    hints = get_type_hints(LoraConfig)
    extra = {
        name: _as_dataclass(hints[name], value) if isinstance(value, dict) else value
        for name, value in (lora.model_extra or {}).items()
    }
    return LoraConfig(
        task_type="SEQ_2_SEQ_LM" if has_encoder else "CAUSAL_LM",
        r=lora.r,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.target_modules,
        **extra,
    )


def _as_dataclass(hint: Any, value: dict[str, Any]) -> Any:
    kinds = [kind for kind in (hint, *get_args(hint)) if isinstance(kind, type) and is_dataclass(kind)]
    return kinds[0](**value) if kinds else value
