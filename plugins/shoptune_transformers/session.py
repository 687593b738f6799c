"""Runs a loaded model over prompts, in batches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Message, Prediction
from shoptune.errors import StepError
from shoptune_transformers.answers import end_tokens, read_answer
from shoptune_transformers.batching import MAX_SEQUENCES, schedule
from shoptune_transformers.chat_templates import answer_begins, folds_system
from shoptune_transformers.loading import PLAIN_STOP, ChatTemplate, chat_template_of
from shoptune_transformers.memory import with_batch_halving
from shoptune_transformers.merging import load_merged
from shoptune_transformers.model_cache import LoadedModel, cached_model
from shoptune_transformers.options import DEFAULT_BATCH_TOKENS
from shoptune_transformers.plain import PLAIN, plain
from shoptune_transformers.quiet import quiet
from shoptune_transformers.scoring_requests import ScoringRequest, as_requests

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from shoptune_transformers.constraint import Schemas

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
            StepError: A prompt is too long for the model or for memory, the chat template refuses it, or answers can't
                be constrained to a schema.

        """
        finished = frozenset(done)
        tokens = self._tokens(prompts, settings.max_new_tokens)
        asked = list(zip(tokens, schemas or [{}] * len(tokens), strict=True))
        batches = schedule(
            [len(prompt) for prompt in tokens],
            settings.max_new_tokens,
            self.batch_tokens,
            device=self.model.device.type,
        )
        for number, batch in enumerate(batches):
            if finished.issuperset(batch):
                continue
            # Sampling restarts with every batch, so that it does not depend on which batches were computed before.
            seeded = replace(settings, seed=settings.seed + number)
            start = perf_counter()
            answers = with_batch_halving(
                partial(self._run, settings=seeded),
                [asked[index] for index in batch],
                lambda one: f"one prompt of {len(one[0])} tokens",
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

        See `shoptune_transformers.scoring_requests` for what is a choice's part of the text, and
        `shoptune_transformers.scoring` (for an encoder-decoder `shoptune_transformers.encoder_decoder`) for its
        log-probability.  The prompt that says nothing, for `priors`, is one user message without content; with
        ``chat_template: none`` nothing but the token that begins a text.

        Raises:
            StepError: A prompt is too long for the model or for memory, or the chat template refuses it.

        """
        finished = frozenset(done)
        if finished.issuperset(range(len(prompts))):
            return
        requests = as_requests(self.tokenizer, self._answered(prompts), choices, self.template)
        self._check_length(requests)
        score, score_each = self._scorers()
        nothing: dict[str, float] = {}
        if priors:
            texts = list(dict.fromkeys(choice for of_prompt in choices for choice in of_prompt))
            (unconditional,) = as_requests(
                self.tokenizer, self._answered([[{"role": "user", "content": ""}]]), [texts], self.template
            )
            known = score_each(unconditional.context, unconditional.choices)
            nothing = {text: known[tokens] for text, tokens in zip(texts, unconditional.choices, strict=True)}
        start = perf_counter()
        for batch in score(requests, done=finished):
            seconds = (perf_counter() - start) / len(batch)
            yield [
                (
                    index,
                    Prediction(
                        example_id="",
                        choice_log_probabilities=scores,
                        choice_tokens=tuple(map(len, requests[index].choices)),
                        choice_priors=tuple(nothing[choice] for choice in choices[index]) if priors else (),
                        prompt_tokens=len(requests[index].context),
                        finish="choice",
                        seconds=seconds,
                    ),
                )
                for index, scores in batch
            ]
            start = perf_counter()

    def _answered(self, prompts: Sequence[Sequence[Message]]) -> list[str]:
        """Render prompts up to where a given answer stands: behind the empty thought, where the template puts one."""
        _, thought = self._begins
        return [text + thought for text in self._texts(prompts)]

    @cached_property
    def _begins(self) -> tuple[str, str]:
        """What is in an answer beside what a model writes, and what is before a given one: see `answer_begins`."""
        return answer_begins(self.tokenizer)

    def _scorers(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """Return `score` and `score_each` for this model."""
        settings: dict[str, Any] = {"pad": self.ends[0], "batch_tokens": self.batch_tokens}
        scoring: Any
        if self._has_encoder:
            from shoptune_transformers import encoder_decoder as scoring

            settings["start"] = scoring.decoder_start(self.model, self.tokenizer)
        else:
            from shoptune_transformers import scoring
        return partial(scoring.score, self.model, **settings), partial(scoring.score_each, self.model, **settings)

    def _tokens(self, prompts: Sequence[Sequence[Message]], max_new_tokens: int) -> list[Tokens]:
        """Render prompts with the chat template and tokenize them."""
        texts = self._texts(prompts)
        if not texts:
            return []
        tokens: list[Tokens] = self.tokenizer(texts, add_special_tokens=False).input_ids
        longest = max(map(len, tokens))
        context = self._context()
        if context and self._length(longest, max_new_tokens) > context:
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

    def _check_length(self, requests: Sequence[ScoringRequest]) -> None:
        """Refuse requests that don't fit into the model's context."""
        context = self._context()
        lengths = [(len(request.context), request.longest - len(request.context)) for request in requests]
        prompt, answer = max(lengths, key=lambda of_one: self._length(*of_one))
        if context and self._length(prompt, answer) > context:
            raise StepError(
                f"A prompt of {prompt} tokens and its longest choice of {answer} do not fit into the model's context "
                f"of {context} tokens. Lower few_shot, or shorten the prompts or choices."
            )

    def _length(self, prompt: int, answer: int) -> int:
        """Return how much of the context a prompt and its answer take; encoder and decoder have one each."""
        return max(prompt, answer) if self._has_encoder else prompt + answer

    @property
    def _has_encoder(self) -> bool:
        return bool(self.model.config.is_encoder_decoder)

    def _context(self) -> int | None:
        """Return how many tokens the model can take; None where it doesn't say."""
        context: int | None = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        return context

    @cached_property
    def _schemas(self) -> Schemas:
        from shoptune_transformers.constraint import Schemas

        width = self.model.config.get_text_config().vocab_size
        return Schemas(self.tokenizer, ends=self.ends, width=width)

    def _run(self, asked: Sequence[tuple[Tokens, Mapping[str, Any]]], settings: GenerationSettings) -> list[Prediction]:
        """Generate for one batch of prompts, each with the schema of its answer."""
        from shoptune_transformers.decoding import decode

        prompts, schemas = zip(*asked, strict=True)
        constraint = self._schemas.constraint(schemas) if any(schemas) else None
        stop = (*settings.stop, *self.stop)
        with quiet():
            answers = decode(
                self.model,
                prompts,
                settings,
                ends=self.ends,
                stop=stop,
                tokenizer=self.tokenizer,
                constraint=constraint,
            )
        opened = "" if constraint else self._begins[0]
        read = [
            read_answer(answer, self.tokenizer, prompt_tokens=len(prompt), ends=self.ends, stop=stop)
            for prompt, answer in zip(prompts, answers, strict=True)
        ]
        return [replace(answer, text=opened + answer.text) for answer in read] if opened else read


@contextmanager
def open_session(files: ModelFiles) -> Iterator[TransformersSession]:
    """Make a model ready to answer; see `shoptune_transformers.model_cache` for what becomes of it in the end."""
    import torch

    from shoptune_transformers._compat.models import attention_of

    with cached_model(files, _load_to_answer) as loaded:
        template, folded = chat_template_of(loaded.tokenizer, files), folds_system(loaded.tokenizer)
        device = loaded.model.device.type
        batch_tokens = files.settings.get("batch_tokens", DEFAULT_BATCH_TOKENS[device])
        session = TransformersSession(
            model=loaded.model,
            tokenizer=loaded.tokenizer,
            template=template,
            batch_tokens=batch_tokens,
            stop=PLAIN_STOP if template == "plain" else (),
            ends=loaded.ends,
            info={
                "dtype": str(loaded.model.dtype).removeprefix("torch."),
                "device": device,
                "chat_template": template,
                **({"system text": "before the user's: the template has no system role"} if folded else {}),
                **({"computed": f"plainly, as {PLAIN} asks"} if plain() else {"attention": attention_of(loaded.model)}),
                **({"linear layers": "oneDNN"} if loaded.onednn else {}),
                "threads": torch.get_num_threads(),
                "batches": f"longest first, at most {MAX_SEQUENCES[device]} prompts or {batch_tokens} tokens",
            },
        )
        del loaded
        try:
            yield session
        finally:
            session.model = None  # the caller may hold the session longer than it is open


def _load_to_answer(files: ModelFiles) -> LoadedModel:
    """Load a model for answering."""
    from transformers import GenerationConfig

    from shoptune_transformers._compat.onednn import use_onednn

    model, tokenizer = load_merged(files)
    onednn = not plain() and use_onednn(model)
    ends = end_tokens(model, tokenizer)
    # What the model's authors recommend for sampling must not colour greedy decoding.
    model.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    return LoadedModel(model=model, tokenizer=tokenizer, ends=ends, onednn=onednn)
