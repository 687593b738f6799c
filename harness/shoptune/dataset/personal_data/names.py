"""Names of people in running text, which only the words beside them tell from the names of products.

"Dear Jane," and "order for Jane Miller" hold a name; "Dear Santa Mug", "order for Christmas" and "ship to Store" don't.
The less sure the words beside it, the more a name must look like one: some need two words, some a common given name,
some the end of the line.  The words of all languages are in ``cues.txt``.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from shoptune.dataset.personal_data.given_names import GIVEN_NAMES, GIVEN_WORDS, IN_SMALL
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
    replace_at,
    starts,
)

__all__ = ["mask_names"]

_TITLES = cues("titles of people")
_TITLE_WORDS = frozenset(phrases("titles of people"))
_TITLE = (
    rf"(?:(?:{(_TITLES | cues('titles beside other words') | cues('families')).pattern})[.ª]{{0,2}}\s{{1,2}}"
    r"(?:(?:and|und|et|y|e|en|i|&|&amp;|la|le|der|die)\s)?)"
)
_SURNAMES = (
    r"(?:(?:von|van|vom|zu|zum|zur|der|den|de|del|della|dello|degli|dei|di|da|dal|dos|das|do|du|des|la|le|lo|el|los|las|ter|ten"
    r"|te|het|'t|’t|bin|ben|ibn|abu|al|af|av|op|st\.?)\s)"
)
_PARTICLE = rf"(?:{_SURNAMES}|(?:y|e|and|und|et|en|i|&|&amp;|\+)\s)"
_LOOSE_END = re.compile(rf"\s{_PARTICLE}*$")
_PART = rf"(?:(?:{CAPITAL}[a-z]?\.-?){{1,3}}+(?!\w)|(?:(?:d|l|dell|dall|sant)['’])?{WORD})"
_NAME = (
    rf"((?:({_TITLE}{{1,3}}){_SURNAMES}{{0,2}}|(?<=[:=]\s){_SURNAMES}{{1,2}})?"
    rf"{_PART}(?:{SPACE}{{1,2}}(?:{_PARTICLE}{{0,2}}){_PART}){{0,5}})"
)

# A label with a colon: "Customer: Jane Miller".
_LABELS = cues("labels of names")
# Labels of other things as well: "Engraving: Laser".
_LOOSE_LABELS = cues("labels of names and other things")
# Words that only a name follows.
_SURE = cues("only a name follows")
# Words that a product's name may follow as well: "order for Summer".
_UNSURE = cues("a name or a product follows")
_GREETINGS = cues("greetings") | cues("more greetings")
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
_STOP = rf"\s{{0,3}}(?:[,–-]|\n|<br[^<>]{{0,9}}>){GAP}{{0,4}}"
_QUOTE = r"[\"'“„‚‘«]?"

_WITH = r"(?i:from|with|much|lots|von|mit|in|alles|de|du|d['’]|avec|con|da|dalla|del|van|met|liefs|od|z|com|love)"
# "customer no. 4711 Jane Miller"
_NUMBERED_CUSTOMER = r"(?i:(?:no|nr|n)[.°º]{0,2}\s?)?#?\d{3,12}"

_TOO_MANY = 99  # however many words it has, a name must begin with a common given name


def _before(told: Cues, between: str, ends: str = "") -> Told:
    return Told(told, rf"({told.pattern}{between}){_NAME}{ends}")


# "Miller, Jane"
_REVERSED = rf"(?:(,\s{WORD})(?=\s{{0,3}}(?:[,.;:!?)]|\n|\Z)))?"
_AT_LAST = r"(?=[.!]{0,3}\s{0,3}(?:\Z|\n|<|\[))"
# What stands before a name; how many words it must have unless it begins with a common given name.
_SALE = (
    (_before(_LABELS, rf"(?:['’]s)?(?i:\sname)?\s{{0,3}}[:=]{GAP}{{0,4}}{_QUOTE}", _REVERSED), 1),
    (_before(_LOOSE_LABELS, rf"\s{{0,3}}[:=]{GAP}{{0,4}}{_QUOTE}"), 2),
    (_before(_SURE, rf"{GAP}{{1,4}}{_QUOTE}"), 1),
    (_before(_UNSURE, rf"\.?:?{GAP}{{1,4}}(?i:(?:our|the)\scustomer\s|kunden?\s|me,\s)?{_QUOTE}"), 2),
    (_before(_ORDER, rf"{_NUMBERED}{_OF}{_QUOTE}"), 2),
    (_before(cues("made to order"), r"\s", r"(?=\s(?:by|on|to)\sorder)"), 2),
    (_before(_VAGUE, rf"\.?:?{GAP}{{1,4}}{_QUOTE}"), _TOO_MANY),
    (_before(_REGARDS, _STOP), 1),
    (_before(_LEAVINGS, _STOP, _AT_LAST), 1),
)

# What tells only in what people write: "Miss" and "Dr." are brands' as well, and "Dear Zoo" is a book.
_ARTICLE = rf"(?:{cues('before titles').pattern}\s(?={_TITLE}|{CAPITAL}\.))?"
_LINK = rf"(?:(?<=['’])|\s?\(|(?:\s?[:,–]|\s-)?{GAP}{{1,4}}){_ARTICLE}{_QUOTE}"
_CALLED = cues("is called").pattern
_OWN = re.compile(cues("I am").pattern)
_TURN = r"(?:\s{0,3}[,:!<\n]|\s(?:I|we|thanks?|please|your?|this|it)\b)"
_TURNS = re.compile(_TURN)
_GREETED = _before(
    _GREETINGS,
    r",?\s(?i:an\s|meine?\s|sir\s)?",
    rf"(?={_TURN}|\s{{0,3}}(?:[.–-]|\Z)|\s[^\W\d_A-Z]{{2}})",
)
_INTRODUCED = _before(_GREETINGS, rf"[,!.–-]{{0,2}}{GAP}{{1,3}}{cues('saying who one is').pattern}\s{_ARTICLE}")
_AT_FIRST = _before(cues("saying who one is"), rf"\s{_ARTICLE}")
_WITH_TITLE = Told(_TITLES, rf"()(?={_TITLES.pattern}){_NAME}")
_WITH_FAMILY = _before(cues("before families"), rf"\s(?={cues('families').pattern})")
_PERSONS = _before(
    cues("a person or a thing follows"),
    rf"(?:\s(?:{_CALLED}|(?i:is|was|ist|war|est|es|è|jest|to|é)))?(?:\s{cues('in between').pattern})?"
    rf"{_LINK}(?:{_NUMBERED_CUSTOMER},?\s)?{_QUOTE}",
)
# "For Anna, from Grandma"
_DEDICATED = _before(cues("dedications"), r"\s", rf"(?=\s?,\s{_WITH}\s)")
_SURE_OF_PEOPLE = _before(cues("only a name follows where people write"), rf"\.?{_LINK}")
# "Kind regards from Leeds,"
_FROM = rf"(?:\s(?i:from|aus|de|da|desde|uit|z|ze)\s{WORD})?"
_LABELS_OF_PEOPLE = _before(
    cues("labels of names where people write"), rf"\s{{0,3}}[:=]{GAP}{{0,4}}{_QUOTE}", _REVERSED
)
_CLOSED = _before(cues("regards where people write") | _REGARDS, rf"{_FROM}(?:{_STOP}|[.!]?{GAP}{{1,4}}){_QUOTE}")
_SIGNED_OFF = _before(cues("signing off"), rf"[.!]?(?:{_STOP}|{GAP}{{1,4}}){_QUOTE}", _AT_LAST)
# "Jane Miller ordered two".
_ORDERED = cues("people have ordered")
# ... or what is said of things as well: "a kettle by Black & Decker bought in May".
_BOUGHT = cues("people or things were bought")
_ORDERING = tuple(
    (told, least, re.compile(rf"()(?<![\w'’-]){_NAME}(?=,?\s{told.pattern})"))
    for told, least in ((_ORDERED, 2), (_BOUGHT, _TOO_MANY))
)
_DOES = rf",?\s{cues('what people do').pattern}"
# "Jane Miller never got it", where an order or the like is told of nearby.
_ACTING = re.compile(
    rf"((?:\A|[.!?:,;\n(]\s{{1,3}}|\b(?i:that|dass|que|qu'|che|dat|że|and|und|et|y|e|en|i|a)\s)){_NAME}(?={_DOES})"
)
# "by Jane": a common given name after a word that much else may follow, or where an order or so is told of nearby.
_NAMED = re.compile(rf"(){_NAME}")
# "to Jane Miller": two words that look like a name after such a word, where an order or the like is told of nearby.
_AMONG = _before(cues("anything may follow where people write"), rf"[.:,]?\s{{1,2}}{_QUOTE}")
_BEFORE_NAMED = re.compile(rf"(?<!\w){cues('anything may follow where people write').pattern}[.:,]?\s{{1,2}}{_QUOTE}\Z")
# "the Tasha sandal"; "a Tasha" is Italian for "to Tasha", and other languages put articles before people's names.
_THING = re.compile(r"(?<!\w)(?i:the|this|that|these|those|another)\s\Z")
_SHOPPING = cues("words of orders")
_NEAR = 80
# "Contact for the delivery: Jane Miller"
_TOLD = _before(_SHOPPING, rf"\s?:{GAP}{{1,4}}{_QUOTE}")
_ACTS = re.compile(_DOES)
_NAMING = re.compile(rf"\b{_CALLED}\W{{0,3}}\Z")
_OFFICIAL = frozenset(phrases("who has a title and is no person"))
# The last line: "Jane Miller".
_SIGNED = re.compile(rf"(\n[ \t>*]{{0,4}}(?:[-–—~*]{{1,3}}[ \t]?)?){_NAME}(?=[ \t.!]{{0,4}}\s{{0,8}}\Z)")
# People type in small letters: where a given name follows the words that tell, the word after it is the other name.
_SMALL = rf"[^\W\d_A-Z]{{2,20}}(?:\s(?:{_SURNAMES}{{0,2}})[^\W\d_A-Z]{{2,20}}(?:-[^\W\d_A-Z]{{2,20}})?)?(?!\w)"
_TYPED = after(
    _LABELS | _SURE | _UNSURE | _ORDER | _REGARDS | cues("a person or a thing follows") | cues("saying who one is"),
    rf"(?:\s{{0,3}}[:=,]\s{{0,4}}|\s{{1,4}}|{_STOP}|{_NUMBERED}{_OF})",
    _SMALL,
)
# "my name is jane miller"
_TYPED_OWN = after("one's own name", r"\s{0,2}:?\s{1,2}", _SMALL)

_PLACES = frozenset(phrases("places begin with"))
_BEGINNINGS = frozenset(phrases("no name begins with"))
_NOBODY = _PLACES | _BEGINNINGS
_NO_PART = frozenset(phrases("no name goes on with"))
_NO_PERSON = frozenset(phrases("no person's name holds"))
_NO_WORD = _NOBODY | _NO_PERSON
_SOLD = frozenset(phrases("sold under a person's name"))
_NO_NAME = frozenset(phrases("no name in small letters"))
# "Network Client Photo Viewer": within what is written as a title, these are programs and tools.
_PROGRAM = re.compile(r"(?:Client|Agent|Driver|Sender|Receiver|Customer|Courier|Buyer)\b")
_IN_TITLE = re.compile(r"(?<!\w)(?!(?:The|Our|Your|My|Their|Dear|From|To)\s)[A-Z][\w'’-]{0,30}\s\Z")
_BEFORE_CUE = 32
_SHORTENED = re.compile(rf"{WORD}\s{CAPITAL}\.?")  # "Jane M."
_DEVICE = re.compile(rf"{CAPITAL}{{2,3}}\s{CAPITAL}[^\W\d_A-Z]")  # "AC Adapter"
_CAPITALISED_BEFORE = re.compile(rf"(?<!\w){WORD}\s\Z")
_CAPITALISED = re.compile(rf"(?<![\w'’-])(?:[dl]['’])?{CAPITAL}")
_TOKENS = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_GIVEN = Cues.of_words(GIVEN_NAMES | GIVEN_WORDS)
_BEFORE_GREETING = '\n>.!?¡¿("“„«,;:-–'


def mask_names(text: str, found: Counter[str], evidence: Evidence) -> str:
    """Return `text` with ``[name]`` for each name that stands beside a telling word, counted in `found`.

    In a product's text a name has two words at least.
    """
    for before, least in _SALE:
        text = before.replace(text, partial(_masked, least, evidence), "name", found)
    return _of_people(text, found) if evidence == "any" else text


def _of_people(text: str, found: Counter[str]) -> str:
    for before, masked in (
        (_GREETED, _greeted),
        (_INTRODUCED, partial(_masked, 2, "any")),
        (_AT_FIRST, _at_first),
        (_PERSONS, _person),
        (_DEDICATED, lambda match: _masked(1, "any", match) if _begins(match) else match[0]),
        (_SURE_OF_PEOPLE, partial(_masked, 1, "any")),
        (_LABELS_OF_PEOPLE, _labelled),
        (_CLOSED, partial(_masked, 2, "any")),
        (_SIGNED_OFF, _signed_off),
        (_WITH_FAMILY, partial(_masked, 1, "any")),
        (_WITH_TITLE, _titled),
    ):
        text = before.replace(text, masked, "name", found)
    for told, least, pattern in _ORDERING:
        if starts(text, told):
            text = replace(pattern, text, partial(_masked, least, "any"), "name", found)
    text = _named(text, found)
    if shopping := starts(text, _SHOPPING):
        for before in (_AMONG, _TOLD):
            text = before.replace(text, partial(_among, shopping), "name", found)
            shopping = starts(text, _SHOPPING)
        text = replace(_ACTING, text, partial(_among, shopping), "name", found)
    text = replace(_SIGNED, text, partial(_masked, _TOO_MANY, "any"), "name", found)
    text = _TYPED_OWN.replace(text, _typed_own, "name", found)
    return _TYPED.replace(text, _typed, "name", found)


def _masked(least: int, evidence: Evidence, match: re.Match[str]) -> str:
    """Return what the pattern matched, its name masked if it is one."""
    before, name, title = match[1], match[2], match[3]
    begin = len(title) if title else 0
    words = [(word.start(), word[0].lower().replace("’", "'")) for word in _TOKENS.finditer(name, begin)]
    end = next(
        (at for at, word in words if word in _NO_PART and name[at].isupper() and name[at + 1 : at + 2] != "."),
        len(name),
    )
    end = len(_LOOSE_END.sub("", name[:end]))
    parts = len(_CAPITALISED.findall(name, 0, end))
    first = words[0][1] if words else ""
    is_given = (
        _SHORTENED.fullmatch(name, begin, end) is not None
        or first.partition("-")[0].removesuffix("'s") in GIVEN_NAMES
        or (first in GIVEN_WORDS and (parts > 1 or least < _TOO_MANY))
    )
    needed = max(2, 1 if is_given else least) if evidence == "sure" else 1 if is_given or title else least
    is_initial = len(first) == 1 and name[begin + 1 : begin + 2] == "."
    if match.re.groups > 3 and match[4] and parts == 1 and match[4].strip(", ").lower() in GIVEN_NAMES:
        return f"{before}[name]"
    if least > 1 and not title and (_DEVICE.match(name, 0, end) or _is_sold(name)):
        return match[0]
    if parts < needed or end <= begin or not (title or is_initial or first.removesuffix("'s") not in _NOBODY):
        return match[0]
    return f"{before}[name]{match[0][len(before) + end :]}"


def _person(match: re.Match[str]) -> str:
    """Mask a customer's or a colleague's name: two words that are no department's ("Customer Service Team")."""
    words = [word[0] for word in _TOKENS.finditer(match[2])]
    is_thing = any(word.lower() in _NO_PERSON for word in words) or (
        _PROGRAM.match(match[1]) and _IN_TITLE.search(match.string[max(0, match.start() - _BEFORE_CUE) : match.start()])
    )
    if is_thing:
        return match[0]
    is_called = _NAMING.search(match[1]) is not None
    acts = is_called or _ACTS.match(match.string, match.end()) is not None
    is_loud = match[0].isupper()  # WHO SHOUTS
    return _masked(1 if acts else _TOO_MANY if is_loud else 2, "any", match)


def _is_sold(name: str) -> bool:
    """Whether things are sold under the name of that person: "Calvin Klein"."""
    words = [word[0].lower() for word in _TOKENS.finditer(name)]
    return any(f"{first} {second}" in _SOLD for first, second in pairwise(words))


def _begins(match: re.Match[str]) -> bool:
    """Whether a match begins a text, a line or a sentence."""
    before = match.string[max(0, match.start() - 4) : match.start()].rstrip(" \t")
    return not before or before[-1] in _BEFORE_GREETING


def _greeted(match: re.Match[str]) -> str:
    """Mask whom a greeting greets; without a comma after it, only a person is believed."""
    if not _begins(match):
        return match[0]
    is_told = _TURNS.match(match.string, match.end()) is not None
    is_kin = match[3] is not None and match[3].strip(" .").lower() not in _TITLE_WORDS  # "Liebe Oma Tasse"
    return match[0] if is_kin and not is_told else _masked(1 if is_told else _TOO_MANY, "any", match)


def _at_first(match: re.Match[str]) -> str:
    """Mask who says who they are, at the beginning of a sentence."""
    if not _begins(match):
        return match[0]
    return _person(match) if _OWN.fullmatch(match[1].strip()) else _masked(_TOO_MANY, "any", match)


def _titled(match: re.Match[str]) -> str:
    """Mask who has a title, and the title; "MS Money" is a program."""
    title = match[3] or ""
    if not title or (title.strip(" .").isupper() and not match[2][len(title) :].isupper()):
        return match[0]
    first = _TOKENS.search(match[2], len(title))
    return match[0] if first is None or first[0].lower() in _OFFICIAL else _masked(1, "any", match)


def _labelled(match: re.Match[str]) -> str:
    """Mask whom a label names, but not the name of a product: "Product name: Anna Lena"."""
    return _masked(2, "any", match) if _begins(match) else match[0]


def _signed_off(match: re.Match[str]) -> str:
    """Mask who signs in the last line; on the line of the thanks, only a common given name is believed."""
    is_apart = re.search(r"[,–-]|\n|<br", match[1]) is not None
    return _masked(1 if is_apart else 2 if _begins(match) else _TOO_MANY, "any", match)


def _is_near(told: Sequence[int], place: int) -> bool:
    """Whether one of the places, which are in order, is near another."""
    at = bisect_left(told, place - _NEAR)
    return at < len(told) and told[at] <= place + _NEAR


def _among(shopping: Sequence[int], match: re.Match[str]) -> str:
    """Mask two words that look like a name where an order or the like is told of nearby."""
    words = [word[0] for word in _TOKENS.finditer(match[2])]
    looks = all(word.istitle() and word.lower() not in _NO_WORD for word in words if word[0].isupper())
    looks = looks and _is_near(shopping, match.start())
    return _masked(2, "any", match) if looks else match[0]


def _named(text: str, found: Counter[str]) -> str:
    """Mask a common given name after a word such as "for", or with another name near what is told of an order."""
    told = starts(text, _SHOPPING)

    def masked(match: re.Match[str]) -> str:
        begin = match.start()
        is_near = _is_near(told, begin)
        is_after = _BEFORE_NAMED.search(text, max(0, begin - _BEFORE_CUE), begin) is not None
        is_word = match[2].partition(" ")[0].lower() in GIVEN_WORDS
        before = _CAPITALISED_BEFORE.search(text, max(0, begin - _BEFORE_CUE), begin)
        is_part = before is not None and before[0].strip().lower() not in _BEGINNINGS  # "San Diego"
        is_thing = _THING.search(text, max(0, begin - _BEFORE_CUE), begin) is not None
        if is_after or (is_near and not is_word and not is_part and not is_thing):
            return _masked(_TOO_MANY, "any", match)
        return match[0]

    return replace_at(starts(text, _GIVEN), _NAMED, text, masked, "name", found)


def _typed(match: re.Match[str]) -> str:
    """Mask a common given name in small letters, and the word after it."""
    return _small(match) if match[2].partition(" ")[0] in IN_SMALL else match[0]


def _typed_own(match: re.Match[str]) -> str:
    """Mask what somebody says they are called, in small letters."""
    first = match[2].partition(" ")[0]
    return match[0] if first in _NO_NAME or first in _NO_PART or first in _NOBODY else _small(match)


def _small(match: re.Match[str]) -> str:
    """Mask a word in small letters, and the word after it if that may be the other name."""
    before, name = match[1], match[2]
    others = name.partition(" ")[2]
    last = others.rpartition(" ")[2]
    is_other = last not in _NO_PART and last not in _NO_NAME
    return f"{before}[name]" if is_other else f"{before}[name] {others}"
