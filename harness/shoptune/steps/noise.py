"""The noise floor: how much of an answer is the batch's doing.

What is computed together decides in which order numbers are added up, and so the last digits of every probability; in a
short floating-point format now and then a word.  A difference between two candidates that is smaller than this says
nothing.  So a few examples are asked again, with other neighbours, and compared with their answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from shoptune.components import GenerationSettings, ModelSession
from shoptune.data import Example, Message, Prediction
from shoptune.metrics.choices import Normalise, best_choice
from shoptune.steps.backends import able_to_choose

__all__ = ["ASKED_AGAIN", "TOKENS_AGAIN", "noise_floor"]

ASKED_AGAIN = 4
"""Examples of each kind: answered by writing, by choosing, and with a scored reference."""

TOKENS_AGAIN = 256
"""Texts are written again until there are so many tokens: a token of a small batch takes nearly as long as one for each
of a large batch does."""

Prompt = Sequence[Message]


def noise_floor(
    session: ModelSession,
    prompts: Sequence[Prompt],
    examples: Sequence[Example],
    answers: Sequence[Prediction],
    settings: GenerationSettings,
    *,
    schemas: Sequence[Mapping[str, object]] = (),
    normalise: Normalise = "none",
) -> dict[str, int | float]:
    """Ask a few examples again, in batches of their own, and say how far the answers agree.

    Which examples, and in which batches, depends on examples and answers alone: an interrupted run that goes on comes
    to the same result.

    Args:
        session: What gave the answers.
        prompts: What was asked, for each example.
        examples: The examples.
        answers: The answer to each.
        settings: How texts were generated.  Sampled ones are left out: what chance decides differs from batch to batch.
        schemas: For each example the schema that its text had to follow, or empty.
        normalise: How the choice was taken.

    Returns:
        What there is of ``texts`` written again and ``same_texts`` among them, ``choices`` (examples whose choices were
        scored again) and ``same_choices`` (the same one taken), and ``largest_difference`` between a choice's or
        reference's two log-probabilities, in nats.

    """
    floor: dict[str, int | float] = {}
    if settings.temperature == 0:
        places = _within(TOKENS_AGAIN, _spread([i for i, e in enumerate(examples) if not e.choices]), answers)
        asked, of_each = [prompts[i] for i in places], [schemas[i] for i in places] if schemas else ()
        again = _in_order(session.generate(asked, settings, schemas=of_each)) if places else []
        floor |= _counted("texts", [a.text == answers[i].text for i, a in zip(places, again, strict=True)])
    places = _spread([i for i, e in enumerate(examples) if e.choices])
    scores = _scores(session, [(prompts[i], examples[i].choices) for i in places])
    known = [answers[i].choice_log_probabilities for i in places]
    same = [
        best_choice(replace(answers[i], choice_log_probabilities=now), normalise) == best_choice(answers[i], normalise)
        for i, now in zip(places, scores, strict=True)
    ]
    floor |= _counted("choices", same)
    before = {i: a.reference_log_probability for i, a in enumerate(answers) if a.reference_log_probability is not None}
    places = _spread(list(before))
    scores += _scores(session, [(prompts[i], examples[i].references[:1]) for i in places])
    known += [(before[i],) for i in places]
    if known:
        floor["largest_difference"] = max(map(_difference, chain(*known), chain(*scores)))
    return floor


def _counted(kind: str, same: Sequence[bool]) -> dict[str, int]:
    """Return how many were asked again, and how many of them came out the same; nothing where there are none."""
    return {kind: len(same), f"same_{kind}": sum(same)} if same else {}


def _spread(places: Sequence[int]) -> list[int]:
    """Return `ASKED_AGAIN` of the places, evenly spread; of few no more than half, so that neighbours are missing."""
    count = min(ASKED_AGAIN, (len(places) + 1) // 2)
    return [places[number * len(places) // count] for number in range(count)]


def _within(tokens: int, places: Sequence[int], answers: Sequence[Prediction]) -> list[int]:
    """Return the first places, up to the one whose answer makes it `tokens` tokens together."""
    kept = []
    for place in places:
        if tokens <= 0:
            break
        kept.append(place)
        tokens -= answers[place].completion_tokens
    return kept


def _scores(session: ModelSession, asked: Sequence[tuple[Prompt, Sequence[str]]]) -> list[tuple[float, ...]]:
    """Return the log-probabilities of texts as answers to their prompt."""
    if not asked:
        return []
    prompts, texts = zip(*asked, strict=True)
    return [answer.choice_log_probabilities for answer in _in_order(able_to_choose(session).choose(prompts, texts))]


def _in_order(batches: Iterable[Sequence[tuple[int, Prediction]]]) -> list[Prediction]:
    """Return the predictions of all batches in the order of the prompts."""
    by_index = {index: prediction for batch in batches for index, prediction in batch}
    return [by_index[index] for index in range(len(by_index))]


def _difference(one: float, other: float) -> float:
    """Return how far apart two log-probabilities are; two that are minus infinity are the same."""
    return 0.0 if one == other else abs(one - other)
