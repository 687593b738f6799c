"""What ``shoptune compare --markdown`` prints: for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shoptune.cli.compare_tables import places
from shoptune.cli.figures import SIGNS, changed, day, span, value
from shoptune.history.between import Between

__all__ = ["to_markdown"]

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#!|~&@])")


def to_markdown(found: Between) -> str:
    """Return the tables of `shoptune.cli.compare_tables` as Markdown, in which names are text."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Between) -> Iterator[str]:
    before, after = found.before, found.after
    yield f"## {_text(before.name)} and {_text(after.name)}"
    yield ""
    for run in (before, after):
        comparison = run.comparison
        when = day(comparison.provenance.created)
        yield f"- {_text(run.name)}: {_text(comparison.experiment)}, {_text(when)} UTC"
    metrics = {(metric.task, metric.name): metric for metric in after.comparison.metrics}
    for task in found.tasks:
        yield from ("", f"### {_text(task)}", "")
        yield from _head("metric", "candidate", "before", "after", "change", "interval", "verdict")
        for change in found.changes:
            if change.task == task:
                kind = metrics[task, change.metric].format
                verdict = f"{SIGNS[change.verdict]} {change.verdict}" if change.verdict else change.remark
                yield _row(
                    change.metric,
                    change.candidate,
                    value(change.before, kind),
                    value(change.after, kind),
                    changed(change.difference, kind),
                    span(change.low, change.high, kind),
                    verdict,
                )
    yield from ("", "### What else differs", "")
    if not found.differences:
        yield "Nothing."
        return
    yield from _head("what", "before", "after", "where")
    for difference in found.differences:
        yield _row(difference.what, difference.before or "–", difference.after or "–", places(difference))


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield "|" + " --- |" * len(names)


def _row(*cells: str) -> str:
    return "| " + " | ".join(map(_text, cells)) + " |"


def _text(text: str) -> str:
    """Escape what Markdown would read as its own, and keep it on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
