"""The samples of four tasks in one experiment, with the real backend and trainer on a tiny random model."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from shoptune.testing import tiny_model
from tests.integration.runs import command, comparison, environment, shoptune, write_experiment

pytestmark = pytest.mark.slow

TASKS = ("product_description", "attribute_extraction", "product_matching", "query_relevance")
KILLS = 4
"""Of each kind: of the run alone, of the run with processes, of one of its processes.  Each costs the start of a run;
with ten, which were tried as well, the same is found."""
CANDIDATES: dict[str, Any] = {
    "base": {"model": "./model", "batch_tokens": 2000},
    "full": {"from": "base", "tune": {"method": "sft", "rows": 20, "epochs": 1, "lora": False}},
    "sft": {"from": "base", "tune": {"method": "sft", "rows": 40, "epochs": 1, "lora": {"r": 4}}},
    "more": {"from": "base", "tune": {"method": "sft", "rows": 80, "epochs": 1, "lora": {"r": 4}}},
    "dpo": {"from": "sft", "tune": {"method": "dpo", "rows": 16, "epochs": 1}},
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


def make_folder(folder: Path, model: Path, *, processes: int | None = None) -> Path:
    """Put the tasks' own samples and experiments together; steps are computed in `processes`, or one by one."""
    folder.mkdir()
    shutil.copytree(model, folder / "model")
    experiment: dict[str, Any] = {"name": "four", "data": {}, "tasks": {}, "candidates": CANDIDATES}
    for task in TASKS:
        sample = Path(__file__).parents[2] / "tasks" / f"shoptune_{task}" / "data"
        shutil.copytree(sample, folder / task)
        of_sample = yaml.safe_load((sample / "experiment.yaml").read_text("utf-8"))
        ((shop, tables),) = of_sample["data"].items()
        for name, table in tables.items():
            file = {"path": table} if isinstance(table, str) else table
            tables[name] = {**file, "path": f"{task}/{file['path']}"}
        experiment["data"][task] = tables
        (use,) = of_sample["tasks"].values()
        assert use["data"] == shop
        experiment["tasks"][task] = {**use, "data": task, "generate": {"max_new_tokens": 8}}
    experiment["compare"] = {"baseline": "base", "resamples": 200}
    experiment["reports"] = ["json"]
    if processes:
        experiment["executor"] = {"executor": "processes", "processes": processes}
    write_experiment(folder, experiment)
    return folder


def test_killed_at_random_moments_it_ends_with_the_same_results(finished: Path, model: Path, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "shop", model)
    chance = random.Random(7)
    killed = 0
    while killed < KILLS:
        run = subprocess.Popen(
            command(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
        )
        time.sleep(chance.uniform(0.5, 8))
        if run.poll() is None:
            run.kill()
            killed += 1
        else:  # it was done: start anew, until all kills have hit
            assert run.returncode == 0
            shutil.rmtree(folder / ".shoptune")
        run.wait()
    done = shoptune(folder)
    assert done.returncode == 0, done.stderr
    assert comparison(folder) == comparison(finished)


def test_two_processes_come_to_the_same(finished: Path, model: Path, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "shop", model, processes=2)
    done = shoptune(folder)
    assert done.returncode == 0, done.stderr
    assert comparison(folder) == comparison(finished)


def test_two_processes_killed_at_random_moments_end_with_the_same_results(
    finished: Path, model: Path, tmp_path: Path
) -> None:
    """Now the run itself, now one of its processes."""
    folder = make_folder(tmp_path / "shop", model, processes=2)
    chance, killed = random.Random(23), {"run": 0, "process": 0}
    while min(killed.values()) < KILLS:
        victim = min(killed, key=lambda name: killed[name])
        run = subprocess.Popen(
            command(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
        )
        time.sleep(chance.uniform(1, 9))
        workers = workers_of(run)
        targets = [worker.pid for worker in workers] if victim == "process" else [run.pid]
        if run.poll() is None and targets:
            os.kill(chance.choice(targets), signal.SIGKILL)
            killed[victim] += 1
        code = run.wait(timeout=900)
        assert psutil.wait_procs(workers, timeout=120)[1] == [], "no process outlives its run"
        if code == 0:  # it was done: start anew, until all kills have hit
            shutil.rmtree(folder / ".shoptune")
    done = shoptune(folder)
    assert done.returncode == 0, done.stderr
    assert comparison(folder) == comparison(finished)


def workers_of(run: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return the processes that compute the run's steps."""
    try:
        found = psutil.Process(run.pid).children(recursive=True)
        return [child for child in found if "spawn_main" in " ".join(child.cmdline())]
    except psutil.Error:
        return []


def test_a_sixth_model_computes_itself_alone(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(finished, folder)
    experiment = yaml.safe_load((folder / "experiment.yaml").read_text("utf-8"))
    experiment["candidates"]["sixth"] = {"from": "sft", "tune": {"method": "sft", "rows": 20, "epochs": 1}}
    write_experiment(folder, experiment)
    done = shoptune(folder)
    assert done.returncode == 0, done.stderr
    steps = [line for line in done.stderr.splitlines() if line.endswith(" ...")]
    assert len([step for step in steps if step.startswith("predict ")]) == len(TASKS)
    assert steps
    assert all("sixth" in step for step in steps)


def test_two_runs_at_once_compute_nothing_twice(finished: Path, model: Path, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "shop", model)
    runs = [
        subprocess.Popen(
            command(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment()
        )
        for _ in range(2)
    ]
    said = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], "\n\n".join(text[-2000:] for text in said)
    ended = [line.split(": done in")[0] for text in said for line in text.splitlines() if ": done in" in line]
    made = [name for name in ended if not name.endswith("(by another run)")]
    assert made
    assert len(made) == len(set(made))
    assert comparison(folder) == comparison(finished)
