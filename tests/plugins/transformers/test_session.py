import json
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Message, Prediction
from shoptune.errors import StepError
from shoptune_transformers.session import TransformersSession, open_session

GREEDY = GenerationSettings(max_new_tokens=12)
TEXTS = [
    "a lamp",
    "a blue linen scarf of 180 cm",
    "x",
    "an oak table for six",
    "wool",
    "a steel bottle, 0.5 l",
    "a bag",
]


def prompt(text: str) -> tuple[Message, ...]:
    return ({"role": "user", "content": text},)


PROMPTS = [prompt(text) for text in TEXTS]


def answers(
    session: TransformersSession, settings: GenerationSettings = GREEDY, done: Collection[int] = ()
) -> dict[int, Prediction]:
    """All predictions, timings aside."""
    return {i: replace(p, seconds=0.0) for batch in session.generate(PROMPTS, settings, done=done) for i, p in batch}


def files(folder: Path, adapter: Path | None = None, **settings: Any) -> ModelFiles:
    return ModelFiles(folder=folder, adapter=adapter, settings={"dtype": "float32", "device": "cpu", **settings})


@pytest.fixture
def session(saved_model: Path) -> Iterator[TransformersSession]:
    """Two or three prompts a batch."""
    with open_session(files(saved_model, batch_tokens=150)) as opened:
        yield opened


def test_answers_are_those_of_a_plain_loop(session: TransformersSession) -> None:
    import torch

    for index, answer in answers(session).items():
        text = session._render(PROMPTS[index])
        ids: list[int] = session.tokenizer(text, add_special_tokens=False).input_ids
        new: list[int] = []
        while len(new) < GREEDY.max_new_tokens:
            with torch.inference_mode():
                token = int(session.model(torch.tensor([ids + new])).logits[0, -1].argmax())
            if token in session.ends:
                break
            new.append(token)
        assert answer.text == str(session.tokenizer.decode(new)).strip()
        assert answer.prompt_tokens == len(ids)
        assert answer.completion_tokens == len(new)
        assert answer.finish == ("length" if len(new) == GREEDY.max_new_tokens else "stop")


def test_prompts_are_answered_differently(session: TransformersSession) -> None:
    assert len({answer.text for answer in answers(session).values()}) >= len(PROMPTS) - 1


@pytest.mark.parametrize("batch_tokens", [1, 200, 10_000])
def test_batch_size_does_not_change_greedy_answers(
    session: TransformersSession, saved_model: Path, batch_tokens: int
) -> None:
    with open_session(files(saved_model, batch_tokens=batch_tokens)) as other:
        assert answers(other) == answers(session)


def test_seconds_are_a_share_of_the_batch(session: TransformersSession) -> None:
    for batch in session.generate(PROMPTS, GREEDY):
        assert len({prediction.seconds for _, prediction in batch}) == 1
        assert batch[0][1].seconds > 0


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_resumed_run_gives_the_same_answers(session: TransformersSession, temperature: float) -> None:
    settings = replace(GREEDY, temperature=temperature, seed=3)
    whole = answers(session, settings)
    batches = [[index for index, _ in batch] for batch in session.generate(PROMPTS, settings)]
    assert len(batches) > 2
    done = [*batches[0], batches[1][0]]
    rest = answers(session, settings, done)
    assert sorted(rest) == sorted(set(range(len(PROMPTS))) - set(done))
    assert rest == {index: whole[index] for index in rest}


def test_finished_batches_are_not_computed_again(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = _record_batches(session, monkeypatch)
    batches = [[index for index, _ in batch] for batch in session.generate(PROMPTS, GREEDY)]
    sizes.clear()
    answers(session, done=[*batches[0], batches[1][0]])
    assert sizes == [len(batch) for batch in batches[1:]], "a batch that is done in part is computed whole"
    sizes.clear()
    assert answers(session, done=range(len(PROMPTS))) == {}
    assert sizes == []


def test_no_prompts(session: TransformersSession) -> None:
    assert list(session.generate([], GREEDY)) == []


def test_sampling_follows_the_seed_and_leaves_the_global_generator_alone(session: TransformersSession) -> None:
    import torch

    state = torch.get_rng_state()
    sampled = [answers(session, replace(GREEDY, temperature=1.0, seed=seed)) for seed in (1, 1, 2)]
    assert sampled[0] == sampled[1] != sampled[2]
    assert torch.equal(state, torch.get_rng_state())


def test_an_answer_ends_at_a_stop_string(session: TransformersSession) -> None:
    plain = answers(session)
    index, stop = 0, plain[0].text[2:4]
    stopped = answers(session, replace(GREEDY, stop=(stop,)))
    assert stopped[index].text == plain[index].text[: plain[index].text.index(stop)].strip()
    assert stopped[index].finish == "stop"
    assert stopped[index].completion_tokens < plain[index].completion_tokens
    assert all(answer.text == plain[i].text for i, answer in stopped.items() if stop not in plain[i].text)


def test_an_answer_ends_at_the_models_own_eos(model_folder: Path, session: TransformersSession) -> None:
    plain = answers(session)
    index, token = next(
        (i, session.tokenizer(answer.text, add_special_tokens=False).input_ids[3])
        for i, answer in plain.items()
        if answer.text[3] not in answer.text[:3]
    )
    (model_folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [0, token]}))
    with open_session(files(model_folder, batch_tokens=150)) as other:
        answer = answers(other)[index]
    assert answer.text == plain[index].text[:3].strip()
    assert answer.finish == "stop"


def test_end_of_turn_ends_an_answer_though_it_is_not_eos(session: TransformersSession) -> None:
    names = session.tokenizer.convert_ids_to_tokens(list(session.ends))
    assert names == ["<|pad|>", "<|endoftext|>", "<|im_end|>"]


def test_the_authors_sampling_settings_do_not_leak(model_folder: Path, session: TransformersSession) -> None:
    leaking = {
        "do_sample": True,
        "temperature": 9.0,
        "top_p": 0.5,
        "repetition_penalty": 9.0,
        "no_repeat_ngram_size": 1,
        "eos_token_id": 0,
    }
    (model_folder / "generation_config.json").write_text(json.dumps(leaking))
    with open_session(files(model_folder, batch_tokens=150)) as other:
        assert answers(other) == answers(session)


def test_repetition_is_penalised_in_the_answer_alone(session: TransformersSession) -> None:
    """An answer's first token repeats no other, so no penalty may change it, though the prompt holds it."""
    halves = ["".join(chr(33 + (start + step) % 94) for step in range(47)) for start in range(0, 94, 16)]
    one = replace(GREEDY, max_new_tokens=1)

    def first(settings: GenerationSettings) -> dict[int, str]:
        return {i: p.text for batch in session.generate(list(map(prompt, halves)), settings) for i, p in batch}

    plain = first(one)
    assert any(text in halves[i] for i, text in plain.items())
    assert first(replace(one, repetition_penalty=50.0)) == plain
    assert answers(session, replace(GREEDY, repetition_penalty=50.0)) != answers(session)


def test_memory_running_out_halves_the_batch(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = answers(session)
    sizes = _record_batches(session, monkeypatch, fits=1)
    assert answers(session) == expected
    assert max(sizes) > 1


def test_one_prompt_that_does_not_fit_is_an_error(
    session: TransformersSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    _record_batches(session, monkeypatch, fits=0)
    with pytest.raises(StepError, match="not enough memory for one prompt"):
        answers(session)


def test_other_errors_are_not_mistaken_for_memory(
    session: TransformersSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(session.model, "forward", fail)
    with pytest.raises(RuntimeError, match="shapes differ"):
        answers(session)


def test_a_prompt_beyond_the_context_is_an_error(session: TransformersSession) -> None:
    with pytest.raises(StepError, match="context of 512 tokens"):
        list(session.generate([prompt("x" * 500)], GREEDY))


def test_a_template_that_refuses_is_an_error(model_folder: Path) -> None:
    template = "{{ raise_exception('no system message, please') }}"
    with (
        open_session(files(model_folder, chat_template=template)) as session,
        pytest.raises(StepError, match="no system message, please"),
    ):
        answers(session)


def test_an_adapter_changes_answers_and_leaves_the_base_as_it_was(
    session: TransformersSession, saved_model: Path, adapter_folder: Path
) -> None:
    base = answers(session)
    with open_session(files(saved_model, adapter_folder, batch_tokens=150)) as tuned:
        changed = answers(tuned)
    assert changed != base
    assert answers(session) == base
    with open_session(files(saved_model, batch_tokens=150)) as again:
        assert answers(again) == base


def test_the_merged_adapter_is_the_adapter(saved_model: Path, adapter_folder: Path) -> None:
    import torch

    from shoptune_transformers.loading import load

    beside, tokenizer = load(files(saved_model, adapter_folder))
    ids = torch.tensor([tokenizer("a lamp").input_ids])
    with open_session(files(saved_model, adapter_folder)) as session, torch.inference_mode():
        torch.testing.assert_close(session.model(ids).logits, beside(ids).logits, rtol=1e-4, atol=1e-4)


def test_info_says_how_it_ran(saved_model: Path) -> None:
    with open_session(files(saved_model, dtype="bfloat16")) as session:
        assert session.info["dtype"] == "bfloat16"
        assert session.info["device"] == "cpu"
        assert session.info["chat_template"] == "model's own"
        assert session.info["attention"] == "sdpa"
        assert session.info["threads"] >= 1
        assert len(answers(session)) == len(PROMPTS)


def test_nothing_is_printed(saved_model: Path, adapter_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with open_session(files(saved_model, adapter_folder)) as session:
            answers(session, replace(GREEDY, stop=("zz",), repetition_penalty=1.1, temperature=0.7))
    assert capfd.readouterr() == ("", "")


def _record_batches(session: TransformersSession, monkeypatch: pytest.MonkeyPatch, fits: int = 1000) -> list[int]:
    """Return a list that fills with the size of each batch; those of more than `fits` prompts run out of memory."""
    from shoptune_transformers import decoding

    sizes: list[int] = []
    decode = decoding.decode

    def recorded(model: Any, prompts: Sequence[Any], settings: GenerationSettings, **rest: Any) -> Any:
        sizes.append(len(prompts))
        if len(prompts) > fits:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        return decode(model, prompts, settings, **rest)

    monkeypatch.setattr(decoding, "decode", recorded)
    return sizes
