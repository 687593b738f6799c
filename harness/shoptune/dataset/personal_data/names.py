"""Names of people in running text, which only the words before them tell from the names of products.

"Dear Jane," and "order for Jane Miller" hold a name; "Dear Santa Mug", "order for Christmas" and "ship to Store" don't.
The less sure the words before it, the more a name must look like one: some need two words, some the end of the line.
"""

import re
from collections import Counter
from functools import partial

from shoptune.dataset.personal_data.words import CAPITAL, GAP, SPACE, WORD, signs

__all__ = ["NAME_SIGNS", "mask_names"]

_TITLE = (
    r"((?:Mrs|Mr|Ms|Miss|Mx|Dr|Prof|Herrn|Herr|Frau|Madame|Monsieur|Mme|Mlle|M|Sra|Sr|Señora|Señor|Signora|Sig)\b\.?"
    r"\s){0,2}"
)
_PARTICLE = r"(?:(?:von|van|vom|zu|zum|zur|der|den|de|del|della|di|da|dos|du|la|le|bin|al|y|e|and|und|et|&|&amp;)\s)"
_LOOSE_END = re.compile(rf"\s{_PARTICLE}*$")
_PART = rf"(?:{CAPITAL}\.(?!\w)|{WORD})"
_NAME = rf"({_TITLE}{_PART}(?:{SPACE}(?:{_PARTICLE}{{0,2}}){_PART}){{0,5}})"

# A label with a colon: "Customer: Jane Miller".
_LABEL = (
    r"(?i:\b(?:customer|recipient|buyer|purchaser|cardholder|reviewer|employee|(?:shipp(?:ing|ed)|ship|bill(?:ing|ed)?|"
    r"deliver(?:y|ed)?|sold|send)\sto|attn|c/o|(?:ordered|purchased|bought|placed|reviewed)\sby|engraved|order\sfor|"
    r"(?:full|first|last|given|family)\sname|surname|gift\s(?:message\s)?(?:from|for|to)|kunde|kundin|kundenname|"
    r"empfänger(?:in)?|besteller(?:in)?|lieferadresse|rechnungsadresse|vorname|nachname|nom\sdu\sclient|prénom|"
    r"destinataire|cliente|destinatari[oa]|apellidos?)(?:['’]s)?(?:\sname)?\s{0,3}:"
    rf"{GAP}{{0,4}})"
)
# Words that only a name follows.
_SURE = (
    r"(?i:\b(?:(?:engraved|embroidered|monogrammed|inscribed)\s(?:for|with\sthe\snames?)|graviert\sfür|gravur\sfür|"
    r"gravé\spour|grabado\spara|inciso\sper|gift\s(?:message|note)\sfrom|my\sname\sis|mein\sname\sist|"
    rf"ich\shei(?:ß|ss)e|je\sm['’]appelle|me\sllamo|mi\schiamo){GAP}{{1,4}}[\"'“„‚‘«]?)"
)
# Words that a product's name may follow as well: "order for Summer".
_UNSURE = (
    r"(?i:\b(?:orders?\sfor|(?:ordered|purchased|bought)\sby|order\s(?:was\s)?placed\sby|on\sbehalf\sof|message\sfrom|"
    rf"bestell(?:ung|t)\s(?:von|für)|commande\s(?:de|pour)|pedido\s(?:de|para)|ordine\s(?:di|per)){GAP}{{1,4}})"
)
_TO_ADDRESS = r"(?i:\b(?:ship|deliver|send|post|bill|addressed)(?:ped|ed)?(?:\s(?:it|this|them))?\sto\s)"
_GREETING = (
    r"(?i:\b(?:(?<!my\s)dear|lieber?|sehr\sgeehrter?|chère|cher|bonjour|estimad[oa]|querid[oa]|gentile|egregi[oa]|"
    r"geachte)\s)"
)
_REGARDS = (
    r"(?i:\b(?:regards|sincerely|yours\s(?:truly|faithfully)|gr(?:ü|ue)(?:ß|ss)en?|mfg|cordialement|bien\sà\svous|"
    r"saludos|atentamente|(?:cordiali|distinti)\ssaluti|vriendelijke\sgroet(?:en)?)"
)
_LEFT = r"(?i:\b(?:wishes|thanks|thank\syou|cheers|(?:(?<!made\s)with|of|my|much)\slove(?:\sfrom)?)"
_STOP = rf"\s{{0,3}}(?:[,–-]|\n|<br[^<>]{{0,9}}>){GAP}{{0,4}})"
_NAME_ENDS = r"(?=[.!]?\s*(?:$|\n|<|\[))"

# Pattern; how many words a name must have after it; what a text must hold for it to be tried, and one of these words.
_PATTERNS = tuple(
    (re.compile(pattern), least, needed, signs(words))
    for pattern, least, needed, words in (
        (
            rf"({_LABEL}){_NAME}",
            1,
            ":",
            (
                "customer recipient buyer purchaser cardholder reviewer employee shipping shipped ship billing "
                "bill billed delivery deliver delivered sold send attn c ordered purchased bought placed reviewed "
                "engraved order name surname gift kunde kundin kundenname empfänger empfängerin besteller "
                "bestellerin lieferadresse rechnungsadresse vorname nachname client prénom destinataire cliente "
                "destinatario destinataria apellido apellidos"
            ),
        ),
        (
            rf"({_SURE}){_NAME}",
            1,
            "",
            (
                "engraved embroidered monogrammed inscribed graviert gravur gravé grabado inciso gift name heiße "
                "heisse appelle llamo chiamo"
            ),
        ),
        (
            rf"({_UNSURE}){_NAME}",
            2,
            "",
            "order orders ordered purchased bought behalf message bestellung bestellt commande pedido ordine",
        ),
        (
            rf"({_TO_ADDRESS}){_NAME}(?=[\s,]{{0,4}}\[address\])",
            1,
            "[address]",
            "ship shipped deliver delivered send post posted bill billed addressed",
        ),
        (
            rf"({_GREETING}){_NAME}(?=\s*(?:[,:!<]|$|\n)|\s(?:I|we|thanks?|please|your?|this|it)\b)",
            1,
            "",
            (
                "dear liebe lieber geehrte geehrter chère cher bonjour estimado estimada querido querida gentile "
                "egregio egregia geachte"
            ),
        ),
        (
            rf"({_REGARDS}{_STOP}){_NAME}",
            1,
            "",
            (
                "regards sincerely truly faithfully grüße grüßen grüsse grüssen gruesse gruessen grueße grueßen "
                "mfg cordialement bien saludos atentamente saluti groet groeten"
            ),
        ),
        (rf"({_LEFT}{_STOP}){_NAME}{_NAME_ENDS}", 1, "", "wishes thanks thank cheers love"),
    )
)

NAME_SIGNS = frozenset[bytes]().union(*(words for _, _, _, words in _PATTERNS))
"""The words that `mask_names` must be told of."""

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
    |amis?|clientes?|clients?|équipe|messieurs|mesdames|tous|toutes|equipo|amig[oa]s?|señores|todos
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
_CAPITALISED = re.compile(rf"\b{CAPITAL}")


def mask_names(text: str, told: frozenset[bytes], found: Counter[str]) -> str:
    """Return `text` with ``[name]`` for each name that stands after a telling word, counted in `found`.

    `told` are the `NAME_SIGNS` in the text.
    """
    for pattern, least, needed, words in _PATTERNS:
        if not words.isdisjoint(told) and needed in text:
            text = pattern.sub(partial(_masked, least, found), text)
    return text


def _masked(least: int, found: Counter[str], match: re.Match[str]) -> str:
    """Return what the pattern matched, its name masked if it is one: a title makes it one whatever follows."""
    before, name, title = match[1], match[2], match[3]
    after = _NO_PART.search(name)
    end = len(_LOOSE_END.sub("", name[: after.start()])) if after else len(name)
    if len(_CAPITALISED.findall(name, 0, end)) < least or (not title and _NOBODY.match(name)):
        return match[0]
    found["name"] += 1
    return f"{before}[name]{match[0][len(before) + end :]}"
