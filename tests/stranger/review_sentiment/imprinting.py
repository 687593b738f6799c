"""Tunes a model without any gradient, in one pass over the examples.

The output weights of each token that occurs in an answer are moved towards the mean of the states that the token should
follow, as H. Qi, M. Brown, D. Lowe do for images: "Low-Shot Learning with Imprinted Weights" (2018).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pydantic import Field

from shoptune.components import Options, TuningJob, TuningMethod, TuningReport
from shoptune.errors import UsageError

if TYPE_CHECKING:
    import torch

__all__ = ["IMPRINTING"]


class ImprintingOptions(Options):
    """How far weights are moved."""

    share: float = Field(default=0.2, gt=0, le=1)
    """Of the way to the mean state, as long as the weights are."""


def tune(job: TuningJob[ImprintingOptions]) -> TuningReport:
    """Write the tuned model to ``model/``.

    Nothing is random.  A killed job begins again, since a pass is short.
    """
    import torch

    rows = [example for example in job.examples if example.references and example.weight > 0]
    if not rows:
        raise UsageError("there is no training example with a reference and a weight above 0")
    model, tokenizer = _load(job)
    sums: dict[int, Any] = defaultdict(float)
    losses: list[float] = []
    tokens = 0
    with torch.inference_mode():
        for number, example in enumerate(rows, start=1):
            prompt = tokenizer.apply_chat_template([*example.messages], add_generation_prompt=True, return_dict=False)
            answer = [*tokenizer(example.references[0], add_special_tokens=False).input_ids, tokenizer.eos_token_id]
            states, loss = _states_before(model, prompt, answer)
            for token, state in zip(answer, states, strict=True):
                sums[token] = sums[token] + example.weight * state
            losses.append(loss)
            tokens += len(prompt) + len(answer)
            job.progress(number, len(rows), "examples", f"loss {loss:.2f}")
        _imprint(model, sums, job.options.share)
    model.save_pretrained(job.output / "model")
    tokenizer.save_pretrained(job.output / "model")
    return TuningReport(
        data={"rows": len(rows), "left out": len(job.examples) - len(rows)},
        loss=[{"step": n, "epoch": n / len(rows), "loss": loss} for n, loss in enumerate(losses, start=1)],
        tokens=tokens,
        info={"tokens imprinted": len(sums)},
    )


def _load(job: TuningJob[ImprintingOptions]) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if job.model.adapter is not None:
        raise UsageError("imprinting changes a model's own weights: tune a model without an adapter")
    folder, device = job.model.folder, job.model.settings.get("device", "cpu")
    model: Any = AutoModelForCausalLM.from_pretrained(
        folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
    )
    return model.to(device).eval(), AutoTokenizer.from_pretrained(folder, local_files_only=True)


def _states_before(model: Any, prompt: list[int], answer: list[int]) -> tuple[torch.Tensor, float]:
    """Return the last layer's state before each token of the answer, and the answer's mean loss (nats)."""
    import torch

    ids = torch.tensor([[*prompt, *answer]], device=model.device)
    outputs = model(input_ids=ids, output_hidden_states=True)
    before = slice(len(prompt) - 1, -1)
    loss = torch.nn.functional.cross_entropy(outputs.logits[0, before], ids[0, len(prompt) :])
    return outputs.hidden_states[-1][0, before], float(loss)


def _imprint(model: Any, sums: dict[int, torch.Tensor], share: float) -> None:
    weights = model.get_output_embeddings().weight
    for token, state in sums.items():
        weights[token].lerp_(state / state.norm() * weights[token].norm(), share)


IMPRINTING = TuningMethod(
    name="imprinting",
    summary="Moves the output weights of the answers' tokens towards the states that they should follow; no gradient",
    options=ImprintingOptions,
    learns_from="examples",
    tune=tune,
    distributions=("torch", "transformers"),
)
