"""How fast supervised tuning is on this machine, beside TRL's SFTTrainer with its own defaults.

    python -m tests.benchmarks.sft [ROWS]

tunes SmolLM2-135M-Instruct on invented rows, in turn with TRL (float32 weights, bfloat16 autocast, activation
checkpointing, batches in random order) and with shoptune's method ``sft``, each time in a process of its own.  Rows,
adapter, batch size, learning rate and its schedule are the same for both.  Printed are rows per second from the end of
the first step to that of the last one, the loss on rows of neither training, and the ratio of the median speeds.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from shoptune.components import ModelFiles, TuningJob
from shoptune.data import Example
from tests.million import ADJECTIVES, BRANDS, CATEGORIES, NOUNS, VERBS

MODEL = "smollm2-135m-instruct"
BATCH, RATE, VALIDATION = 8, 1e-3, 32
SIDES = ("trl", "shoptune")


def invented(rows: int) -> list[Example]:
    """Return products with a name, a price, and a description in parts, of 25 to 120 tokens."""
    rng = random.Random(rows)

    def part() -> str:
        adjective, noun, other = rng.choice(ADJECTIVES.split()), rng.choice(NOUNS.split()), rng.choice(NOUNS.split())
        return f"{adjective.capitalize()} {noun.capitalize()} {rng.choice(VERBS.split()).capitalize()} The {other}"

    examples = []
    for number in range(rows):
        name = f"{rng.choice(BRANDS.split())} {rng.choice(CATEGORIES.split())[:-1]} - {rng.randrange(10**5):05}"
        examples.append(
            Example(
                id=str(number),
                messages=(
                    {"role": "system", "content": "You write product descriptions for a shop."},
                    {"role": "user", "content": f"Name: {name}\nPrice: {rng.randrange(5, 500)}"},
                ),
                references=("/ ".join([name, *(part() for _ in range(rng.randrange(2, 12)))]),),
                group=str(number),
            )
        )
    return examples


def with_trl(
    model: ModelFiles, examples: list[Example], unseen: list[Example], folder: Path, step: Callable[[], None]
) -> float:
    """Tune with TRL as it comes, and return the loss on `unseen`; `step` is called at the end of each step."""
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer

    class Steps(TrainerCallback):
        def on_step_end(self, *_: Any, **__: Any) -> None:
            step()

    def rows(of: list[Example]) -> Any:
        return Dataset.from_list(
            [
                {
                    "prompt": [dict(message) for message in example.messages],
                    "completion": [{"role": "assistant", "content": example.references[0]}],
                }
                for example in of
            ]
        )

    trainer = SFTTrainer(
        model=str(model.folder),
        args=SFTConfig(
            output_dir=str(folder),
            use_cpu=True,
            num_train_epochs=1,
            per_device_train_batch_size=BATCH,
            learning_rate=RATE,
            lr_scheduler_type="cosine",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        ),
        train_dataset=rows(examples),
        eval_dataset=rows(unseen),
        peft_config=LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules="all-linear"),
        callbacks=[Steps()],
    )
    trainer.train()
    return float(trainer.evaluate()["eval_loss"])


def with_shoptune(
    model: ModelFiles, examples: list[Example], unseen: list[Example], folder: Path, step: Callable[[], None]
) -> float:
    """Tune with shoptune as it comes, and return the loss on `unseen`; `step` is called at the end of each step."""
    from shoptune_trl.options import SFTOptions
    from shoptune_trl.sft import sft

    def progress(done: float, total: float, unit: str = "", detail: str = "") -> None:
        if done:
            step()

    for name in ("output", "work"):
        (folder / name).mkdir()
    report = sft.tune(
        TuningJob(
            model=model,
            examples=examples,
            validation_examples=unseen,
            pairs=(),
            validation_pairs=(),
            options=SFTOptions(epochs=1, batch_size=BATCH, learning_rate=RATE),
            seed=42,
            output=folder / "output",
            work=folder / "work",
            progress=progress,
            say=lambda _: None,
        )
    )
    return report.loss[-1]["validation_loss"]


def run(side: str, rows: int) -> Mapping[str, float]:
    """Tune once, in this process, and return what is to be compared."""
    from shoptune_transformers.process import prepare_process

    if side == "shoptune":
        prepare_process()  # as the command line does
    from shoptune_transformers.backend import BACKEND
    from shoptune_transformers.options import TransformersOptions

    model = BACKEND.materialise(BACKEND.locate(MODEL, Path(), TransformersOptions()), lambda *_, **__: None)
    examples = invented(rows + VALIDATION)
    ended: list[float] = []
    tune = with_trl if side == "trl" else with_shoptune
    with TemporaryDirectory() as folder:
        loss = tune(
            model, examples[VALIDATION:], examples[:VALIDATION], Path(folder), lambda: ended.append(time.perf_counter())
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"rows per second": BATCH * (len(ended) - 1) / (ended[-1] - ended[0]), "loss": loss, "GiB": peak / 2**30}


@click.command()
@click.argument("rows", default=96)
@click.option("--times", default=3, show_default=True, help="How often each side runs.")
@click.option("--side", type=click.Choice(SIDES), hidden=True, help="Run one side once, and print JSON.")
def main(rows: int, times: int, side: str | None) -> None:
    """Tune on ROWS invented rows (whole batches of 8), in turn with TRL and with shoptune."""
    rows -= rows % BATCH
    if side:
        click.echo(json.dumps(run(side, rows)))
        return
    measured: dict[str, list[Mapping[str, float]]] = {name: [] for name in SIDES}
    click.echo(f"{'':10}{'rows/s':>8}{'loss':>9}{'peak GiB':>10}")
    for turn in range(times):
        for name in SIDES if turn % 2 == 0 else SIDES[::-1]:
            command = [sys.executable, "-m", "tests.benchmarks.sft", str(rows), "--side", name]
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            one = json.loads(output.stdout.splitlines()[-1])
            measured[name].append(one)
            click.echo(f"{name:10}{one['rows per second']:8.2f}{one['loss']:9.4f}{one['GiB']:10.2f}")
    trl, ours = [statistics.median(one["rows per second"] for one in measured[name]) for name in SIDES]
    apart = measured["shoptune"][0]["loss"] - measured["trl"][0]["loss"]
    click.echo(f"\nshoptune is {ours / trl:.2f} times as fast as TRL's defaults; its loss differs by {apart:+.4f}")


if __name__ == "__main__":
    main()
