"""A shop's records become examples and training rows of other kinds, split so that no group stands on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from shoptune.components import AnyTask
from shoptune.data import Dropped, Example, Note
from shoptune.data_report import DataReport, Part, Quantiles, WeightReport
from shoptune.dataset.assignment import NO_EXAMPLE, Assignment, assign
from shoptune.dataset.canaries import plant
from shoptune.dataset.drops import DropCount, reasons_of
from shoptune.dataset.example_index import ExampleIndex, Ints, RowIndex
from shoptune.dataset.jsonl_buffer import JsonlBuffer
from shoptune.dataset.language_slice import with_language
from shoptune.dataset.leakage import TEST, TRAIN, VALIDATION
from shoptune.dataset.prepared_rows import rows_file
from shoptune.dataset.row_texts import RowTexts
from shoptune.dataset.shares import far_from_asked
from shoptune.dataset.splits import SPLITS, Split, position, split_by_date, split_by_key
from shoptune.dataset.stated_facts import StatedFacts
from shoptune.dataset.table import Table
from shoptune.errors import DataError, UsageError, did_you_mean
from shoptune.formatting import share
from shoptune.languages import language_finder
from shoptune.storage.jsonl import from_line, to_line
from shoptune.thoughts import thought_and_answer
from shoptune.training_rows import ROW_KINDS

__all__ = ["prepare_examples"]

PARTS = {"train": TRAIN, "validation": VALIDATION, "test": TEST}

Notes = dict[str, dict[str, str | int | float]]


def prepare_examples(
    task: AnyTask,
    options: BaseModel,
    sources: Mapping[str, Mapping[str, Table]],
    split: Split,
    *,
    canaries: int,
    seed: int,
    state: Path,
    output: Path,
) -> DataReport:
    """Make examples and other training rows of tables, split them, and deal with duplicates and leaks.

    Args:
        task: What makes the examples.
        options: The task's options.
        sources: ``own``, ``validation`` and ``test`` -> that source's tables by name.
        split: How they are divided.
        canaries: How many training texts get one planted.
        seed: What chance is drawn from.
        state: A folder for what is needed meanwhile.
        output: Gets ``KIND.SPLIT.jsonl``, such as ``examples.train.jsonl``, for each kind of rows that the task makes.

    """
    index, notes, facts = RowTexts(), Notes(), StatedFacts()
    with ExitStack() as open_files:
        examples = ExampleIndex(open_files.enter_context(JsonlBuffer(state / "examples", Example)), index)
        others = [
            RowIndex(kind, open_files.enter_context(JsonlBuffer(state / name, kind.row_type)), index)
            for name, kind in ROW_KINDS.items()
            if name in task.rows
        ]
        dropped = _make_examples(task, options, sources, examples, split, seed, notes, facts)
        # Texts are numbered as they come, so one kind is made after the other.
        refused = {
            rows.kind.name: _make_rows(task, options, sources["own"], examples, rows, notes).report() for rows in others
        }
        given = assign(examples, others, index.clusters(split.similarity), split)
        _refuse_nothing_held_out(given, split, sources)
        planted = _planted(examples, given, seed, canaries)
        _write_examples(examples, given, planted, seed, output)
        for rows in others:
            _write_rows(rows, given.rows[rows.kind.name], output)
    parts = {
        part: Part(
            examples=int((given.examples == PARTS[part]).sum()),
            groups=len(np.unique(given.units[given.examples == PARTS[part]])),
            rows={kind: int((assigned == PARTS[part]).sum()) for kind, assigned in given.rows.items()},
            labels=examples.labels(given.examples == PARTS[part]),
        )
        for part in SPLITS
    }
    if sources.keys() == {"own"} and (far := far_from_asked(split, {part: of.groups for part, of in parts.items()})):
        notes["split"] = {**far}
    return DataReport(
        tables={
            name if part == "own" else f"{part}: {name}": table.report
            for part, tables in sources.items()
            for name, table in tables.items()
        },
        split_by=split.by,
        parts=parts,
        examples_dropped=dropped.report(),
        rows_kept={rows.kind.name: rows.sources(given.rows[rows.kind.name] >= 0) for rows in others},
        rows_refused=refused,
        weights=_weights(examples, given),
        duplicates=given.duplicates,
        leakage=given.leakage,
        facts=facts.report(),
        canaries=len(planted),
        notes=notes,
    )


def _make_examples(
    task: AnyTask,
    options: BaseModel,
    sources: Mapping[str, Mapping[str, Table]],
    examples: ExampleIndex,
    split: Split,
    seed: int,
    notes: Notes,
    facts: StatedFacts,
) -> DropCount:
    dropped = DropCount()
    slices: set[str] = set()
    with_thoughts = 0
    for source, tables in sources.items():
        for row in task.examples(tables, options):
            if isinstance(row, Dropped):
                dropped.add(row)
            elif isinstance(row, Note):
                notes[row.topic if source == "own" else f"{source}: {row.topic}"] = dict(row.figures)
            elif source == "own":
                with_thoughts += bool(row.references and thought_and_answer(row.references[0])[0])
                slices.update(row.slices)
                part = _part_of(row, split, seed, test="test" not in sources, validation="validation" not in sources)
                examples.add(row, part, fixed=False)
                facts.add(row)
            else:
                examples.add(row, PARTS[source], fixed=True)
    if with_thoughts:
        notes["thoughts"] = {"good answers that begin with one, which is learnt and not measured": with_thoughts}
    known = {"product", "time", *slices}
    if split.by not in known and slices:
        raise UsageError(f"split: no example has a slice {split.by!r}.{did_you_mean(split.by, known)}")
    _refuse_ids_that_stand_twice(examples)
    if not len(examples):
        reasons = reasons_of(dropped.report()) or "The task made no example of any record."
        raise DataError(f"{_files(sources)}: every row was filtered out. {reasons}")
    return dropped


def _part_of(example: Example, split: Split, seed: int, *, test: bool, validation: bool) -> int:
    """Return the part by the split; where a part is fixed by other data, what would go there is trained on."""
    if split.by == "time":
        if not example.date:
            raise DataError(f"{example.origin}: a split by time needs a date (created_at), and this has none")
        part = split_by_date(example.date, split)
    else:
        # A slice that happens to be called so must not take products apart.
        key = None if split.by == "product" else example.slices.get(split.by)
        part = split_by_key(key or example.group, split, seed)
    if (part == "test" and not test) or (part == "validation" and not validation):
        return TRAIN
    return PARTS[part]


def _refuse_ids_that_stand_twice(examples: ExampleIndex) -> None:
    ids, first, inverse = np.unique(examples.ids, return_index=True, return_inverse=True)
    if len(ids) < len(examples):
        second = int(np.flatnonzero(first[inverse] != np.arange(len(examples)))[0])
        one = int(first[inverse[second]])
        found = {i: e for i, e in enumerate(examples.spool) if i in {one, second}}
        raise DataError(
            f"{found[second].origin}: the id {found[second].id!r} stands also at {found[one].origin}; "
            "ids of examples are unique"
        )


def _make_rows(
    task: AnyTask,
    options: BaseModel,
    tables: Mapping[str, Table],
    examples: ExampleIndex,
    rows: RowIndex,
    notes: Notes,
) -> DropCount:
    refused = DropCount()
    for row in task.rows[rows.kind.name](tables, examples.spool, options):
        if isinstance(row, Dropped):
            refused.add(row)
        elif isinstance(row, Note):
            notes[row.topic] = dict(row.figures)
        else:
            rows.add(row)
    return refused


def _refuse_nothing_held_out(given: Assignment, split: Split, sources: Mapping[str, Mapping[str, Table]]) -> None:
    """Raise DataError where nothing can be judged; whether anything is to be learnt, the experiment alone knows."""
    if (given.examples == TEST).any():
        return
    groups = len(np.unique(given.units))
    wanted = "by its dates" if split.by == "time" else f"at a share of {share(split.test)}"
    what = f"{groups} {'product' if groups == 1 else 'products'} (groups that can't be split)"
    raise DataError(f"{_files(sources)}: {what} leave none for test {wanted}; more are needed, or another `split`")


def _files(sources: Mapping[str, Mapping[str, Table]]) -> str:
    return ", ".join(file for tables in sources.values() for table in tables.values() for file in table.report.files)


def _planted(examples: ExampleIndex, given: Assignment, seed: int, count: int) -> set[int]:
    """Choose the training examples that get a canary, by the hash of their ids: rows that are added change little."""
    if not count:
        return set()
    usable = [
        (position(example.id, seed), i)
        for i, example in enumerate(examples.spool)
        if given.examples[i] == TRAIN and example.references and example.weight
    ]
    if count > len(usable):
        raise DataError(f"canaries is {count}, and only {len(usable)} training examples have a text to plant one in")
    return {i for _, i in sorted(usable)[:count]}


def _write_examples(examples: ExampleIndex, given: Assignment, planted: set[int], seed: int, folder: Path) -> None:
    """Write the parts; examples of one unit share a group, since they are resampled together.

    Only what may be scored gets the slice `language`: to find a text's takes longer than all else about its row.
    """
    groups_of_unit = np.bincount(given.units[np.unique(examples.groups, return_index=True)[1]])
    named: dict[int, str] = {}
    language_of = language_finder()

    def rows() -> Iterator[tuple[int, bytes]]:
        for i, line in enumerate(examples.spool.lines()):
            part, unit = int(given.examples[i]), int(given.units[i])
            is_held_out = part in {VALIDATION, TEST}
            if not (is_held_out or groups_of_unit[unit] > 1 or i in planted):
                yield part, line
                continue
            example = from_line(line, Example)
            if groups_of_unit[unit] > 1:
                example = replace(example, group=named.setdefault(unit, example.group))
            if i in planted:
                example = plant(example, seed)
            yield part, to_line(with_language(example, language_of) if is_held_out else example)

    _write_parts(folder, "examples", rows())


def _write_rows(rows: RowIndex, parts: Ints, folder: Path) -> None:
    if (parts == NO_EXAMPLE).any():
        lost = int(np.flatnonzero(parts == NO_EXAMPLE)[0])
        row = next(row for i, row in enumerate(rows.spool) if i == lost)
        raise DataError(
            f"{row.origin}: the {rows.kind.noun} {row.id!r} belongs to {row.group!r}, of which there is no example"
        )
    _write_parts(folder, rows.kind.name, zip(parts.tolist(), rows.spool.lines(), strict=True))


def _write_parts(folder: Path, kind: str, rows: Iterable[tuple[int, bytes]]) -> None:
    with ExitStack() as open_files:
        out = {PARTS[part]: open_files.enter_context(rows_file(folder, kind, part).open("wb")) for part in SPLITS}
        for part, line in rows:
            if part in out:
                out[part].write(line)


def _weights(examples: ExampleIndex, given: Assignment) -> WeightReport | None:
    weights = examples.weights[given.examples == TRAIN]
    used = weights[weights > 0]
    if (weights == 1).all() or not len(used):
        return None
    p5, p50, p95, most = np.quantile(used, (0.05, 0.5, 0.95, 1), method="inverted_cdf").tolist()
    return WeightReport(
        weighted=int((weights != 1).sum()),
        left_out=int((weights == 0).sum()),
        spread=Quantiles(p5=p5, p50=p50, p95=p95, max=most),
    )
