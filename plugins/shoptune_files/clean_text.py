"""Cleans short texts (names, categories, values): what an export adds to the words, and a shopper never sees.

Everything here takes time in proportion to the text's length, whatever stands in it.
"""

import re
from html import unescape

__all__ = ["clean_lines", "clean_text", "is_no_value", "without_unseen"]

_NO_VALUES = frozenset(
    {
        *("null", "(null)", "[null]", "<null>", "\\n", "nan", "n/a", "n.a.", "none", "(none)", "undefined", "(empty)"),
        *("-", "--", "---", "–", "—", ".", "..", "...", "?", "??", "???", "[]", "{}", "[none]", "(blank)"),
        *("#n/a", "#null!", "#ref!", "#value!", "#name?", "#div/0!", "#num!", "#nv", "#bezug!", "#wert!"),
        *("tbd", "tba", "t.b.d.", "not available", "not applicable", "not specified", "unspecified", "no value"),
        *("k.a.", "k. a.", "keine angabe", "keine angaben", "nicht angegeben", "non renseigné", "non spécifié"),
        *("sin especificar", "no aplica", "no disponible", "non specificato", "non disponibile", "n.v.t.", "nvt"),
        *("niet van toepassing", "brak danych", "nie dotyczy", "não informado", "ej angivet"),
        *("не указано", "нет данных", "なし", "該当なし", "无"),
    }
)
"""In lower case: what databases, programs, spreadsheets and people write where there is nothing."""
_LONGEST_MARK = max(map(len, _NO_VALUES))
_NO_VALUE_AS_WRITTEN = frozenset({"NA", "<NA>", "NaT", "nil"})
_HASHES = re.compile(r"#{4,}")
"""What a spreadsheet shows, and some programs copy, of a number that is wider than its column."""

_UNTOUCHED = re.compile(r"[!-%'-;=-~\u00a1-\u00ac\u00ae-\u034e]+(?: [!-%'-;=-~\u00a1-\u00ac\u00ae-\u034e]+)*+")
"""Nearly every text: words parted by single spaces, with nothing in them that could be an entity or a tag."""

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
"""With its semicolon: the ``&copy`` in ``?page=1&copy=2`` is none."""
_ESCAPED_TIMES = 3

_ATTRIBUTE = r"""\s++[A-Za-z_:][\w:.-]*+(?:\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=]++))"""
_INLINE = "a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|nobr|q|s|small|span|strike|strong|sub|sup|tt|u|wbr"
_BLOCK = "br|center|div|dd|dl|dt|h[1-6]|hr|img|li|ol|p|pre|table|tbody|td|th|thead|tr|ul"
_TAG = re.compile(rf"<(?:/?(?:{_INLINE}|(?P<block>{_BLOCK}))(?:{_ATTRIBUTE})*+\s*+/?|!--[^<>]*+)>", re.IGNORECASE)
"""A tag as it is written, so that ``a <b and c> d`` and ``<3`` stay."""

_JOINED = r"\u0590-\u1fff\u2600-\u27bf\u2b00-\u2bff\ufb1d-\ufefe\ufe0f\U0001f000-\U0001faff"
"""Scripts and emoji in which a joiner between two characters changes how they look."""
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb]+"
    f"|(?<![{_JOINED}])[\u200c\u200d]++|[\u200c\u200d]++(?![{_JOINED}])"
    "|(?<![\U0001f3f4\U000e0000-\U000e007f])[\U000e0000-\U000e007f]++"  # after a black flag they say which flag
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]+")
_ANY_OF_THEM = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""One quick look for what most texts are free of."""


def clean_text(text: str) -> str:
    """Return a short text as a shopper reads it, on one line; "" for a mark that stands for no value.

    Entities are decoded, also those that were escaped several times; tags, soft hyphens, zero-width characters and
    controls go; white space is made one space.

    >>> [clean_text(text) for text in ("Salt &amp;amp; Stone", "<b>Woll\u00addecke</b>", "a < b", "NULL")]
    ['Salt & Stone', 'Wolldecke', 'a < b', '']
    """
    if not _UNTOUCHED.fullmatch(text):
        text = " ".join(_plain(text).split())
    return "" if is_no_value(text) else text


def clean_lines(text: str) -> str:
    r"""Return a text without HTML as `clean_text` does, its lines kept; empty ones go.

    >>> clean_lines("Pure wool.\r\n\r\nSalt &amp; stone ")
    'Pure wool.\nSalt & stone'
    """
    lines = (" ".join(line.split()) for line in _plain(text, "\n").splitlines())
    joined = "\n".join(filter(None, lines))
    return "" if is_no_value(joined) else joined


def is_no_value(text: str) -> bool:
    r"""Say whether a whole cell is one of the marks for "nothing here": NULL, \N, nan, n/a, None, -, #N/A ...

    >>> [is_no_value(text) for text in ("NULL", "n/a", "-", "no", "0", "non-stick")]
    [True, True, True, False, False, False]
    """
    if len(text) > _LONGEST_MARK:
        return False
    return text.lower() in _NO_VALUES or text in _NO_VALUE_AS_WRITTEN or _HASHES.fullmatch(text) is not None


def without_unseen(text: str) -> str:
    """Return a text without soft hyphens, zero-width characters and direction marks; controls become spaces.

    Joiners stay where they belong to the spelling: in emoji, Persian, the scripts of India.
    """
    return _CONTROL.sub(" ", _UNSEEN.sub("", text)) if _ANY_OF_THEM.search(text) else text


def _plain(text: str, line: str = " ") -> str:
    for _ in range(_ESCAPED_TIMES):
        decoded = _ENTITY.sub(_decoded, text) if "&" in text else text
        if decoded == text:
            break
        text = decoded
    if "<" in text:
        text = _TAG.sub(lambda tag: line if tag["block"] else "", text)
    return without_unseen(text)


def _decoded(entity: re.Match[str]) -> str:
    return unescape(entity[0])
