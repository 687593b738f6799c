"""E-mail addresses in running text, also as people spell them to hide them from machines."""

import re
from collections import Counter

from shoptune.dataset.personal_data.words import replace

__all__ = ["mask_emails", "mask_spelt_emails"]

_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufeff"
# A local part begins where no character of one stands before, so that each is looked at once.  The domain must end in
# letters that are no file's ending: ``logo@2x.png`` and ``package@1.2.js`` are no addresses.
_LOCAL = rf"(?<![\w.+'’{_UNSEEN}-])([.+'’-]*+)(?:\"[^\"\n<>]{{1,64}}\"|[\w.+'’!#$^*~{_UNSEEN}-]++)"
_AT = (
    r"(?:[@＠﹫]|&\#0*64;|&\#x0*40;|&commat;|%40"
    r"|\s{0,2}[(\[{<]\s?(?:at|a|@|ät|æt|et|arroba|chiocciola|ma[łl]pa|apenstaartje|arobase)\s?[)\]}>]\s{0,2})"
)
_DOT = (
    r"(?:[.．。]|&\#0*46;|&\#x0*2e;|&period;|%2e|\s{0,2}[(\[{<]\s?(?:\.|dot|punkt|point|punto|ponto|kropka|punt)"
    r"\s?[)\]}>]\s{0,2}|\s(?:dot|punkt|point|punto|ponto|kropka|punt)\s)"
)
_NO_FILE = r"(?!(?:png|jpe?g|gif|webp|avif|svg|css|js|json|html?|pdf|mp4)\b)"
_TOP = r"(?:xn--[\w-]{1,59}|[^\W\d_]{2,63})"
_EMAIL = re.compile(
    rf"{_LOCAL}{_AT}[{_UNSEEN}]?(?:(?:[\w{_UNSEEN}-]{{1,63}}{_DOT}){{1,10}}{_NO_FILE}{_TOP}"
    r"|\[(?:\d{1,3}\.){3}\d{1,3}\])",
    re.IGNORECASE,
)
_EMAIL_SIGNS = ("@", "＠", "﹫", "&#", "&commat;", "%40", ")", "]", "}", ">")

# In words alone: "jane at example dot com", "jane at gmail.com".  The dot or the provider must be told, since shops
# write "find it at example.com".
_PROVIDERS = (
    r"(?:gmail|googlemail|hotmail|outlook|yahoo|ymail|gmx|web|icloud|proton(?:mail)?|aol|live|msn|t-online|orange|free"
    r"|laposte|wanadoo|libero|wp|o2|interia|onet|ziggo|sapo|uol|yandex|mail|posteo)"
)
_AT_WORD = r"\s{1,2}(?:@|at|arroba|chiocciola|ma[łl]pa|apenstaartje|arobase|klammeraffe)\s{1,2}"
_MARK = r"(?:dot|punkt|point|punto|ponto|kropka|punt|underscore|unterstrich|dash|hyphen|bindestrich|tiret)"
_TOPS = (
    r"(?:dot\s[a-z]{2,10}|punkt\s(?:de|at|ch|com|org|net|eu|example)|point\s(?:fr|be|ch|com|org|net|eu|example)"
    r"|punto\s(?:it|es|com|org|net|eu|example)|ponto\s(?:pt|br|com|org|net|eu|example)|kropka\s(?:pl|com|org|net|eu|example)"
    r"|punt\s(?:nl|be|com|org|net|eu|example))(?!\w)"
)
_SPELT = re.compile(
    rf"(?<![\w.+'’-])([.+'’-]*+)(?:\w{{1,64}}\s{_MARK}\s){{0,2}}[\w.+'’-]{{1,64}}+{_AT_WORD}(?:"
    rf"(?:[\w.-]{{1,63}}\s(?:dot\s(?:co|com|org|net|gov|ac)\s)?){_TOPS}"
    rf"|{_PROVIDERS}\s?\.\s?[a-z]{{2,3}}(?!\w)|(?<!\bat\s)(?<!\bat\s\s)(?:[\w-]{{1,63}}\.){{1,4}}{_NO_FILE}{_TOP}(?!\w))",
    re.IGNORECASE,
)
_SPELT_SIGNS = tuple(
    f" {sign} "
    for sign in ["at", "@", "arroba", "chiocciola", "małpa", "malpa", "apenstaartje", "arobase", "klammeraffe"]
)


def mask_emails(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[email]`` for each e-mail address, also one spelt ``jane (at) example (dot) org``."""
    lowered = text.lower()
    if any(sign in lowered for sign in _EMAIL_SIGNS):
        return replace(_EMAIL, text, lambda match: f"{match[1]}[email]", "email", found)
    return text


def mask_spelt_emails(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[email]`` for each address in words alone: ``jane at example dot org``."""
    lowered = text.lower()
    if any(sign in lowered for sign in _SPELT_SIGNS):
        return replace(_SPELT, text, lambda match: f"{match[1]}[email]", "email", found)
    return text
