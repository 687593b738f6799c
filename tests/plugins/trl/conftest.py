import dataclasses
import os
from collections.abc import Iterator

import pytest

from shoptune.components import ModelFiles, TuningReport
from shoptune.testing import make_job, tiny_model
from tests.tiny import examples

os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """A model this small is ten times quicker on one thread, where others want the processor too."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def tiny(one_thread: None, tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    return tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tuned(tiny: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> tuple[ModelFiles, TuningReport]:
    """The tiny model after SFT with LoRA, and what was reported."""
    from shoptune_trl.options import SFTOptions
    from shoptune_trl.sft import tune

    folder = tmp_path_factory.mktemp("tuned")
    options = SFTOptions(batch_size=4, lora={"r": 4}, learning_rate=0.01)
    report = tune(make_job(tiny, folder, options, rows=examples(16), validation_rows=examples(4)))
    return dataclasses.replace(tiny, adapter=folder / "output" / "adapter"), report
