"""A whole plugin that computes in microseconds and imports no model library.

The task ``fake_echo`` is answered by writing, ``fake_sort`` by choosing, now and then by writing.
`tests.fakes.Shop` copies this file into a shop's folder, where an experiment names it under ``plugins``.  Two files
beside it steer and watch it, and are no part of any fingerprint: ``control.json`` says at which points to fail and how,
``journal.txt`` gets a line for each thing that was really computed.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import signal
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from shoptune import hookimpl
from shoptune.components import (
    AdditiveMetric,
    ChatLengths,
    ContentIdentity,
    CorpusMetric,
    DataAdapter,
    Evaluation,
    Execution,
    Executor,
    ExportFormat,
    FloatArray,
    GenerationSettings,
    Metric,
    ModelBackend,
    ModelFiles,
    NoOptions,
    Options,
    Progress,
    Recogniser,
    ReportFormat,
    ResolvedModel,
    Section,
    Task,
    TuningJob,
    TuningMethod,
    TuningReport,
)
from shoptune.data import Dropped, Example, Invalid, Message, Prediction, PreferencePair, Record, Tables
from shoptune.leftovers import keep_text, kept_text
from shoptune.reductions import ratio

if TYPE_CHECKING:
    from shoptune.comparison import Comparison
    from shoptune.step import Step, StepOutcome

__version__ = "1.2.3"

HERE = Path(__file__).parent


def note(what: str) -> None:
    with (HERE / "journal.txt").open("a", encoding="utf-8") as file:
        file.write(what + "\n")


def asked(point: str) -> Any:
    """Return what ``control.json`` says of this point."""
    control = HERE / "control.json"
    return json.loads(control.read_text("utf-8")).get(point) if control.exists() else None


def reached(point: str) -> None:
    """Fail here if ``control.json`` says so."""
    how = asked(point)
    if how == "raise":
        raise ValueError(f"{point} was asked to raise")
    if how == "full disk":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), point)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    while how == "pause":
        time.sleep(0.005)
        how = asked(point)


# --- data and task ---------------------------------------------------------------------------------------------------


class CsvOptions(Options):
    delimiter: str = ","


def read(path: Path, options: CsvOptions) -> Iterator[Record | Dropped]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter=options.delimiter), start=2):
            reached("read")
            origin = f"{path.name}:{number}"
            if row["text"]:
                yield Record(id=row["id"], fields=dict(row), origin=origin, group=row.get("group") or row["id"])
            else:
                yield Dropped(origin=origin, reason="no text")


class EchoOptions(Options):
    instruction: str = "Repeat:"
    shortest: int = 0
    """Texts with fewer words are left out."""


def examples(tables: Tables, options: EchoOptions) -> Iterator[Example | Dropped]:
    records = list(tables["products"])
    for record in [*records, records[0]] if asked("examples") == "twice" else records:
        reached("examples")
        text = record.fields["text"]
        if len(text.split()) < options.shortest:
            yield Dropped(origin=record.origin, reason="too short", detail=f"{len(text.split())} words")
            continue
        yield Example(
            id=record.id,
            messages=({"role": "user", "content": f"{options.instruction} {text}"},),
            references=(text,),
            group=record.group,
            slices={
                "category": record.fields.get("category") or "none",
                **({"product": record.fields["product"]} if "product" in record.fields else {}),
            },
            facts={"text": text},
            date=record.fields.get("date") or "",
            origin=record.origin,
        )


def pairs(tables: Tables, made: Iterable[Example], options: EchoOptions) -> Iterator[PreferencePair | Dropped]:
    by_group = {e.group: e for e in made}
    for record in tables.get("tests", ()):
        example = by_group.get(record.group)
        if example is None:
            yield Dropped(origin=record.origin, reason="no such product")
        else:
            yield PreferencePair(
                id=f"pair {record.id}",
                messages=example.messages,
                chosen=record.fields["text"],
                rejected="nothing",
                group=record.group,
                origin=record.origin,
            )


def parse(text: str, example: Example) -> str | Invalid:
    reached("parse")
    return text or Invalid("empty")


def echo(example: Example) -> str:
    return example.references[0]


class SortOptions(Options):
    open_ended: int = 4
    """Every so many examples have no choices."""
    kinds: tuple[str, ...] = ("scarves", "tables", "garden furniture for all seasons")


def sort_examples(tables: Tables, options: SortOptions) -> Iterator[Example | Dropped]:
    for number, record in enumerate(tables["products"], start=1):
        reached("examples")
        yield Example(
            id=record.id,
            messages=({"role": "user", "content": f"Sort: {record.fields['text']}"},),
            references=(record.fields["category"],),
            choices=() if number % options.open_ended == 0 else options.kinds,
            group=record.group,
            content=record.fields["text"],
            origin=record.origin,
        )


# --- models ----------------------------------------------------------------------------------------------------------


class ModelOptions(Options):
    skill: float = 0.5
    """Share of the prompt's words that it repeats."""
    batch: int = 4
    context: int | None = None
    """How many words it can take."""


def resolve(name: str, folder: Path, options: ModelOptions) -> ResolvedModel:
    reached("resolve")
    digest = hashlib.sha256(f"{name} {options.skill}".encode()).hexdigest()[:32]
    settings = options.model_dump()
    identity = ContentIdentity(digest)
    return ResolvedModel(name=name, identity=identity, source="the test", location=str(folder), settings=settings)


def fetch(model: ResolvedModel, progress: Progress) -> ModelFiles:
    reached("fetch")
    return ModelFiles(folder=Path(model.location), settings=model.settings)


def measure_chats(files: ModelFiles, chats: Sequence[Sequence[Message]]) -> ChatLengths:
    """Count words: this model's tokens."""
    words = [sum(len(m["content"].split()) for m in chat) for chat in chats]
    return ChatLengths(tokens=words, context=files.settings["context"])


class Session:
    def __init__(self, files: ModelFiles) -> None:
        self.info: Mapping[str, Any] = {"dtype": "float64", "adapter": files.adapter is not None}
        self._batch: int = files.settings["batch"]
        self._skill: float = files.settings["skill"]
        if files.adapter:
            self._skill = json.loads((files.adapter / "weights.json").read_text("utf-8"))["skill"]

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, Any]] = (),
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        order = sorted(range(len(prompts)), key=lambda i: (-len(prompts[i][-1]["content"]), i))
        for number, start in enumerate(range(0, len(order), self._batch), start=1):
            left = [i for i in order[start : start + self._batch] if i not in done]
            if left:
                reached(f"batch {number}")
                note(f"answered {len(left)}")
                yield [(i, self._answer(prompts[i], settings)) for i in left]

    def choose(
        self,
        prompts: Sequence[Sequence[Message]],
        choices: Sequence[Sequence[str]],
        *,
        priors: bool = False,
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        """Score in batches that, as with a real model, are no slice of the prompts: the longest first."""
        order = sorted(range(len(prompts)), key=lambda i: (-len(prompts[i][-1]["content"]), i))
        for number, start in enumerate(range(0, len(order), self._batch), start=1):
            left = [i for i in order[start : start + self._batch] if i not in done]
            if left:
                reached(f"choices {number}")
                note(f"scored {sum(len(choices[i]) for i in left)} choices for {len(left)}")
                yield [(i, self._scores(prompts[i], choices[i], priors=priors)) for i in left]

    def _scores(self, prompt: Sequence[Message], choices: Sequence[str], *, priors: bool) -> Prediction:
        asked = f"{self._skill:.6f} {[m['content'] for m in prompt]}"
        return Prediction(
            example_id="",
            choice_log_probabilities=tuple(log_probability(asked, c) for c in choices),
            choice_tokens=tuple(len(c.split()) for c in choices),
            choice_priors=tuple(log_probability("", c) for c in choices) if priors else (),
            prompt_tokens=sum(len(m["content"].split()) for m in prompt),
        )

    def _answer(self, prompt: Sequence[Message], settings: GenerationSettings) -> Prediction:
        words = prompt[-1]["content"].split()[1:]
        skill = min(1.0, self._skill + 0.05 * (len(prompt) // 2))
        kept = [w for w in words if _chance(f"{w} {words}") < skill][: settings.max_new_tokens]
        tokens = sum(len(m["content"].split()) for m in prompt)
        return Prediction(example_id="", text=" ".join(kept), prompt_tokens=tokens, completion_tokens=len(kept))


def _chance(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32


def log_probability(asked: str, answer: str) -> float:
    """Return an invented log-probability that depends on prompt and answer alone: up to 3 nats a word."""
    return -3 * sum(_chance(f"{asked} {place} {word}") for place, word in enumerate(answer.split()))


@contextmanager
def open_model(files: ModelFiles) -> Iterator[Session]:
    reached("open")
    note("opened the model")
    yield Session(files)


class TuneOptions(Options):
    steps: int = 4
    rate: float = 0.5
    """How far one step goes towards a skill of 1."""
    max_length: int | None = None
    """Words of a row that it says to learn."""


def longest(options: TuneOptions) -> int | None:
    return options.max_length


def tune(job: TuningJob[TuneOptions]) -> TuningReport:
    checkpoint = job.work / "checkpoint.json"
    before = job.model.adapter and json.loads((job.model.adapter / "weights.json").read_text("utf-8"))["skill"]
    state: dict[str, Any] = {"step": 0, "skill": before or job.model.settings["skill"], "loss": []}
    if left := kept_text(checkpoint):
        state = json.loads(left)
    elif checkpoint.exists():
        job.say("the checkpoint is damaged: training begins anew")
    for step in range(state["step"] + 1, job.options.steps + 1):
        reached(f"step {step}")
        note(f"trained step {step}")
        state["step"], state["skill"] = step, state["skill"] + job.options.rate * (1 - state["skill"])
        state["loss"].append({"step": step, "epoch": step / job.options.steps, "loss": 1 - state["skill"]})
        keep_text(checkpoint, json.dumps(state))
        job.progress(step, job.options.steps, "steps")
    (job.output / "adapter").mkdir()
    (job.output / "adapter" / "weights.json").write_text(json.dumps({"skill": state["skill"]}), "utf-8")
    used, pairs_given = len(job.rows["examples"]), len(job.rows["pairs"])
    return TuningReport(data={"used": used, "pairs": pairs_given}, loss=state["loss"], tokens=used * state["step"])


# --- metrics and reports ---------------------------------------------------------------------------------------------


class OverlapOptions(Options):
    case: bool = True
    """Whether upper and lower case differ."""


def overlap_rows(evaluation: Evaluation, options: OverlapOptions) -> FloatArray:
    reached("rows")
    note("measured overlap")
    fold: Callable[[str], str] = str if options.case else str.casefold
    rows = [
        (len(set(fold(s.text).split()) & (want := set(fold(s.example.references[0]).split()))), len(want))
        for s in evaluation.samples
    ]
    return np.array(rows, dtype=np.float64)


def distinct_value(evaluation: Evaluation, options: NoOptions) -> float:
    reached("value")
    note("measured distinct")
    words = [w for s in evaluation.samples for w in s.text.split()]
    return len(set(words)) / len(words) if words else float("nan")


def render(comparison: Comparison, sections: Sequence[Section]) -> dict[str, str]:
    reached("render")
    lines = [f"{r.metric} {r.candidate} {r.value}" for r in comparison.results if r.slice is None]
    return {"lines.txt": "\n".join([*lines, *(s.title for s in sections)]) + "\n"}


# --- hooks: every one that there is ----------------------------------------------------------------------------------


@hookimpl
def register_data_adapters() -> Iterable[DataAdapter[Any]]:
    return [DataAdapter(name="fake_csv", summary="id,text", options=CsvOptions, read=read)]


@hookimpl
def register_tasks() -> Iterable[Task[Any]]:
    return [
        Task(
            name="fake_echo",
            summary="Repeat a text.",
            options=EchoOptions,
            tables=("products",),
            answers="text",
            examples=examples,
            rows={"pairs": pairs},
            metrics=("overlap", "distinct"),
            parse=parse,
            baselines={"echo": echo, "silence": lambda _: ""},
            max_new_tokens=32,
        ),
        Task(
            name="fake_sort",
            summary="Name the kind.",
            options=SortOptions,
            tables=("products",),
            answers="choices",
            examples=sort_examples,
            metrics=("overlap",),
            parse=parse,
            baselines={"echo": echo, "silence": lambda _: ""},
        ),
    ]


@hookimpl
def register_tuning_methods() -> Iterable[TuningMethod[Any]]:
    return [
        TuningMethod(
            name="drill", summary="Drill", options=TuneOptions, learns_from="examples", tune=tune, max_length=longest
        ),
        TuningMethod(
            name="prefer", summary="Prefer", options=TuneOptions, learns_from="pairs", tune=tune, max_length=longest
        ),
    ]


@hookimpl
def register_model_backends() -> Iterable[ModelBackend[Any]]:
    return [
        ModelBackend(
            name="fake",
            summary="Repeats some words.",
            options=ModelOptions,
            abilities=frozenset({"write", "choose", "constrain", "tune", "repeat"}),
            resolve=resolve,
            fetch=fetch,
            open=open_model,
            measure_chats=measure_chats,
        )
    ]


@hookimpl
def register_metrics() -> Iterable[Metric]:
    return [
        AdditiveMetric(
            name="overlap",
            summary="Words repeated.",
            options=OverlapOptions,
            rows=overlap_rows,
            reduce=ratio,
            higher_is_better=True,
            format="share",
        ),
        CorpusMetric(
            name="distinct",
            summary="Different words.",
            options=NoOptions,
            value=distinct_value,
            higher_is_better=True,
            format="share",
        ),
    ]


@hookimpl
def register_report_formats() -> Iterable[ReportFormat]:
    return [ReportFormat(name="lines", summary="A line a result.", render=render)]


@hookimpl
def register_recognisers() -> Iterable[Recogniser]:
    return [Recogniser(name="fake_badges", summary="Badges.", kinds=("badge",), find=lambda _: (), texts=("people",))]


@hookimpl
def register_export_formats() -> Iterable[ExportFormat]:
    return [
        ExportFormat(
            name="fake_texts",
            summary="Nothing but text.",
            rows={
                "examples": lambda e: {"text": e.references[0]},
                "pairs": lambda p: {"better": p.chosen, "worse": p.rejected},
            },
        )
    ]


@hookimpl
def register_executors() -> Iterable[Executor[Any]]:
    def execute(execution: Execution[NoOptions]) -> None:
        reached("execute")
        note(f"executing {len(execution.steps)} steps")
        for step in execution.steps:
            execution.run_here(step)

    return [Executor(name="noted", summary="Says so.", options=NoOptions, execute=execute)]


@hookimpl
def register_commands(cli: click.Group) -> None:
    cli.add_command(click.Command("fake-hello", callback=lambda: click.echo("hello")))


@hookimpl
def select_data_adapter(path: Path) -> str | None:
    reached("select_data_adapter")
    return "fake_csv" if path.suffix == ".fake" else None


@hookimpl
def select_model_backend(model: str) -> str | None:
    return "fake" if model.startswith("fake") else None


@hookimpl
def before_step(step: Step) -> None:
    note(f"before {step.name}")
    reached("before_step")


@hookimpl
def after_step(step: Step, outcome: StepOutcome) -> None:
    assert outcome.folder.is_dir()
    note(f"after {step.name}")


@hookimpl
def before_run(experiment: str, steps: Sequence[Step]) -> None:
    note(f"run {experiment} begins")


@hookimpl
def after_run(comparison: Comparison, folder: Path) -> None:
    note(f"run {comparison.experiment} ended")


@hookimpl
def on_run_error(experiment: str, error: BaseException) -> None:
    note(f"run {experiment} failed: {type(error).__name__}")


@hookimpl
def on_step_error(step: Step, error: BaseException) -> None:
    note(f"failed {step.name}: {type(error).__name__}")


@hookimpl
def report_sections(comparison: Comparison) -> Iterator[Section]:
    reached("report_sections")
    yield Section(title=f"About {comparison.experiment}", markdown="Nothing to say.")
