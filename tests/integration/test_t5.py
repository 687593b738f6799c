"""A whole run with an encoder-decoder model, through the command line: base and tuned, answers and likelihoods."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tiny_t5 import make_t5

pytestmark = pytest.mark.slow

EXPERIMENT: dict[str, Any] = {
    "name": "t5",
    "data": {"shop": {"products": "products.jsonl"}},
    "tasks": {
        "description": {
            "task": "product_description",
            "data": "shop",
            "split": {"test": 0.4, "validation": 0.1},
            "generate": {"max_new_tokens": 16},
            "metrics": ["rouge_l", "perplexity"],
        }
    },
    "candidates": {
        "base": {"model": "./model"},
        "sft": {"from": "base", "tune": {"method": "sft", "epochs": 8, "batch_size": 4, "learning_rate": 0.01}},
    },
    "compare": {"baseline": "base", "resamples": 200},
}


def test_a_t5_answers_and_is_tuned_and_compared(tmp_path: Path) -> None:
    make_t5(tmp_path / "model")
    colours, things = ("red", "blue", "amber"), ("vase", "lamp", "mug", "scarf", "bowl")
    products = [
        {
            "id": f"p{i}",
            "name": f"{colours[i % 3]} {things[i % 5]}",
            "description": f"A {colours[i % 3]} {things[i % 5]} for a calm home.",
        }
        for i in range(30)
    ]
    (tmp_path / "products.jsonl").write_text("".join(json.dumps(row) + "\n" for row in products), "utf-8")
    (tmp_path / "experiment.yaml").write_text(yaml.safe_dump(EXPERIMENT, sort_keys=False), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from shoptune.cli import main; main()", "--debug", "run", "experiment.yaml", "--plain"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
    )
    assert done.returncode == 0, done.stderr
    report = tmp_path / "reports" / "t5"
    found = json.loads((report / "comparison.json").read_text("utf-8"))
    (training,) = found["training"]
    assert training["data"]["stop_token_trained"]
    losses = [row["loss"] for row in training["loss"]]
    assert losses[-1] < losses[0] / 2
    assert "plain words" in (report / "comparison.json").read_text("utf-8")
    answers = [json.loads(line)["answers"] for line in (report / "samples.jsonl").read_text("utf-8").splitlines()]
    assert answers
    assert all(answer["base"]["text"] != answer["sft"]["text"] for answer in answers)
