"""Sessions one after the other: which of them loads a model, and that none can tell."""

from __future__ import annotations

import gc
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles
from shoptune_transformers import merging, model_cache, session
from shoptune_transformers.model_cache import forget
from shoptune_transformers.session import open_session


def files(folder: Path, adapter: Path | None = None, **settings: Any) -> ModelFiles:
    return ModelFiles(folder=folder, adapter=adapter, settings={"dtype": "float32", "device": "cpu", **settings})


@pytest.fixture(autouse=True)
def loads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ModelFiles]]:
    """What was loaded, from a start with nothing in memory."""
    loaded: list[ModelFiles] = []
    load = merging.load_merged

    def noted(wanted: ModelFiles) -> Any:
        loaded.append(wanted)
        return load(wanted)

    forget()
    monkeypatch.setattr(session, "load_merged", noted)
    yield loaded
    forget()


def model_of(wanted: ModelFiles) -> weakref.ref[Any]:
    """Open a session and close it; return its model, if that still lives."""
    with open_session(wanted) as opened:
        found = weakref.ref(opened.model)
    assert opened.model is None
    gc.collect()
    return found


def test_the_next_session_with_the_same_model_loads_nothing(
    model_folder: Path, adapter_folder: Path, loads: list[ModelFiles]
) -> None:
    for wanted in (files(model_folder), files(model_folder, adapter_folder)):
        first = model_of(wanted)
        assert model_of(wanted)() is first()
        assert model_of(files(wanted.folder, wanted.adapter, batch_tokens=7))() is first(), "the same weights"
    assert len(loads) == 2


def test_another_model_takes_its_place_before_it_is_loaded(
    model_folder: Path, adapter_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    base = model_of(files(model_folder))
    load = merging.load_merged

    def noted(wanted: ModelFiles) -> Any:
        held.append(base() is not None)
        return load(wanted)

    monkeypatch.setattr(session, "load_merged", noted)
    assert base() is not None
    model_of(files(model_folder, adapter_folder))
    assert held == [False]


@pytest.mark.parametrize("settings", [{"dtype": "bfloat16"}, {"chat_template": "{{ messages[0].content }}"}])
def test_other_settings_make_another_model(
    model_folder: Path, settings: dict[str, Any], loads: list[ModelFiles]
) -> None:
    model_of(files(model_folder))
    model_of(files(model_folder, **settings))
    assert len(loads) == 2


@pytest.mark.parametrize("what", ["model", "adapter"])
def test_other_content_at_the_same_path_makes_another_model(
    model_folder: Path, adapter_folder: Path, tmp_path: Path, what: str, loads: list[ModelFiles]
) -> None:
    adapter = Path(shutil.copytree(adapter_folder, tmp_path / "adapter"))
    model_of(files(model_folder, adapter))
    weights = model_folder / "model.safetensors" if what == "model" else adapter / "adapter_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-3] ^= 1
    weights.write_bytes(content)
    model_of(files(model_folder, adapter))
    assert len(loads) == 2


def test_a_model_is_lent_once(model_folder: Path, loads: list[ModelFiles]) -> None:
    model_of(files(model_folder))
    with open_session(files(model_folder)) as one, open_session(files(model_folder)) as other:
        assert one.model is not other.model
    assert len(loads) == 2
    assert len(model_cache._kept) == 1


def test_after_an_error_it_is_given_up(model_folder: Path) -> None:
    opening = open_session(files(model_folder))
    found = weakref.ref(opening.__enter__().model)
    assert not opening.__exit__(ValueError, ValueError("invented"), None)
    gc.collect()
    assert found() is None


def test_tuning_has_the_memory_for_itself(model_folder: Path, tmp_path: Path) -> None:
    from shoptune.testing import make_job
    from shoptune_trl.options import SFTOptions
    from shoptune_trl.trainable_model import load_to_train

    found = model_of(files(model_folder))
    assert found() is not None
    load_to_train(make_job(files(model_folder), tmp_path, SFTOptions()))
    gc.collect()
    assert found() is None


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    from shoptune.errors import UsageError

    with pytest.raises(UsageError, match="there is no such model folder"):
        model_of(files(tmp_path / "missing"))
