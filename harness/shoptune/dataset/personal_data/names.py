"""Names of people in running text, which only the words before them tell from the names of products.

"Dear Jane," and "order for Jane Miller" hold a name; "Dear Santa Mug", "order for Christmas" and "ship to Store" don't.
The less sure the words before it, the more a name must look like one: some need two words, some the end of the line.
"""

import re
from collections import Counter
from functools import partial

from shoptune.dataset.personal_data.rules import Evidence
from shoptune.dataset.personal_data.words import (
    CAPITAL,
    GAP,
    SPACE,
    WORD,
    Cues,
    Told,
    after,
    cues,
    phrases,
    replace,
    starts,
)

__all__ = ["mask_names"]

_TITLE = (
    r"((?:Mrs|Mr|Ms|Miss|Mx|Dr|Prof|Herrn|Herr|Frau|Madame|Monsieur|Mme|Mlle|M|Sra|Sr|Señora|Señor|Signora|Sig)\b\.?"
    r"\s){0,2}"
)
_PARTICLE = (
    r"(?:(?:von|van|vom|zu|zum|zur|der|den|de|del|della|dei|di|da|dos|das|do|du|la|le|los|las|ter|ten|te|het|'t|bin|al|y|e"
    r"|and|und|et|en|i|&|&amp;)\s)"
)
_LOOSE_END = re.compile(rf"\s{_PARTICLE}*$")
_PART = rf"(?:{CAPITAL}\.(?!\w)|{WORD})"
_NAME = rf"({_TITLE}{_PART}(?:{SPACE}(?:{_PARTICLE}{{0,2}}){_PART}){{0,5}})"

# A label with a colon: "Customer: Jane Miller".
_LABELS = cues("labels of names")
# Labels of other things as well: "Engraving: Laser".
_LOOSE_LABELS = cues("labels of names and other things")
# Words that only a name follows.
_SURE = cues("only a name follows")
# Words that a product's name may follow as well: "order for Summer".
_UNSURE = cues("a name or a product follows")
_GREETINGS = cues("greetings")
_REGARDS = cues("regards")
_LEAVINGS = cues("thanks and love")
# Words that much else may follow: only a common given name is believed.
_VAGUE = cues("anything may follow")
# "Order #1001 for Jane Miller", "Bestellung: Jana Meier".
_ORDER = cues("orders")
_NUMBERED = r"(?:\s{1,2}(?i:(?:no|nr|n)[.°º]{0,2}\s?)?#?[\w/-]{0,14}\d[\w/-]{0,14}|\s\[order\])?"
_OF = (
    r"(?:\s?[:(–-]\s?|\s(?i:for|of|from|by|to|von|für|durch|an|de|pour|par|para|por|di|per|da|van|voor|door|dla|od|na)"
    r"\s)"
)
# "Jane Miller ordered two".
_ORDERED = cues("people have ordered")
# ... or what is said of things as well: "a kettle by Black & Decker bought in May".
_BOUGHT = cues("people or things were bought")
# "Herr Weber", "pani Kowalska"; "Miss" and "Dr." are brands' as well.
_TITLED = cues("titles of people")
_STOP = rf"\s{{0,3}}(?:[,–-]|\n|<br[^<>]{{0,9}}>){GAP}{{0,4}}"
_QUOTE = r"[\"'“„‚‘«]?"

# "customer no. 4711 Jane Miller"
_NUMBERED_CUSTOMER = r"(?i:(?:no|nr|n)[.°º]{0,2}\s?)?#?\d{3,12}"

_GIVEN = 99  # however many words it has, a name must begin with a common given name


def _before(told: Cues, between: str, ends: str = "") -> Told:
    return Told(told, re.compile(rf"({told.pattern}{between}){_NAME}{ends}"))


# What stands before a name; how many words it must have unless it begins with a common given name.
_SALE = (
    (_before(_LABELS, rf"(?:['’]s)?(?i:\sname)?\s{{0,3}}[:=]{GAP}{{0,4}}{_QUOTE}"), 1),
    (_before(_LOOSE_LABELS, rf"\s{{0,3}}[:=]{GAP}{{0,4}}{_QUOTE}"), 2),
    (_before(_SURE, rf"{GAP}{{1,4}}{_QUOTE}"), 1),
    (_before(_UNSURE, rf"\.?:?{GAP}{{1,4}}(?i:(?:our|the)\scustomer\s|kunden?\s|me,\s)?{_QUOTE}"), 2),
    (_before(_ORDER, rf"{_NUMBERED}{_OF}{_QUOTE}"), 2),
    (_before(cues("made to order"), r"\s", r"(?=\s(?:by|on|to)\sorder)"), 2),
    (_before(_VAGUE, rf"\.?:?{GAP}{{1,4}}{_QUOTE}"), _GIVEN),
    (_before(_REGARDS, _STOP), 1),
    (_before(_LEAVINGS, _STOP, r"(?=[.!]?\s{0,3}(?:\Z|\n|<|\[))"), 1),
)
# What tells only in what people write: "Miss" and "Dr." are brands' as well, and "Dear Zoo" is a book.
_GREETED = _before(
    _GREETINGS,
    r",?\s(?i:an\s|meine?\s|sir\s)?",
    r"(?=\s{0,3}(?:[,:!<]|\n)|\s(?:I|we|thanks?|please|your?|this|it)\b)",
)
_WITH_TITLE = _before(_TITLED, r"\.?\s")
_ORDERING = tuple(
    (told, least, re.compile(rf"(){_NAME}(?=,?\s{told.pattern})")) for told, least in ((_ORDERED, 2), (_BOUGHT, _GIVEN))
)
_PERSONS = _before(
    cues("a person or a thing follows"),
    rf"(?:\s(?i:is|was|ist|war|heißt|est|s'appelle|es|se llama|è|si chiama|heet|jest|to|é|chama-se))?\.?:?{GAP}{{1,4}}"
    rf"(?:{_NUMBERED_CUSTOMER},?\s)?{_QUOTE}",
)
# People type in small letters: where a given name follows the words that tell, the word after it is the other name.
_TYPED = after(
    _LABELS | _SURE | _UNSURE | _ORDER | _REGARDS,
    rf"(?:\s{{0,3}}[:=]\s{{0,4}}|\s{{1,4}}|{_STOP}|{_NUMBERED}{_OF})",
    r"[^\W\d_A-Z]{2,20}(?:\s[^\W\d_A-Z]{2,20}(?:-[^\W\d_A-Z]{2,20})?)?(?!\w)",
)

# A name doesn't begin with one of these, however it is written ...
_NOBODY = re.compile(
    r"""(?:
    you|your|yours|his|her|him|them|me|us|we|our|my|all|any|every|each|both|only|more|most|best|new|next|same|free|fast
    |quick|easy|express|standard|immediate|dispatch|collection|pick-?up|stores?|home|shop|office|local|worldwide
    |international|united|customers?|clients?|sirs?|madam|team|friends?|everyone|everybody|anyone|readers?|diary|santa|god|lord
    |neighbou?rs?|sellers?|shoppers?|buyers?|couples?|men|women|kids?|child(?:ren)?|bab(?:y|ies)|boys?|girls?|teens?
    |adults?|dogs?|cats?|pets?|mum(?:my)?|mom(?:my)?|dad(?:dy)?|grand(?:ma|pa|mother|father)|teachers?|mother['’]?s?
    |father['’]?s?|valentine['’]?s?|christmas|easter|birthdays?|weddings?|anniversar(?:y|ies)|halloween|thanksgiving
    |summer|winter|spring|autumn|today|tomorrow|now|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march
    |july|september|october|november|december|uk|usa|eu|eur|usd|gbp|yes|no|none|n/?a|not|card|gift
    |kunden?|kundin(?:nen)?|damen|herren|freunde?|gäste|grü(?:ß|ss)en?|gruesse|alle|leute|kundenservice
    |amis?|coffee|clean|potato|bean|muscle|magic|heater|bubble|meyer['’]?s|clientes?|clients?|équipe|messieurs|mesdames|tous|toutes|equipo|amig[oa]s?|señores|todos
    )(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
# ... and ends before one of these.
_NO_PART = re.compile(
    r"""\b(?:
    the|an|a(?!\.)|this|that|it|i(?!\.)|with|from|for|in|on|of|by|to|please|thanks?|orders?|sku|item|size|qty|pcs
    |colou?r|phone|tel|e-?mail|address|message|engraving|note|delivery|shipping|bestellung|telefon|adresse
    )(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
# A customer, a client or an agent is followed by these as well.
_NO_PERSON = re.compile(
    r"""\b(?:
    services?|support|care|centers?|centres?|departments?|teams?|desk|reviews?|relations|success|account|number|panel|portal
    |box|bag|edition|inc|ltd|llc|gmbh|s\.?[ar]\.?l|center|zentrum|abteilung|konto|nummer|hotline|express|post|dhl|dpd|gls|ups
    |(?:t-)?shirts?|hoodies?|mugs?|tasse|kissen|poster|fedex|hermes|inpost|amazon|ebay|paypal|id|app
    )(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
# "Network Client Photo Viewer": within what is written as a title, these are programs and tools.
_PROGRAM = re.compile(r"(?:Client|Agent|Driver|Sender|Receiver|Customer|Courier|Buyer)\b")
_IN_TITLE = re.compile(r"(?<!\w)(?!(?:The|Our|Your|My|Their|Dear|From|To)\s)[A-Z][\w'’-]{0,30}\s\Z")
_BEFORE_CUE = 32
_CAPITALISED = re.compile(rf"(?<!\w){CAPITAL}")
_GIVEN_NAMES = frozenset(phrases("given names"))
_WORDS = re.compile(r"[^\W\d_]+")
_BEFORE_GREETING = '\n>.!?"“„,;:-–'


def mask_names(text: str, found: Counter[str], evidence: Evidence) -> str:
    """Return `text` with ``[name]`` for each name that stands beside a telling word, counted in `found`.

    In a product's text a name has two words at least.
    """
    for before, least in _SALE:
        text = before.replace(text, partial(_masked, least, evidence), "name", found)
    if evidence != "any":
        return text
    text = _GREETED.replace(text, _greeted, "name", found)
    text = _WITH_TITLE.replace(text, _titled, "name", found)
    text = _PERSONS.replace(text, _person, "name", found)
    for told, least, pattern in _ORDERING:
        if starts(text, told):
            text = replace(pattern, text, partial(_masked, least, evidence), "name", found)
    return _TYPED.replace(text, _typed, "name", found)


def _masked(least: int, evidence: Evidence, match: re.Match[str]) -> str:
    """Return what the pattern matched, its name masked if it is one."""
    before, name, title = match[1], match[2], match[3]
    after = _NO_PART.search(name)
    end = len(_LOOSE_END.sub("", name[: after.start()])) if after else len(name)
    parts = len(_CAPITALISED.findall(name, 0, end))
    first = _WORDS.search(name)
    is_given = first is not None and first[0].lower() in _GIVEN_NAMES
    needed = max(2 if evidence == "sure" else 1, 1 if is_given else least)
    if parts < needed or (not title and _NOBODY.match(name)):
        return match[0]
    return f"{before}[name]{match[0][len(before) + end :]}"


def _person(match: re.Match[str]) -> str:
    """Mask a customer's or a colleague's name: two words that are no department's ("Customer Service Team")."""
    is_thing = _NO_PERSON.search(match[2]) or (
        _PROGRAM.match(match[1]) and _IN_TITLE.search(match.string[max(0, match.start() - _BEFORE_CUE) : match.start()])
    )
    return match[0] if is_thing else _masked(2, "any", match)


def _greeted(match: re.Match[str]) -> str:
    """Mask whom a greeting greets: it begins a text, a line or a sentence."""
    before = match.string[max(0, match.start() - 4) : match.start()].rstrip(" \t")
    return _masked(1, "any", match) if not before or before[-1] in _BEFORE_GREETING else match[0]


def _titled(match: re.Match[str]) -> str:
    """Mask who has a title; "MS Money" is a program."""
    return match[0] if match[1].isupper() and not match[2].isupper() else _masked(1, "any", match)


def _typed(match: re.Match[str]) -> str:
    before, name = match[1], match[2]
    first, _, second = name.partition(" ")
    if first not in _GIVEN_NAMES:
        return match[0]
    return f"{before}[name] {second}" if _NO_PART.match(second) else f"{before}[name]"
