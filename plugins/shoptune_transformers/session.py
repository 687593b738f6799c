"""Runs a loaded model over prompts, in batches."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Message, Prediction
from shoptune.errors import StepError
from shoptune_transformers.answers import end_tokens, read_answer
from shoptune_transformers.batching import MAX_SEQUENCES, schedule
from shoptune_transformers.loading import PLAIN_STOP, chat_template_of, load
from shoptune_transformers.options import DEFAULT_BATCH_TOKENS
from shoptune_transformers.quiet import quiet

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["TransformersSession", "open_session"]

Tokens = list[int]


@dataclass(kw_only=True, eq=False)
class TransformersSession:
    """A loaded model: see `shoptune.components.ModelSession`."""

    model: Any
    tokenizer: PreTrainedTokenizerBase
    batch_tokens: int
    stop: tuple[str, ...]
    """Strings that end an answer, beside those of the generation settings."""
    ends: tuple[int, ...]
    """Tokens that end an answer; the first is what padding is made of."""
    info: Mapping[str, Any]

    def generate(
        self, prompts: Sequence[Sequence[Message]], settings: GenerationSettings, done: Collection[int] = ()
    ) -> Iterator[Sequence[tuple[int, Prediction]]]:
        """Answer `prompts` in batches, longest first; yield each batch as (index, prediction) pairs.

        A batch of which one index is not in `done` is computed whole, so that a resumed run gives the same answers.

        Raises:
            StepError: A prompt is too long for the model or for memory, or the chat template refuses it.

        """
        finished = frozenset(done)
        tokens = self._tokens(prompts, settings.max_new_tokens)
        batches = schedule([len(prompt) for prompt in tokens], settings.max_new_tokens, self.batch_tokens)
        for number, batch in enumerate(batches):
            if finished.issuperset(batch):
                continue
            # Sampling restarts with every batch, so that it does not depend on which batches were computed before.
            seeded = replace(settings, seed=settings.seed + number)
            start = perf_counter()
            answers = self._answers([tokens[index] for index in batch], seeded)
            seconds = (perf_counter() - start) / len(batch)
            yield [
                (index, replace(answer, seconds=seconds))
                for index, answer in zip(batch, answers, strict=True)
                if index not in finished
            ]

    def _tokens(self, prompts: Sequence[Sequence[Message]], max_new_tokens: int) -> list[Tokens]:
        """Render prompts with the chat template and tokenize them."""
        from jinja2 import TemplateError

        try:
            texts = [self._render(prompt) for prompt in prompts]
        except TemplateError as error:
            raise StepError(
                f"The model's chat template refuses a prompt: {error}. Give another chat_template."
            ) from error
        if not texts:
            return []
        tokens: list[Tokens] = self.tokenizer(texts, add_special_tokens=False).input_ids
        context = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        longest = max(map(len, tokens))
        if context and longest + max_new_tokens > context:
            raise StepError(
                f"A prompt of {longest} tokens and an answer of up to {max_new_tokens} do not fit into the model's "
                f"context of {context} tokens. Lower max_new_tokens or few_shot, or shorten the prompts."
            )
        return tokens

    def _render(self, prompt: Sequence[Message]) -> str:
        """Render one prompt, up to where the answer begins."""
        turns: Any = list(prompt)
        return str(self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False))

    def _answers(self, prompts: Sequence[Tokens], settings: GenerationSettings) -> list[Prediction]:
        """Answer one batch; halve it as often as memory runs out."""
        try:
            return self._run(prompts, settings)
        except (RuntimeError, MemoryError) as error:
            if not _is_out_of_memory(error):
                raise
            if len(prompts) == 1:
                raise StepError(
                    f"There is not enough memory for one prompt of {len(prompts[0])} tokens: {error}. "
                    "Use a smaller model, or dtype: bfloat16."
                ) from error
        # Outside of the handler, whose traceback would keep the failed batch's tensors alive.
        _free_memory()
        half = len(prompts) // 2
        return [*self._answers(prompts[:half], settings), *self._answers(prompts[half:], settings)]

    def _run(self, prompts: Sequence[Tokens], settings: GenerationSettings) -> list[Prediction]:
        """Generate for prompts padded on the left to a common width."""
        import torch
        from transformers import GenerationConfig, LogitsProcessorList, RepetitionPenaltyLogitsProcessor

        width = max(map(len, prompts))
        pad = self.ends[0]
        ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts])
        mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])
        stop = (*settings.stop, *self.stop)
        config = GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=settings.max_new_tokens,
            eos_token_id=list(self.ends),
            pad_token_id=pad,
            stop_strings=list(stop) or None,
            **(
                {"do_sample": True, "temperature": settings.temperature, "top_k": 0, "top_p": 1.0}
                if settings.temperature > 0
                else {"do_sample": False}
            ),
        )
        processors = LogitsProcessorList()
        if settings.repetition_penalty != 1.0:
            # Answers alone are penalised: prompts hold the facts to be told, and the token that ends a turn.
            processors.append(RepetitionPenaltyLogitsProcessor(settings.repetition_penalty, prompt_ignore_length=width))
        device = self.model.device
        generators = [device] if device.type == "cuda" else []
        with quiet(), torch.inference_mode(), torch.random.fork_rng(generators):
            torch.manual_seed(settings.seed)
            output = self.model.generate(
                input_ids=ids.to(device),
                attention_mask=mask.to(device),
                generation_config=config,
                logits_processor=processors,
                tokenizer=self.tokenizer,
            )
        return [
            read_answer(row, self.tokenizer, prompt_tokens=len(prompt), ends=self.ends, stop=stop)
            for prompt, row in zip(prompts, output[:, width:].tolist(), strict=True)
        ]


@contextmanager
def open_session(files: ModelFiles) -> Iterator[TransformersSession]:
    """Load a model for answering, and free its memory in the end."""
    import torch
    from transformers import GenerationConfig

    model, tokenizer = _load_merged(files)
    ends = end_tokens(model, tokenizer)
    # What the model's authors recommend for sampling must not colour greedy decoding.
    model.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    template = chat_template_of(tokenizer, files)
    batch_tokens = files.settings.get("batch_tokens", DEFAULT_BATCH_TOKENS)
    session = TransformersSession(
        model=model,
        tokenizer=tokenizer,
        batch_tokens=batch_tokens,
        stop=PLAIN_STOP if template == "plain" else (),
        ends=ends,
        info={
            "dtype": str(model.dtype).removeprefix("torch."),
            "device": model.device.type,
            "chat_template": template,
            "attention": model.config._attn_implementation,
            "threads": torch.get_num_threads(),
            "batches": f"longest first, at most {MAX_SEQUENCES} prompts or {batch_tokens} tokens",
        },
    )
    try:
        yield session
    finally:
        del model
        session.model = None  # the caller may hold the session longer than it is open
        _free_memory()


def _load_merged(files: ModelFiles) -> tuple[Any, PreTrainedTokenizerBase]:
    """Load a model with its adapter merged into the weights.

    The sum is formed in float32 and rounded once, so that it loses nothing against an adapter beside the weights, and
    generates as quickly as the base model.
    """
    import torch

    if files.adapter is None:
        return load(files)
    model, tokenizer = load(replace(files, settings={**files.settings, "dtype": "float32"}))
    if not model.active_peft_config.is_prompt_learning:
        with quiet():
            model = model.merge_and_unload()
    return model.to(getattr(torch, files.settings.get("dtype", "float32"))), tokenizer


def _is_out_of_memory(error: BaseException) -> bool:
    """Say whether memory ran out; torch's allocator for the processor has no error class of its own."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(words in str(error) for words in ("can't allocate memory", "not enough memory"))


def _free_memory() -> None:
    """Give back what is no longer used."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
