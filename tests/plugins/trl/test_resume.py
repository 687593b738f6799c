import dataclasses
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles, TuningReport
from shoptune.leftovers import seal
from shoptune.testing import make_job, sample_pairs
from shoptune_trl import callbacks
from shoptune_trl._compat.checkpoints import newest_checkpoint, seal_checkpoint
from shoptune_trl.dpo import dpo
from shoptune_trl.options import DPOOptions, SFTOptions
from shoptune_trl.sft import sft
from tests.tiny import examples, tensors


class KilledError(Exception):
    """What the test's progress raises, in the place of a signal."""


def killed_at(step: int) -> Any:
    def progress(done: float, total: float, unit: str = "", detail: str = "") -> None:
        if done == step:
            raise KilledError

    return progress


@pytest.fixture
def _always_save(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(callbacks, "CHECKPOINT_SHARE", float("inf"))


def compare(method: Any, job: Any, step: int, folder: Path) -> None:
    """Run a job in one go, and another with a kill; both must end with the same weights and say the same."""
    whole: TuningReport = method.tune(job(folder / "whole"))
    with pytest.raises(KilledError):
        method.tune(job(folder / "parts", progress=killed_at(step)))
    told: list[float] = []
    parts = method.tune(job(folder / "parts", progress=lambda done, *_, **__: told.append(done)))
    assert told[1] == step, "the second call did not go on where the first one was killed"
    assert parts == whole
    one, other = tensors(folder / "whole" / "output" / "adapter"), tensors(folder / "parts" / "output" / "adapter")
    assert all(one[name].equal(other[name]) for name in one)


# Two epochs of four steps: killed in the first, at the start of the second, and in the second.
@pytest.mark.usefixtures("_always_save")
@pytest.mark.parametrize("step", [3, 5, 7])
def test_sft_ends_as_if_it_had_not_been_killed(step: int, tiny: ModelFiles, tmp_path: Path) -> None:
    options = SFTOptions(batch_size=4, learning_rate=0.01, lora={"dropout": 0.2})

    def job(folder: Path, **given: Any) -> Any:
        return make_job(tiny, folder, options, rows=examples(16), validation_rows=examples(4), **given)

    compare(sft, job, step, tmp_path)


@pytest.mark.usefixtures("_always_save")
def test_weighted_trainings_end_as_if_they_had_not_been_killed(
    tiny: ModelFiles, tuned: tuple[ModelFiles, TuningReport], tmp_path: Path
) -> None:
    accumulated = {"gradient_accumulation_steps": 2}
    sft_options = SFTOptions(batch_size=2, learning_rate=0.01, lora={"dropout": 0.2}, trainer=accumulated)
    dpo_options = DPOOptions(batch_size=2, epochs=2, learning_rate=0.01, trainer=accumulated)
    weighted = [dataclasses.replace(e, weight=1.0 + i % 3) for i, e in enumerate(examples(16))]
    weighted_pairs = [dataclasses.replace(p, weight=1.0 + i % 3) for i, p in enumerate(sample_pairs(12))]

    def sft_job(folder: Path, **given: Any) -> Any:
        return make_job(tiny, folder, sft_options, rows=weighted, **given)

    def dpo_job(folder: Path, **given: Any) -> Any:
        return make_job(tuned[0], folder, dpo_options, rows=weighted_pairs, **given)

    compare(sft, sft_job, 5, tmp_path / "sft")
    compare(dpo, dpo_job, 4, tmp_path / "dpo")


@pytest.mark.usefixtures("_always_save")
def test_dpo_ends_as_if_it_had_not_been_killed(tuned: tuple[ModelFiles, TuningReport], tmp_path: Path) -> None:
    options = DPOOptions(batch_size=4, epochs=2, learning_rate=0.01)

    def job(folder: Path, **given: Any) -> Any:
        return make_job(tuned[0], folder, options, rows=sample_pairs(12), validation_rows=sample_pairs(4), **given)

    compare(dpo, job, 5, tmp_path)


def test_one_seed_gives_one_result_and_another_seed_another(tiny: ModelFiles, tmp_path: Path) -> None:
    def run(name: str, seed: int) -> Any:
        options = SFTOptions(batch_size=4, epochs=1, lora={"dropout": 0.2})
        report = sft.tune(make_job(tiny, tmp_path / name, options, rows=examples(8), seed=seed))
        return report, (tmp_path / name / "output" / "adapter" / "adapter_model.safetensors").read_bytes()

    assert run("one", 1) == run("again", 1)
    assert run("one", 1)[1] != run("other", 2)[1]


def checkpoint(work: Path, step: int, *, sealed: bool = True) -> Path:
    folder = work / f"checkpoint-{step}"
    folder.mkdir()
    for name in ("adapter_model.safetensors", "trainer_state.json", "optimizer.pt"):
        (folder / name).write_bytes(f"{name} after step {step}, invented".encode())
    if sealed:
        seal(folder)
    return folder


def flip(path: Path) -> None:
    """Flip one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_the_newest_whole_checkpoint_counts(tmp_path: Path) -> None:
    told: list[str] = []
    assert newest_checkpoint(tmp_path, told.append) is None
    nine, ten = checkpoint(tmp_path, 9), checkpoint(tmp_path, 10)
    assert newest_checkpoint(tmp_path, told.append) == ten
    assert told == []
    torn = checkpoint(tmp_path, 11, sealed=False)
    altered = [checkpoint(tmp_path, step) for step in (12, 13, 14, 15)]
    for folder, name in zip(altered, ("trainer_state.json", "optimizer.pt", "sealed.json"), strict=False):
        flip(folder / name)
    (altered[3] / "scheduler.pt").write_bytes(b"added later")
    assert newest_checkpoint(tmp_path, told.append) == ten
    assert nine.exists()
    assert not any(folder.exists() for folder in (torn, *altered))
    assert sorted(told) == [
        f"checkpoint-{step}, which an interrupted run left, is not complete or damaged, and not used"
        for step in range(11, 16)
    ]


def test_the_best_checkpoint_stays(tmp_path: Path) -> None:
    best, _, newest = checkpoint(tmp_path, 1), checkpoint(tmp_path, 2), checkpoint(tmp_path, 3, sealed=False)
    seal_checkpoint(tmp_path, 3, best=str(best))
    assert sorted(path.name for path in tmp_path.iterdir()) == [best.name, newest.name]


@pytest.mark.usefixtures("_always_save")
@pytest.mark.parametrize("name", ["optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json", "sealed.json"])
def test_a_damaged_checkpoint_is_never_gone_on_from(name: str, tiny: ModelFiles, tmp_path: Path) -> None:
    told: list[str] = []

    def job(folder: Path, **given: Any) -> Any:
        return make_job(tiny, folder, SFTOptions(batch_size=4, epochs=1), rows=examples(16), **given)

    whole = sft.tune(job(tmp_path / "whole"))
    with pytest.raises(KilledError):
        sft.tune(job(tmp_path / "parts", progress=killed_at(3)))
    (folder,) = (tmp_path / "parts" / "work").glob("checkpoint-*")
    flip(folder / name)
    assert sft.tune(job(tmp_path / "parts", say=told.append)) == whole
    assert any("checkpoint-2, which an interrupted run left, is not complete or damaged" in line for line in told)


@pytest.mark.usefixtures("_always_save")
def test_checkpoints_hold_no_pickled_weights_and_do_not_pile_up(tiny: ModelFiles, tmp_path: Path) -> None:
    job = make_job(tiny, tmp_path, SFTOptions(batch_size=4), rows=examples(16), progress=killed_at(7))
    with pytest.raises(KilledError):
        sft.tune(job)
    (only,) = tmp_path.glob("work/checkpoint-*")
    assert only.name == "checkpoint-6"
    names = {path.name for path in only.iterdir()}
    assert "adapter_model.safetensors" in names
    assert not {"adapter_model.bin", "pytorch_model.bin"} & names
