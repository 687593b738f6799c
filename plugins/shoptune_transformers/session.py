"""Runs a loaded model over prompts, in batches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Message, Prediction
from shoptune.errors import StepError
from shoptune_transformers.answers import end_tokens, read_answer
from shoptune_transformers.batching import MAX_SEQUENCES, schedule
from shoptune_transformers.loading import PLAIN_STOP, ChatTemplate, chat_template_of, load
from shoptune_transformers.memory import free_memory, in_halves
from shoptune_transformers.options import DEFAULT_BATCH_TOKENS
from shoptune_transformers.questions import Question, as_questions
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
    template: ChatTemplate
    batch_tokens: int
    stop: tuple[str, ...]
    """Strings that end an answer, beside those of the generation settings."""
    ends: tuple[int, ...]
    """Tokens that end an answer; the first is what padding is made of."""
    info: Mapping[str, Any]

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, Any]] = (),
        done: Collection[int] = (),
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
            answers = in_halves(
                partial(self._run, settings=seeded),
                [tokens[index] for index in batch],
                lambda prompt: f"one prompt of {len(prompt)} tokens",
            )
            seconds = (perf_counter() - start) / len(batch)
            yield [
                (index, replace(answer, seconds=seconds))
                for index, answer in zip(batch, answers, strict=True)
                if index not in finished
            ]

    def choose(
        self,
        prompts: Sequence[Sequence[Message]],
        choices: Sequence[Sequence[str]],
        *,
        priors: bool = False,
        done: Collection[int] = (),
    ) -> Iterator[Sequence[tuple[int, Prediction]]]:
        """Score the choices of each prompt; yield batches, longest first, of (index, prediction) pairs.

        See `shoptune_transformers.questions` for what is a choice's part of the text, and
        `shoptune_transformers.scoring` for its log-probability.  The prompt that says nothing, for `priors`, is one
        user message without content; with ``chat_template: none`` nothing but the token that begins a text.

        Raises:
            StepError: A prompt is too long for the model or for memory, or the chat template refuses it.

        """
        from shoptune_transformers.scoring import score, score_each

        finished = frozenset(done)
        if finished.issuperset(range(len(prompts))):
            return
        questions = as_questions(self.tokenizer, self._texts(prompts), choices, self.template)
        self._check_length(questions)
        nothing: dict[str, float] = {}
        if priors:
            texts = list(dict.fromkeys(choice for of_prompt in choices for choice in of_prompt))
            (unasked,) = as_questions(
                self.tokenizer, self._texts([[{"role": "user", "content": ""}]]), [texts], self.template
            )
            known = score_each(
                self.model, unasked.context, unasked.choices, pad=self.ends[0], batch_tokens=self.batch_tokens
            )
            nothing = {text: known[tokens] for text, tokens in zip(texts, unasked.choices, strict=True)}
        start = perf_counter()
        for batch in score(self.model, questions, pad=self.ends[0], batch_tokens=self.batch_tokens, done=finished):
            seconds = (perf_counter() - start) / len(batch)
            yield [
                (
                    index,
                    Prediction(
                        example_id="",
                        choice_log_probabilities=scores,
                        choice_tokens=tuple(map(len, questions[index].choices)),
                        choice_priors=tuple(nothing[choice] for choice in choices[index]) if priors else (),
                        prompt_tokens=len(questions[index].context),
                        finish="choice",
                        seconds=seconds,
                    ),
                )
                for index, scores in batch
            ]
            start = perf_counter()

    def _tokens(self, prompts: Sequence[Sequence[Message]], max_new_tokens: int) -> list[Tokens]:
        """Render prompts with the chat template and tokenize them."""
        texts = self._texts(prompts)
        if not texts:
            return []
        tokens: list[Tokens] = self.tokenizer(texts, add_special_tokens=False).input_ids
        longest = max(map(len, tokens))
        context = self._context()
        if context and longest + max_new_tokens > context:
            raise StepError(
                f"A prompt of {longest} tokens and an answer of up to {max_new_tokens} do not fit into the model's "
                f"context of {context} tokens. Lower max_new_tokens or few_shot, or shorten the prompts."
            )
        return tokens

    def _texts(self, prompts: Sequence[Sequence[Message]]) -> list[str]:
        """Render prompts with the chat template, each up to where the answer begins."""
        from jinja2 import TemplateError

        try:
            return [self._render(prompt) for prompt in prompts]
        except TemplateError as error:
            raise StepError(
                f"The model's chat template refuses a prompt: {error}. Give another chat_template."
            ) from error

    def _render(self, prompt: Sequence[Message]) -> str:
        """Render one prompt, up to where the answer begins."""
        turns: Any = list(prompt)
        return str(self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False))

    def _check_length(self, questions: Sequence[Question]) -> None:
        """Refuse questions that don't fit into the model's context."""
        context = self._context()
        longest = max(questions, key=lambda question: question.longest)
        if context and longest.longest > context:
            raise StepError(
                f"A prompt of {len(longest.context)} tokens and its longest choice have {longest.longest} tokens, more "
                f"than the model's context of {context}. Lower few_shot, or shorten the prompts or choices."
            )

    def _context(self) -> int | None:
        """Return how many tokens the model can take; None where it doesn't say."""
        context: int | None = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        return context

    def _run(self, prompts: Sequence[Tokens], settings: GenerationSettings) -> list[Prediction]:
        """Generate for one batch of prompts."""
        from shoptune_transformers.decoding import decode

        stop = (*settings.stop, *self.stop)
        with quiet():
            answers = decode(self.model, prompts, settings, ends=self.ends, stop=stop, tokenizer=self.tokenizer)
        return [
            read_answer(answer, self.tokenizer, prompt_tokens=len(prompt), ends=self.ends, stop=stop)
            for prompt, answer in zip(prompts, answers, strict=True)
        ]


@contextmanager
def open_session(files: ModelFiles) -> Iterator[TransformersSession]:
    """Load a model for answering, and free its memory in the end."""
    import torch
    from transformers import GenerationConfig

    from shoptune_transformers.onednn import use_onednn

    model, tokenizer = _load_merged(files)
    onednn = use_onednn(model)
    ends = end_tokens(model, tokenizer)
    # What the model's authors recommend for sampling must not colour greedy decoding.
    model.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    template = chat_template_of(tokenizer, files)
    batch_tokens = files.settings.get("batch_tokens", DEFAULT_BATCH_TOKENS)
    session = TransformersSession(
        model=model,
        tokenizer=tokenizer,
        template=template,
        batch_tokens=batch_tokens,
        stop=PLAIN_STOP if template == "plain" else (),
        ends=ends,
        info={
            "dtype": str(model.dtype).removeprefix("torch."),
            "device": model.device.type,
            "chat_template": template,
            "attention": model.config._attn_implementation,
            **({"linear layers": "oneDNN"} if onednn else {}),
            "threads": torch.get_num_threads(),
            "batches": f"longest first, at most {MAX_SEQUENCES} prompts or {batch_tokens} tokens",
        },
    )
    try:
        yield session
    finally:
        del model
        session.model = None  # the caller may hold the session longer than it is open
        free_memory()


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
