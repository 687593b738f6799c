"""Postal addresses in running text.

"5 Baker Street" is an address by its last word if the sentence ends there; "500 GB Hard Drive" would need a postcode.
So words that name streets and little else are believed alone, others only with a town and its postcode; and in a
product's text all need the postcode, since "21 Jump Street" is a film.
"""

import re
from collections import Counter

from shoptune.dataset.personal_data.rules import Evidence
from shoptune.dataset.personal_data.words import CAPITAL, GAP, SPACE, WORD, after, replace, signs, signs_in

__all__ = ["mask_addresses"]

_CITY = rf"{WORD}(?:{SPACE}{WORD}){{0,3}}"
_CODE = r"(?:(?:[A-Z]{1,2}-)?(?:\d{4}-\d{3}|\d{5}|\d{4}(?: ?[A-Z]{2}(?!\w))?|\d\d-\d{3}|\d{3} \d\d))"
_IN_HOUSE = (
    r"(?:,?\s(?:\d{1,2}(?:\.?[ºª°]|\.|er|e|ème)\s?\w{0,8}\.?|(?i:piso|planta|puerta|esc\.?|escalera|int\.?|interno|scala|m\.?"
    r"|lok\.?|bus|etage|stock|top|whg\.?|wohnung|app(?:t|artement)?\.?|bât\.?|bâtiment|andar|fração|hs|bis)\s?\w{1,4})){0,2}"
)
_TOWN = rf"(?:{_IN_HOUSE}[,;–-]?{GAP}{{1,3}}(?:[–-]\s)?{_CODE}{SPACE}{_CITY})"
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
    rf"(?:(?:Apartment|Apt|Flat|Unit|Suite|Ste|Room)\b\.?\s#?\w{{1,5}},?\s)?"
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

_HOUSE = r"(?:(?i:n[.º°r]{0,2}|num\.?)\s?)?\d{1,4}(?:\s?[a-zA-Z]|/[A-Za-z]|[/-]\d{1,3}[a-z]?)?(?!\w|[.,]\d)"
_NO_SIZE = r"(?!\s*(?:[x×]|mm|cm|m|DVDs?|CDs?|Teile|Stück|Stk|W|Watt|Zoll|er|%|€)\b)"
_PARTICLE = (
    r"(?:(?:de|du|des|del|della|dei|degli|delle|di|da|do|dos|das|la|las|los|le|les|san|santa|van|het|den|der|św\.|gen\.|ks\.)"
    r"\s|[dl]['’]|dell['’])"
)
_NAME_OF_STREET = rf"{_PARTICLE}{{0,3}}{WORD}(?:[\s-]{_PARTICLE}{{0,2}}{WORD}){{0,3}}"
_STREET_FIRST = (
    r"(?:[Cc]alle|[Cc]/|[Cc]l\.|[Aa]venida|[Aa]vda\.?|[Aa]v\.|[Rr]ua|R\.|[Tt]ravessa|[Uu]l\.|[Uu]lica|[Uu]licy|[Aa]l\.|[Aa]leja"
    r"|[Aa]lei|[Oo]s\.|[Oo]siedle|Viale|Vicolo)"
)
_NUMBER_LAST = re.compile(
    rf"(?<![\w'’-])(?:(?:{WORD} ){{0,2}}{WORD}(?:(?<=traße)|(?<=trasse)|(?<=straat)|(?<=gracht)|(?<=singel))\s"
    rf"|(?:{WORD} ){{0,2}}{WORD}(?<=str)\.\s?"
    rf"|{_STREET_FIRST}\s{{0,2}}{_NAME_OF_STREET},?\s)"
    rf"{_HOUSE}{_NO_SIZE}{_TOWN}?"
)
_NUMBER_LAST_WITH_TOWN = re.compile(
    rf"(?<![\w'’-])(?:(?:{WORD}\s(?:[a-z]{{2,4}}\s){{0,2}}){{0,2}}{WORD}"
    r"(?:(?<=[Ww]eg)|(?<=latz)|(?<=llee)|(?<=asse)|(?<=[Rr]ing)|(?<=amm)|(?<=[Uu]fer)|(?<=hof)|(?<=berg)|(?<=arkt)"
    r"|(?<=laan)|(?<=plein)|(?<=kade)|(?<=dijk)|(?<=graben)|(?<=steig)|(?<=garten)|(?<=feld)|(?<=pad)|(?<=dreef)"
    r"|(?<=plantsoen)|(?<=weide))\s"
    r"|(?:[Vv]iale|[Vv]ia|[Cc]orso|[Pp]iazza|[Pp]laza|[Pp]za\.?|[Pp]aseo|P\.º|[Cc]amino|[Cc]arrera|[Rr]onda|[Tt]ravesía|[Ll]argo"
    r"|[Ss]trada|[Vv]icolo|[Pp]iazzale|[Cc]ontrada|[Ll]ungomare|[Pp]raça|[Ee]strada|[Aa]lameda|[Bb]eco|[Pp]l\.|[Pp]lac|[Rr]ynek"
    rf"|[Bb]ulwar|Laan|Plein|Weg)\s(?:{_NAME_OF_STREET},?\s)?)"
    rf"{_HOUSE}{_TOWN}"
)
_FRENCH = re.compile(
    rf"{_FIRST}(?:\s?(?:bis|ter|[A-D])\b)?,?\s"
    r"(?:(?:[Rr]ue|[Bb]oulevard|[Bb]d|[Ii]mpasse|[Qq]uai|[Cc]hemin|avenue|av\.|passage|[Ff]aubourg|sentier)\b\.?\s"
    rf"|(?:[Pp]lace|[Aa]llée|[Rr]oute|[Cc]ours|[Ss]quare|[Aa]venue)\s(?={_PARTICLE}))"
    rf"{_NAME_OF_STREET}{_TOWN}?"
)
# A town with its postcode and country's or county's name before it, or a house without a number: "Rose Cottage, Mill
# Lane, Anytown AB1 2CD"; the least that tells where somebody lives.
_BRITISH_TOWN = re.compile(
    rf"(?<![\w'’-])(?:{_CITY},{GAP}{{1,3}}){{1,3}}?(?:{_CITY},?{GAP}{{1,3}})?[A-Z]{{1,2}}\d[A-Z\d]?\s?\d[A-Z]{{2}}(?!\w)"
)
_AMERICAN_TOWN = re.compile(
    rf"(?<![\w'’-]){_CITY},\s(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]"
    r"|T[NX]|UT|V[AT]|W[AIVY])\s\d{5}(?:-\d{4})?(?!\w)"
)
# What has both a town and a house number before it, without the costly way there.
_HAS_TOWN = re.compile(rf"\d(?:\s?[a-zA-Z])?{_TOWN}")
_BOX = re.compile(
    rf"\b(?:P\.?\s?O\.?\s?Box|Postfach|Postbus|Apartado(?: de Correos)?|Casella postale|Boîte postale|BP|Skrytka"
    rf"(?: pocztowa)?|Caixa Postal)\s\d{{1,6}}(?!\w){_TOWN}?",
    re.IGNORECASE,
)

_NO_UNIT = (
    r"(?!(?i:Lumens?|Btu|Lux|Kelvin|mAh|Watts?|Volts?|Hours?|Stunden|Heures|Horas|Ore|Teile|Stück|Pieces|Pcs|Pa|Rpm|Dpi|Points?"
    r"|Pages?|Seiten|Words?|Stitches|Hz|Euros?|Dollars?|Miles|Steps|Grit|Mesh|Cycles)\b)"
)
# Whatever a street is called ("Am Mühlbach 7, 83022 Rosenheim"): what has a house number, and a comma or line
# between it and a postcode of more than four digits.
_ANY_STREET = re.compile(
    rf"(?<![\w'’-]){WORD}(?:[ -](?:{_PARTICLE}){{0,2}}{WORD}){{0,4}},?\s{_HOUSE}{_NO_SIZE}{_IN_HOUSE}"
    rf"(?:,|\s?\n|\s?[–-]){GAP}{{0,3}}"
    rf"(?:[A-Z]{{1,2}}-)?(?:\d{{4}}-\d{{3}}|\d{{5}}|\d{{4}} ?[A-Z]{{2}}(?!\w)|\d\d-\d{{3}}){SPACE}{_NO_UNIT}{_CITY}"
)
_HAS_CODE = re.compile(rf"(?<![\w-])\d(?:\d{{3}}-\d{{3}}|\d{{4}}|\d{{3}} ?[A-Z]{{2}}|\d-\d{{3}}){SPACE}{CAPITAL}")
_POSTCODE_TOLD = after(
    "postcodes",
    r"(?:\s{0,2}(?i:is|was|ist|lautet|est|es|è|jest|to|é|:|=)){0,2}\s{0,2}",
    r"(?i:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})(?!\w)"
    r"|(?:[A-Z]{1,2}-)?(?:\d{5}(?:-\d{3,4})?|\d{4}(?:-\d{3}| ?[A-Z]{2})|\d\d-\d{3})"
    r"(?!\w|[.,-]\d)|(?<!(?i:zip|cap)\s)\d{4}(?!\w|[.,-]\d)",
)

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
    (
        _NUMBER_LAST,
        signs("calle c cl avenida avda av rua r travessa ul ulica ulicy al aleja alei os osiedle viale vicolo"),
    ),
    (_NUMBER_LAST_WITH_TOWN, signs("0000 00000 00 000")),
    (
        _FRENCH,
        signs("rue boulevard bd impasse quai chemin avenue av passage faubourg sentier place allée route cours square"),
    ),
    (_BOX, signs("box postfach postbus apartado casella boîte bp skrytka caixa")),
)
# These are no words of their own: "Musterstraße".
_COMPOUNDS = ("straße", "strasse", "str.", "straat", "gracht", "singel")

# Only people's own texts are searched for a town alone.
_TOWNS = (_BRITISH_TOWN, _AMERICAN_TOWN)
_TOWN_SIGN = re.compile(r"\d[A-Z]{2}(?!\w)|[A-Z]{2}\s\d{5}")

_POSTCODED = re.compile(
    rf"\d[A-Z]{{2}}(?!\w)|[A-Z]{{2,3}}\s\d{{4,5}}(?!\w)|\w[^\d]{{0,60}},?{GAP}{{1,3}}(?:[–-]\s)?{_CODE}{SPACE}{CAPITAL}",
    re.I,
)

_SIGNS = frozenset[bytes]().union(*(words for _, words in _PATTERNS))


def mask_addresses(text: str, found: Counter[str], evidence: Evidence) -> str:
    """Return `text` with ``[address]`` for each postal address, counted in `found`.

    An address is a street with a house number, and the town and postcode that follow; or a post office box.
    """

    def masked(match: re.Match[str]) -> str:
        return "[address]" if evidence == "any" or _POSTCODED.search(match[0], 1) else match[0]

    lowered = text.lower()
    told = signs_in(lowered, _SIGNS)
    compound = any(street in lowered for street in _COMPOUNDS)
    for pattern, words in _PATTERNS:
        if words.isdisjoint(told) and not (compound and pattern is _NUMBER_LAST):
            continue
        if pattern is not _NUMBER_LAST_WITH_TOWN or _HAS_TOWN.search(text):
            text = replace(pattern, text, masked, "address", found)
    if evidence == "any" and _HAS_CODE.search(text):
        text = replace(_ANY_STREET, text, masked, "address", found)
    if evidence == "any":
        text = _POSTCODE_TOLD.replace(text, lambda match: f"{match[1]}[address]", "address", found)
    if evidence == "any" and _TOWN_SIGN.search(text):
        for pattern in _TOWNS:
            text = replace(pattern, text, masked, "address", found)
    return text
