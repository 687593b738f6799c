"""How fast a model's answers are had on this machine, beside lm-evaluation-harness.

    python -m tests.benchmarks.answers --dtype float32 --dtype bfloat16 --batch 8 --batch 16 --batch 48

asks SmolLM2-135M-Instruct the same invented prompts in turn with lm-evaluation-harness and with shoptune: choices by
their log-likelihoods, and texts by greedy decoding.  Both are whole commands, from their start to their end, with the
same dtype and no chat template; lm-evaluation-harness lives in an environment of its own, made once, with the same
versions of torch and transformers.  Nothing that was answered is found again: shoptune gets a new store each time.
What both remember for good (shoptune the hash of a model's file, lm-evaluation-harness the rows as its library
converted them) they may remember from one round to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, get_args

import click
from platformdirs import user_cache_path

from shoptune.data import Prediction
from tests.benchmarks.lm_eval import VERSION, install, run_lm_eval, versions
from tests.benchmarks.ours import run_shoptune
from tests.benchmarks.processes import Took
from tests.benchmarks.tables import machine, output_option, publish, table
from tests.benchmarks.work import NEW_TOKENS, ROWS, Row, Work, invented

__all__ = ["main"]

MODEL = "smollm2-135m-instruct"
ENVIRONMENT = user_cache_path("shoptune") / "benchmarks" / f"lm-eval-{VERSION}"
CLOSE = 1e-3
"""How far apart log-likelihoods may be in float32, in nats."""
HEADER = (
    *("asked", "dtype", "batch of lm-eval", "lm-eval, s", "shoptune, s", "times as fast"),
    *("lm-eval, GiB", "shoptune, GiB", "answers"),
)


@dataclass(frozen=True)
class Pair:
    """One run of each side on the same rows, one right after the other."""

    theirs: Took
    ours: Took
    their_answers: Sequence[Any]
    our_answers: Sequence[Prediction]


def row_of(work: Work, rows: Sequence[Row], dtype: str, batch: int, pairs: Sequence[Pair]) -> list[str]:
    """Return a line of the table: medians over pairs, the highest peak of memory, and how the answers compare."""
    theirs, ours = (median(took.seconds for took in of) for of in _sides(pairs))
    peaks = [max(took.peak_bytes for took in of) / 2**30 for of in _sides(pairs)]
    compare = _compare_choices if work == "choices" else _compare_texts
    return [
        f"{len(rows)} x {len(rows[0]['choices'])} choices" if work == "choices" else f"{len(rows)} texts",
        dtype,
        str(batch),
        *(f"{seconds:.1f}" for seconds in (theirs, ours, theirs / ours)),
        *(f"{peak:.2f}" for peak in peaks),
        compare(rows, pairs),
    ]


def _sides(pairs: Sequence[Pair]) -> tuple[list[Took], list[Took]]:
    return [pair.theirs for pair in pairs], [pair.ours for pair in pairs]


def _compare_choices(rows: Sequence[Row], pairs: Sequence[Pair]) -> str:
    """Say how far apart log-likelihoods are at most, and how many choices are right on either side."""
    accuracies = [
        sum(scores.index(max(scores)) == row["gold"] for scores, row in zip(of, rows, strict=True)) / len(rows)
        for of in (pairs[-1].their_answers, [list(p.choice_log_probabilities) for p in pairs[-1].our_answers])
    ]
    return "log-likelihoods within {:.1e}, accuracy {:.2f} and {:.2f}".format(apart(pairs), *accuracies)


def apart(pairs: Sequence[Pair]) -> float:
    """Return the largest difference between the two sides' log-likelihoods of a choice, in nats."""
    return max(
        float(abs(theirs - ours))
        for pair in pairs
        for scores, prediction in zip(pair.their_answers, pair.our_answers, strict=True)
        for theirs, ours in zip(scores, prediction.choice_log_probabilities, strict=True)
    )


def _compare_texts(rows: Sequence[Row], pairs: Sequence[Pair]) -> str:
    """Say how many texts are the same on both sides, and how many of ours did not end before they had to."""
    last = pairs[-1]
    same = sum(theirs == ours.text for theirs, ours in zip(last.their_answers, last.our_answers, strict=True))
    whole = sum(prediction.finish == "length" for prediction in last.our_answers)
    return f"{same} of {len(rows)} the same; {whole} went on to {NEW_TOKENS} tokens"


def folder_of(model: str) -> Path:
    """Return the model's folder, converted if need be."""
    from shoptune_transformers.backend import BACKEND
    from shoptune_transformers.options import TransformersOptions

    located = BACKEND.resolve(model, Path(), TransformersOptions())
    assert BACKEND.fetch is not None
    return BACKEND.fetch(located, lambda *_, **__: None).folder


@click.command()
@click.option("--work", "works", multiple=True, type=click.Choice(get_args(Work)), default=get_args(Work))
@click.option("--dtype", "dtypes", multiple=True, type=click.Choice(["float32", "bfloat16"]), default=["float32"])
@click.option("--batch", "batches", multiple=True, default=[16], help="The batch size of lm-evaluation-harness.")
@click.option("--rounds", default=3, show_default=True, help="How often each side runs.")
@click.option("--rows", type=int, help=f"How many prompts; as it is, {ROWS['choices']} or {ROWS['generation']}.")
@click.option("--model", default=MODEL, show_default=True, help="A folder, or a name that an experiment may have.")
@click.option("--env", type=click.Path(path_type=Path), default=ENVIRONMENT, help="Where lm-evaluation-harness lives.")
@output_option
def main(
    works: Sequence[Work],
    dtypes: Sequence[str],
    batches: Sequence[int],
    rounds: int,
    rows: int | None,
    model: str,
    env: Path,
    output: Path | None,
) -> None:
    """Ask in turn with lm-evaluation-harness and with shoptune, and compare times, memory and answers.

    Options for what is asked, dtype and batch size can be given several times: each has its line in the table.
    """
    environment = env.absolute()
    install(environment)
    # Linux counts what a parent held as its children's peak, and converting a model takes memory: not in this process.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as elsewhere:
        weights = elsewhere.submit(folder_of, model).result()
    lines, worst = [], 0.0
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for number, (work, dtype, batch) in enumerate((w, d, b) for w in works for d in dtypes for b in batches):
            asked, pairs = invented(work, rows or ROWS[work]), []
            for round_ in range(rounds):
                there, here = (folder / f"{number}.{round_}.{side}" for side in ("lm_eval", "shoptune"))
                theirs, their_answers = run_lm_eval(
                    work, asked, environment=environment, model=weights, dtype=dtype, batch=batch, folder=there
                )
                ours, our_answers = run_shoptune(work, asked, model=weights, dtype=dtype, folder=here)
                pairs.append(Pair(theirs, ours, their_answers, our_answers))
                click.echo(f"{work} {dtype} {batch}: {theirs.seconds:.1f} s, {ours.seconds:.1f} s", err=True)
            lines.append(row_of(work, asked, dtype, batch, pairs))
            if work == "choices" and dtype == "float32":
                worst = max(worst, apart(pairs))
    theirs_with = ", ".join(f"{name} {found}" for name, found in versions(environment).items())
    publish(
        f"Answers, beside lm-evaluation-harness {VERSION}",
        [
            f"{Path(model).name}; whole commands, load included; medians of {rounds}, in turn; peak memory.",
            table(HEADER, lines),
            f"{machine('torch', 'transformers')}; lm-eval with {theirs_with}.",
        ],
        output,
    )
    if worst > CLOSE:
        raise click.ClickException(f"log-likelihoods differ by up to {worst:.1e} in float32, more than {CLOSE}")


if __name__ == "__main__":
    main()
