"""Personal data in running text: found and masked.

Product text is full of numbers (sizes, model numbers, barcodes, prices), so each kind is recognised by more than its
looks: cards and IBANs by their checksums, telephone numbers, addresses and names (modules of their own) by their form
and the words in and around them.  What is not looked for: names without such a word, and names and addresses that
aren't written in Latin, Greek or Cyrillic letters.

A text without candidates costs a few microseconds, and every pattern takes time linear in the text's length: runs of
characters are matched possessively or are bounded.
"""

import re
from collections import Counter
from collections.abc import Callable

from shoptune.dataset.personal_data.addresses import ADDRESS_SIGNS, mask_addresses
from shoptune.dataset.personal_data.names import NAME_SIGNS, mask_names
from shoptune.dataset.personal_data.phones import mask_phones
from shoptune.dataset.personal_data.words import signs_in

__all__ = ["mask", "mask_emails"]

# A local part begins where no character of one stands before, so that each is looked at once.  The domain must end in
# letters that are no file's ending: ``logo@2x.png`` and ``package@1.2.js`` are no addresses.
_EMAIL = re.compile(
    r"""
    (?<![\w.+'’-]) ([.+'’-]*+) [\w.+'’-]++
    (?: [@＠] | &\#0*64; | &\#x0*40; | %40 | \s? [(\[] \s? at [)\]] \s? )
    (?: [\w-]{1,63} (?: \. | \s? [(\[] \s? (?:dot|punkt|point) \s? [)\]] \s? ) ){1,10}
    (?! (?:png|jpe?g|gif|webp|avif|svg|css|js|json|html?|pdf|mp4) \b )
    (?: xn--[\w-]{1,59} | [^\W\d_]{2,63} )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_EMAIL_SIGNS = ("@", "＠", "&#", "%40", "at)", "at]")

_SHORTEST = len("a@b.de")
_SIGNS = ADDRESS_SIGNS | NAME_SIGNS

# Where a text holds no seven digits in a row, with at most a little punctuation in between, it holds no number of
# interest.
_LONG_NUMBER = re.compile(r"\d(?:[\s.()/‑–-]{0,3}\d){6}")

# As cards are printed, or without any separator: other groupings are rows of sizes.
_CARD_FORMS = tuple(
    re.compile(rf"(?<!\w)(?<!\d[.,-])(?:{form})(?!\w|[.,-]\d)")
    for form in (
        r"\d{13,19}",
        r"\d{4}([ \u00a0-])\d{4}\1\d{4}\1\d{4}\1\d{3}",
        r"\d{4}([ \u00a0-])\d{4}\1\d{4}\1\d{4}",
        r"\d{4}([ \u00a0-])\d{6}\1\d{4,5}",
    )
)
# Issuers' prefixes and lengths (ISO/IEC 7812): Visa, Mastercard (two ranges) and Mir, American Express, Diners Club,
# JCB, RuPay; Discover, UnionPay and Maestro, whose shorter cards are out of use and look like barcodes.
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720|20[0-4])\d{12}"
    r"|3[47]\d{13}|3(?:0[0-59]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12,15}|8[12]\d{14}|(?:50|5[6-8]|6\d)\d{14,17}"
)

_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}")
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


def mask(text: str, found: Counter[str]) -> str:
    """Return `text` with a mask such as ``[email]`` for each piece of personal data; the same object if it has none.

    Kinds: ``email``, ``iban``, ``card``, ``phone``, ``address``, ``name``; each find is counted in `found`.  Masking
    again finds nothing: it is repeated until it doesn't, since one mask can bring another find into view.
    """
    while len(text) >= _SHORTEST and (masked := _mask_once(text, found)) != text:
        text = masked
    return text


def mask_emails(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[email]`` for each e-mail address, also one spelt ``jane (at) example (dot) org``."""
    lowered = text.lower()
    if any(sign in lowered for sign in _EMAIL_SIGNS):
        return _replace(_EMAIL, text, lambda match: f"{match[1]}[email]", "email", found)
    return text


def _mask_once(text: str, found: Counter[str]) -> str:
    text = mask_emails(text, found)
    if _LONG_NUMBER.search(text):
        text = _replace(_IBAN, text, _masked_iban, "iban", found)
        for form in _CARD_FORMS:
            text = _replace(form, text, _masked_card, "card", found)
        text = mask_phones(text, found)
    lowered = text.lower()
    told = signs_in(lowered, _SIGNS)
    text = mask_addresses(text, lowered, told, found)
    return mask_names(text, told, found)


def _replace(
    pattern: re.Pattern[str], text: str, masked: Callable[[re.Match[str]], str], kind: str, found: Counter[str]
) -> str:
    """Replace each match by what `masked` makes of it, and count those that it changes.

    One that it leaves alone can overlap with the next: the card number in "ISO 9001 4111 1111 1111 1111".
    """
    parts = []
    done = at = 0
    while match := pattern.search(text, at):
        new = masked(match)
        if new == match[0]:
            at = match.start() + 1
            continue
        found[kind] += 1
        parts += [text[done : match.start()], new]
        done = at = match.end()
    return "".join([*parts, text[done:]]) if parts else text


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
