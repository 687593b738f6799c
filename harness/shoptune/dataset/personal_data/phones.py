"""Telephone numbers in running text.

Product text has numbers that are telephone numbers in some country or other: ``010-10823-00`` is a model number that
Italy would ring.  So a number counts if it is in international form; if a word for telephoning stands before it; or if
it is written just as numbers are in one of a few countries.  A number after a word for part numbers is none, and
neither are rows of sizes: "Phone 11 12 13 14 15".
"""

import re
from collections import Counter
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from shoptune.dataset.personal_data.rules import Evidence
from shoptune.dataset.personal_data.words import Masked, after, cues, replace

__all__ = ["mask_phones", "mask_spelt_phones"]

_GAP = r"[ \u00a0\u2009\u202f.()/‑–-]"
_DIGITS = rf"\(?\d(?:{_GAP}{{0,3}}\d){{6,14}}(?!\d)"

_INTERNATIONAL = re.compile(rf"(?:[+＋](?<!\w[+＋])\s?|00(?<![\w.,/-]00)(?<!\d\s00)(?=\d{{0,3}}{_GAP}))({_DIGITS})")

_NOUNS = cues("telephones")
_VERBS = cues("telephoning")
_AFTER_NOUN, _AFTER_VERB = (after(told, r"[^\d\n+\[]{0,24}?", _DIGITS) for told in (_NOUNS, _VERBS))
# "four one five 555 0199": digits in words, in the eight languages.
_DIGIT = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun"
    r"|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
    r"|due|tre|quattro|cinque|sei|sette|otto|nove|nul|een|twee|drie|vijf|zes|zeven|negen"
    r"|jeden|dwa|trzy|cztery|pięć|sześć|siedem|osiem|dziewięć|um|dois|três|quatro|sete|oito)"
)
_SPELT = after(
    _NOUNS | _VERBS,
    r"[^\d\n+\[]{0,24}?(?<!\w)",
    rf"(?:(?:{_DIGIT}|\d{{1,4}})[\s,.-]{{1,2}}){{2,14}}(?:{_DIGIT}|\d{{1,6}})(?!\w)",
    flags=re.IGNORECASE,
)
_FEWEST_WORDS, _FEWEST_DIGITS = 3, 7
# Further numbers of a list: "or 0171 2345679".
_LISTED = re.compile(rf"(?:\s?[,;/&|]\s?|\s(?:or|and|oder|und|ou|et|o|y|e|of|en|lub|i)\s)({_DIGITS})", re.IGNORECASE)

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
_GROUPED = re.compile(r"(?<![\w.,/+-])\(?0\d{1,5}\)?[ /.-]{1,3}\d{2,9}(?:[ -]\d{2,8}){0,3}(?!\w|[ .,/-]\d)")
_GROUPING_REGIONS = ("GB", "FR", "DE", "NL", "AT", "CH", "AU")
# What only people's own texts may hold without any word beside it.
_BARE = re.compile(
    r"(?<![\w.,/+-])(?:[6-9]\d\d[ -]\d{3}[ -]\d{3}|0(?:1[5-7]|[67])\d{8,9}|[2-9]\d\d [2-9]\d\d \d{4})(?!\w|[ .,/-]\d)"
)
_BARE_REGIONS = ("ES", "PL", "PT", "DE", "GB", "FR", "NL", "US")

_REGIONS = ("GB", "DE", "FR", "NL", "IT", "AT", "CH", "BE", "AU", "US")
_REGIONS_WITHOUT_ZERO = ("US", "ES", "IT", "PL", "PT", "IN", "FR", "BR")
_FEW_GROUPS = 3  # as numbers of nine digits have, which may ascend: 612 645 678
_MOST_GROUPS = 7  # more of them are a row of sizes

# "Part no. 645-234-5678", "P/N", "Art.-Nr.", "ISBN": asked of the few characters before a number.
_PART_WORDS = (
    r"(?:part|parts|model|modell?o?|article|artikel|art|item|sku|ref|réf|serial|type|typ|code|oem|ean|gtin|upc|isbn|asin"
    r"|mpn|iso|din|en|p/n|s/n|teile|serien|bestell|order|lot|batch|cat|catalogue|catalog|spec|style|version|replaces"
    r"|(?:ersatz|bau|zubehör)teil|referenz|pièce|référence|pieza|referencia|código|art[ií]culo|codice|articolo|ricambio"
    r"|riferimento|onderdeel|części|katalogowy|kod|peça|referência|artigo)"
)
_PART = re.compile(
    rf"(?<!\w){_PART_WORDS}[\s.:#-]{{0,3}}(?:(?:numbers?|num|nummer|no|nr|n°|n)[\s.:#°-]{{0,3}})?\Z", re.IGNORECASE
)
_BEFORE = 30


def mask_phones(text: str, found: Counter[str], evidence: Evidence) -> str:
    """Return `text` with ``[phone]`` for each telephone number, counted in `found`."""

    def international(match: re.Match[str]) -> str:
        is_part = match[0].startswith("00") and _is_part(match)  # nobody writes + before a part number
        end = 0 if is_part else _end(match[1], "international")
        return f"[phone]{match[1][end:]}" if end else match[0]

    def listed(match: re.Match[str]) -> str:
        number = match[1]
        end = 0 if _is_row(number) else _end(number, "national")
        return f"{match[0][: -len(number)]}[phone]{number[end:]}" if end else match[0]

    def written(match: re.Match[str]) -> str:
        return match[0] if _is_part(match) else "[phone]"

    def grouped(match: re.Match[str]) -> str:
        return "[phone]" if _is_grouped(match[0]) and not _is_part(match) else match[0]

    def bare(match: re.Match[str]) -> str:
        return "[phone]" if not (_is_row(match[0]) or _is_part(match)) and _is_in_use(match[0]) else match[0]

    text = replace(_INTERNATIONAL, text, international, "phone", found)
    if evidence == "form":
        return text
    text = _AFTER_VERB.replace(text, _after_verb, "phone", found)
    text = _AFTER_NOUN.replace(text, _after_noun, "phone", found)
    if "[phone]" in text:
        text = _LISTED.sub(lambda match: _after_phone(match, listed, found), text)
    text = replace(_WRITTEN, text, written, "phone", found)
    text = replace(_GROUPED, text, grouped, "phone", found)
    return replace(_BARE, text, bare, "phone", found) if evidence == "any" else text


def mask_spelt_phones(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[phone]`` for each number after a word for telephoning that has digits in words."""
    return _SPELT.replace(text, _spelt, "phone", found)


def _spelt(match: re.Match[str]) -> str:
    words = len(re.findall(r"[^\W\d]+", match[2]))
    digits = words + sum(map(str.isdigit, match[2]))
    return f"{match[1]}[phone]" if words >= _FEWEST_WORDS and digits >= _FEWEST_DIGITS else match[0]


def _after_phone(match: re.Match[str], listed: Masked, found: Counter[str]) -> str:
    """Mask a number of a list whose first one is masked already; "[phone] or 5 12 13" tells by its separator."""
    if not match.string.endswith("[phone]", 0, match.start()):
        return match[0]
    new = listed(match)
    found["phone"] += new != match[0]
    return new


def _after_noun(match: re.Match[str]) -> str:
    """Mask a number, but for a row of sizes: "Phone 11 12 13 14 15" where no colon or point stands before it."""
    is_told = re.search("[:.]", match[1]) is not None
    return match[0] if _is_row(match[2]) and not is_told else _after_verb(match)


def _after_verb(match: re.Match[str]) -> str:
    """Mask the longest number that the match's digits begin with; what follows it is something else."""
    told, number = match[1], match[2]
    is_none = _PART.search(told[-_BEFORE:]) or (_is_row(number) and len(number.split()) > _FEW_GROUPS)
    end = 0 if is_none else _end(number, "national")
    return f"{told}[phone]{number[end:]}" if end else match[0]


def _is_part(match: re.Match[str]) -> bool:
    """Whether a word for part numbers stands before a number."""
    return _PART.search(match.string[max(0, match.start() - _BEFORE) : match.start()]) is not None


def _is_row(number: str) -> bool:
    """Whether it is a row of sizes or measures: three or more groups that ascend, or decimals."""
    groups = re.findall(r"\d+", number)[: _FEW_GROUPS + 1]
    decimals = re.findall(r"\d\.\d{1,2}(?!\d)", number)
    ascends = len(groups) > 2 and all(int(one) < int(other) for one, other in pairwise(groups))
    return (ascends and groups[0][0] != "0") or (" " in number and len(decimals) > 1 and groups[0][0] != "0")


def _end(number: str, form: Literal["international", "national"]) -> int:
    """Return where the longest number ends that the digits begin with; 0 where there is none."""
    ends = [group.end() for group in re.finditer(r"\d+", number)][:_MOST_GROUPS]
    return next((end for end in reversed(ends) if _is_number(number[:end], form)), 0)


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


@lru_cache(maxsize=4096)
def _is_in_use(number: str) -> bool:
    """Whether the number is in use in one of a few countries, however it is grouped."""
    from phonenumbers import NumberParseException, is_valid_number, parse  # noqa: PLC0415

    for region in _BARE_REGIONS:
        with suppress(NumberParseException):
            if is_valid_number(parse(number, region)):
                return True
    return False
