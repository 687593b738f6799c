"""lm-evaluation-harness, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import yaml

from tests.benchmarks.processes import Took, run
from tests.benchmarks.work import NEW_TOKENS, STOP, Row, Work, write_rows

__all__ = ["VERSION", "install", "run_lm_eval", "versions"]

VERSION = "0.4.13"
CONSTRAINTS = Path(__file__).parents[2] / "constraints.txt"
WITH = ("torch", "transformers", "tokenizers", "datasets")
"""What decides its speed, beside itself."""

TASKS: Mapping[Work, Mapping[str, Any]] = {
    "choices": {
        "output_type": "multiple_choice",
        "doc_to_choice": "{{choices}}",
        "doc_to_target": "{{gold}}",
        "target_delimiter": "",
        "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
    },
    "generation": {
        "output_type": "generate_until",
        "doc_to_target": "{{target}}",
        "generation_kwargs": {"until": [STOP], "max_gen_toks": NEW_TOKENS, "do_sample": False},
        "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
    },
}


def install(environment: Path) -> None:
    """Make the environment, with the versions that this project is tested with; quick where it is there already."""
    pins = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    wanted = "\n".join([f"lm-eval=={VERSION}", *(pin for pin in pins if pin.partition("==")[0] in WITH)])
    stamp = environment / "made-of.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    click.echo(f"installing lm-eval {VERSION} into {environment}, once; this takes minutes", err=True)
    environment.mkdir(parents=True, exist_ok=True)
    run([sys.executable, "-m", "venv", "--clear", environment], folder=environment.parent)
    pip = (_program(environment, "python"), "-m", "pip", "install", "--quiet", "--constraint", CONSTRAINTS)
    run([*pip, "torch", f"lm-eval[hf]=={VERSION}"], folder=environment)
    stamp.write_text(wanted, encoding="utf-8")


def versions(environment: Path) -> Mapping[str, str]:
    """Return the versions of what decides the speed, as the environment has them."""
    code = f"import json; from importlib.metadata import version; print(json.dumps({{n: version(n) for n in {WITH}}}))"
    output = subprocess.run([_program(environment, "python"), "-c", code], check=True, capture_output=True, text=True)
    found: dict[str, str] = json.loads(output.stdout)
    return found


def run_lm_eval(
    work: Work, rows: Sequence[Row], *, environment: Path, model: Path, dtype: str, batch: int, folder: Path
) -> tuple[Took, list[Any]]:
    """Run a task over `rows` in `folder`, which is new; return what it took, and the answers in the rows' order.

    An answer is the log-likelihoods of the choices, or the text.
    """
    folder.mkdir()
    write_rows(folder / "rows.jsonl", rows)
    task = {
        "task": work,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": "rows.jsonl"}},
        "test_split": "test",
        "doc_to_text": "{{text}}",
        **TASKS[work],
    }
    (folder / "task.yaml").write_text(yaml.safe_dump(task), encoding="utf-8")
    took = run(
        [
            *(_program(environment, "lm_eval"), "run", "--tasks", work, "--include_path", "."),
            *("--model", "hf", "--model_args", f"pretrained={model},dtype={dtype}", "--device", "cpu"),
            *("--batch_size", str(batch), "--output_path", "results", "--log_samples"),
        ],
        folder=folder,
        environment={"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder.parent / "huggingface")},
    )
    (log,) = (folder / "results").glob("*/samples_*.jsonl")
    samples = sorted(map(json.loads, log.read_text(encoding="utf-8").splitlines()), key=lambda s: int(s["doc_id"]))
    if work == "choices":
        return took, [[float(choice[0][0]) for choice in sample["resps"]] for sample in samples]
    return took, [sample["resps"][0][0].strip() for sample in samples]


def _program(environment: Path, name: str) -> Path:
    return environment / "bin" / name
