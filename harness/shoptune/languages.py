"""In which languages a table's texts are: looked at in a sample, since a look takes longer than reading the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING

from shoptune.data import is_original_html

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = ["BEGINNING", "UNKNOWN", "LanguageSample", "language_finder", "languages_of"]

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
    load = cache(_load_identifier)

    def language_of(text: str) -> str:
        if len(text) < MIN_LENGTH:
            return UNKNOWN
        language, confidence = load().classify(text)
        return language if confidence >= MIN_CONFIDENCE else UNKNOWN

    return language_of


def _load_identifier() -> LanguageIdentifier:
    """Load the identifier: half a second and 100 MB, which is why none is kept.  Its confidence is a probability."""
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
