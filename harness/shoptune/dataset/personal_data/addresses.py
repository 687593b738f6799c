"""Postal addresses in running text.

"5 Baker Street" is an address by its last word if the sentence ends there; "500 GB Hard Drive" would need a postcode.
So words that name streets and little else are believed alone, others only with a town and its postcode.
"""

import re
from collections import Counter

from shoptune.dataset.personal_data.words import GAP, SPACE, WORD, signs

__all__ = ["ADDRESS_SIGNS", "mask_addresses"]

_CITY = rf"{WORD}(?:{SPACE}{WORD}){{0,3}}"
_TOWN = rf"(?:,?{GAP}{{1,3}}(?:[A-Z]{{1,2}}-)?\d{{4,5}}{SPACE}{_CITY})"
"""Postcode and town, as continental Europe writes them."""

# A house number before the street; the look-behind comes second so that the pattern begins with what it is found by.
_FIRST = r"\d(?<![\w.,/$€£-]\d)\d{0,4}"

# --- English ---------------------------------------------------------------------------------------------------------

_POSTCODE = (
    r"(?:[A-Z]{2}\s\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|[A-Z]{2,3}\s\d{4}|\d{5})"
    r"(?!\w)"
)
_FLAT = r"(?:,?\s(?:(?:Apartment|Apt|Flat|Unit|Suite|Ste|Floor)\b\.?\s?#?|#)\w{1,5})?"
_PLACE = rf"{_FLAT}(?:,?{GAP}{{1,3}}{_CITY}){{0,2}}?,?{GAP}{{1,3}}{_POSTCODE}"
# The sentence ends, or goes on with a little word; in "4 Off Road Lights" it does neither.
_ENDS = (
    r"(?=\s*(?:[,;:!?)\]\n<]|\.(?!\w)|$"
    r"|(?:in|is|and|or|at|on|by|to|near|please|today|tomorrow|if|when|before|after|my|thanks)\b))"
)
_NO_MEASURE = (
    r"(?!(?:[KMGT]B|[kmcµ]?[mgWVlL]|Watts?|Volts?|Inch|Pack|Pcs|Pieces?|Set|Discs?|CDs?|DVDs?|Way|Speed|Door|Tier|"
    r"Pairs?|Hours?|Days?|Years?|Months?|Foot|Feet|Miles?|Off|New|Mini|LED|x)\b)"
)
_STREET = r"(?:Street|Road|Avenue|Lane|Boulevard|Blvd|St|Rd|Ave|Ln)\b\.?"
_OTHER_STREET = (
    r"(?:Drive|Dr|Way|Court|Ct|Crescent|Terrace|Close|Square|Sq|Place|Pl|Parkway|Pkwy|Highway|Hwy|Gardens|Grove|Hill|"
    r"Mews|Row|Walk|Park|Rise|View|Green|Quay)\b\.?"
)
_ENGLISH = re.compile(
    rf"{_FIRST}[A-Za-z]?(?:[-/]\d{{1,4}})?,?{SPACE}{_NO_MEASURE}(?:{WORD}\.?{SPACE}){{1,4}}?"
    rf"(?:{_STREET}(?:{_PLACE}|{_FLAT}{_ENDS})|{_OTHER_STREET}{_PLACE})"
)
# As people type: in small letters, but with a British postcode or an American state and ZIP code.
_ENGLISH_TYPED = re.compile(
    rf"{_FIRST}[a-z]?,?\s(?:[a-z'-]{{2,20}}\s){{1,3}}?(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|way)\b"
    r"[.,]{0,2}\s(?:[a-z'-]{2,20},?\s){0,3}?(?:[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}|[a-z]{2}\s\d{5})(?!\w)",
    re.IGNORECASE,
)

# --- continental Europe ----------------------------------------------------------------------------------------------

_HOUSE = r"(?:n[.º°]{0,2}\s?)?\d{1,4}(?:\s?[a-zA-Z])?(?!\w|[.,]\d)"
_NO_SIZE = r"(?!\s*(?:[x×]|mm|cm|m|DVDs?|CDs?|Teile|Stück|Stk|W|Watt|Zoll|er|%|€)\b)"
_PARTICLE = r"(?:(?:de|du|des|del|della|dei|di|da|la|las|los|le|les)\s|[dl]['’])"
_NAME_OF_STREET = rf"{_PARTICLE}{{0,3}}{WORD}(?:[\s-]{_PARTICLE}{{0,2}}{WORD}){{0,3}}"
_NUMBER_LAST = re.compile(
    rf"(?<![\w'’-])(?:(?:{WORD} ){{0,2}}{WORD}(?:(?<=traße)|(?<=trasse)|(?<=straat)|(?<=gracht))\s"
    rf"|(?:{WORD} ){{0,2}}{WORD}(?<=str)\.\s?"
    rf"|(?:[Cc]alle|C/|[Aa]venida|[Aa]vda\.?)\s{_NAME_OF_STREET},?\s)"
    rf"{_HOUSE}{_NO_SIZE}{_TOWN}?"
)
_NUMBER_LAST_WITH_TOWN = re.compile(
    rf"(?<![\w'’-])(?:(?:{WORD}\s(?:[a-z]{{2,4}}\s){{0,2}}){{0,2}}{WORD}"
    r"(?:(?<=[Ww]eg)|(?<=latz)|(?<=llee)|(?<=asse)|(?<=[Rr]ing)|(?<=amm)|(?<=[Uu]fer)|(?<=hof)|(?<=berg)|(?<=arkt)"
    rf"|(?<=laan)|(?<=plein)|(?<=kade))\s|(?:[Vv]iale|[Vv]ia|[Cc]orso|[Pp]iazza|[Pp]laza|[Pp]aseo)\s{_NAME_OF_STREET},?\s)"
    rf"{_HOUSE}{_TOWN}"
)
_FRENCH = re.compile(
    rf"{_FIRST}(?:\s?(?:bis|ter|[A-D])\b)?,?\s"
    r"(?:(?:[Rr]ue|[Bb]oulevard|[Bb]d|[Ii]mpasse|[Qq]uai|[Cc]hemin|avenue)\b\.?\s"
    rf"|(?:[Pp]lace|[Aa]llée|[Rr]oute|[Cc]ours|[Ss]quare|[Aa]venue)\s(?={_PARTICLE}))"
    rf"{_NAME_OF_STREET}{_TOWN}?"
)
# What has both a town and a house number before it, without the costly way there.
_HAS_TOWN = re.compile(rf"\d(?:\s?[a-zA-Z])?{_TOWN}")
_BOX = re.compile(rf"\b(?:P\.?\s?O\.?\s?Box|Postfach|Apartado(?: de Correos)?)\s\d{{1,6}}(?!\w){_TOWN}?", re.IGNORECASE)

# Pattern, and the words of which a text must hold one for it to be worth trying.
_PATTERNS = (
    (
        _ENGLISH,
        signs(
            "street road avenue lane boulevard blvd st rd ave ln drive dr way court ct crescent terrace close square "
            "sq place pl parkway pkwy highway hwy gardens grove hill mews row walk park rise view green quay"
        ),
    ),
    (_ENGLISH_TYPED, signs("street st road rd avenue ave lane ln drive dr close way")),
    (_NUMBER_LAST, signs("calle c avenida avda")),
    (_NUMBER_LAST_WITH_TOWN, signs("0000 00000")),
    (_FRENCH, signs("rue boulevard bd impasse quai chemin avenue place allée route cours square")),
    (_BOX, signs("box postfach apartado")),
)
# These are no words of their own: "Musterstraße".
_COMPOUNDS = ("straße", "strasse", "str.", "straat", "gracht")

ADDRESS_SIGNS = frozenset[bytes]().union(*(words for _, words in _PATTERNS))
"""The words that `mask_addresses` must be told of."""


def mask_addresses(text: str, lowered: str, told: frozenset[bytes], found: Counter[str]) -> str:
    """Return `text` with ``[address]`` for each postal address, counted in `found`.

    An address is a street with a house number, and the town and postcode that follow; or a post office box.

    `lowered` is ``text.lower()``, and `told` are the `ADDRESS_SIGNS` in it.
    """
    compound = any(street in lowered for street in _COMPOUNDS)
    if not told and not compound:
        return text
    for pattern, words in _PATTERNS:
        if words.isdisjoint(told) and not (compound and pattern is _NUMBER_LAST):
            continue
        if pattern is not _NUMBER_LAST_WITH_TOWN or _HAS_TOWN.search(text):
            text, count = pattern.subn("[address]", text)
            if count:
                found["address"] += count
    return text
