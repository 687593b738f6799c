"""In which languages a table's texts are: looked at in a sample, since a look takes longer than reading the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING

from shoptune.data import Sample, is_original_html

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = ["BEGINNING", "LANGUAGE_SLICE", "UNKNOWN", "LanguageSample", "language_finder", "languages_of", "uncovered"]

UNKNOWN = "?"
SAMPLE = 1_000
"""Records that are looked at."""
BEGINNING = 500
"""Characters of a text that are looked at."""
MIN_LENGTH = 20
"""Characters below which a text could be in any language."""
MIN_CONFIDENCE = 0.3
"""Below this the identifier guesses.  Measured on product text: descriptions in sentences lie above .5 in nearly all of
twenty languages, English lists of specifications mostly between .3 and .7, bare product names and codes below .3."""
LEAD = 10
"""How many times as likely as the likeliest covered language another must be before a text counts as not covered."""
LANGUAGE_SLICE = "language"
"""The slice that says which language an example is in."""
NO_SHOP = {"la", "eo", "vo"}
"""Languages without shops, which names of ingredients and models resemble: Latin, Esperanto, Volapük."""


class LanguageSample:
    """Collects the longest text of the `SAMPLE` records with the greatest draws, whatever their order."""

    def __init__(self) -> None:
        self._texts: list[tuple[int, str]] = []

    def add(self, draw: int, fields: Mapping[str, object]) -> None:
        """Offer a record; `draw` is a hash of its id."""
        if len(self._texts) < SAMPLE:
            heappush(self._texts, (draw, _longest_text(fields)))
        elif draw >= self._texts[0][0]:
            heapreplace(self._texts, max(self._texts[0], (draw, _longest_text(fields))))

    def count(self) -> tuple[dict[str, int], int]:
        """Return language -> records, most frequent first, and how many records were looked at."""
        languages = Counter(languages_of(text for _, text in self._texts))
        return dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))), len(self._texts)


def languages_of(texts: Iterable[str]) -> Iterator[str]:
    """Yield the language of each text (ISO 639-1), or ``?`` where there is too little of it to tell.

    >>> list(languages_of(["Wasserdichte Jacke mit verstellbarer Kapuze", "16GB DDR4 2x8 1.2V PC4-19200 CL17"]))
    ['de', '?']
    """
    yield from map(language_finder(), texts)


def language_finder() -> Callable[[str], str]:
    """Return what `languages_of` asks for each text; the first that is long enough takes half a second."""

    def language_of(text: str) -> str:
        if len(text) < MIN_LENGTH:
            return UNKNOWN
        language, confidence = _identifier().classify(text)
        return language if confidence >= MIN_CONFIDENCE else UNKNOWN

    return language_of


def uncovered(samples: Iterable[Sample], covered: Collection[str]) -> list[str | None]:
    """Return the language of each answer that is in none of those `covered`, None for all others; all are, if none is.

    It is that of the answer; where there is too little text to tell, that of the example (its slice ``language``); and
    where nobody knows, it is taken for covered.  A short text is in many languages at once, so one that is in a covered
    language as likely as not is taken for covered as well: see `LEAD`.
    """
    if not covered:
        return [None for _ in samples]
    found: list[str | None] = []
    for sample in samples:
        text, language = sample.text[:BEGINNING], sample.example.slices.get(LANGUAGE_SLICE, UNKNOWN)
        if len(text) >= MIN_LENGTH:
            language = _against(_identifier().rank(text), covered, language)
        found.append(None if language in covered or language == UNKNOWN else language)
    return found


def _against(ranked: Sequence[tuple[str, float]], covered: Collection[str], otherwise: str) -> str:
    """Return the first language of those `ranked` by confidence that is clearly ahead of the covered ones, or these."""
    language, confidence = ranked[0]
    best = max((c for name, c in ranked if name in covered), default=0.0)
    if language in covered or confidence >= max(MIN_CONFIDENCE, LEAD * best):
        return language
    return otherwise


@cache
def _identifier() -> LanguageIdentifier:
    """Load the identifier, once in a process: it takes half a second, and 100 MB.  Its confidence is a probability."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - not needed where no text is

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # A code of three letters is no ISO 639-1 code, and English lists of specifications are often taken for Nigerian
    # Pidgin (pcm) where it may be chosen.
    identifier.set_languages([code for code in identifier.labels if len(code) == 2 and code not in NO_SHOP])
    return identifier


def _longest_text(fields: Mapping[str, object]) -> str:
    """Return the beginning of the longest text among `fields` that is neither an original in HTML nor an address."""
    texts = (
        value
        for name, value in fields.items()
        if isinstance(value, str) and not is_original_html(name) and not value.startswith(("http://", "https://"))
    )
    return max(texts, key=len, default="")[:BEGINNING]
