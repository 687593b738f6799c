"""The same model on CUDA and on the processor; skipped where torch has no CUDA device."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ChoosingSession, GenerationSettings, ModelFiles, ModelSession
from shoptune.data import Message, Prediction
from shoptune.errors import StepError
from shoptune_transformers.options import TransformersOptions, settings_of
from shoptune_transformers.session import TransformersSession, open_session

GREEDY = GenerationSettings(max_new_tokens=24)
CHOICES = (" red", " red and blue", " red and green", " a calm home for a vase", "x")


def ask(text: str) -> tuple[Message, ...]:
    return ({"role": "user", "content": text},)


def texts(count: int, longest: int = 60) -> list[str]:
    """Texts of different lengths, of printable characters that mean nothing."""
    rng = random.Random(3)
    return ["".join(chr(rng.randrange(97, 123)) for _ in range(rng.randint(1, longest))) for _ in range(count)]


PROMPTS = [ask(text) for text in texts(30)]  # one batch on either device: what is sampled depends on the batch


@pytest.fixture(autouse=True)
def cuda() -> Any:
    """Return torch.cuda, where there is a device."""
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("torch finds no CUDA device")
    return torch.cuda


@pytest.fixture
def little_memory(cuda: Any) -> Iterator[Any]:
    """Return a function that leaves torch so many bytes on the device."""

    def leave(limit: int) -> None:
        cuda.empty_cache()
        cuda.set_per_process_memory_fraction(limit / cuda.get_device_properties(0).total_memory)

    yield leave
    cuda.set_per_process_memory_fraction(1.0)


def files(folder: Path, adapter: Path | None = None, **settings: Any) -> ModelFiles:
    return ModelFiles(folder=folder, adapter=adapter, settings={"dtype": "float32", "device": "cuda", **settings})


@pytest.fixture
def on_cuda(saved_model: Path, cuda: Any) -> Iterator[TransformersSession]:
    with open_session(files(saved_model)) as opened:
        yield opened


@pytest.fixture
def on_cpu(saved_model: Path) -> Iterator[TransformersSession]:
    with open_session(files(saved_model, device="cpu")) as opened:
        yield opened


def answers(
    session: ModelSession, prompts: Sequence[Sequence[Message]] = PROMPTS, settings: GenerationSettings = GREEDY
) -> list[Prediction]:
    """All predictions in order, timings aside."""
    given = {i: replace(p, seconds=0.0) for batch in session.generate(prompts, settings) for i, p in batch}
    return [given[index] for index in range(len(prompts))]


def scores(session: ChoosingSession, count: int = len(PROMPTS)) -> list[float]:
    choices = [CHOICES[: 2 + place % 4] for place in range(count)]
    given = {i: p for batch in session.choose(PROMPTS[:count], choices, priors=True) for i, p in batch}
    return [number for i in range(count) for number in (*given[i].choice_log_probabilities, *given[i].choice_priors)]


def test_device_and_dtype_are_chosen(saved_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(TransformersOptions(), tmp_path)
    assert (settings["device"], settings["dtype"]) == ("cuda", "bfloat16")
    with open_session(ModelFiles(folder=saved_model, settings=settings)) as session:
        assert (session.info["device"], session.info["dtype"]) == ("cuda", "bfloat16")
        assert {parameter.device.type for parameter in session.model.parameters()} == {"cuda"}
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert settings_of(TransformersOptions(), tmp_path)["device"] == "cpu"


@pytest.mark.parametrize(
    "settings",
    [
        GREEDY,
        replace(GREEDY, repetition_penalty=1.3),
        replace(GREEDY, temperature=1.0, seed=5),
        replace(GREEDY, stop=("a", "Q")),
    ],
)
def test_answers_are_the_processors(
    on_cuda: TransformersSession, on_cpu: TransformersSession, settings: GenerationSettings
) -> None:
    assert answers(on_cuda, settings=settings) == answers(on_cpu, settings=settings)


def test_choices_are_the_processors(on_cuda: TransformersSession, on_cpu: TransformersSession) -> None:
    assert scores(on_cuda) == pytest.approx(scores(on_cpu), abs=1e-3)


@pytest.mark.parametrize("penalty", [1.0, 1.3])
def test_answers_are_those_of_generate(on_cuda: TransformersSession, penalty: float) -> None:
    """With sequences that end early, so that rows leave the batch and the cache."""
    import torch

    from shoptune_transformers.answers import read_answer
    from shoptune_transformers.decoding import can_decode, decode
    from shoptune_transformers.generating import generate

    session = on_cuda
    settings = replace(GREEDY, repetition_penalty=penalty)
    prompts = session.tokenizer(["the prefix in common: " * 2 + text for text in texts(17)]).input_ids
    assert can_decode(session.model, 200)
    spoken = [token for answer in answers(session) for token in session.tokenizer(answer.text).input_ids]
    ends = [*session.ends, max(sorted(set(spoken)), key=spoken.count)]
    given: dict[str, Any] = {"ends": ends, "stop": (), "tokenizer": session.tokenizer}
    with torch.inference_mode():
        both = [written(session.model, prompts, settings, **given) for written in (decode, generate)]
    ours, theirs = (
        [read_answer(tokens, session.tokenizer, prompt_tokens=0, ends=ends, stop=()) for tokens in answered]
        for answered in both
    )
    assert ours == theirs
    assert {answer.finish for answer in ours} == {"stop", "length"}


def test_bfloat16(saved_model: Path, on_cpu: TransformersSession) -> None:
    with open_session(files(saved_model, dtype="bfloat16")) as session:
        written, chosen = answers(session), scores(session)
    assert all(answer.completion_tokens for answer in written)
    exact = scores(on_cpu)
    far = [abs(ours - theirs) / (1 + abs(theirs)) for ours, theirs in zip(chosen, exact, strict=True)]
    assert sum(far) / len(far) < 0.05


def plain(weight: Any) -> Any:
    """Return a weight that may be packed for oneDNN as a plain tensor."""
    return weight.to_dense() if weight.is_mkldnn else weight


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_an_adapter_is_merged(saved_model: Path, adapter_folder: Path, on_cpu: TransformersSession, dtype: str) -> None:
    import torch

    merged = []
    for device in ("cpu", "cuda"):
        with open_session(files(saved_model, adapter_folder, dtype=dtype, device=device)) as session:
            weights = session.model.state_dict().items()
            merged.append({name: plain(tensor).cpu().float() for name, tensor in weights})
            said = answers(session)
    assert merged[0].keys() == merged[1].keys() == on_cpu.model.state_dict().keys()
    tolerance = 1e-5 if dtype == "float32" else 1e-2  # a last digit of bfloat16
    assert all(torch.allclose(merged[0][name], merged[1][name], atol=1e-6, rtol=tolerance) for name in merged[0])
    assert said != answers(on_cpu)


def test_a_batch_that_does_not_fit_is_halved(
    on_cuda: TransformersSession, cuda: Any, little_memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from shoptune_transformers import decoding

    prompts = [ask(text * 6) for text in texts(48, longest=60)]
    decode, tried = decoding.decode, []

    def watched(model: Any, batch: Sequence[Any], *given: Any, **options: Any) -> Any:
        tried.append(len(batch))
        cuda.reset_peak_memory_stats()
        try:
            answered = decode(model, batch, *given, **options)
        except torch.OutOfMemoryError:
            tried[-1] = -len(batch)
            raise
        peaks.append(cuda.max_memory_reserved())
        return answered

    peaks: list[int] = []
    monkeypatch.setattr(decoding, "decode", watched)
    session = replace(on_cuda, batch_tokens=48 * 450)
    alone = answers(session, prompts[:1])  # cuBLAS takes its own memory at first
    cuda.empty_cache()
    before = cuda.memory_reserved()
    whole = answers(session, prompts)
    peak = max(peaks)
    tried.clear()
    little_memory(before + (peak - before) // 2)
    assert answers(session, prompts) == whole
    assert whole[0] == alone[0]
    assert min(tried) < 0, f"nothing failed: {before} bytes of {peak} before"
    assert sum(size for size in tried if size > 0) == len(prompts)


def test_a_prompt_that_never_fits_is_named(on_cuda: TransformersSession, little_memory: Any) -> None:
    little_memory(0)
    with pytest.raises(StepError, match="not enough memory for one prompt of"):
        answers(on_cuda, [ask(text * 6) for text in texts(40)])


def test_memory_is_given_back(saved_model: Path, cuda: Any) -> None:
    from shoptune_transformers.model_cache import forget

    def use() -> int:
        with open_session(files(saved_model)) as session:
            answers(session)
            return int(cuda.memory_allocated())

    use()  # cuBLAS keeps what it takes at first
    forget()
    before = cuda.memory_allocated()
    assert use() > before
    forget()
    assert cuda.memory_allocated() == before


def test_the_peak_of_its_memory_is_known(on_cuda: TransformersSession, cuda: Any) -> None:
    import torch

    from shoptune.execution.resources import ResourceMonitor

    with ResourceMonitor() as large:
        block = torch.zeros(2**24, device="cuda")
        del block
    with ResourceMonitor() as small:
        answers(on_cuda)
        assert small.peak_accelerator_bytes
    assert large.peak_accelerator_bytes is not None
    assert small.peak_accelerator_bytes is not None
    assert large.peak_accelerator_bytes - 2**26 >= 0
    assert 0 < small.peak_accelerator_bytes < large.peak_accelerator_bytes


def test_loading_leaves_no_weights_on_the_processor(saved_model: Path) -> None:
    with open_session(files(saved_model)) as session:
        assert all(tensor.device.type == "cuda" for tensor in session.model.state_dict().values())
