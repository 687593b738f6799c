"""What a data report says, in words for the person whose shop it is; plain text, the same in every report.

Nothing is said of what isn't there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shoptune.data_report import DataReport, Duplicates, LeakageReport
from shoptune.formatting import integer, listed, plain, share
from shoptune.training_rows import ROW_KINDS, RowKind

__all__ = [
    "alike",
    "bad_rows",
    "counted",
    "groups_of",
    "kinds_with_rows",
    "labels",
    "language",
    "leak_kinds",
    "leaked",
    "leaks",
    "masked",
    "row_kind",
    "split",
    "summary",
]

_GAP = "\N{NO-BREAK SPACE}"
_LINES = {"orders": "order line", "sales": "sales line"}
_PERSONAL = {
    "email": ("email address", "email addresses"),
    "phone": ("phone number", "phone numbers"),
    "card": ("card number", "card numbers"),
    "address": ("address", "addresses"),
    "name": ("name", "names"),
}
_LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "et": "Estonian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "lt": "Lithuanian", "lv": "Latvian", "nb": "Norwegian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def summary(report: DataReport) -> str:
    """Say the essentials in one sentence.

    ``250 products to learn from, 57 held out; 107 pairs from A/B tests, 41 refused; 1,204 order lines, 97 % matched; no
    leakage.``
    """
    bad = sum(of.count for table in report.tables.values() for of in table.bad.values())
    said = [
        _parts(report),
        *(_rows(report, kind) for kind in report.rows_kept),
        *_joins(report.notes),
        f"{counted(bad, 'row')} can't be used" if bad else "",
        leaked(report.leakage) or "no leakage",
    ]
    return "; ".join(filter(None, said)) + "."


def leaked(leakage: LeakageReport) -> str:
    """Say what leaks and what was done about it; empty where nothing does."""
    examples = leakage.by_id + leakage.exact + leakage.near
    counts = {"examples": examples, **leakage.rows}
    found = [counted(n, ROW_KINDS[kind].noun) for kind, n in counts.items() if n]
    if not found:
        return ""
    done = "left out since" if leakage.action == "leave_out" else "kept although"
    repeated = "they repeat held-out ones" if sum(counts.values()) > 1 else "it repeats a held-out one"
    return f"{_listed(found)} {done} {repeated}"


def leak_kinds(leakage: LeakageReport) -> str:
    """Say how what leaks was found: ``1 of the same product, 2 word for word``."""
    return _some(
        (leakage.by_id, "of the same product"),
        (leakage.exact, "word for word"),
        (leakage.near, f"nearly so (similarity {plain(leakage.similarity)} or more)"),
        *((n, f"in {kind}" if n > 1 else f"in a {ROW_KINDS[kind].noun}") for kind, n in leakage.rows.items()),
    )


def alike(duplicates: Duplicates) -> str:
    """Say how many examples repeat what another one says."""
    found = _some((duplicates.exact, "word for word"), (duplicates.near, "nearly so"))
    return f"Examples that say what another one says: {found}; at most {integer(duplicates.largest)} are alike."


def bad_rows(report: DataReport) -> Iterator[str]:
    """Yield a sentence for each table with rows that can't be used: how many, why, and where the first one stands."""
    for name, table in report.tables.items():
        if table.bad:
            rows = counted(sum(of.count for of in table.bad.values()), "row")
            reasons = "; ".join(
                f"{reason} ({integer(of.count)}, first: {of.first[0]})" for reason, of in table.bad.items()
            )
            yield f"{rows} of {name} can't be used: {reasons}"


def leaks(leakage: LeakageReport) -> Iterator[str]:
    """Yield a sentence about what leaks, with the first few places; none where nothing does."""
    if said := leaked(leakage):
        yield f"{said}: {'; '.join(leakage.first)}" if leakage.first else said


def split(report: DataReport) -> str:
    """Say what goes to which part."""
    match report.split_by:
        case "time":
            return "Split by time: the newest are held out."
        case "product":
            return "Split by product: all that belongs to one product stands in one part."
        case by:
            return f"Split by {by}: all that shares it stands in one part."


def row_kind(name: str) -> RowKind[Any]:  # Any: each kind has a type of its own
    """Return the kind of training rows of that name, which knows what to call it."""
    return ROW_KINDS[name]


def kinds_with_rows(report: DataReport) -> list[RowKind[Any]]:  # Any: as above
    """Return the kinds of training rows beside examples that there are any of."""
    counts: Counter[str] = Counter()
    for part in report.parts.values():
        counts.update(part.rows)
    return [kind for name, kind in ROW_KINDS.items() if counts[name]]


def groups_of(table: str) -> str:
    """Return what a table's groups are: of ``test: products`` they are products."""
    name = table.rpartition(": ")[2]
    return name if name in ("products", "orders") else "groups"


def masked(kind: str, count: int) -> str:
    """Return ``1 email address`` or ``12 phone numbers``."""
    return counted(count, *_PERSONAL.get(kind, (kind, kind)))


def language(code: str) -> str:
    """Return a language's English name; its code where it is a rare one."""
    return "too little text to tell" if code == "?" else _LANGUAGES.get(code, code)


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``1 pair`` or ``1,204 pairs``."""
    return f"{integer(number)} {one if number == 1 else many or one + 's'}"


def labels(report: DataReport) -> list[str]:
    """Say how the labels of a task with choices are spread, and so what always saying the commonest comes to."""
    return [
        f"Labels of {name}: {listed([f'{label} {integer(count)}' for label, count in part.labels.items()])}; "
        f"always {next(iter(part.labels))} is right in {share(max(part.labels.values()), part.examples)}."
        for name, part in report.parts.items()
        if part.labels
    ]


def _parts(report: DataReport) -> str:
    """Say what is learnt from and held out: products where each is one example, and otherwise examples."""
    alike = "products" in report.tables and all(part.examples == part.groups for part in report.parts.values())
    train, test = (part.examples if (part := report.parts.get(name)) else 0 for name in ("train", "test"))
    said = f"{counted(train, 'product' if alike else 'example')} to learn from"
    return f"{said}, {integer(test)} held out" if test else said


def _rows(report: DataReport, kind: str) -> str:
    """Say what came of one kind of training rows: ``107 pairs from A/B tests, 41 refused``."""
    by_source: Counter[str] = Counter()
    for source, count in report.rows_kept[kind].items():
        by_source[source.partition(":")[0]] += count
    kept = _listed(_rows_from(source, count, ROW_KINDS[kind].noun) for source, count in by_source.items())
    refused = sum(of.count for of in report.rows_refused[kind].values())
    if refused:
        return f"{kept or f'no {kind}'}, {integer(refused)} refused"
    return kept


def _rows_from(source: str, count: int, noun: str) -> str:
    match source:
        case "A/B test":
            return f"{counted(count, noun)} from A/B tests"
        case "synthetic":
            return counted(count, f"synthetic {noun}")
        case _:
            return f"{counted(count, noun)} ({source})"


def _joins(notes: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Say how much of the orders and sales figures found its product."""
    for topic, figures in notes.items():
        match figures:
            case {"lines": int() as lines, "match rate in %": rate} if topic in _LINES:
                yield f"{counted(lines, _LINES[topic])}, {rate}{_GAP}% matched"


def _some(*figures: tuple[int, str]) -> str:
    return ", ".join(f"{integer(count)} {what}" for count, what in figures if count)


def _listed(things: Iterable[str]) -> str:
    *most, last = [*things] or [""]
    return f"{', '.join(most)} and {last}" if most else last
