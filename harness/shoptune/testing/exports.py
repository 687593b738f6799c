"""What holds for every export format: it writes each of its kinds of rows as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from shoptune.components import ExportFormat
from shoptune.testing.contract import Finding, examine, insist, require
from shoptune.testing.samples import sample_examples, sample_judgements, sample_pairs
from shoptune.training_rows import ROW_KINDS, TrainingRow

__all__ = ["check_export_format", "export_findings"]


def check_export_format(export: ExportFormat) -> None:
    """Hold an export format against its contract; raises `ContractError` with all that is wrong."""
    insist(export_findings(export))


def export_findings(export: ExportFormat) -> list[Finding]:
    """Return what each check of `check_export_format` found."""
    return examine("export format", export.name, CHECKS, export)


def _samples() -> Mapping[str, Sequence[TrainingRow]]:
    return {"examples": sample_examples(), "pairs": sample_pairs(), "judgements": sample_judgements()}


def it_names_kinds_of_rows_that_there_are(export: ExportFormat) -> None:
    require(export.rows, "it writes no kind of rows")
    strange = sorted(export.rows.keys() - ROW_KINDS.keys())
    require(not strange, f"it names {strange}; there are {sorted(ROW_KINDS)}")


def every_row_is_a_json_object(export: ExportFormat) -> None:
    for kind, rows in _samples().items():
        for row in rows if kind in export.rows else ():
            written = export.rows[kind](row)
            require(isinstance(written, Mapping), f"of {kind} it makes a {type(written).__name__}, no mapping")
            text = json.dumps(dict(written), allow_nan=False)
            require(text == json.dumps(dict(export.rows[kind](row))), f"of one of {kind} it makes two different rows")


CHECKS = (it_names_kinds_of_rows_that_there_are, every_row_is_a_json_object)
