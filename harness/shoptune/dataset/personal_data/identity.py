"""What identifies a person in a register: dates of birth, national numbers, passports, number plates, orders."""

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

from shoptune.dataset.personal_data.words import after, replace

__all__ = ["mask_identities"]

_MONTH = (
    r"(?:jan|feb|fév|f[eé]v|mär|mar|maa|apr|avr|abr|kwi|mai|mag|maj|mei|ma[iy]|jun|juin|giu|cze|jul|juil|lug|lip|aug|ao[uû]"
    r"|ago|sie|sep|set|wrz|okt|oct|out|ott|paź|nov|nob|lis|dez|dec|déc|dic|dis|gru|sty|lut|ene|gen)[^\W\d_]{0,9}\.?"
)
_DATE = (
    rf"(?:\d{{1,4}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?\d{{1,4}}|\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?\s(?:of\s|de\s|d[eo]\s)?{_MONTH}"
    rf",?\s(?:de\s|del\s)?\d{{2,4}}|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{2,4}}|(?:19|20)\d{{6}})(?!\w)"
)
_BORN = after(
    "dates of birth",
    r"[^\d\n\[]{0,16}?",
    _DATE,
    flags=re.IGNORECASE,
)

# "I was born on" above; here German and Dutch, where the word follows: "am 24.11.1972 geboren"
_THEN_BORN = re.compile(rf"(){_DATE}(?=\sgeboren(?!\w))", re.IGNORECASE)

_NUMBER = r"(?-i:(?=[A-Z0-9 /.#-]{0,24}\d)[A-Z0-9](?:[ ./-]?[A-Z0-9]){3,20})(?![\w-])"
_IS = (
    r"(?:\s{0,2}(?:numbers?|no|nr|n(?=[.°º])|num|nummer|num[eé]ro|n[uú]mero|numer|id|is|was|ist|lautet|war|est|es|era|è|jest|to|é|:|=|[.#°º])){0,4}"
    r"\s{0,2}"
)
_NUMBERED = after(
    "national numbers",
    _IS,
    _NUMBER,
    flags=re.IGNORECASE,
)

_PLATED = after(
    "number plates",
    _IS,
    r"(?-i:(?=[A-ZÄÖÜ0-9 -]{0,12}\d)(?=[0-9 -]{0,6}[A-ZÄÖÜ])[A-ZÄÖÜ0-9]{1,8}(?:[ -]{1,3}[A-ZÄÖÜ0-9]{1,5}){0,3})(?!\w)",
    flags=re.IGNORECASE,
)

_ORDER_NUMBER = r"(?=[A-Z0-9/_#-]{0,24}\d)#?[A-Z0-9](?:[/_-]?[A-Z0-9]){3,30}(?!\w)"
_ORDERED = after(
    "numbers of orders",
    r"(?:(?:\s{0,2}(?:numbers?|no|nr|n(?=[.°º])|num|nummer|num[eé]ro|n[uú]mero|numer|id|ref|reference|code|is|was|ist|lautet|est|es|è|jest|to|é|:|="
    r"|[.°º#])){1,4}\s{0,2}|(?<=nummer)\s{1,2})",
    _ORDER_NUMBER,
    flags=re.IGNORECASE,
)
# "numer zamówienia", "tracking number": the word for a number stands in the phrase, and no other need follow.
_ORDERED_SURELY = after(
    "numbers of orders, told",
    r"(?:\s{0,2}(?:is|was|ist|lautet|est|es|è|jest|to|é|:|=|[.°º#])){0,3}\s{0,2}[\"'“„(]?",
    rf"{_ORDER_NUMBER}|(?=[A-Z0-9 ]{{8}})[A-Z0-9]{{1,4}}(?: \d{{2,5}}){{2,7}}(?: ?[A-Z]{{2}})?(?!\w)",
    flags=re.IGNORECASE,
)
# A large marketplace's, told by its form alone.
_MARKETPLACE = re.compile(r"(?<![\w.-])\d{3}-\d{7}-\d{7}(?![\w-])")
# Numbers that tell by their form and check digits; the modules are python-stdnum's.
_CHECKED = tuple(
    (re.compile(rf"(?<![\w.,/-]){pattern}(?![\w]|[.,/-]\w)"), module)
    for pattern, module in (
        (r"\d{3}[- ]\d\d[- ]\d{4}", "us.ssn"),
        (r"9\d\d-\d\d-\d{4}", "us.itin"),
        (r"\d{3} \d{3} \d{4}", "gb.nhs"),
        (r"\d{8}-?[A-Z]", "es.dni"),
        (r"[XYZ]-?\d{7}-?[A-Z]", "es.nie"),
        (r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]", "it.codicefiscale"),
        (r"[12] ?\d\d ?(?:0[1-9]|1[0-2]) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", "fr.nir"),
        (r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", "be.nn"),
        (r"756\.\d{4}\.\d{4}\.\d\d", "ch.ssn"),
        (r"\d{3}\.\d{3}\.\d{3}-\d\d", "br.cpf"),
        (r"[2-9]\d{3} \d{4} \d{4}", "in_.aadhaar"),
        (r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", "in_.pan"),
        (r"\d{6}[-+A]\d{3}[0-9A-FHJ-NPR-Y]", "fi.hetu"),
        (r"\d{6}-\d{4}", "se.personnummer"),
        (r"[STFG]\d{7}[A-Z]", "sg.uen"),
        (r"\d{11}", "pl.pesel"),
    )
)
_NINO = re.compile(
    r"(?<![\w/-])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?![\w-])"
)
_TOLD = re.compile(
    r"(?:[:=#°º.]|(?<!\w)(?:numbers?|no|nr|num|num[eé]ro|n[uú]mero|numer|is|ist|est|es|è|jest))\s{0,2}\Z|\w(?:nummer|-id)\W",
    re.I,
)
_AMBIGUOUS = re.compile(r"passport|pan|tin|dea|nie|nif|nip|patente|id|licen[cs]e", re.I)  # also names of products
_WORDLESS = 6  # characters; a shorter one is a model's
# What is asked first: six digits with at most a mark between two, or the letters and digits of the others.
_CANDIDATE = re.compile(r"\d(?:[ .-]?\d){5}|[A-Z]\d{3,4}[A-Z](?!\w)")


def mask_identities(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[birthdate]``, ``[id]``, ``[plate]`` and ``[order]`` for what stands after their words.

    Numbers of a form with check digits of its own are told without a word.
    """
    text = _BORN.replace(text, _whole("birthdate"), "birthdate", found)
    if "geboren" in text:
        text = replace(_THEN_BORN, text, _whole("birthdate"), "birthdate", found)
    text = _NUMBERED.replace(text, _numbered, "id", found)
    text = _PLATED.replace(text, _whole("plate"), "plate", found)
    text = _ORDERED_SURELY.replace(text, _whole("order"), "order", found)
    text = _ORDERED.replace(text, _whole("order"), "order", found)
    if _CANDIDATE.search(text):
        text = replace(_MARKETPLACE, text, lambda _: "[order]", "order", found)
        for form, module in _CHECKED:
            text = replace(form, text, _checked(module), "id", found)
        text = replace(_NINO, text, lambda _: "[id]", "id", found)
    return text


def _whole(kind: str) -> Callable[[re.Match[str]], str]:
    return lambda match: f"{match[1]}[{kind}]"


def _numbered(match: re.Match[str]) -> str:
    """Mask a number after its word; one with gaps, as in "Passport 8500 X50", if more than a blank stands between."""
    told, number = match[1], match[2]
    is_sure = not _AMBIGUOUS.match(told) or _TOLD.search(told) or (" " not in number and len(number) > _WORDLESS)
    return f"{told}[id]" if is_sure else match[0]


def _checked(module: str) -> Callable[[re.Match[str]], str]:
    return lambda match: "[id]" if _is_valid(module, match[0]) else match[0]


@lru_cache(maxsize=4096)
def _is_valid(module: str, number: str) -> bool:
    valid: bool = import_module(f"stdnum.{module}").is_valid(number)
    return valid
