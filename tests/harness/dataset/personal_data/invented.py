"""Invented people, and what their reviews, orders and chats may say of them: values of each kind in sentences.

Nobody in it exists.  Names are put together by chance; e-mail addresses and sites are of domains kept for examples (RFC
2606), addresses of the internet of documentation (RFC 5737, 3849), telephone numbers of ranges kept for fiction where a
country has one.  Cards, accounts and national numbers are made of random digits and their check digits.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from stdnum import luhn, verhoeff
from stdnum.iso7064 import mod_97_10

__all__ = ["LANGUAGES", "Planted", "planted", "sections"]


@dataclass(frozen=True)
class Planted:
    """A sentence with a value in it that nothing may be left of."""

    kind: str
    text: str
    value: str


# --- names ---------------------------------------------------------------------------------------------------------


def sections(file: str) -> dict[str, list[str]]:
    """Return the lines of each section of a text file beside this one; ``\\n`` in one is the end of a line."""
    found: dict[str, list[str]] = {}
    for line in (Path(__file__).parent / file).read_text("utf-8").splitlines():
        if line.startswith("["):
            lines = found[line.strip("[]")] = []
        elif line and not line.startswith("# "):
            lines.append(line.replace("\\n", "\n"))
    return found


_SENTENCES = sections("sentences.txt")
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt")

_PARTICLES = {"de", "la", "della", "der", "den", "van", "von", "dos", "da", "ter", "le", "lo"}


def _surnames(text: str) -> list[str]:
    """Put particles to the words that follow them: ``van den Berg`` is one surname."""
    names: list[str] = []
    begun: list[str] = []
    for word in text.split():
        begun.append(word)
        if word.lower() not in _PARTICLES:
            names.append(" ".join(begun))
            begun = []
    return names


def _names(rng: Random) -> Iterator[Planted]:
    for language in LANGUAGES:
        given, family = (_SENTENCES[f"{which} {language}"][0] for which in ("given names", "surnames"))
        for sentence in _SENTENCES[f"name {language}"]:
            for _ in range(4):
                name = f"{rng.choice(given.split())} {rng.choice(_surnames(family))}"
                yield Planted(f"name {language}", sentence.format(name), name)


# --- what is made of digits and letters ------------------------------------------------------------------------------


def _digits(rng: Random, form: str) -> str:
    """Return the form with a digit for each ``#`` and a capital for each ``¤``."""
    letters = {"#": string.digits, "¤": "ABCDEFGHJKLMNPRSTUVWXYZ"}
    return "".join(rng.choice(letters[c]) if c in letters else c for c in form)


def _card(rng: Random) -> str:
    start, length = rng.choice((("4", 16), ("51", 16), ("2221", 16), ("37", 15), ("6011", 16)))
    body = start + _digits(rng, "#" * (length - len(start) - 1))
    number = body + luhn.calc_check_digit(body)
    groups = (4, 10) if length == 15 else (4, 8, 12)
    separator = rng.choice((" ", "-", ".", "", " ", " - ", "\u2009", "/", "_"))
    return separator.join(number[a:b] for a, b in zip((0, *groups), (*groups, length), strict=True))


_IBANS = {
    "DE": "#" * 18,
    "GB": "¤¤¤¤" + "#" * 14,
    "NL": "¤¤¤¤" + "#" * 10,
    "FR": "#" * 23,
    "ES": "#" * 20,
    "PL": "#" * 24,
}


def _iban(rng: Random) -> str:
    country, form = rng.choice(list(_IBANS.items()))
    body = _digits(rng, form)
    iban = country + mod_97_10.calc_check_digits(body + country) + body
    return rng.choice((iban, " ".join(iban[i : i + 4] for i in range(0, len(iban), 4)), iban.lower()))


def _email(rng: Random) -> str:
    local = rng.choice(("jane.miller", "max_muster+shop", "o'neill", "JaneM", "k.öztürk", "x-ray99", "info"))
    domain, top = rng.choice(("example", "firma", "shop-mueller", "mail.bücher")), rng.choice(("com", "example", "org"))
    return rng.choice(
        (
            f"{local}@{domain}.{top}",
            f"{local}@{domain}.co.{top}",
            f"{local} (at) {domain} (dot) {top}",
            f"{local} [at] {domain}.{top}",
            f"{local}[at]{domain}[dot]{top}",
            f"{local} at {domain} dot {top}",
            f"{local} AT {domain} DOT {top}",
            f"{local}&#64;{domain}.{top}",
            f"{local}%40{domain}.{top}",
            f"{local}&commat;{domain}&period;{top}",
            f"{local}\u200b@{domain}.{top}",
            f"{local} @ {domain}.{top}",
            f"{local}@{domain}[.]{top}",
            f"{local}＠{domain}.{top}",
            f"{local} at gmail.com",
            f"{local} arroba {domain} punto {top}",
            f"{local}{{at}}{domain}{{dot}}{top}",
            f"mailto:{local}@{domain}.{top}".removeprefix("mailto:"),
        )
    )


def _told(rng: Random, kind: str) -> tuple[str, str]:
    sentence, _, form = rng.choice(_SENTENCES[kind]).rpartition(":")
    return sentence, _digits(rng, form)


def _phone(rng: Random) -> tuple[str, str]:
    if rng.random() < 0.5:
        return _told(rng, "phone")
    written = rng.choice(_SENTENCES["phones alone"])
    return rng.choice(("You reach me under {} in the evening", "{} is my number", "Please ring {}.")), _digits(
        rng, written
    )


def _address(rng: Random) -> str:
    return _digits(rng, rng.choice(_SENTENCES["addresses"]))


def _token(rng: Random) -> tuple[str, str]:
    letters = string.ascii_letters + string.digits
    long = "".join(rng.choice(letters) for _ in range(40))
    return rng.choice(
        (
            ("key {} in the log", "AKIA" + _digits(rng, "¤#¤#¤#¤#¤#¤#¤#¤#")),
            ("I used {}", "sk" + "_live_" + long[:24]),
            ("token {}", "ghp" + "_" + long[:36]),
            ("{}", "xox" + "b-1234567890-" + long[:20]),
            ("AI {}", "AIza" + long[:35]),
            ("Shopify {}", "shpat" + "_" + _digits(rng, "#" * 32)),
            ("see https://shop.example/account/reset?token={}", long[:20]),
            ("https://shop.example/o/12?key={}&x=1", long[:16]),
            ("https://shop.example/login?session_id={}", long[:24]),
            ("https://{}@shop.example/feed", f"jane:{long[:8]}"),
            ("JWT {}", f"eyJ{long[:20]}.{long[:30]}.{long[:20]}"),
        )
    )


def _secret(rng: Random) -> tuple[str, str]:
    return _token(rng) if rng.random() < 0.6 else _told(rng, "secret")


def _ip(rng: Random) -> str:
    return rng.choice(
        (
            f"203.0.113.{rng.randrange(256)}",
            f"198.51.100.{rng.randrange(256)}",
            f"2001:db8::{rng.randrange(1, 65536):x}",
            f"2001:0db8:85a3:0000:0000:8a2e:0370:{rng.randrange(65536):04x}",
            f"00:1A:2B:3C:4D:{rng.randrange(256):02X}",
        )
    )


def _aadhaar(rng: Random) -> str:
    body = _digits(rng, "2345#######")
    number = body + verhoeff.calc_check_digit(body)
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def _any(sentences: str, value: Callable[[Random], str]) -> Callable[[Random], tuple[str, str]]:
    return lambda rng: (rng.choice(sentences.split("|")), value(rng))


_MAKERS: dict[str, Callable[[Random], tuple[str, str]]] = {
    "email": _any("Write to {} please|({})|my address is {}.|e-mail: {}, thanks", _email),
    "phone": _phone,
    "address": _any("send it to {} please|I live at {}|{}|My address: {}.|Lieferadresse: {}", _address),
    "card": _any("card {} 12/27|charged {}.|my Visa is {}|Karte: {}", _card),
    "iban": _any("IBAN {}|refund to {}.|auf das Konto {} bitte", _iban),
    "account": lambda rng: _told(rng, "account"),
    "ip": _any("from {} at night|IP: {}|my address {}, your log says", _ip),
    "user": lambda rng: _told(rng, "user"),
    "birthdate": lambda rng: _told(rng, "birthdate"),
    "id": lambda rng: _told(rng, "id"),
    "id (Aadhaar)": _any("mine is {}", _aadhaar),
    "plate": lambda rng: _told(rng, "plate"),
    "order": lambda rng: _told(rng, "order"),
    "secret": _secret,
}


def planted(each: int = 120, seed: int = 12) -> list[Planted]:
    """Return `each` invented sentences for each kind, and those with names; the same for the same seed."""
    rng = Random(seed)
    found = list(_names(rng))
    for kind, make in _MAKERS.items():
        for _ in range(each):
            sentence, value = make(rng)
            found.append(Planted(kind.split(" (")[0], sentence.format(value), value))
    return found
