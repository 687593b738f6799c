"""prepare: a shop's records become examples and preference pairs, split so that no group stands on both sides."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shoptune.components import Task
from shoptune.data import Dropped, Example, PreferencePair
from shoptune.errors import DataError
from shoptune.jsonl import write_jsonl
from shoptune.splits import SPLITS, Split, SplitName, split_of
from shoptune.step import Step
from shoptune.steps.context import StepContext, component_and_options
from shoptune.steps.tables import DropCount, Table, reasons_of

__all__ = ["prepare"]


def prepare(step: Step, context: StepContext) -> dict[str, Any]:
    """Write ``examples.SPLIT.jsonl``, ``pairs.SPLIT.jsonl`` and the data report ``data.json``."""
    task, options = component_and_options(context.plugins.tasks, step.settings["task"])
    split = Split.model_validate(step.settings["split"])
    seed: int = step.settings["seed"]
    tables = {name: _table(name, step, context) for name in step.places}

    examples, dropped = _examples(task, tables, options)
    parts = {example.group: split_of(example.group, split, seed) for example in examples}
    counted = Counter(parts.values())
    _refuse_empty_parts(counted, len(parts), split, tables, dropped)

    pairs, refused = _pairs(task, tables, examples, options)
    for part in SPLITS:
        write_jsonl(_path(context, f"examples.{part}.jsonl"), (e for e in examples if parts[e.group] == part))
        write_jsonl(_path(context, f"pairs.{part}.jsonl"), (p for p in pairs if _part_of(p, parts) == part))
    report = {
        "tables": {name: table.report() for name, table in tables.items()},
        "examples": {part: sum(parts[e.group] == part for e in examples) for part in SPLITS},
        "examples_dropped": dropped.report(),
        "groups": {part: counted[part] for part in SPLITS},
        "pairs": {part: sum(_part_of(p, parts) == part for p in pairs) for part in SPLITS},
        "pairs_refused": refused.report(),
    }
    _path(context, "data.json").write_text(json.dumps(report, indent=1, ensure_ascii=False), "utf-8")
    return {}


def _table(name: str, step: Step, context: StepContext) -> Table:
    known, identity = context.plugins.data_adapters, step.settings["tables"][name]["adapter"]
    _, options = component_and_options(known, identity)
    return Table(name, Path(step.places[name]), known[identity["component"]], options)


def _examples(task: Task[Any], tables: Mapping[str, Table], options: Any) -> tuple[list[Example], DropCount]:
    examples: dict[str, Example] = {}
    dropped = DropCount()
    for row in task.examples(tables, options):
        if isinstance(row, Dropped):
            dropped.add(row)
        elif row.id in examples:
            raise DataError(
                f"{row.origin}: the id {row.id!r} stands also at {examples[row.id].origin}; ids of examples are unique"
            )
        else:
            examples[row.id] = row
    return list(examples.values()), dropped


def _pairs(
    task: Task[Any], tables: Mapping[str, Table], examples: Sequence[Example], options: Any
) -> tuple[list[PreferencePair], DropCount]:
    pairs: list[PreferencePair] = []
    refused = DropCount()
    for row in task.pairs(tables, examples, options) if task.pairs else ():
        if isinstance(row, Dropped):
            refused.add(row)
        else:
            pairs.append(row)
    return pairs, refused


def _part_of(pair: PreferencePair, parts: Mapping[str, SplitName]) -> SplitName:
    """A pair goes where its group's examples go, so that no test product is seen in preference tuning either."""
    try:
        return parts[pair.group]
    except KeyError:
        raise DataError(
            f"{pair.origin}: the pair {pair.id!r} belongs to {pair.group!r}, of which there is no example"
        ) from None


def _refuse_empty_parts(
    counted: Counter[SplitName], groups: int, split: Split, tables: Mapping[str, Table], dropped: DropCount
) -> None:
    files = ", ".join(t.path.name for t in tables.values())
    if not groups:
        for table in tables.values():
            table.report()  # says so if the reason is that a file has no records
        reasons = reasons_of(dropped.report())
        raise DataError(f"{files}: every row was filtered out. {reasons or 'The task made no example of any record.'}")
    for part, share in (("train", 1 - split.test - split.validation), ("test", split.test)):
        if not counted[part]:  # type: ignore[index]
            raise DataError(
                f"{files}: {groups} {'product' if groups == 1 else 'products'} (groups that can't be split) leave none "
                f"for {part} at a share of {share:.0%}; more are needed, or another `split`"
            )


def _path(context: StepContext, name: str) -> Path:
    return context.work.output / name
