"""Texts that may take a function more than its time: put together by chance from what patterns stumble over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random
from typing import TypeVar

__all__ = ["growth", "nasty", "ratio", "repeated"]

T = TypeVar("T")

FRAGMENTS = (
    *"aAeé1 0.,-–_/'\"“”„(){}[]<>@#&;:|=*+%$€\\\n\t\u00a0\u00ad\u200b漢ก½×x",
    *(
        "e\u0301",
        "a\u200b",
        "\u200b\u0301",
        "  ",
        "\n\n",
        " >",
        "> ",
        "<p",
        "<br>",
        "</p>",
        "<!--",
        "&amp;",
        "&amp",
        "&#",
        "&nbsp;",
    ),
    *(
        "[phone]",
        "call ",
        "call 0",
        "call 012 3456 ",
        "Tel: 1 ",
        "a@",
        "@a.",
        "a(at)b",
        "Dear A",
        "Order for ",
        "A. ",
        "regards,\n",
        "+1",
        "DE89 ",
    ),
    *("1 x ", "1x", "1-", "1/2", "1,000", "1 000", "1.5", " by ", "12 cm ", '5" ', '"Tarn', "4-tier ", "50 % "),
    *(
        "wool ",
        "no ",
        "not a",
        "rather than ",
        "free ",
        "in oak",
        "solid ",
        "black coffee",
        "a-",
        "-a",
        "non-",
        "steel-",
    ),
    *(
        '{"',
        '{"a":',
        '"a":"b",',
        '["',
        '\\"',
        "{{",
        "}}",
        "[[",
        "http://a.",
        "?key=",
        "eyJ",
        "sku=",
        "a=",
        ",a=",
        "g:",
        "a (",
        "a:b,",
    ),
    *("(product.metafields.a.b", "(a", "|sku=", '""', "\\,", "\\n", "--", "**", "`", "~", "$1", "1€", "!", "?"),
)


def nasty(count: int, seed: int) -> Iterator[str]:
    """Yield each fragment, and then `count` runs of two to four of them, the same for the same seed."""
    yield from FRAGMENTS
    rng = Random(seed)
    for _ in range(count):
        yield "".join(rng.choices(FRAGMENTS, k=rng.randint(2, 4)))


def repeated(piece: str, length: int) -> str:
    """Return a text of about `length` characters that is the piece again and again, with other ends."""
    return f"x{piece * (length // len(piece))}!7"


def growth(function: Callable[[str], object], *, size: int, seed: int, count: int, worst: int) -> tuple[float, str]:
    """Return how many times as long a text of four times the size takes, for the worst piece found, and the piece.

    All pieces are tried at a quarter and at half of `size`; those that grow most there, and those that take longest,
    are then looked at in earnest.
    """
    tried = [(_once(function, repeated(piece, size // 2)), piece) for piece in nasty(count, seed)]
    slowest = sorted(tried, reverse=True)[: 4 * worst]
    grown = sorted(
        ((took / _once(function, repeated(piece, size // 8)), piece) for took, piece in slowest), reverse=True
    )
    suspects = dict.fromkeys(piece for _, piece in [*slowest[:worst], *grown[:worst]])
    return max((ratio(function, repeated(piece, size), repeated(piece, 4 * size)), piece) for piece in suspects)


SHORT = 0.004
"""Seconds of the processor: what a long text takes less than is nothing that a clock can tell."""
LIMIT = 10
"""A text of four times the size may take this many times as long: 4 in proportion, 16 with the square."""


def ratio(function: Callable[[T], object], small: T, large: T) -> float:
    """Return how many times as long `large`, which is four times `small`, takes; 1 where nothing is suspicious.

    What is suspicious is looked at once more, at the best of several tries.
    """
    short, long = (_once(function, given) for given in (small, large))
    if long < SHORT or long < LIMIT * short:
        return 1.0
    short, long = (min(_once(function, given) for _ in range(3)) for given in (small, large))
    return long / short


def _once(function: Callable[[T], object], given: T) -> float:
    start = time.process_time()
    function(given)
    return max(time.process_time() - start, 1e-6)
