"""Whole runs with the real backend and the real trainers on a tiny random model, through the command line."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from shoptune.testing import tiny_model
from tests.integration.runs import RUN, command, comparison, environment, shoptune, write_experiment

pytestmark = pytest.mark.slow

EXPERIMENT: dict[str, Any] = {
    "name": "tiny",
    "data": {"shop": {"products": "products.csv", "tests": "tests.csv"}},
    "tasks": {
        "description": {
            "task": "product_description",
            "data": "shop",
            "split": {"test": 0.4, "validation": 0.1},
            "generate": {"max_new_tokens": 12},
            "metrics": ["rouge_l", "output_length", "distinct_n"],
        }
    },
    "candidates": {
        "base": {"model": "./model", "batch_tokens": 400},
        "sft": {
            "from": "base",
            "tune": {"method": "sft", "epochs": 6, "learning_rate": 0.02, "batch_size": 2, "lora": {"r": 4}},
        },
        "dpo": {"from": "sft", "tune": {"method": "dpo", "epochs": 2, "batch_size": 2}},
    },
    "compare": {"baseline": "base", "resamples": 500},
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny") / "model").folder


@pytest.fixture(scope="module")
def finished(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the experiment ran from an empty store to its end."""
    folder = make_folder(tmp_path_factory.mktemp("finished") / "shop", model)
    done = shoptune(folder)
    assert done.returncode == 0, done.stderr
    return folder


def make_folder(folder: Path, model: Path) -> Path:
    """Write an invented shop of 30 products, its A/B tests, and the experiment."""
    folder.mkdir()
    shutil.copytree(model, folder / "model")
    colours, things = ("red", "blue", "amber"), ("vase", "lamp", "mug", "scarf", "bowl")
    products = [
        (f"p{i}", f"{things[i % 5]} {i}", f"A {colours[i % 3]} {things[i % 5]} for shelf {i}, made to stay there.")
        for i in range(30)
    ]
    (folder / "products.csv").write_text(
        "id,name,category,description\n" + "".join(f'{i},{n},{n.split()[0]},"{d}"\n' for i, n, d in products), "utf-8"
    )
    (folder / "tests.csv").write_text(
        "product_id,variant_id,text,exposures,conversions,start,end\n"
        + "".join(
            f'{i},A,"{d}",1000,60,2025-03-01,2025-03-14\n{i},B,"Buy {n} now",1000,20,2025-03-01,2025-03-14\n'
            for i, n, d in products
        ),
        "utf-8",
    )
    write_experiment(folder, EXPERIMENT)
    return folder


CHECKPOINT_EVERY_STEP = (
    "from shoptune_trl import callbacks; callbacks.CHECKPOINT_SECONDS = 0; callbacks.CHECKPOINT_SHARE = 1; " + RUN
)
"""TimedCheckpoints come by the clock, and a training of two seconds would have none."""


def kill_when(folder: Path, sign: str) -> None:
    """Start the run, and kill it as soon as something is written to a file of the store's that matches `sign`."""
    process = subprocess.Popen(
        command(CHECKPOINT_EVERY_STEP),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    deadline = time.monotonic() + 120
    while not any(path.stat().st_size for path in (folder / ".shoptune" / "work").glob(sign)):
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline, f"no {sign} came up"
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_tuned_models_differ_from_their_base_and_everything_is_reported(finished: Path) -> None:
    found = comparison(finished)
    texts = [json.loads(line)["answers"] for line in found["samples"].splitlines()]
    assert any(t["base"]["text"] != t["sft"]["text"] for t in texts)
    training = {t["candidate"]: t for t in found["training"]}
    assert training["sft"]["data"]["stop_token_trained"]
    assert training["dpo"]["loss"][0]["loss"] == pytest.approx(0.6931, abs=1e-3)
    assert {c["phase"] for c in found["cost"]} == {"tune", "predict"}
    assert (finished / "reports" / "tiny" / "report.html").stat().st_size > 10_000


def test_two_runs_with_one_seed_give_the_same_comparison(finished: Path, model: Path, tmp_path: Path) -> None:
    again = make_folder(tmp_path / "shop", model)
    assert shoptune(again).returncode == 0
    assert comparison(again) == comparison(finished)


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param("*/state/checkpoint-*/trainer_state.json", id="while tuning"),
        pytest.param("*/state/predictions.jsonl", id="while predicting"),
    ],
)
def test_a_killed_run_goes_on_and_ends_with_the_same_results(
    finished: Path, model: Path, tmp_path: Path, sign: str
) -> None:
    folder = make_folder(tmp_path / "shop", model)
    kill_when(folder, sign)
    done = shoptune(folder)
    assert done.returncode == 0, done.stderr
    assert "(resuming)" in done.stderr
    assert comparison(folder) == comparison(finished)


def test_a_second_run_computes_nothing_and_never_imports_torch(finished: Path) -> None:
    script = (
        "import sys\nfrom shoptune.cli import main\n"
        "try:\n    main()\nfinally:\n    print('torch' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "run", "experiment.yaml", "--plain"],
        cwd=finished,
        capture_output=True,
        encoding="utf-8",
        check=True,
        env=environment(),
    )
    assert "0 to compute" in done.stderr
    assert done.stderr.splitlines()[-1] == "False"


def test_one_changed_metric_option_computes_that_metric_alone(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(finished, folder)
    changed: dict[str, Any] = json.loads(json.dumps(EXPERIMENT))
    changed["tasks"]["description"]["metrics"][2] = {"metric": "distinct_n", "n": 3}
    write_experiment(folder, changed)
    done = shoptune(folder)
    assert done.returncode == 0, done.stderr
    steps = [line for line in done.stderr.splitlines() if line.endswith(" ...")]
    assert steps == [f"measure distinct_n of description with {c} ..." for c in ("base", "sft", "dpo")]
