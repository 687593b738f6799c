"""The decoding loop against transformers' own `generate`, on a tiny random model in float32."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Prediction
from shoptune_transformers.answers import read_answer
from shoptune_transformers.session import TransformersSession, open_session

GREEDY = GenerationSettings(max_new_tokens=24)
Tokens = list[int]


@pytest.fixture(scope="module")
def session(saved_model: Path) -> Iterator[TransformersSession]:
    with open_session(ModelFiles(folder=saved_model, settings={"dtype": "float32", "device": "cpu"})) as opened:
        yield opened


def random_prompts(seed: int, count: int, shared: int = 0) -> list[Tokens]:
    """Prompts of 1 to 60 printable characters after a prefix that all have in common."""
    rng = random.Random(seed)
    prefix = [rng.randrange(4, 98) for _ in range(shared)]
    return [prefix + [rng.randrange(4, 98) for _ in range(rng.randint(1, 60))] for _ in range(count)]


def decoded(session: TransformersSession, prompts: Sequence[Tokens], settings: GenerationSettings, **given: Any) -> Any:
    from shoptune_transformers.decoding import decode

    arguments = {"ends": session.ends, "stop": settings.stop, "tokenizer": session.tokenizer}
    return decode(session.model, prompts, settings, **(arguments | given))


def generated(
    session: TransformersSession, prompts: Sequence[Tokens], settings: GenerationSettings, **given: Any
) -> Any:
    import torch

    from shoptune_transformers.generating import generate

    arguments = {"ends": session.ends, "stop": settings.stop, "tokenizer": session.tokenizer}
    with torch.inference_mode():
        return generate(session.model, prompts, settings, **(arguments | given))


def read(
    session: TransformersSession, answers: Sequence[Tokens], ends: Sequence[int], stop: Sequence[str] = ()
) -> list[Prediction]:
    return [read_answer(tokens, session.tokenizer, prompt_tokens=0, ends=ends, stop=stop) for tokens in answers]


def frequent(answers: Sequence[Tokens], session: TransformersSession) -> int:
    """A token that ends about half of the answers somewhere, if it is made an end token."""
    tokens = {token for answer in answers for token in answer} - set(session.ends)
    return min(sorted(tokens), key=lambda token: abs(sum(token in answer for answer in answers) - len(answers) / 2))


@pytest.mark.parametrize("shared", [0, 40])
@pytest.mark.parametrize("penalty", [1.0, 1.3])
def test_greedy_answers_are_those_of_generate(session: TransformersSession, shared: int, penalty: float) -> None:
    settings = replace(GREEDY, repetition_penalty=penalty)
    for seed in range(3):
        prompts = random_prompts(seed, 17, shared)
        ends = [*session.ends, frequent(decoded(session, prompts, settings), session)]
        ours = read(session, decoded(session, prompts, settings, ends=ends), ends)
        assert ours == read(session, generated(session, prompts, settings, ends=ends), ends)
        assert {answer.finish for answer in ours} == {"stop", "length"}


def test_answers_end_at_stop_strings_as_with_generate(session: TransformersSession) -> None:
    prompts = random_prompts(5, 20)
    plain = read(session, decoded(session, prompts, GREEDY), session.ends)
    stop = (plain[0].text[3:5], plain[1].text[7:10], plain[2].text[5:6])
    settings = replace(GREEDY, stop=stop)
    answers = decoded(session, prompts, settings)
    ours = read(session, answers, session.ends, stop)
    assert ours == read(session, generated(session, prompts, settings), session.ends, stop)
    assert sum(len(answer) < GREEDY.max_new_tokens for answer in answers) >= 3


def test_a_stop_string_of_many_bytes_is_seen(session: TransformersSession) -> None:
    """The tokenizer has a token per byte, so the tail must hold the bytes, not the characters, of a stop string."""
    from shoptune_transformers.decoding import _goes_on

    answer = session.tokenizer("worth 5 €€€€", add_special_tokens=False).input_ids
    assert not _goes_on(answer, session.ends, ["€€€€"], session.tokenizer)
    assert _goes_on(answer[:-1], session.ends, ["€€€€"], session.tokenizer)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_sequence_that_ends_does_not_change_the_others(session: TransformersSession, temperature: float) -> None:
    settings = replace(GREEDY, temperature=temperature)
    prompts = random_prompts(7, 15)
    whole = decoded(session, prompts, settings)
    end = frequent(whole, session)
    ended = decoded(session, prompts, settings, ends=[*session.ends, end])
    assert ended == [answer[: answer.index(end) + 1] if end in answer else answer for answer in whole]
    assert ended != whole


def test_batch_of_one_is_batch_of_many(session: TransformersSession) -> None:
    prompts = random_prompts(11, 12, shared=40)
    assert decoded(session, prompts, GREEDY) == [decoded(session, [prompt], GREEDY)[0] for prompt in prompts]


def test_rows_that_have_ended_are_not_computed(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = random_prompts(13, 15)
    ends = [*session.ends, frequent(decoded(session, prompts, GREEDY), session)]
    rows = _record_inputs(session, monkeypatch)
    answers = decoded(session, prompts, GREEDY, ends=ends)
    lengths = [len(answer) for answer in answers]
    # A pass for the prompts, and one for every token but an answer's last.
    assert [count for count, _ in rows[1:]] == [
        sum(length > step for length in lengths) for step in range(1, max(lengths))
    ]


def test_a_prefix_in_common_is_computed_once(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = [[*prompt[:40], 97 - row, *prompt[40:]] for row, prompt in enumerate(random_prompts(17, 12, shared=40))]
    shapes = _record_inputs(session, monkeypatch)
    decoded(session, prompts, GREEDY)
    assert shapes[:2] == [(1, 40), (12, max(map(len, prompts)) - 40)]


def test_equal_prompts_keep_a_token_of_their_own(session: TransformersSession) -> None:
    prompts = random_prompts(19, 1, shared=40) * 12
    assert decoded(session, prompts, GREEDY) == decoded(session, prompts[:1], GREEDY) * 12


@pytest.mark.parametrize("count", [1, 2])
def test_max_new_tokens(session: TransformersSession, count: int) -> None:
    prompts = random_prompts(23, 5)
    answers = decoded(session, prompts, replace(GREEDY, max_new_tokens=count))
    assert answers == [answer[:count] for answer in decoded(session, prompts, GREEDY)]


def test_sampling_follows_the_probabilities() -> None:
    """Drawn 20,000 times, each token's share is its probability, within four standard deviations."""
    import torch

    from shoptune_transformers.decoding import _choose, _noise

    settings = GenerationSettings(max_new_tokens=1, temperature=0.5, seed=1)
    logits = torch.tensor([0.3, -torch.inf, 1.0, -0.2])
    n = 20_000
    said = torch.zeros(n, 0, dtype=torch.long)
    drawn = _choose(logits.expand(n, -1), said, settings, _noise(settings, n)[:, 0])
    expected = (logits / 0.5).softmax(0).double()
    shares = torch.bincount(drawn, minlength=4) / n
    assert ((shares - expected).abs() <= 4 * (expected * (1 - expected) / n).sqrt()).all()


def test_a_repeated_token_becomes_less_likely_whatever_its_sign() -> None:
    import torch

    from shoptune_transformers.decoding import _choose

    settings = GenerationSettings(max_new_tokens=1, repetition_penalty=2.0)
    logits = torch.tensor([[3.0, 2.0, -9.0], [-1.0, -1.5, -9.0]])
    chosen = _choose(logits, torch.zeros(2, 1, dtype=torch.long), settings, torch.zeros(2))
    assert chosen.tolist() == [1, 1]


def test_what_is_impossible_is_never_sampled() -> None:
    import torch

    from shoptune_transformers.decoding import _choose

    settings = GenerationSettings(max_new_tokens=1, temperature=1.0)
    logits = torch.tensor([[-torch.inf, 0.0, -torch.inf]])
    for noise in (0.0, 0.5, 1.0 - 2**-53):
        drawn = _choose(
            logits, torch.zeros(1, 0, dtype=torch.long), settings, torch.tensor([noise], dtype=torch.float64)
        )
        assert drawn.tolist() == [1]


def test_sampling_follows_the_seed(session: TransformersSession) -> None:
    prompts = random_prompts(29, 6)
    once, again, other = (decoded(session, prompts, replace(GREEDY, temperature=1.0, seed=seed)) for seed in (1, 1, 2))
    assert once == again != other


def test_nearly_cold_sampling_is_greedy(session: TransformersSession) -> None:
    prompts = random_prompts(31, 6)
    assert decoded(session, prompts, replace(GREEDY, temperature=1e-4)) == decoded(session, prompts, GREEDY)


def test_models_that_are_driven_here() -> None:
    """Not those with an encoder, a recurrent state, no positions, or a window that padding would move."""
    import transformers

    from shoptune_transformers.decoding import can_decode

    small: Any = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 32}
    wide: Any = {**small, "intermediate_size": 16, "num_key_value_heads": 1}
    gpt2: Any = {"n_embd": 16, "n_layer": 2, "n_head": 2, "vocab_size": 32}
    t5: Any = {"vocab_size": 32, "d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 2, "num_heads": 2}
    mamba: Any = {"hidden_size": 16, "num_hidden_layers": 2, "vocab_size": 32}
    models = {
        "llama": transformers.LlamaForCausalLM(transformers.LlamaConfig(**wide)),
        "qwen2": transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**wide)),
        "gpt2": transformers.GPT2LMHeadModel(transformers.GPT2Config(**gpt2)),
        "mistral": transformers.MistralForCausalLM(transformers.MistralConfig(**wide, sliding_window=100)),
        "narrow": transformers.MistralForCausalLM(transformers.MistralConfig(**wide, sliding_window=99)),
        "bloom": transformers.BloomForCausalLM(transformers.BloomConfig(hidden_size=16, n_layer=2, n_head=2)),
        "mamba": transformers.MambaForCausalLM(transformers.MambaConfig(**mamba)),
        "t5": transformers.T5ForConditionalGeneration(transformers.T5Config(**t5)),
    }
    driven = {name for name, model in models.items() if can_decode(model, 100)}
    assert driven == {"llama", "qwen2", "gpt2", "mistral"}


@pytest.mark.parametrize("window", [8, 200])
def test_a_model_with_windows_answers_as_with_generate(session: TransformersSession, window: int) -> None:
    """Through the loop where no window is full, else through `generate` itself."""
    import torch
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(0)
    small: Any = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = MistralConfig(**small, num_key_value_heads=1, vocab_size=102, sliding_window=window, initializer_range=0.6)
    other = replace(session, model=_bare(MistralForCausalLM(config)))
    prompts = random_prompts(37, 12, shared=40)
    ours = read(other, decoded(other, prompts, GREEDY), session.ends)
    assert ours == read(other, generated(other, prompts, GREEDY), session.ends)


def test_an_encoder_decoder_answers_without_its_start_token(session: TransformersSession) -> None:
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    small: Any = {"d_model": 32, "d_kv": 16, "d_ff": 32, "num_layers": 2, "num_heads": 2}
    model = _bare(T5ForConditionalGeneration(T5Config(**small, vocab_size=102)))
    model.config.decoder_start_token_id = 1
    prompts = random_prompts(41, 3)
    answers = decoded(replace(session, model=model), prompts, GREEDY)
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor(prompts[:1]), decoder_input_ids=torch.tensor([[1]])).logits
    assert answers[0][0] == int(logits[0, -1].argmax())


def _bare(model: Any) -> Any:
    """The model as a session would have it: without settings of its own for generation."""
    from transformers import GenerationConfig

    model.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    return model.eval()


def _record_inputs(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return a list that fills with the shape of each pass's tokens."""
    shapes: list[tuple[int, int]] = []
    embed = session.model.get_input_embeddings()

    def recorded(ids: Any) -> Any:
        shapes.append(tuple(ids.shape))
        return type(embed).forward(embed, ids)

    monkeypatch.setattr(embed, "forward", recorded)
    return shapes
