"""Values that say yes or no in the languages of shops.

These are English, German, French, Spanish, Italian, Dutch, Polish and Portuguese, with words of some neighbours, and
only words that mean nothing else as a value: no 1, which counts, and no "on" or "an".
"""

from __future__ import annotations

import unicodedata

__all__ = ["NO", "YES", "flag_of"]

YES = (
    *("yes", "y", "true", "ja", "j", "wahr", "oui", "vrai", "sí", "sì", "si", "verdadero", "vero", "waar"),
    *("tak", "prawda", "sim", "verdadeiro", "ano", "да", "はい", "✓", "✔", "✅", "☑"),
)
NO = (
    *("no", "n", "false", "nein", "falsch", "non", "faux", "falso", "nee", "onwaar"),
    *("nie", "fałsz", "não", "nao", "nej", "nei", "ne", "нет", "いいえ", "✗", "✘", "❌", "☒"),
)
_FLAGS = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
_LONGEST = 20
_LOOK = "\ufe0e\ufe0f"
"""What asks for a sign in black or in colours."""


def flag_of(value: str) -> bool | None:
    """Return whether a value says yes or no; None where it says something else.

    >>> [flag_of(value) for value in ("Sí", "nie", "TRUE", "✔️", "no idea", "1")]
    [True, False, True, True, None, None]
    """
    if len(value) > _LONGEST:
        return None
    return _FLAGS.get(unicodedata.normalize("NFC", value).strip(f" \t\r\n\xa0.!{_LOOK}").casefold())
