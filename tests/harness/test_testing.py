"""A check that can't fail is no check: each finds the fault that was planted for it, and passes the healthy twin."""

from __future__ import annotations

import html
import json
import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shoptune.comparison import Comparison
from shoptune.components import (
    AdditiveMetric,
    CorpusMetric,
    DataAdapter,
    Evaluation,
    FloatArray,
    GenerationSettings,
    LocatedModel,
    ModelBackend,
    ModelFiles,
    NoOptions,
    ReportFormat,
    Task,
    TuningJob,
    TuningMethod,
    TuningReport,
)
from shoptune.data import Dropped, Example, Invalid, Mark, Message, Prediction, PreferencePair, Record, Sample, Tables
from shoptune.errors import DataError, PluginError, UsageError
from shoptune.plugins import Plugins
from shoptune.reductions import ratio
from shoptune.testing import (
    ContractError,
    check_adapter,
    check_backend,
    check_method,
    check_metric,
    check_plugin,
    check_report_format,
    check_task,
    only_plugin,
    sample_tables,
    tiny_model,
)
from shoptune.testing.fixtures import invented_comparison, invented_tables, plugin_alone, tiny

__all__ = ["invented_comparison", "invented_tables", "plugin_alone", "tiny"]  # fixtures, by being here


def broken(check: Callable[[], None]) -> set[str]:
    """The names of the checks that failed."""
    with pytest.raises(ContractError) as caught:
        check()
    lines = str(caught.value).splitlines()[1:]
    return {line.removeprefix("- ").partition(":")[0] for line in lines if line.startswith("- ")}


# --- metrics ---------------------------------------------------------------------------------------------------------


def overlap(sample: Sample) -> tuple[int, int]:
    wanted = set(sample.example.references[0].split())
    return len(wanted & set(sample.text.split())), len(wanted)


def rows(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    return np.array([overlap(s) for s in evaluation.samples], dtype=np.float64).reshape(-1, 2)


def marks(sample: Sample, options: NoOptions) -> Iterator[Mark]:
    if sample.text:
        yield Mark(start=0, end=1, kind="good", note="the first character")


OVERLAP = AdditiveMetric(
    name="overlap",
    summary="Words of the reference",
    options=NoOptions,
    rows=rows,
    reduce=ratio,
    higher_is_better=True,
    format="share",
    marks=marks,
)


def relative_to_the_longest(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    found = rows(evaluation, options)
    found[:, 0] /= max(1.0, found[:, 0].max(initial=0.0))
    return found


def by_place(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    return rows(evaluation, options) * np.arange(len(evaluation.samples), dtype=np.float64)[:, None]


def raises_at_blanks(evaluation: Evaluation, options: NoOptions) -> FloatArray:
    return np.array([(s.prediction.text.split()[0] == "A", 1) for s in evaluation.samples if s.text], dtype=np.float64)


FAULTY_METRICS: dict[str, dict[str, Any]] = {
    "rows are additive": {"rows": relative_to_the_longest},
    "order does not matter": {"rows": by_place},
    "the same samples give the same value": {"rows": lambda e, o: rows(e, o) * np.random.random((1, 1)) ** [[1, 2]]},
    "samples of every kind are measured": {"rows": raises_at_blanks},
    "reduce is vectorised": {"reduce": lambda totals: np.full(totals.shape[:-1], ratio(totals).ravel()[0])},
    "nothing counted has no value": {"reduce": lambda totals: np.nan_to_num(ratio(totals))},
    "shares lie between 0 and 1": {"reduce": lambda totals: 3 * ratio(totals)},
    "the reference scores best": {"higher_is_better": False},
    "marks lie in the text": {
        "marks": lambda sample, options: [Mark(start=0, end=len(sample.text) + 1, kind="good", note="too long")]
    },
}


def test_a_healthy_metric_passes() -> None:
    check_metric(OVERLAP)


@pytest.mark.parametrize("check", FAULTY_METRICS)
def test_a_faulty_metric_is_found(check: str) -> None:
    metric: Any = replace(OVERLAP, **FAULTY_METRICS[check])
    assert check in broken(lambda: check_metric(metric))


def test_a_metric_that_is_not_additive_is_checked_too() -> None:
    def longest(evaluation: Evaluation, options: NoOptions) -> float:
        return float(max((len(s.text) for s in evaluation.samples), default=np.nan))

    def last(evaluation: Evaluation, options: NoOptions) -> float:
        return float(len(evaluation.samples[-1].prediction.text)) if evaluation.samples else float("nan")

    metric = CorpusMetric(
        name="longest", summary="Longest", options=NoOptions, value=longest, higher_is_better=None, format="count"
    )
    check_metric(metric)
    assert broken(lambda: check_metric(replace(metric, value=last))) == {"order does not matter"}


def test_what_could_not_be_checked_at_all_did_not_pass() -> None:
    def refuse(evaluation: Evaluation, options: NoOptions) -> FloatArray:
        raise UsageError("the examples have no such thing")

    with pytest.raises(ContractError, match="no such thing"):
        check_metric(replace(OVERLAP, rows=refuse))


# --- tasks -----------------------------------------------------------------------------------------------------------


def feeling(record: Record) -> str:
    return "good" if record.fields["stars"] > 3 else "bad"


def sentiment(record: Record) -> Example:
    return Example(
        id=record.id,
        messages=({"role": "user", "content": f"Good or bad? {record.fields['text']}"},),
        references=(feeling(record),),
        choices=("good", "bad"),
        group=record.group,
        origin=record.origin,
    )


def description(record: Record) -> Example:
    return Example(
        id=record.id,
        messages=({"role": "user", "content": f"Describe: {record.fields['name']}, {record.fields['color']}"},),
        references=(record.fields["description"],),
        group=record.group,
    )


def brand(record: Record) -> Example:
    return replace(description(record), references=(record.fields["brand"],))


def label(text: str, example: Example) -> str | Invalid:
    return text if text in example.choices else Invalid("neither good nor bad")


def each(make: Callable[[Record], Example], table: str) -> Callable[[Tables, NoOptions], Iterator[Example]]:
    def examples(tables: Tables, options: NoOptions) -> Iterator[Example]:
        yield from map(make, tables[table])

    return examples


def pairs(tables: Tables, examples: Any, options: NoOptions) -> Iterator[PreferencePair]:
    for e in examples:
        yield PreferencePair(id=e.id, messages=e.messages, chosen=e.references[0], rejected="no", group=e.group)


SENTIMENT = Task(
    name="sentiment",
    summary="Is a review good?",
    options=NoOptions,
    tables=("reviews",),
    examples=each(sentiment, "reviews"),
    metrics=(),
    parse=label,
    pairs=pairs,
    baselines={"always_good": lambda example: "good"},
)
DESCRIPTION = Task(
    name="description",
    summary="Describe",
    options=NoOptions,
    tables=("products",),
    examples=each(description, "products"),
    metrics=(),
    parse=lambda text, _: text,
)


def with_prompt(make: Callable[[Record], Example], more: Callable[[Record], str]) -> Callable[[Record], Example]:
    def made(record: Record) -> Example:
        example = make(record)
        messages: tuple[Message, ...] = (
            {"role": "user", "content": f"{example.messages[0]['content']} {more(record)}"},
        )
        return replace(example, messages=messages)

    return made


def numbered(tables: Tables, options: NoOptions) -> Iterator[Example]:
    for number, record in enumerate(tables["reviews"]):
        yield replace(sentiment(record), group=f"group {number // 3}")


def count_stars(text: str, example: Example) -> int:
    return int(text)


FAULTY_TASKS: list[tuple[str, dict[str, Any]]] = [
    ("ids are unique", {"examples": each(lambda r: replace(sentiment(r), id=r.id[:2]), "reviews")}),
    ("a group does not depend on the order of records", {"examples": numbered}),
    (
        "the same records make the same examples",
        {"examples": each(lambda r: replace(sentiment(r), weight=random.random()), "reviews")},
    ),
    ("examples can be used", {"examples": each(lambda r: replace(sentiment(r), references=("fine",)), "reviews")}),
    ("examples can be used", {"examples": each(lambda r: replace(sentiment(r), evidence={"a": (1, 2)}), "reviews")}),
    (
        "prompts do not leak the answer",
        {"examples": each(with_prompt(sentiment, lambda r: f"({r.fields['stars']} stars)"), "reviews")},
    ),
    (
        "prompts do not leak the answer",  # in words of its own, which no comparison of texts finds
        {"examples": each(with_prompt(sentiment, lambda r: "Smile!" if r.fields["stars"] > 3 else ""), "reviews")},
    ),
    ("parse never raises", {"parse": count_stars}),
    ("parse never raises", {"parse": lambda text, _: text.encode() and text}),
    ("the reference parses", {"parse": lambda text, _: Invalid("never satisfied")}),
    ("baselines answer", {"baselines": {"none": lambda example: None}}),
    ("baselines answer", {"baselines": {"unreadable": lambda example: "so so"}}),
    (
        "pairs can be used",
        {"pairs": lambda t, e, o: (replace(p, rejected=p.chosen) for p in pairs(t, e, o))},
    ),
]


@pytest.mark.parametrize("task", [SENTIMENT, DESCRIPTION], ids=lambda task: task.name)
def test_a_healthy_task_passes(task: Task[Any]) -> None:
    check_task(task, sample_tables())


@pytest.mark.parametrize(("check", "fault"), FAULTY_TASKS, ids=lambda given: given if isinstance(given, str) else "")
def test_a_faulty_task_is_found(check: str, fault: dict[str, Any]) -> None:
    task: Any = replace(SENTIMENT, **fault)
    assert check in broken(lambda: check_task(task, sample_tables()))


@pytest.mark.parametrize(("make", "field"), [(description, "description"), (brand, "brand")])
def test_a_prompt_with_its_answer_in_it_is_found_whether_long_or_short(
    make: Callable[[Record], Example], field: str
) -> None:
    leaking = with_prompt(make, lambda record: f"Answer: {record.fields[field]}".upper())
    task = replace(DESCRIPTION, examples=each(leaking, "products"))
    assert broken(lambda: check_task(task, sample_tables())) == {"prompts do not leak the answer"}


def test_a_task_is_not_checked_on_tables_that_it_does_not_know() -> None:
    with pytest.raises(ContractError, match="no table 'reviews'"):
        check_task(SENTIMENT, {"products": sample_tables()["products"]})


# --- data adapters ---------------------------------------------------------------------------------------------------


def streaming(path: Path, options: NoOptions) -> Iterator[Record | Dropped]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                key, _, value = line.strip().partition("=")
                origin = f"{path.name}:{number}"
                if key and value:
                    yield Record(id=key, group=key, fields={"name": value}, origin=origin)
                elif number > 1:
                    yield Dropped(origin=origin, reason="no key or no value", bad=True)
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: it is no UTF-8: {error}") from error


def at_once(path: Path, options: NoOptions) -> list[Record | Dropped]:
    return list(streaming(path, options))


def first_line_is_a_number(path: Path, options: NoOptions) -> Iterator[Record | Dropped]:
    int(path.read_bytes()[:0] or path.read_bytes()[-3:-1])
    yield from streaming(path, options)


def without_rows(path: Path, options: NoOptions) -> Iterator[Record | Dropped]:
    for row in streaming(path, options):
        yield replace(row, origin="somewhere")


def in_random_order(path: Path, options: NoOptions) -> Iterator[Record | Dropped]:
    for row in streaming(path, options):
        yield replace(row, group=str(random.random())) if isinstance(row, Record) else row


def of_sets(path: Path, options: NoOptions) -> Iterator[Record | Dropped]:
    for row in streaming(path, options):
        yield replace(row, fields={"name": ("a", "tuple")}) if isinstance(row, Record) else row


ADAPTER = DataAdapter(name="pairs", summary="key=value", options=NoOptions, read=streaming)
FAULTY_ADAPTERS: dict[str, Any] = {
    "it streams": at_once,
    "it survives broken files": first_line_is_a_number,
    "it says where rows stand": without_rows,
    "it reads the same again": in_random_order,
    "records can be used": of_sets,
}


@pytest.fixture
def good_file(tmp_path: Path) -> Path:
    path = tmp_path / "good" / "shop.pairs"
    path.parent.mkdir()
    path.write_text("# key=value\n" + "".join(f"p{i}={'vase ' * 20}{i}\n" for i in range(10, 30)), "utf-8")
    return path


def test_a_healthy_adapter_passes(good_file: Path, tmp_path: Path) -> None:
    check_adapter(ADAPTER, good_file, tmp_path)


@pytest.mark.parametrize("check", FAULTY_ADAPTERS)
def test_a_faulty_adapter_is_found(check: str, good_file: Path, tmp_path: Path) -> None:
    adapter = replace(ADAPTER, read=FAULTY_ADAPTERS[check])
    assert check in broken(lambda: check_adapter(adapter, good_file, tmp_path))


# --- backends --------------------------------------------------------------------------------------------------------


class Session:
    """Repeats the prompt's last word, and scores a choice by its length; a fault is planted by its name."""

    def __init__(self, fault: str) -> None:
        self.info: Mapping[str, Any] = {}
        self.fault = fault

    def generate(
        self,
        prompts: Sequence[Sequence[Message]],
        settings: GenerationSettings,
        *,
        schemas: Sequence[Mapping[str, Any]] = (),
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        left = [place for place in range(len(prompts)) if self.fault == "done" or place not in done]
        for start in range(0, len(left), 3):
            batch = left[start : start + 3]
            yield [(place, Prediction(example_id="", text=self._text(prompts[place], batch))) for place in batch]
            if self.fault == "forgets":
                return

    def _text(self, prompt: Sequence[Message], batch: Sequence[int]) -> str:
        words = prompt[-1]["content"].split()
        if self.fault == "batch":  # as padding that attention sees
            words = words[min(len(batch), 2) :]
        return f"{words[-1]} {len(words)} {random.random() if self.fault == 'chance' else ''}"

    def choose(
        self,
        prompts: Sequence[Sequence[Message]],
        choices: Sequence[Sequence[str]],
        *,
        priors: bool = False,
        done: Collection[int] = (),
    ) -> Iterator[list[tuple[int, Prediction]]]:
        for place, these in enumerate(choices):
            if place not in done:
                scores = [-0.1 * len(choice) for choice in these]
                if self.fault == "normalised":
                    scores = [float(s - np.log(np.exp(scores).sum())) for s in scores]
                yield [(place, Prediction(example_id="", choice_log_probabilities=tuple(scores)))]


def backend(fault: str = "") -> ModelBackend[NoOptions]:
    @contextmanager
    def opened(files: ModelFiles) -> Iterator[Session]:
        yield Session(fault)

    def locate(name: str, folder: Path, options: NoOptions) -> LocatedModel:
        digest = str(random.random()) if fault == "fingerprint" else "1f"
        return LocatedModel(name=name, fingerprint=digest, source="the test", location=str(folder))

    return ModelBackend(
        name="parrot",
        summary="Repeats",
        options=NoOptions,
        locate=locate,
        materialise=lambda located, progress: ModelFiles(folder=Path(located.location)),
        open=opened,
    )


FAULTY_BACKENDS = {
    "batch": "answers do not depend on the batch",
    "chance": "answers are deterministic",
    "done": "what is done is left out",
    "forgets": "every prompt is answered once",
    "normalised": "scores do not depend on the batch",
    "fingerprint": "it finds the same model again",
}


def test_a_healthy_backend_passes(tmp_path: Path) -> None:
    check_backend(backend(), "any", tmp_path)


@pytest.mark.parametrize("fault", FAULTY_BACKENDS)
def test_a_faulty_backend_is_found(fault: str, tmp_path: Path) -> None:
    assert FAULTY_BACKENDS[fault] in broken(lambda: check_backend(backend(fault), "any", tmp_path))


# --- tuning methods --------------------------------------------------------------------------------------------------


def method(fault: str = "") -> TuningMethod[NoOptions]:
    """Makes a random number of the texts and the seed in ten steps; a fault is planted by its name."""

    def tune(job: TuningJob[NoOptions]) -> TuningReport:
        state_file = job.work / "state.json"
        chance = random.Random() if fault == "seed" else random.Random(job.seed)
        state: dict[str, Any] = {"step": 0, "weight": 0.0}
        if state_file.exists():
            state = json.loads(state_file.read_text("utf-8"))
            for _ in range(0 if fault == "resume" else state["step"]):  # the generator goes on where it was
                chance.random()
        words = "".join(e.references[0] for e in job.examples)
        for step in range(state["step"], 10):
            state = {"step": step + 1, "weight": state["weight"] + chance.random() * ord(words[step])}
            state_file.write_text(json.dumps(state), "utf-8")
            try:
                job.progress(step + 1, 10)
            except BaseException:
                if fault != "catches":
                    raise
        name = "results" if fault == "folder" else "adapter"
        (job.output / name).mkdir()
        weight = 1.0 if fault == "untrained" else state["weight"]
        (job.output / name / "weights.json").write_text(json.dumps(weight), "utf-8")
        loss = float("nan") if fault == "loss" else 1.0
        return TuningReport(data={}, loss=[{"step": 10, "loss": loss}], tokens=len(words))

    return TuningMethod(name="sum", summary="Sums", options=NoOptions, learns_from="examples", tune=tune)


FAULTY_METHODS = {
    "seed": "it honours its seed",
    "resume": "it resumes",
    "catches": "it resumes",
    "untrained": "it changes weights",
    "folder": "it leaves a model and a report",
    "loss": "it leaves a model and a report",
}


def test_a_healthy_tuning_method_passes(tmp_path: Path) -> None:
    check_method(method(), ModelFiles(folder=tmp_path), tmp_path)


@pytest.mark.parametrize("fault", FAULTY_METHODS)
def test_a_faulty_tuning_method_is_found(fault: str, tmp_path: Path) -> None:
    assert FAULTY_METHODS[fault] in broken(lambda: check_method(method(fault), ModelFiles(folder=tmp_path), tmp_path))


# --- report formats --------------------------------------------------------------------------------------------------


def report(name: str, write: Callable[[str], str]) -> ReportFormat:
    def render(comparison: Any, sections: Any) -> dict[str, str]:
        return {name: "\n".join(write(c.name) for c in comparison.candidates)}

    return ReportFormat(name="names", summary="Names", render=render)


def as_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


HEALTHY_REPORTS = [
    report("names.html", lambda name: f"<p>{html.escape(name)}</p>"),
    report("names.md", lambda name: "\n".join(f"    {line}" for line in name.splitlines())),
    report("names.csv", lambda name: as_cell("'" + name)),
    report("names.jsonl", json.dumps),
    report("names.txt", lambda name: name.encode("unicode_escape").decode()),
]
FAULTY_REPORTS = [
    ("it escapes", report("names.html", lambda name: f"<p>{name}</p>")),
    ("it escapes", report("names.html", lambda name: f"<script>{json.dumps(name)}</script>")),
    ("it escapes", report("names.html", lambda name: f"<a title='{html.escape(name, quote=False)}'></a>")),
    ("it escapes", report("names.md", lambda name: name)),
    ("it escapes", report("names.md", lambda name: name.replace("<", "&lt;").replace("|", "\\|"))),
    ("it escapes", report("names.csv", lambda name: as_cell(name.removeprefix("base").removeprefix("tuned")))),
    ("it escapes", report("names.json", lambda name: f'"{name}"')),
    ("it escapes", report("names.xml", lambda name: f"<name>{name}</name>")),
    ("it escapes", report("names.txt", lambda name: name)),
    ("it renders the same again", report("names.txt", lambda name: f"{time.perf_counter_ns()}")),
    ("it writes files of its folder", report("../names.txt", lambda name: "")),
]


@pytest.mark.parametrize("report_format", HEALTHY_REPORTS)
def test_a_healthy_report_format_passes(report_format: ReportFormat) -> None:
    check_report_format(report_format)


@pytest.mark.parametrize(("check", "report_format"), FAULTY_REPORTS)
def test_a_faulty_report_format_is_found(check: str, report_format: ReportFormat) -> None:
    assert check in broken(lambda: check_report_format(report_format))


# --- whole plugins ---------------------------------------------------------------------------------------------------

PLUGIN = """
import numpy as np
from shoptune import hookimpl
from shoptune.components import AdditiveMetric, DataAdapter, NoOptions
from shoptune.data import Record


def rows(evaluation, options):
    found = np.array([["!" in s.text, 1] for s in evaluation.samples], dtype=float).reshape(-1, 2)
    return found


def read(path, options):
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            name = line.partition(",")[0]
            if number > 1 and name:
                yield Record(id=name, group=name, fields={"id": name}, origin=f"{path.name}:{number}")


@hookimpl
def register_metrics():
    yield AdditiveMetric(
        name="shouting", summary="Shouts", options=NoOptions, rows=rows, format="share", higher_is_better=False,
        reduce=lambda totals: totals[..., 0] / totals[..., 1],
    )


@hookimpl
def register_data_adapters():
    yield DataAdapter(name="mine", summary="Mine", options=NoOptions, read=read)


@hookimpl
def select_data_adapter(path):
    return "mine" if path.suffix == ".mine" else None
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A plugin that is a folder, with a sample."""
    folder = tmp_path / "mine"
    (folder / "data").mkdir(parents=True)
    (folder / "plugin.py").write_text(PLUGIN, "utf-8")
    (folder / "data" / "sample.mine").write_text("id,text\n" + "".join(f"p{i},vase\n" for i in range(20)), "utf-8")
    return folder


def test_a_healthy_plugin_passes_all_checks_of_all_that_it_brings(plugin: Path) -> None:
    findings = check_plugin(plugin)
    assert {f.name for f in findings} == {"shouting", "mine"}
    assert [str(f) for f in findings if f.outcome != "passed"] == []


def test_what_is_wrong_with_a_plugin_is_found_beside_what_is_not(plugin: Path) -> None:
    source = PLUGIN.replace("return found", "return found / [max(1, len(found)), 1]").replace(', errors="replace"', "")
    (plugin / "plugin.py").write_text(source, "utf-8")
    failed = {(f.kind, f.check) for f in check_plugin(plugin) if f.outcome == "failed"}
    assert failed == {("data adapter", "it survives broken files"), ("metric", "rows are additive")}


def test_without_a_sample_an_adapter_is_read_broken_files_alone_and_that_is_said(plugin: Path) -> None:
    (plugin / "data" / "sample.mine").unlink()
    found = {f.check: f.outcome for f in check_plugin(plugin) if f.kind == "data adapter"}
    assert found["it survives broken files"] == "passed"
    assert found["it streams"] == "not checked"


def test_one_plugin_alone_sees_no_other(plugin: Path) -> None:
    assert set(only_plugin(plugin).metrics) == {"shouting"}
    alone = only_plugin("labels")
    assert [p.name for p in alone.loaded] == ["labels"]
    assert alone.data_adapters == {}
    assert check_plugin(alone.loaded[0]) == check_plugin("labels")


def test_a_plugin_that_is_not_there_or_broken_is_an_error(plugin: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'labels'"):
        only_plugin("label")
    (plugin / "plugin.py").write_text("import no_such_module", "utf-8")
    with pytest.raises(PluginError, match="no_such_module"):
        check_plugin(plugin)


def test_a_tiny_model_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    one, again, other = tiny_model(tmp_path / "1"), tiny_model(tmp_path / "2"), tiny_model(tmp_path / "3", seed=1)
    files = sorted(path.name for path in one.folder.iterdir())
    assert all((one.folder / name).read_bytes() == (again.folder / name).read_bytes() for name in files)
    assert (one.folder / files[2]).suffix == ".safetensors"
    assert (one.folder / files[2]).read_bytes() != (other.folder / files[2]).read_bytes()


# --- fixtures --------------------------------------------------------------------------------------------------------


def test_the_fixtures_give_what_they_promise(
    tiny: ModelFiles,
    plugin_alone: Callable[[str], Plugins],
    invented_tables: Tables,
    invented_comparison: Comparison,
) -> None:
    assert (tiny.folder / "config.json").is_file()
    assert len(plugin_alone("text").loaded) == 1
    check_task(DESCRIPTION, invented_tables)
    assert invented_comparison.result("description", "overlap", "tuned").verdict == "better"
