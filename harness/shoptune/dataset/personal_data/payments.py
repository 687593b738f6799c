"""Cards, IBANs, account numbers and wallets: by their checksums, or by the word before them."""

import re
from collections import Counter

from shoptune.dataset.personal_data.words import after, replace

__all__ = ["mask_accounts", "mask_cards", "mask_ibans", "mask_told_cards"]

# As cards are printed or typed, or without any separator: other groupings are rows of sizes.
_SEPARATOR = r"( ?[./_‐‑–—-] ?|[ \u00a0\u2009\u202f]{1,2})"
_CARD_FORMS = tuple(
    re.compile(rf"(?<!\w)(?<!\d[.,-])(?:{form})(?!\w|[.,-]\d)")
    for form in (
        r"\d{13,19}",
        rf"\d{{4}}{_SEPARATOR}\d{{4}}\1\d{{4}}\1\d{{4}}\1\d{{3}}",
        rf"\d{{4}}{_SEPARATOR}\d{{4}}\1\d{{4}}\1\d{{4}}",
        rf"\d{{4}}{_SEPARATOR}\d{{6}}\1\d{{4,5}}",
    )
)
# Issuers' prefixes and lengths (ISO/IEC 7812): Visa, Mastercard (two ranges) and Mir, American Express, Diners Club,
# JCB, RuPay; Discover, UnionPay and Maestro, whose shorter cards are out of use and look like barcodes.
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720|20[0-4])\d{12}"
    r"|3[47]\d{13}|3(?:0[0-59]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12,15}|8[12]\d{14}|(?:50|5[6-8]|6\d)\d{14,17}"
)


# What people type: after a word for cards a number needs no check digit, which mistyped ones lack; and a word may be
# typed onto one that has it, in small letters: before capitals it is an article's number.
_TOLD = after("cards", r"[^\d\n\[]{0,16}?", r"\d{4}(?:[ ./-]?\d){8,15}(?!\w|[.,-]\d)")
_GLUED = re.compile(r"(?<=[a-z])\d{15,16}(?!\d)|(?<![\w.,/-])\d{15,16}(?=[a-z])")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ \u00a0.-]?[A-Za-z0-9]){11,30}")
# Country and length, from the SWIFT registry of IBANs.
_IBAN_LENGTHS = {
    entry[:2]: int(entry[2:])
    for entry in re.findall(
        r"\w+",
        """
        AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29
        ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20
        LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29
        PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
        YE30
        """,
    )
}

_ACCOUNT = after(
    "accounts",
    r"(?:\s{0,2}(?i:numbers?|no|nr|n|num|nummer|num[ée]ro|n[úu]mero|numer|bancaire|bancaria|corriente|corrente|bankowego|"
    r"bancária|code|address|is|ist|lautet|est|es|è|jest|is het|to|é|:|=|[.#°º-])){0,4}\s{0,2}",
    r"(?-i:[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)(?!\w)"
    r"|(?:[A-Z]{2}\d\d[ .-]?)?\d(?:[ ./-]{0,2}\d){4,27}(?!\w|[.,]\d)",
)
# Spain's and Poland's domestic accounts, and the US's routing number, have a form and a checksum of their own.
_DOMESTIC = re.compile(r"(?<![\w.,-])(?:\d{4}([ -])\d{4}\1\d\d\1\d{10}|\d\d(?: \d{4}){6})(?!\w|[.,-]\d)")
_LONG_NUMBER, _LONG_WORD = re.compile(r"\d(?:[ -]?\d){19}"), re.compile(r"[A-Za-z0-9]{26}")
_WALLET = re.compile(r"(?<!\w)(?:bc1[02-9ac-hj-np-z]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-fA-F]{40})(?!\w)")


def mask_ibans(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[iban]`` for each number that passes IBAN's checksum and has its country's length."""
    return replace(_IBAN, text, _masked_iban, "iban", found)


def mask_cards(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[card]`` for each number of an issuer's form that passes Luhn's checksum."""
    for form in _CARD_FORMS:
        text = replace(form, text, _masked_card, "card", found)
    return text


def mask_told_cards(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[card]`` for each number after a word for cards, and each that letters are glued to."""
    text = replace(_GLUED, text, _masked_card, "card", found)
    return _TOLD.replace(text, lambda match: f"{match[1]}[card]", "card", found)


def mask_accounts(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[account]`` for what follows a word for accounts, or is an account or wallet by its form."""
    text = _ACCOUNT.replace(text, lambda match: f"{match[1]}[account]", "account", found)
    if _LONG_NUMBER.search(text):
        text = replace(_DOMESTIC, text, _masked_domestic, "account", found)
    return replace(_WALLET, text, _masked_wallet, "account", found) if _LONG_WORD.search(text) else text


def _masked_domestic(match: re.Match[str]) -> str:
    from stdnum import iban  # noqa: PLC0415
    from stdnum.es import ccc  # noqa: PLC0415

    is_account = ccc.is_valid(match[0]) if match[1] else iban.is_valid(f"PL{match[0]}")
    return "[account]" if is_account else match[0]


def _masked_wallet(match: re.Match[str]) -> str:
    from stdnum import bitcoin  # noqa: PLC0415

    return "[account]" if match[0].startswith("0x") or bitcoin.is_valid(match[0]) else match[0]


def _masked_card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    return "[card]" if _ISSUED.fullmatch(digits) and _passes_luhn(digits) and not _is_gtin13(digits) else match[0]


def _passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def _is_gtin13(digits: str) -> bool:
    """Whether it is a barcode: card numbers of 13 digits are long out of use, while German barcodes begin with 4."""
    return len(digits) == 13 and (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0


def _masked_iban(match: re.Match[str]) -> str:
    run = match[0]
    length = _IBAN_LENGTHS.get(run[:2].upper(), len(run) + 1)
    ends = [i + 1 for i, character in enumerate(run) if character.isalnum()]
    if len(ends) < length:
        return run
    written, rest = run[: ends[length - 1]], run[ends[length - 1] :]
    iban = re.sub(r"[^A-Z0-9]", "", written.upper())
    # In small letters it is one word; else the words after "it 20" would be read on.
    whole = not rest[:1].isalnum() and (written.isupper() or len(written) == length)
    # ISO 13616: the first four characters to the end, letters as 10 to 35, remainder 1 by 97.
    if whole and len(iban) == length and int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1:
        return f"[iban]{rest}"
    return run
