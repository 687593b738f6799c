"""The same question gets the same answer, whatever was computed with it or before it.

In float32, on the tiny model: greedy texts equal, log-probabilities within 1e-4, and equal to the last bit where the
computation is the same.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Message, Prediction
from shoptune_transformers.loading import load
from shoptune_transformers.merging import load_merged
from shoptune_transformers.model_cache import forget
from shoptune_transformers.session import TransformersSession, open_session

GREEDY = GenerationSettings(max_new_tokens=10)
TEXTS = ("a lamp", "a blue linen scarf of 180 cm", "x", "an oak table for six, " * 3, "wool", "a steel bottle")
PROMPTS: list[tuple[Message, ...]] = [({"role": "user", "content": text},) for text in TEXTS]
CHOICES = [(" yes", " no", " certainly not", " yes, of course")] * len(PROMPTS)


def files(folder: Path, adapter: Path | None = None, **settings: Any) -> ModelFiles:
    return ModelFiles(folder=folder, adapter=adapter, settings={"dtype": "float32", "device": "cpu", **settings})


def written(session: TransformersSession, done: frozenset[int] = frozenset()) -> dict[int, Prediction]:
    return {i: replace(p, seconds=0.0) for batch in session.generate(PROMPTS, GREEDY, done=done) for i, p in batch}


def chosen(session: TransformersSession, done: frozenset[int] = frozenset()) -> dict[int, Prediction]:
    batches = session.choose(PROMPTS, CHOICES, priors=True, done=done)
    return {i: replace(p, seconds=0.0) for batch in batches for i, p in batch}


def answers(wanted: ModelFiles, *, fresh: bool = True) -> tuple[dict[int, Prediction], dict[int, Prediction]]:
    """What a model writes and chooses; `fresh`: loaded now."""
    if fresh:
        forget()
    with open_session(wanted) as session:
        return written(session), chosen(session)


def scores(predictions: dict[int, Prediction]) -> list[float]:
    return [log for i in range(len(PROMPTS)) for log in predictions[i].choice_log_probabilities]


def texts(predictions: dict[int, Prediction]) -> list[str]:
    return [predictions[i].text for i in range(len(PROMPTS))]


def make_adapter(model: Path, folder: Path, *, seed: int, nothing: bool = False) -> Path:
    """Save an adapter of random weights; one that changes nothing has its second factor zero, as before training."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    base: Any = AutoModelForCausalLM.from_pretrained(model)
    config = LoraConfig(r=4, target_modules="all-linear", init_lora_weights=nothing, task_type="CAUSAL_LM")
    get_peft_model(base, config).save_pretrained(str(folder))
    return folder


@pytest.mark.parametrize("batch_tokens", [1, 90, 300, 100_000])
def test_any_batch_size_gives_the_same_scores_and_texts(saved_model: Path, batch_tokens: int) -> None:
    wrote, chose = answers(files(saved_model))
    other_wrote, other_chose = answers(files(saved_model, batch_tokens=batch_tokens))
    assert texts(other_wrote) == texts(wrote)
    assert len(set(texts(wrote))) > 3, "the model says something"
    assert scores(other_chose) == pytest.approx(scores(chose), abs=1e-4)
    assert max(scores(chose)) - min(scores(chose)) > 10


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_base_is_the_same_to_the_last_bit_after_an_adapter_was_on(
    saved_model: Path, adapter_folder: Path, dtype: str
) -> None:
    before = answers(files(saved_model, dtype=dtype))
    tuned = answers(files(saved_model, adapter_folder, dtype=dtype), fresh=False)
    assert answers(files(saved_model, dtype=dtype), fresh=False) == before
    assert scores(tuned[1]) != pytest.approx(scores(before[1]), abs=1.0)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_an_adapter_that_changes_nothing_is_the_base_to_the_last_bit(
    saved_model: Path, tmp_path: Path, dtype: str
) -> None:
    adapter = make_adapter(saved_model, tmp_path / "adapter", seed=1, nothing=True)
    assert answers(files(saved_model, adapter, dtype=dtype)) == answers(files(saved_model, dtype=dtype))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("done", [{0}, {1, 3}, {0, 1, 2, 4, 5}])
def test_resumed_equals_uninterrupted_to_the_last_bit(saved_model: Path, dtype: str, done: set[int]) -> None:
    wanted = files(saved_model, dtype=dtype, batch_tokens=300)
    wrote, chose = answers(wanted)
    forget()
    with open_session(wanted) as session:
        for rest, whole in ((written(session, frozenset(done)), wrote), (chosen(session, frozenset(done)), chose)):
            assert rest == {i: p for i, p in whole.items() if i not in done}


def test_a_model_that_stayed_in_memory_answers_as_one_just_loaded(saved_model: Path, adapter_folder: Path) -> None:
    for wanted in (files(saved_model), files(saved_model, adapter_folder), files(saved_model, dtype="bfloat16")):
        assert answers(wanted, fresh=True) == answers(wanted, fresh=False) == answers(wanted, fresh=True)


def test_two_adapters_of_one_name_at_one_path_answer_each_for_itself(saved_model: Path, tmp_path: Path) -> None:
    one = make_adapter(saved_model, tmp_path / "one", seed=1)
    other = make_adapter(saved_model, tmp_path / "other", seed=2)
    expected = [answers(files(saved_model, adapter)) for adapter in (one, other)]
    assert texts(expected[0][0]) != texts(expected[1][0])
    found = []
    for adapter in (one, other):
        shutil.rmtree(tmp_path / "adapter", ignore_errors=True)
        shutil.copytree(adapter, tmp_path / "adapter")
        found.append(answers(files(saved_model, tmp_path / "adapter"), fresh=False))
    assert found == expected


def test_merged_and_unmerged_adapter_agree(saved_model: Path, adapter_folder: Path) -> None:
    wanted = files(saved_model, adapter_folder)
    wrote, chose = answers(wanted)
    with open_session(wanted) as session:
        session.model, _ = load(wanted)
        assert hasattr(session.model, "peft_config")
        assert texts(written(session)) == texts(wrote)
        assert scores(chosen(session)) == pytest.approx(scores(chose), rel=1e-5, abs=1e-4)


def test_in_bfloat16_the_merged_weight_is_the_exact_sum_rounded_once(saved_model: Path, adapter_folder: Path) -> None:
    import torch

    exact, _ = load_merged(files(saved_model, adapter_folder))
    rounded, _ = load_merged(files(saved_model, adapter_folder, dtype="bfloat16"))
    sums = exact.state_dict()
    for name, weight in rounded.state_dict().items():
        assert torch.equal(weight, sums[name].to(torch.bfloat16)), name
