"""Words that speak of another thing than the product: what it suits, what it is worn with, what it is cleaned with.

``Perfect for wooden tables`` claims no wood, nor ``fits a 30 cm shelf`` a length.  Only what leads straight to the
claim counts, over articles and adjectives: in ``perfect for summer, in red`` the colour is the product's.
"""

from __future__ import annotations

import regex

__all__ = ["is_feeling", "is_of_another_thing", "is_waiting_time"]

_REACH = 80
"""Characters before a claim that are looked at."""

_LEADS = (
    r"(?:perfect|ideal|great|good|suitable|suited|made|meant|designed|intended|safe|gentle) (?:for|on)",
    r"suits?|fits?(?: (?:in|into|on|onto|under|over|inside))?|protects?|match(?:es)?|compatible with",
    r"(?:works?|used?|goes|go|looks?) (?:well |best |great |good )?(?:on|with|in|under)",
    r"(?:wear|worn|pairs?|paired|style|combine|serve)(?: \p{L}+){0,2} with",
    r"(?:clean|wipe|polish|dust|rub|dry|wash)(?: \p{L}+){0,3} (?:with|using)",
    r"(?:ideal|perfekt|geeignet|gedacht|gemacht|schonend|sicher) (?:für|zu|zum|zur|auf)",
    r"(?:passt|passen|passend)(?: \p{L}+)? (?:für|zu|zum|zur|auf|in|unter)",
    r"(?:keeps?|makes?|leaves?|turns?) (?:the|your|a|an|any|every) \p{L}+",
)
_NOT_BETWEEN = r"(?!(?:in|of|from|with|and|or|made|is|are|aus|von|mit|und|oder|ist)\b)"
_BEFORE = regex.compile(rf"\b(?:{'|'.join(_LEADS)})\s+(?:{_NOT_BETWEEN}\p{{L}}+[\s-]+){{0,3}}+\Z", regex.I)
_CLEANED_WITH = regex.compile(r"[\p{L}-]*\s+(?:reinigen|abwischen|abreiben|polieren|putzen|trocknen)\b", regex.I)

# "No BPA-laden plastic here": said of the plastic, which is none of the product's.
_LADEN_WITH = regex.compile(r"[\s-]laden\b", regex.I)

_READY_IN = regex.compile(
    r"\b(?:in|within|less than|under|binnen|weniger als|unter)\s+(?:just |only |nur )?\Z", regex.I
)
_FEELING = regex.compile(
    r"\s*(?:joy|fun|love|satisfaction|comfort|happiness|style|passion|delight|freude|spaß|genuss|liebe|zufriedenheit)\b",
    regex.I,
)
_SHORT_TIMES = frozenset({"second", "minute"})


def is_of_another_thing(text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]`, which may be a claim, is said of something else than the product."""
    before = text[max(0, start - _REACH) : start]
    return bool(_BEFORE.search(before) or _CLEANED_WITH.match(text, end, end + _REACH) or _LADEN_WITH.match(text, end))


def is_feeling(text: str, end: int, unit: str) -> bool:
    """Tell whether a share that ends here is a manner of speech: ``100 % joy``."""
    return unit == "percent" and bool(_FEELING.match(text, end))


def is_waiting_time(text: str, start: int, unit: str) -> bool:
    """Tell whether a number says how soon something is done (``ready in 90 seconds``), which depends on its user."""
    return unit in _SHORT_TIMES and bool(_READY_IN.search(text[max(0, start - _REACH) : start]))
