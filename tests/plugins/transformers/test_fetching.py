import shutil
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ResolvedModel
from shoptune.errors import StoreError, UsageError
from shoptune_transformers import disk_cache, fetching
from shoptune_transformers.fetching import fetch
from shoptune_transformers.options import TransformersOptions
from shoptune_transformers.resolving import resolve
from tests.smollm2 import needs_smollm2


def silent(done: float, total: float, unit: str = "", detail: str = "") -> None:
    pass


def located(tmp_path: Path) -> ResolvedModel:
    (tmp_path / "x.gguf").write_bytes(b"GGUF, invented")
    return resolve("x.gguf", tmp_path, TransformersOptions())


@pytest.fixture
def conversions(saved_model: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were converted into; conversion copies the tiny model."""
    calls: list[Path] = []

    def convert(gguf: Path, folder: Path) -> None:
        calls.append(folder)
        shutil.copytree(saved_model, folder)

    monkeypatch.setattr(fetching, "_convert", convert)
    return calls


def test_a_folder_is_used_where_it_is(model_folder: Path) -> None:
    found = resolve("tiny", model_folder.parent, TransformersOptions(batch_tokens=77))
    files = fetch(found, silent)
    assert files.folder == model_folder
    assert files.adapter is None
    assert files.settings["batch_tokens"] == 77


def test_a_gguf_file_is_converted_once(tmp_path: Path, conversions: list[Path]) -> None:
    first = located(tmp_path)
    told: list[tuple[float, float]] = []
    files = fetch(first, lambda done, total, *_: told.append((done, total)))
    assert told == [(0, 1), (1, 1)]
    assert (files.folder / "model.safetensors").is_file()
    second = resolve("x.gguf", tmp_path, TransformersOptions())
    assert (second.identity, second.source) == (first.identity, first.source)
    assert fetch(second, silent) == fetch(first, silent) == files
    assert len(conversions) == 1


def test_a_killed_conversion_leaves_nothing_behind(
    tmp_path: Path, conversions: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = located(tmp_path)
    convert = fetching._convert

    def killed(gguf: Path, folder: Path) -> None:
        convert(gguf, folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching, "_convert", killed)
    with pytest.raises(KeyboardInterrupt):
        fetch(found, silent)
    leftover = conversions[0]
    assert leftover.is_dir()
    dead = leftover.with_name(
        f".{disk_cache.converted_folder(disk_cache.sha256_of(Path(found.location))).name}.1.partial"
    )
    leftover.rename(dead)
    assert not list(disk_cache.models_folder().glob("gguf-*")), "nothing half-written is visible"
    monkeypatch.setattr(fetching, "_convert", convert)
    assert (fetch(found, silent).folder / "config.json").is_file()
    assert not dead.exists()


def test_a_damaged_gguf_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    found = located(tmp_path)
    with pytest.raises(UsageError, match=r"x\.gguf: this GGUF file can't be converted"):
        fetch(found, silent)


def test_a_cache_that_cannot_be_written_says_what_to_do(
    tmp_path: Path, conversions: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = located(tmp_path)
    monkeypatch.setenv("SHOPTUNE_CACHE", str(tmp_path / "x.gguf"))
    with pytest.raises(StoreError, match="Set SHOPTUNE_CACHE"):
        fetch(found, silent)


@pytest.mark.slow
@needs_smollm2
def test_the_carried_smollm2_answers_and_is_the_same_model_ever_after(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from shoptune.components import GenerationSettings
    from shoptune_transformers.session import open_session

    options = TransformersOptions(dtype="float32", device="cpu")
    first = resolve("smollm2-135m-instruct", tmp_path, options)
    files = fetch(first, silent)
    second = resolve("smollm2-135m-instruct", tmp_path, options)
    assert second.location == str(files.folder)
    assert (second.identity, second.source) == (first.identity, first.source)
    question: Any = {"role": "user", "content": "What is the capital of France? Answer in one word."}
    with open_session(files) as session:
        ((index, answer),) = next(iter(session.generate([(question,)], GenerationSettings(max_new_tokens=16))))
        assert session.tokenizer.pad_token != session.tokenizer.eos_token == "<|im_end|>"
    assert index == 0
    assert "Paris" in answer.text
    assert answer.finish == "stop"
    assert capfd.readouterr() == ("", "")
