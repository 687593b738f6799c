"""How values are written for people: one way for each kind, the same on the terminal and in every report.

Signs are typographic (− and not -), units are held to their figure by a no-break space, and what is not there is a
dash, so that nobody takes a missing value for a zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shoptune.comparison import PromptSensitivity, Result, TaskInfo

__all__ = [
    "MARKS",
    "NOTHING",
    "Format",
    "difference",
    "difference_interval",
    "duration",
    "examples",
    "format_value",
    "integer",
    "interval",
    "label",
    "left_out",
    "listed",
    "money",
    "p_value",
    "plain",
    "probability",
    "prompt_sensitivity",
    "rate",
    "share",
    "size",
    "value",
]

Format = Literal["share", "score", "count"]

NOTHING = "–"
MARKS = {"better": "▲", "worse": "▼", "inconclusive": "◆", "same": "="}
"""A verdict is never told by colour alone."""

_GAP = "\N{NO-BREAK SPACE}"
_DECIMALS: dict[Format, int] = {"share": 1, "score": 3, "count": 1}
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def value(number: float | None, kind: Format) -> str:
    """Write a metric's value: a share as 41.3 %, a score as 0.312, a count as 61.4."""
    if number is None or not math.isfinite(number):
        return NOTHING
    return _digits(number, kind) + (f"{_GAP}%" if kind == "share" else "")


def interval(bounds: Sequence[float] | None, kind: Format) -> str:
    """Write an interval of values: [0.290, 0.334], for a share [38.1, 44.6] %."""
    if bounds is None or not all(map(math.isfinite, bounds)):
        return NOTHING
    low, high = (_digits(bound, kind) for bound in bounds)
    return f"[{low}, {high}]" + (f"{_GAP}%" if kind == "share" else "")


def difference(number: float | None, kind: Format) -> str:
    """Write a difference with its sign; that of two shares is in percentage points (pp)."""
    if number is None or not math.isfinite(number):
        return NOTHING
    return _signed(number, kind) + (f"{_GAP}pp" if kind == "share" else "")


def difference_interval(bounds: Sequence[float] | None, kind: Format) -> str:
    """Write an interval of differences: [+0.120, +0.168], of shares [+1.2, +3.4] pp."""
    if bounds is None or not all(map(math.isfinite, bounds)):
        return NOTHING
    low, high = (_signed(bound, kind) for bound in bounds)
    return f"[{low}, {high}]" + (f"{_GAP}pp" if kind == "share" else "")


def prompt_sensitivity(over: PromptSensitivity, kind: Format) -> str:
    """Write how far prompts' values lie apart: over 3 prompts: 0.210 to 0.250 (sd 0.020), of shares 21.0 to 25.0 %."""
    unit, deviation = (f"{_GAP}%", f"{_GAP}pp") if kind == "share" else ("", "")
    low, high, apart = (_digits(figure, kind) for figure in (over.lowest, over.highest, over.deviation))
    return f"over {over.prompts} prompts: {low} to {high}{unit} (sd {apart}{deviation})"


def left_out(result: Result) -> str:
    """Write which answers a metric left out: 12 answers in languages that it does not cover (fr 9, nl 3)."""
    kinds = []
    if number := sum(result.uncovered.values()):
        languages = ", ".join(f"{language} {count:,}" for language, count in result.uncovered.items())
        kinds.append(f"{number:,} answer{_plural(number)} in languages that it does not cover ({languages})")
    if number := result.unanswered:
        kinds.append(f"{number:,} invalid answer{_plural(number)} with nothing to measure")
    return " and ".join(kinds)


def _plural(number: int) -> str:
    return "" if number == 1 else "s"


def examples(task: TaskInfo) -> str:
    """Write what a task is scored on: 48 test examples of 40 groups, each asked with 3 prompts."""
    asked = f", each asked with {len(task.prompts)} prompts" if task.prompts else ""
    return f"{integer(task.examples)} {task.scored_on} examples of {integer(task.groups)} groups{asked}"


def integer(number: int | None) -> str:
    """Write a whole number in groups of three: 12,345."""
    return NOTHING if number is None else f"{number:,}".replace("-", "−")


def probability(p: float | None) -> str:
    """Write a p-value: 0.041, 0.31, or <0.001 where more digits say no more."""
    if p is None or not math.isfinite(p):
        return NOTHING
    return "<0.001" if p < 0.001 else f"{p:.2g}"


def duration(seconds: float) -> str:
    """Write a duration in the two units that matter: 0.4 s, 12 s, 4 min 12 s, 1 h 04 min."""
    if not math.isfinite(seconds):
        return NOTHING
    if seconds < 9.95:
        return f"{seconds:.1f}{_GAP}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{_GAP}s"
    if whole < 3600:
        return f"{whole // 60}{_GAP}min {whole % 60:02d}{_GAP}s"
    minutes = round(seconds / 60)
    return f"{minutes // 60:,}{_GAP}h {minutes % 60:02d}{_GAP}min"


def size(number: int | None) -> str:
    """Write a number of bytes in binary units: 1.2 GiB."""
    if number is None:
        return NOTHING
    amount, power = float(number), 0
    while round(amount, 1) >= 1024 and power < len(_UNITS) - 1:
        amount, power = amount / 1024, power + 1
    return f"{amount:.{1 if power else 0}f}{_GAP}{_UNITS[power]}"


def money(amount: float | None, currency: str) -> str:
    """Write an amount of money: 1,204.50 EUR, 0.0031 EUR; what is next to nothing as < 0.0001 EUR."""
    if amount is None or not math.isfinite(amount):
        return NOTHING
    if 0 < amount < 0.0001:
        return f"<{_GAP}0.0001{_GAP}{currency}"
    digits = f"{amount:,.2f}" if not 0 < amount < 0.01 else f"{amount:.{1 - math.floor(math.log10(amount))}f}"
    return f"{digits}{_GAP}{currency}"


def rate(number: float | None) -> str:
    """Write tokens per second: 335, or 4.2 where it is slow."""
    if number is None or not math.isfinite(number):
        return NOTHING
    return f"{number:,.0f}" if number >= 99.5 else f"{number:.1f}"


def p_value(p: float) -> str:
    """Write a p-value in a sentence: p = 0.041, p < 0.001."""
    return f"p {probability(p).replace('<', '< ')}" if p < 0.001 else f"p = {probability(p)}"


def share(part: float, whole: float = 1) -> str:
    """Write part of a whole as 97 %; some are never rounded to none, nor most to all."""
    if not whole:
        return NOTHING
    percent = round(100 * part / whole)
    if percent == 100 and part < whole:
        return f">{_GAP}99{_GAP}%"
    return f"<{_GAP}1{_GAP}%" if percent == 0 and part else f"{percent}{_GAP}%"


def plain(anything: object) -> str:
    """Write a single value of a data report, whose meaning only its name tells."""
    match anything:
        case None:
            return NOTHING
        case bool():
            return "yes" if anything else "no"
        case int():
            return integer(anything)
        case float() if not math.isfinite(anything):
            return NOTHING
        case float():
            return f"{anything:,.4g}".replace("-", "−") if abs(anything) < 10_000 else integer(round(anything))
        case _:
            return str(anything)


def listed(texts: Sequence[str], more: int = 0) -> str:
    """Write ``a, b and c``, or ``a, b and 3 more``."""
    if more <= 0 and len(texts) < 2:
        return "".join(texts)
    *first, last = [*texts, f"{more} more"] if more > 0 else texts
    return f"{', '.join(first)} and {last}"


# --- cells of a record, as a prompt shows them ----------------------------------------------------------------------


def format_value(value: object) -> str:
    """Return a cell as one line: 1.0 as ``1``, True as ``true``, the items of a list between commas.

    What is neither text nor a number nor a list of them is empty.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(format_value, value))
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) else ""


def label(name: str) -> str:
    """Return a field's name for people.

    >>> label("strap_width")
    'Strap width'
    """
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


# --- digits ----------------------------------------------------------------------------------------------------------


def _digits(number: float, kind: Format) -> str:
    """Round and group; minus zero is zero."""
    places = _DECIMALS[kind]
    rounded = round(number * 100 if kind == "share" else number, places)
    return f"{rounded or 0.0:,.{places}f}".replace("-", "−")


def _signed(number: float, kind: Format) -> str:
    digits = _digits(number, kind)
    return f"+{digits}" if digits[0] != "−" and digits.strip("0.,") else digits
