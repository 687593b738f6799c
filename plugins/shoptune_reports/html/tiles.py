"""What the verdict shows large: the few findings that a reader must see together."""

from __future__ import annotations

from shoptune_reports.board import Finding
from shoptune_reports.standing import Standing

__all__ = ["featured"]

_COMPANIONS = ("correctness", "overlap", "faithfulness")


def featured(standing: Standing, limit: int = 4) -> tuple[Finding, ...]:
    """Return the findings that the verdict shows large.

    First one each of what must be seen together: correctness, overlap and faithfulness, the worst of each where it
    got worse.  Then what else got worse, one each of other themes, and the rest.
    """
    findings = (*standing.worse, *standing.better, *standing.open)
    first = {finding.metric.theme: finding for finding in reversed(findings)}
    companions = [first[theme] for theme in _COMPANIONS if theme in first]
    others = [finding for finding in findings if finding in first.values()]
    chosen: list[Finding] = []
    for finding in (*companions, *standing.worse, *others, *findings):
        if finding not in chosen:
            chosen.append(finding)
    return tuple(chosen[:limit])
