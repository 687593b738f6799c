"""Telephone numbers in running text.

Product text has numbers that are telephone numbers in some country or other: ``010-10823-00`` is a model number that
Italy would ring.  So a number counts if it is in international form; if a word for telephoning stands before it; or if
it is written just as numbers are in one of a few countries.
"""

import re
from collections import Counter
from contextlib import suppress
from functools import lru_cache
from typing import Literal

__all__ = ["mask_phones"]

_GAP = r"[ \u00a0.()/‑–-]"
_DIGITS = rf"\(?\d(?:{_GAP}{{0,3}}\d){{6,14}}(?!\d)"

_INTERNATIONAL = re.compile(rf"(?:[+＋](?<!\w[+＋])\s?|00(?<![\w.,/-]00)(?<!\d\s00)(?=\d{{0,3}}{_GAP}))({_DIGITS})")

_WORDS = (
    r"tele?phone|téléphone|tél|tel|telefon\w{0,9}|teléfono|telefono|telefoon|fon|phone|mobile|mobil|móvil|handy|cell|"
    r"cellulare|call|text me|text us|sms|whats ?app|fax|hotline|helpline|rufnummer|appelez|llam[ae]|chiama|contact"
)
_AFTER_WORD = re.compile(rf"\b(?:{_WORDS})\b[^\d\n+]{{0,24}}?({_DIGITS})", re.IGNORECASE)

# Sure by their looks alone: numbers as North America, the United Kingdom and France write them.
_WRITTEN = re.compile(
    r"""
    (?<![\w.,/+-])
    (?: (?:1[ .-])? (?: \([2-9]\d\d\)[ ]? | [2-9]\d\d[.-] ) [2-9]\d\d[.-]\d{4}
      | \(?0\d{4}\)?[ ]\d{6} | \(?0\d{4}\)?[ ]\d{3}[ ]\d{3} | \(?0\d{3}\)?[ ]\d{3}[ ]\d{4} | \(?0\d\d\)?[ ]\d{4}[ ]\d{4}
      | 0[1-9](?:[ .]\d\d){4} )
    (?! \w | [.,/-]\d )
    """,
    re.VERBOSE,
)
# Where groups vary, as in Germany, the library knows them.
_GROUPED = re.compile(r"(?<![\w.,/+-])\(?0\d{1,5}\)?[ /-]{1,3}\d{2,9}(?:[ -]\d{2,8}){0,3}(?!\w|[ .,/-]\d)")
_GROUPING_REGIONS = ("GB", "FR", "DE", "NL", "AT", "CH", "AU")

_REGIONS = ("GB", "DE", "FR", "NL", "IT", "AT", "CH", "BE", "AU", "US")
_REGIONS_WITHOUT_ZERO = ("US", "ES", "IT", "PL", "PT", "IN")
_MOST_GROUPS = 7  # more of them are a row of sizes


def mask_phones(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[phone]`` for each telephone number, counted in `found`."""

    def masked(match: re.Match[str]) -> str:
        """Mask the longest number that the match's digits begin with; what follows it is something else."""
        number = match[1]
        form: Literal["international", "national"] = "international" if match.re is _INTERNATIONAL else "national"
        for end in [group.end() for group in re.finditer(r"\d+", number)][:_MOST_GROUPS][::-1]:
            if _is_number(number[:end], form):
                found["phone"] += 1
                before = "" if form == "international" else match[0][: -len(number)]
                return f"{before}[phone]{number[end:]}"
        return match[0]

    def masked_if_grouped(match: re.Match[str]) -> str:
        if not _is_grouped(match[0]):
            return match[0]
        found["phone"] += 1
        return "[phone]"

    text = _INTERNATIONAL.sub(masked, text)
    text = _AFTER_WORD.sub(masked, text)
    text, written = _WRITTEN.subn("[phone]", text)
    if written:
        found["phone"] += written
    return _GROUPED.sub(masked_if_grouped, text)


# The caches are for a cell that repeats itself a million times.
@lru_cache(maxsize=4096)
def _is_number(number: str, form: Literal["international", "national"]) -> bool:
    """Whether the number has a length that its country, or a usual one, knows.

    Its range need not be in use, as new ones are before the library knows them; but a national number that doesn't
    begin with 0 has little else to tell it.
    """
    from phonenumbers import (  # noqa: PLC0415
        NumberParseException,
        ValidationResult,
        is_possible_number_with_reason,
        is_valid_number,
        parse,
    )

    regions = (
        ("ZZ",) if form == "international" else _REGIONS if number.lstrip("(")[0] == "0" else _REGIONS_WITHOUT_ZERO
    )
    for region in regions:
        with suppress(NumberParseException):
            parsed = parse(f"+{number}" if form == "international" else number, region)
            if is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE and (
                regions is not _REGIONS_WITHOUT_ZERO or is_valid_number(parsed)
            ):
                return True
    return False


@lru_cache(maxsize=4096)
def _is_grouped(number: str) -> bool:
    """Whether the number is in use in one of a few countries, and grouped as it is there."""
    from phonenumbers import Leniency, PhoneNumberMatcher  # noqa: PLC0415

    return 9 <= sum(map(str.isdigit, number)) <= 12 and any(
        PhoneNumberMatcher(number, region, leniency=Leniency.STRICT_GROUPING).has_next() for region in _GROUPING_REGIONS
    )
