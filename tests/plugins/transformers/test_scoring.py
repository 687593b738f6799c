"""Choices against a forward pass of their own through the whole model, in float32 unless a test says otherwise."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles
from shoptune.data import Message, Prediction
from shoptune.errors import StepError
from shoptune.testing import tiny_model
from shoptune_transformers import prefix, scoring
from shoptune_transformers._compat import caches
from shoptune_transformers.scoring_requests import ScoringRequest, as_requests
from shoptune_transformers.session import TransformersSession, open_session

CHOICES = (" red", " red and blue", " red and green", " a calm home for a vase", "x")
CONTEXTS = [
    "Query: red vase\nProduct: a red vase for a calm home.\nRelevance:",
    "Query: lamp\nProduct: blue mug.\nRelevance:",
    "Describe a green chair. " * 6 + "\nRelevance:",
    "?",
    "Query: red clock\nProduct: a clock in amber, and a scarf for a calm home.\nRelevance:",
]


def ask(text: str) -> tuple[Message, ...]:
    return ({"role": "user", "content": text},)


def files(folder: Path, adapter: Path | None = None, **settings: Any) -> ModelFiles:
    settings = {"dtype": "float32", "device": "cpu", "chat_template": "none", **settings}
    return ModelFiles(folder=folder, adapter=adapter, settings=settings)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny Llama of `tests.tiny` with livelier weights, so that choices differ by whole nats."""
    from safetensors.torch import load_file, save_file

    folder = tmp_path_factory.mktemp("tiny")
    tiny_model(folder)
    path = folder / "model.safetensors"
    weights = {name: tensor if "norm" in name else tensor * 12 for name, tensor in load_file(path).items()}
    save_file(weights, path, metadata={"format": "pt"})
    return folder


@pytest.fixture(scope="module")
def session(tiny: Path) -> Iterator[TransformersSession]:
    with open_session(files(tiny)) as opened:
        yield opened


def choose(
    session: TransformersSession,
    contexts: Sequence[str] = CONTEXTS,
    choices: Sequence[Sequence[str]] | None = None,
    **options: Any,
) -> dict[int, Prediction]:
    asked = choices if choices is not None else [CHOICES] * len(contexts)
    batches = session.choose([ask(context) for context in contexts], asked, **options)
    return {index: prediction for batch in batches for index, prediction in batch}


def naive(session: TransformersSession, context: str, choice: str) -> float:
    """As lm-evaluation-harness counts it: `_encode_pair` of its HFLM, one full pass, one log-softmax."""
    spaces = len(context) - len(context.rstrip())
    if spaces:
        context, choice = context[:-spaces], context[-spaces:] + choice
    whole = session.tokenizer(context + choice, add_special_tokens=False).input_ids
    before = session.tokenizer(context, add_special_tokens=False).input_ids
    return naive_tokens(session, before, whole[len(before) :])


def naive_tokens(session: TransformersSession, before: Sequence[int], after: Sequence[int]) -> float:
    import torch

    with torch.inference_mode():
        logits = session.model(torch.tensor([[*before, *after]])).logits[0].float()
    logs = logits.log_softmax(-1)
    return sum(float(logs[len(before) - 1 + place, token]) for place, token in enumerate(after))


def flat(predictions: dict[int, Prediction]) -> list[float]:
    return [score for index in sorted(predictions) for score in predictions[index].choice_log_probabilities]


def close(scores: Sequence[float], tolerance: float = 1e-4) -> Any:
    return pytest.approx(scores, abs=tolerance)


def test_scores_are_those_of_a_full_pass_per_choice(session: TransformersSession) -> None:
    expected = [naive(session, context, choice) for context in CONTEXTS for choice in CHOICES]
    predictions = choose(session)
    assert flat(predictions) == close(expected)
    assert max(expected) - min(expected) > 10
    lengths = [len(session.tokenizer(choice, add_special_tokens=False).input_ids) for choice in CHOICES]
    assert list(predictions[0].choice_tokens) == lengths
    assert (min(lengths), max(lengths) > 3) == (1, True)
    assert {prediction.finish for prediction in predictions.values()} == {"choice"}


@pytest.mark.parametrize("batch_tokens", [1, 60, 200, 10_000])
def test_neither_batch_nor_order_changes_a_score(session: TransformersSession, tiny: Path, batch_tokens: int) -> None:
    places = list(range(len(CONTEXTS)))
    random.Random(batch_tokens).shuffle(places)
    with open_session(files(tiny, batch_tokens=batch_tokens)) as other:
        shuffled = choose(other, [CONTEXTS[place] for place in places], [CHOICES[::-1]] * len(places))
    again = {place: shuffled[i] for i, place in enumerate(places)}
    expected = [score for i in places for score in choose(session)[i].choice_log_probabilities[::-1]]
    assert flat({i: again[place] for i, place in enumerate(places)}) == close(expected)


def test_a_choices_score_does_not_depend_on_the_others(session: TransformersSession) -> None:
    alone = [choose(session, [CONTEXTS[0]], [[choice]])[0].choice_log_probabilities[0] for choice in CHOICES]
    assert list(choose(session)[0].choice_log_probabilities) == close(alone)


def test_the_prefix_in_common_changes_no_score(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    contexts = ["Instruction for all: a calm home. " + context for context in CONTEXTS]
    monkeypatch.setattr(prefix, "WORTH_SHARING", 10**9)
    apart = choose(session, contexts)
    computed = []

    def count(model: Any, tokens: Sequence[int]) -> Any:
        computed.append(len(tokens))
        return caches.prefix_cache(model, tokens)

    monkeypatch.setattr(scoring, "prefix_cache", count)
    monkeypatch.setattr(prefix, "WORTH_SHARING", 1)
    assert flat(choose(session, contexts)) == close(flat(apart))
    assert len(computed) == 1
    assert computed[0] > 10
    chains = [CHOICES[3:4]] * len(contexts)  # no mask is needed for these
    assert flat(choose(session, contexts, chains)) == close([apart[i].choice_log_probabilities[3] for i in range(5)])


def test_a_prompt_that_begins_another_one(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefix, "WORTH_SHARING", 1)
    contexts = ["Describe a red vase", "Describe a red vase for a calm home"]
    expected = [naive(session, context, choice) for context in contexts for choice in CHOICES]
    assert flat(choose(session, contexts)) == close(expected)


def test_common_prefix() -> None:
    contexts = [(1, 2, 3, 4), (1, 2, 3, 5, 6), (1, 2, 3)]
    many = contexts * prefix.WORTH_SHARING
    assert prefix.common_prefix(many) == 2, "a token of each prompt is left"
    assert prefix.common_prefix(contexts) == 0, "too little to pay"
    assert prefix.common_prefix([(1,) * 1000]) == 0


def test_models_that_can_not_be_told_what_a_token_sees(
    session: TransformersSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = flat(choose(session))
    monkeypatch.setattr(scoring, "can_branch", lambda *_: False)
    assert flat(choose(session)) == close(expected)


@pytest.mark.parametrize(("window", "branch"), [(64, True), (16, False)])
def test_a_window_is_respected(window: int, branch: bool) -> None:
    from transformers import MistralConfig, MistralForCausalLM

    config = MistralConfig(
        vocab_size=50,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        sliding_window=window,
        initializer_range=0.5,
    )
    model: Any = MistralForCausalLM(config)
    model.eval()
    numbers = random.Random(0)
    context = tuple(numbers.choices(range(50), k=40))
    choices = ((1, 2, 3), (1, 4, 5, 6), (7,))
    assert scoring.can_branch(model, 44) == branch
    ((_, scores),) = next(scoring.score(model, [ScoringRequest(context, choices)], pad=0, batch_tokens=1000))
    stub: Any = type("Stub", (), {"model": model})
    assert list(scores) == close([naive_tokens(stub, context, choice) for choice in choices])


def test_done_leaves_out_and_changes_nothing(tiny: Path) -> None:
    with open_session(files(tiny, batch_tokens=150, dtype="bfloat16")) as session:
        whole = choose(session)
        for done in ([0], [2, 3], [0, 1, 2, 3]):
            rest = choose(session, done=done)
            assert sorted(rest) == sorted(set(range(5)) - set(done))
            assert flat(rest) == [s for i in sorted(rest) for s in whole[i].choice_log_probabilities]
        assert choose(session, done=range(5)) == {}
        assert choose(session, []) == {}


def test_equal_questions_are_computed_once(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = choose(session)[1].choice_log_probabilities
    computed = []
    real = scoring._logits

    def count(model: Any, prefix: Any, pad: int, rows: Sequence[Any], due: Any) -> Any:
        computed.append(len(rows))
        return real(model, prefix, pad, rows, due)

    monkeypatch.setattr(scoring, "_logits", count)
    predictions = choose(session, [CONTEXTS[1]] * 7)
    assert computed == [1]
    assert [prediction.choice_log_probabilities for prediction in predictions.values()] == [close(expected)] * 7


def test_memory_that_runs_out_halves_the_batch(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = flat(choose(session))
    real = scoring._logits

    def small(model: Any, prefix: Any, pad: int, rows: Sequence[Any], due: Any) -> Any:
        if len(rows) > 1:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        return real(model, prefix, pad, rows, due)

    monkeypatch.setattr(scoring, "_logits", small)
    assert flat(choose(session)) == close(expected)


def test_priors_follow_an_empty_prompt(session: TransformersSession) -> None:
    bos = session.tokenizer.bos_token_id or session.tokenizer.eos_token_id
    predictions = choose(session, priors=True)
    ids = [session.tokenizer(choice, add_special_tokens=False).input_ids for choice in CHOICES]
    assert list(predictions[0].choice_priors) == close([naive_tokens(session, [bos], tokens) for tokens in ids])
    assert predictions[0].choice_priors == predictions[4].choice_priors
    assert choose(session)[0].choice_priors == ()


def test_priors_of_a_chat_follow_an_empty_turn(tiny: Path) -> None:
    with open_session(files(tiny, chat_template=None)) as session:
        (prediction,) = choose(session, ["?"], [CHOICES], priors=True).values()
        before = session.tokenizer("<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n").input_ids
        after = [session.tokenizer(choice, add_special_tokens=False).input_ids for choice in CHOICES]
        assert list(prediction.choice_priors) == close([naive_tokens(session, before, tokens) for tokens in after])


def test_many_priors(session: TransformersSession) -> None:
    choices = [f" {number} vases" for number in range(150)]
    (prediction,) = choose(session, ["?"], [choices], priors=True).values()
    some = choose(session, ["?"], [choices[140:]], priors=True)[0].choice_priors
    assert list(prediction.choice_priors[140:]) == close(some)


def test_an_adapter_is_merged(saved_model: Path, adapter_folder: Path) -> None:
    from shoptune_transformers.loading import load

    with open_session(files(saved_model)) as session:
        base = flat(choose(session))
    with open_session(files(saved_model, adapter_folder)) as session:
        tuned = flat(choose(session))
        session.model, _ = load(files(saved_model, adapter_folder))
        beside = [naive(session, context, choice) for context in CONTEXTS for choice in CHOICES]
    assert tuned == close(beside, 2e-3)
    assert tuned != close(base, 1.0)


def test_bfloat16_is_close(session: TransformersSession, tiny: Path) -> None:
    with open_session(files(tiny, dtype="bfloat16")) as other:
        scores = flat(choose(other))
    assert scores == pytest.approx(flat(choose(session)), rel=0.05, abs=0.5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
@pytest.mark.parametrize("share", [1, 10**9])
def test_attention_in_bfloat16_is_plain_where_that_is_quicker(
    tiny: Path, session: TransformersSession, dtype: str, share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers.models.llama import modeling_llama

    monkeypatch.setattr(prefix, "WORTH_SHARING", share)
    calls = []
    real = modeling_llama.eager_attention_forward

    def count(*args: Any, **given: Any) -> Any:
        calls.append(args)
        return real(*args, **given)

    monkeypatch.setattr(modeling_llama, "eager_attention_forward", count)
    contexts = ["Instruction for all: a calm home. " + context for context in CONTEXTS]
    with open_session(files(tiny, dtype=dtype)) as other:
        plain = flat(choose(other, contexts))
        assert bool(calls) == (dtype == "bfloat16")
        assert other.model.config._attn_implementation == "sdpa"
        calls.clear()
        monkeypatch.setattr(scoring, "PLAIN_ATTENTION", 8)
        fused = flat(choose(other, contexts))
        assert not calls
    assert plain == pytest.approx(fused, rel=0.05, abs=0.5)
    assert plain == pytest.approx(flat(choose(session, contexts)), rel=0.05, abs=0.5)


def test_onednn_computes_what_torch_computes(
    session: TransformersSession, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shoptune_transformers._compat import onednn

    assert session.info.get("linear layers") in (None, "oneDNN")
    scores = flat(choose(session))
    for amd in (True, False):
        monkeypatch.setattr(onednn, "_is_amd", lambda amd=amd: amd)
        with open_session(files(tiny)) as other:
            assert flat(choose(other)) == close(scores)


def test_a_prompt_that_is_too_long_says_so(session: TransformersSession) -> None:
    with pytest.raises(StepError, match=r"longest choice of \d+ do not fit into the model's context of 512"):
        choose(session, ["Describe a vase. " * 200])


# --- what is a choice's part of the text -----------------------------------------------------------------------------


def test_white_space_at_the_end_of_a_bare_prompt_is_the_choices(session: TransformersSession) -> None:
    contexts = ["Describe a ", "Describe a vase:\n\n", " \n"]
    choices = [["red vase", "lamp"]] * 3
    predictions = choose(session, contexts[:2], choices[:2])
    assert flat(predictions) == close([naive(session, context, c) for context in contexts[:2] for c in choices[0]])
    (blank,) = as_requests(session.tokenizer, contexts[2:], choices[2:], "none")
    assert blank.context == (session.tokenizer.eos_token_id,)
    assert session.tokenizer.decode(list(blank.choices[0])) == " \nred vase"


def test_a_chats_prompt_is_left_whole(tiny: Path) -> None:
    with open_session(files(tiny, chat_template=None)) as session:
        text = session._render(ask("Describe a lamp."))
        assert text.endswith("assistant\n")
        (request,) = as_requests(session.tokenizer, [text], [["A lamp"]], "model's own")
        assert list(request.context) == session.tokenizer(text, add_special_tokens=False).input_ids
        assert session.tokenizer.decode(list(request.choices[0])) == "A lamp", "no end of turn"
        (prediction,) = choose(session, ["Describe a lamp."], [["A lamp"]]).values()
        expected = [naive_tokens(session, request.context, request.choices[0])]
        assert list(prediction.choice_log_probabilities) == close(expected)
        assert prediction.prompt_tokens == len(request.context)


def test_the_plain_template_has_a_space_in_front_of_an_answer(session: TransformersSession) -> None:
    (request,) = as_requests(session.tokenizer, ["Assistant:"], [["lamp", " lamp"]], "plain")
    assert request.choices[0] == request.choices[1]
    assert session.tokenizer.decode(list(request.choices[0])) == " lamp"


def test_a_choice_that_melts_into_the_prompts_last_token_keeps_its_tokens(session: TransformersSession) -> None:
    tokens = session.tokenizer("calm", add_special_tokens=False).input_ids
    joined = session.tokenizer("cal", add_special_tokens=False).input_ids
    (request,) = as_requests(session.tokenizer, ["cal"], [["m", ""]], "none")
    if len(joined) == len(tokens):
        assert request.choices[0] == tuple(session.tokenizer("m", add_special_tokens=False).input_ids)
    assert request.choices[0]
    assert request.choices[1] == ()


def test_bare_prompts_are_asked_as_they_stand(session: TransformersSession) -> None:
    turns: tuple[Message, ...] = (
        {"role": "system", "content": "Query: "},
        {"role": "user", "content": "lamp\nRelevance:"},
    )
    assert session._render(turns) == "Query: lamp\nRelevance:"
    assert session.info["chat_template"] == "none"
    assert session.stop == ()


@pytest.mark.slow
@pytest.mark.parametrize("template", [None, "none"])
def test_a_real_model(template: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invented questions to SmolLM2, from whichever local cache or package has it."""
    from shoptune_transformers.fetching import fetch
    from shoptune_transformers.options import TransformersOptions

    monkeypatch.delenv("SHOPTUNE_CACHE")
    from shoptune_transformers.resolving import resolve

    located = resolve(
        "smollm2-135m-instruct",
        Path(),
        TransformersOptions.model_validate({"dtype": "float32", "device": "cpu", "chat_template": template}),
    )
    contexts = [
        f"Query: {a} {b}\nProduct: {c} {b}. {'It has a calm finish. ' * n}\nRelevance:"
        for n, (a, b, c) in enumerate([("red", "vase", "blue"), ("folding", "chair", "oak"), ("wool", "scarf", "wool")])
    ]
    choices = (" Exact match", " Substitute product", " Complementary accessory", " Irrelevant to the query")
    with open_session(fetch(located, lambda *_: None)) as session:
        predictions = choose(session, contexts, [choices] * 3)
        asked = as_requests(
            session.tokenizer, session._texts([ask(context) for context in contexts]), [choices] * 3, session.template
        )
        expected = [naive_tokens(session, request.context, tokens) for request in asked for tokens in request.choices]
    assert flat(predictions) == close(expected, 1e-3)
