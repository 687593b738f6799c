"""Reads amounts of money as shops and spreadsheets write them."""

import re
from typing import Literal

__all__ = ["DecimalMark", "Prices", "currency_of", "decimal_mark_of", "is_ambiguous", "parse_amount"]

DecimalMark = Literal[".", ","]

LONGEST = 60
"""Characters; what is longer is a sentence."""
_NUMBER = re.compile(r"[0-9](?:[0-9.,\s'’`´]*[0-9])?")
_GAP = re.compile(r"(?<=[0-9])[\s'’`´](?=[0-9]{3}(?![0-9]))")
_POINT = re.compile(
    r"(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3})(?:\.(?P<part>[0-9]+))?"
)
"""A decimal point; commas part thousands, or lakhs and crores as in India."""
_COMMA = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,(?P<part>[0-9]+))?")
_EITHER = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
"""A thousand and more, or one and a bit."""
_DASH = re.compile(r"\s*(?:[.,:]\s?[-\u2013\u2014]{1,2}|/-|\*)")
"""What stands for no cents: ``12,-``, ``12.–``, ``499/-``; or a star for a note."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ISO = _words(
    """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd btn bwp byn bzd cad cdf chf clp
    cny cop crc cup cve czk djf dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip gmd gnf gtq gyd hkd hnl htg huf idr
    ils inr iqd irr isk jmd jod jpy kes kgs khr kmf kpw krw kwd kyd kzt lak lbp lkr lrd lsl lyd mad mdl mga mkd mmk mnt
    mop mru mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd
    scr sdg sek sgd shp sle sos srd ssp stn svc syp szl thb tjs tmt tnd top try ttd twd tzs uah ugx usd uyu uzs ved ves
    vnd vuv wst xaf xcd xof xpf yer zar zmw zwg
    """
)
_SIGNS = "$¢£¤¥֏؋৲৳฿៛₡₣₤₦₨₩₪₫₭₮₱₲₴₵₸₹₺₼₽₾₿€円元圆圓원"
_WORDS = _words(
    """
    r us a au c ca nz hk s sg nt mx cn rs rp rm tl kč kc kcs zł zl kr dkr nkr skr isk fr sfr fs ft lei lv лв ден руб р
    грн дин din kn km q gs bs b l euro euros dollar dollars pound pounds złoty zlotych
    ab from à partir de desde da od vanaf från fra ca
    ttc ht inkl incl inc mwst ust vat iva gst tax
    """
)
"""Beside the codes: what a currency is called, and words about an amount that don't change it (from, incl. VAT)."""
_CURRENCIES = {"us$": "USD", "r$": "BRL", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD"}
_CURRENCIES |= {"€": "EUR", "£": "GBP", "₹": "INR", "₺": "TRY", "₽": "RUB", "₴": "UAH", "₪": "ILS", "₫": "VND"}
_CURRENCIES |= {"kč": "CZK", "zł": "PLN", "ft": "HUF", "lei": "RON", "руб": "RUB", "грн": "UAH", "лв": "BGN"}
"""What stands for one currency alone (``$`` and ``kr`` don't) -> its ISO code."""
_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def parse_amount(text: str, mark: DecimalMark | None = None) -> float | None:
    """Return the one amount that `text` states, or None if it states none, or more than one.

    A currency may stand before or after it, and words such as "from" and "incl. VAT".  Point and comma are both
    understood as decimal mark and as thousands separator.  Where either reading is possible, ``1,299`` is a thousand
    and more, and so is ``1.299`` with a currency, or where `mark` says that a comma is the decimal mark; else it is one
    and a bit: exports write a decimal point.

    >>> [parse_amount(text) for text in ("12.50", "12,50", "1.299,00", "1 299", "$1,299", "ab 1'299.–", "free")]
    [12.5, 12.5, 1299.0, 1299.0, 1299.0, 1299.0, None]
    """
    whole, point, cents = text.partition(".")
    quick = text.isascii() and whole.isdecimal() and (cents.isdecimal() or not point)
    if quick and (mark != "," or not _EITHER.fullmatch(text)):  # as nearly all are
        return float(text)
    found = _parts(text)
    if found is None:
        return None
    number, around = found
    if _EITHER.fullmatch(number) and (mark == "," or (around and _code(around) not in _THREE_DECIMALS)):
        return float(number.replace(".", ""))
    if _POINT.fullmatch(number):
        return float(number.replace(",", ""))
    if _COMMA.fullmatch(number):
        return float(number.replace(".", "").replace(",", "."))
    return None


def currency_of(text: str) -> str:
    """Return the ISO code of the currency that a price names; "" where it names none, or could mean several ("$").

    >>> currency_of("EUR 12.50"), currency_of("1.299,00 zł"), currency_of("R$ 12"), currency_of("$12")
    ('EUR', 'PLN', 'BRL', '')
    """
    found = _parts(text)
    return _code(found[1]) if found else ""


def is_ambiguous(text: str) -> bool:
    """Say whether a price might be a thousand and more as well as one and a bit, for all that it says itself.

    >>> [is_ambiguous(text) for text in ("1.299", "1.299 EUR", "1.299 KWD", "1.299,00", "1.29")]
    [True, False, True, False, False]
    """
    if text.isdecimal() or not (found := _parts(text)):
        return False
    number, around = found
    return bool(_EITHER.fullmatch(number)) and (not around or _code(around) in _THREE_DECIMALS)


def decimal_mark_of(text: str) -> DecimalMark | None:
    """Return the decimal mark that a price shows by itself: "," for 12,50 and 1.299,00; None for 12 and 1.299."""
    found = _parts(text)
    if found is None or _EITHER.fullmatch(found[0]):
        return None
    if (match := _POINT.fullmatch(found[0])) and (match["part"] or "," in found[0]):
        several = match["part"] or found[0].count(",") > 1
        return "." if several else None
    if (match := _COMMA.fullmatch(found[0])) and (match["part"] or "." in found[0]):
        return ","
    return None


class Prices:
    """Reads the prices of one column: what the others show tells what 1.299 means."""

    def __init__(self) -> None:
        self._marks: set[DecimalMark] = set()

    def look_at(self, text: str) -> None:
        """Take a price as evidence."""
        if mark := decimal_mark_of(text):
            self._marks.add(mark)

    @property
    def contradictory(self) -> bool:
        """Whether some prices show a decimal point and others a decimal comma."""
        return len(self._marks) > 1

    def read(self, text: str) -> float | str | None:
        """Return the amount, the text itself where it states none or could mean two, or None for an empty one."""
        text = text.strip()
        if _EITHER.fullmatch(text) and len(self._marks) != 1:
            return text
        amount = parse_amount(text, "," if self._marks == {","} else None)
        return text or None if amount is None else amount


def _parts(text: str) -> tuple[str, str] | None:
    """Return the only number in `text`, without gaps, and what stands around it, in lower case; else None."""
    if len(text) > LONGEST or not (match := _NUMBER.search(text)):
        return None
    after = text[match.end() :]
    if dash := _DASH.match(after):
        after = after[dash.end() :]
    words = f"{text[: match.start()]} {after.rstrip('* ')}".casefold().split()
    if not all(map(_is_about_money, words)):
        return None
    return _GAP.sub("", match[0]), " ".join(words)


def _is_about_money(word: str) -> bool:
    if word in _CURRENCIES or (len(word) == 1 and word in _SIGNS):
        return True
    plain = word.strip(_SIGNS).strip(".")
    return bool(word.strip(".")) and (not plain or plain in _ISO or plain in _WORDS)


def _code(around: str) -> str:
    """Return the ISO code among the words around an amount."""
    for word in around.split():
        plain = word.strip(".")
        if plain in _ISO:
            return plain.upper()
        if plain in _CURRENCIES:
            return _CURRENCIES[plain]
    return ""
