"""How fast supervised tuning is on this machine, beside TRL's SFTTrainer with its own defaults.

    python -m tests.benchmarks.sft [ROWS]

tunes SmolLM2-135M-Instruct on invented rows, in turn with TRL (float32 weights, bfloat16 autocast, activation
checkpointing, batches in random order) and with shoptune's method ``sft``, each time in a process of its own.  Rows,
adapter, batch size, learning rate and its schedule are the same for both.  Measured are rows per second from the end of
the first step to that of the last one, and the loss on rows that nobody trained on, with another seed each time.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from typing import Any

import click

from shoptune.components import ModelFiles, TuningJob
from shoptune.data import Example
from tests.benchmarks.processes import peak_bytes
from tests.benchmarks.tables import machine, output_option, publish, table
from tests.million import ADJECTIVES, BRANDS, CATEGORIES, NOUNS, VERBS

MODEL = "smollm2-135m-instruct"
BATCH, RATE, UNSEEN = 8, 1e-3, 32


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What is trained on, and what the loss is taken on afterwards."""

    seen: Sequence[Example]
    unseen: Sequence[Example]


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


def with_trl(rows: Rows, seed: int, model: ModelFiles, folder: Path, step: Callable[[], None]) -> float:
    """Tune with TRL as it comes, and return the loss on unseen rows; `step` is called at the end of each step."""
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import TrainerCallback
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    class Steps(TrainerCallback):
        def on_step_end(self, *_: Any, **__: Any) -> None:
            step()

    def dataset(of: Sequence[Example]) -> Any:
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
            seed=seed,
            use_cpu=True,
            num_train_epochs=1,
            per_device_train_batch_size=BATCH,
            learning_rate=RATE,
            lr_scheduler_type="cosine",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        ),
        train_dataset=dataset(rows.seen),
        eval_dataset=dataset(rows.unseen),
        peft_config=LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules="all-linear"),
        callbacks=[Steps()],
    )
    trainer.train()
    return float(trainer.evaluate()["eval_loss"])


def with_shoptune(rows: Rows, seed: int, model: ModelFiles, folder: Path, step: Callable[[], None]) -> float:
    """Do the same with shoptune's method."""
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
            rows={"examples": rows.seen},
            validation_rows={"examples": rows.unseen},
            options=SFTOptions(epochs=1, batch_size=BATCH, learning_rate=RATE),
            seed=seed,
            output=folder / "output",
            work=folder / "work",
            progress=progress,
            say=lambda _: None,
        )
    )
    return report.loss[-1]["validation_loss"]


SIDES: Mapping[str, Callable[..., float]] = {"TRL": with_trl, "shoptune": with_shoptune}


def run(side: str, rows: int, seed: int, model: ModelFiles) -> Mapping[str, float]:
    """Tune once, in this process, and return what is to be compared."""
    from shoptune_transformers.process import prepare_process

    if side != "TRL":
        prepare_process()  # as the backend does before torch is imported
    examples = invented(rows + UNSEEN)
    ended: list[float] = []
    with TemporaryDirectory() as folder:
        loss = SIDES[side](
            Rows(seen=examples[UNSEEN:], unseen=examples[:UNSEEN]),
            seed,
            model,
            Path(folder),
            lambda: ended.append(time.perf_counter()),
        )
    peak = peak_bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return {"rows/s": BATCH * (len(ended) - 1) / (ended[-1] - ended[0]), "loss": loss, "GiB": peak / 2**30}


def one(**given: Any) -> Mapping[str, float]:
    """Call `run` in a process of its own."""
    code = (
        "import json, sys; from pathlib import Path; from shoptune.components import ModelFiles;"
        "from tests.benchmarks.sft import run; given = json.loads(sys.argv[1]);"
        "model = ModelFiles(folder=Path(given.pop('folder')), settings=given.pop('settings'));"
        "print(json.dumps(run(**given, model=model)))"
    )
    output = subprocess.run([sys.executable, "-c", code, json.dumps(given)], check=True, capture_output=True, text=True)
    result: Mapping[str, float] = json.loads(output.stdout.splitlines()[-1])
    return result


@click.command()
@click.argument("rows", default=96)
@click.option("--times", default=3, show_default=True, help="How often each side runs, with another seed each time.")
@output_option
def main(rows: int, times: int, output: Path | None) -> None:
    """Tune on ROWS invented rows, rounded to whole batches of 8, in turn with TRL and with shoptune."""
    from shoptune_transformers.backend import BACKEND
    from shoptune_transformers.options import TransformersOptions

    assert BACKEND.fetch is not None
    model = BACKEND.fetch(BACKEND.resolve(MODEL, Path(), TransformersOptions()), lambda *_, **__: None)
    measured: dict[str, list[Mapping[str, float]]] = {side: [] for side in SIDES}
    for seed in range(times):
        for side in list(SIDES)[:: 1 if seed % 2 == 0 else -1]:
            result = one(
                side=side, rows=rows - rows % BATCH, seed=seed, folder=str(model.folder), settings=dict(model.settings)
            )
            measured[side].append(result)
            click.echo(f"{side}, seed {seed}: {result['rows/s']:.2f} rows/s, loss {result['loss']:.4f}", err=True)
    publish(
        "Supervised tuning, beside TRL's defaults",
        [
            f"{MODEL}, {rows - rows % BATCH} rows; medians of {times} seeds, in turn; the loss is that on unseen rows.",
            table(
                ["side", "rows/s", "times as fast", "loss", "differs from TRL's by up to", "peak GiB"],
                [_line(side, measured[side], measured["TRL"]) for side in SIDES],
            ),
            machine("torch", "transformers", "trl"),
        ],
        output,
    )


def _line(side: str, ours: Sequence[Mapping[str, float]], theirs: Sequence[Mapping[str, float]]) -> list[str]:
    """Return a line of the table; losses are means, and the largest difference is that of one seed."""
    speed, of_theirs = (median(of["rows/s"] for of in runs) for runs in (ours, theirs))
    apart = max(abs(a["loss"] - b["loss"]) for a, b in zip(ours, theirs, strict=True))
    return [
        side,
        f"{speed:.2f}",
        f"{speed / of_theirs:.2f}",
        f"{mean(of['loss'] for of in ours):.4f}",
        f"{apart:.4f}",
        f"{max(of['GiB'] for of in ours):.2f}",
    ]


if __name__ == "__main__":
    main()
