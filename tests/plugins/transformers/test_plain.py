"""With ``SHOPTUNE_PLAIN=1`` models answer the same without a private API: in float32, on tiny models."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Message, Prediction
from shoptune_transformers.model_cache import forget
from shoptune_transformers.options import TransformersOptions
from shoptune_transformers.plain import PLAIN, plain
from shoptune_transformers.resolving import resolve
from shoptune_transformers.session import open_session
from tests.tiny_t5 import make_t5

TEXTS = ("a lamp", "a blue linen scarf of 180 cm", "x", "an oak table for six, " * 6, "an oak table for two, " * 6)
PROMPTS: list[tuple[Message, ...]] = [({"role": "user", "content": text},) for text in TEXTS]
CHOICES = [(" yes", " no", " certainly not", " yes, of course", "")] * len(PROMPTS)
WALL = ("caches", "models", "onednn")
USERS = ("decoding", "encoder_decoder", "merging", "scoring", "session")

Answers = dict[int, Prediction]


@pytest.fixture
def plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public ways alone: the switch is on, and all that the wall offers would fail."""
    monkeypatch.setenv(PLAIN, "1")

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a private API was used")

    for wall in WALL:
        module = importlib.import_module(f"shoptune_transformers._compat.{wall}")
        for name in module.__all__:
            monkeypatch.setattr(module, name, refuse)
            for user in USERS:
                monkeypatch.setattr(f"shoptune_transformers.{user}.{name}", refuse, raising=False)


def wrote(files: ModelFiles, settings: GenerationSettings, schema: Mapping[str, Any]) -> Answers:
    with open_session(files) as session:
        batches = session.generate(PROMPTS, settings, schemas=[schema] * len(PROMPTS))
        return {i: replace(p, seconds=0.0) for batch in batches for i, p in batch}


def chose(files: ModelFiles) -> list[Sequence[float]]:
    with open_session(files) as session:
        answers = {i: p for batch in session.choose(PROMPTS, CHOICES, priors=True) for i, p in batch}
    return [[*answers[i].choice_log_probabilities, *answers[i].choice_priors] for i in range(len(PROMPTS))]


CASES = {
    "greedy": (GenerationSettings(max_new_tokens=10), {}),
    "penalty": (GenerationSettings(max_new_tokens=10, repetition_penalty=1.3), {}),
    "stop": (GenerationSettings(max_new_tokens=10, stop=("a", "e")), {}),
    "constrained": (GenerationSettings(max_new_tokens=10), {"enum": ["yes", "no", "perhaps not"]}),
}


def models(folder: Path, adapter: Path, t5: Path) -> dict[str, ModelFiles]:
    causal = ModelFiles(folder=folder, settings={"dtype": "float32", "device": "cpu"})
    return {"causal": causal, "with an adapter": replace(causal, adapter=adapter), "encoder-decoder": make_t5(t5)}


def test_the_same_is_written_and_chosen(
    saved_model: Path, adapter_folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    given = models(saved_model, adapter_folder, tmp_path)
    before = {
        (name, case): wrote(files, *CASES[case])
        for name, files in given.items()
        for case in CASES
        if (name, case) != ("encoder-decoder", "constrained")  # its tokenizer can't be read by llguidance
    }
    chosen = {name: chose(files) for name, files in given.items()}
    request.getfixturevalue("plainly")
    for (name, case), expected in before.items():
        assert wrote(given[name], *CASES[case]) == expected, (name, case)
        assert len({answer.text for answer in expected.values()}) > (case != "constrained"), "answers differ"
    for name, scores in chosen.items():
        for row, same in zip(chose(given[name]), scores, strict=True):
            assert row == pytest.approx(same, abs=1e-4), name
        assert max(map(max, scores)) - min(map(min, scores)) > 3


@pytest.mark.usefixtures("plainly")
def test_a_merged_adapter_is_rounded_as_transformers_rounds(saved_model: Path, adapter_folder: Path) -> None:
    import torch

    from shoptune_transformers.merging import load_merged

    files = ModelFiles(folder=saved_model, adapter=adapter_folder, settings={"dtype": "float32"})
    exact, _ = load_merged(files)
    rounded, _ = load_merged(replace(files, settings={"dtype": "bfloat16"}))
    sums = exact.state_dict()
    for name, weight in rounded.state_dict().items():
        assert torch.equal(weight, sums[name].to(torch.bfloat16)), name


def test_a_model_that_was_made_ready_for_fast_paths_is_not_lent_to_plain_ones(
    saved_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget()
    files = ModelFiles(folder=saved_model, settings={"dtype": "float32", "device": "cpu"})
    with open_session(files) as session:
        fast = session.model
        assert session.info["attention"] == "sdpa"
    monkeypatch.setenv(PLAIN, "1")
    with open_session(files) as session:
        assert session.model is not fast
        assert session.info["computed"] == f"plainly, as {PLAIN} asks"


def test_plain_answers_have_fingerprints_of_their_own(saved_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolved() -> Any:
        return resolve(str(saved_model), Path(), TransformersOptions())

    fast = resolved()
    monkeypatch.setenv(PLAIN, "1")
    assert resolved() != fast
    assert resolved().settings == {**fast.settings, "plain": True}


@pytest.mark.parametrize(("value", "on"), [("", False), ("0", False), ("1", True), (" yes ", True)])
def test_the_switch(value: str, on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PLAIN, raising=False)
    assert not plain()
    monkeypatch.setenv(PLAIN, value)
    assert plain() == on
