"""Names of people in running text, which only the words before them tell from the names of products.

"Dear Jane," and "order for Jane Miller" hold a name; "Dear Santa Mug", "order for Christmas" and "ship to Store" don't.
The less sure the words before it, the more a name must look like one: some need two words, some the end of the line.
"""

import re
from collections import Counter
from functools import partial

from shoptune.dataset.personal_data.given_names import GIVEN_NAMES
from shoptune.dataset.personal_data.rules import Evidence
from shoptune.dataset.personal_data.words import CAPITAL, GAP, SPACE, WORD, Cues, Told, after, cues, replace, starts

__all__ = ["NAME_SIGNS", "mask_names"]

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
_LABELS = cues(
    """
    customer
    client
    recipient
    buyer
    purchaser
    cardholder
    card holder
    account holder
    reviewer
    employee
    shipping to
    shipped to
    ship to
    billing to
    bill to
    billed to
    delivery to
    deliver to
    delivered to
    sold to
    send to
    attn
    c/o
    ordered by
    purchased by
    bought by
    placed by
    reviewed by
    order for
    my name
    full name
    first name
    last name
    given name
    family name
    surname
    maiden name
    gift from
    gift for
    gift to
    gift message from
    gift message for
    gift message to
    kunde
    kundin
    kundenname
    empfänger
    empfängerin
    besteller
    bestellerin
    käufer
    käuferin
    lieferadresse
    rechnungsadresse
    ansprechpartner
    kontoinhaber
    vorname
    nachname
    bestellt von
    nom
    nom du client
    prénom
    destinataire
    acheteur
    titulaire
    commandé par
    nombre
    nombre del cliente
    destinatario
    destinataria
    apellido
    apellidos
    comprador
    compradora
    titular
    pedido de
    pedido por
    cliente
    nome
    nome del cliente
    cognome
    intestatario
    acquirente
    ordinato da
    naam
    klant
    klantnaam
    voornaam
    achternaam
    ontvanger
    besteller
    koper
    besteld door
    klient
    klientka
    odbiorca
    nadawca
    kupujący
    imię
    nazwisko
    imię i nazwisko
    zamówione przez
    nome do cliente
    apelido
    destinatário
    destinatária
    remetente
    comprador
    encomendado por
    """
)
# Labels of other things as well: "Engraving: Laser".
_LOOSE_LABELS = cues(
    """
    attention
    contact
    contact person
    engraved
    engraving
    gravur
    gravure
    grabado
    incisione
    grawer
    gravação
    signed
    order
    """
)
# Words that only a name follows.
_SURE = cues(
    """
    engraved for
    engraved with the name
    engraved with the names
    engraved with name
    embroidered for
    embroidered with the name
    monogrammed for
    inscribed for
    inscribed with the name
    personalised for
    personalized for
    gift message from
    gift note from
    my name is
    the name is
    customer name is
    graviert für
    gravur für
    gravur auf den namen
    auf den namen
    mein name ist
    ich heiße
    ich heisse
    gravé pour
    gravée pour
    gravure pour
    au nom de
    je m'appelle
    mon nom est
    grabado para
    grabada para
    a nombre de
    me llamo
    mi nombre es
    inciso per
    incisa per
    a nome di
    mi chiamo
    il mio nome è
    gegraveerd voor
    op naam van
    mijn naam is
    ik heet
    grawer dla
    grawerowane dla
    na nazwisko
    nazywam się
    mam na imię
    gravado para
    gravada para
    em nome de
    o meu nome é
    chamo-me
    meu nome é
    """
)
# Words that a product's name may follow as well: "order for Summer".
_UNSURE = cues(
    """
    order for
    orders for
    order of
    order by
    order from
    ordered by
    ordered for
    purchased by
    purchased for
    bought by
    bought for
    order placed by
    order was placed by
    placed by
    on behalf of
    in the name of
    message from
    shipped to
    ship to
    ship it to
    deliver to
    delivered to
    deliver it to
    delivery for
    delivery to
    send to
    send it to
    sent to
    addressed to
    parcel for
    package for
    invoice for
    invoice to
    gift from
    signed by
    received by
    booked by
    reserved for
    spoke to
    spoke with
    attention of
    bestellung von
    bestellung für
    bestellt von
    bestellt für
    bestellung durch
    auftrag von
    auftrag für
    lieferung an
    geliefert an
    liefern an
    versendet an
    versandt an
    gesendet an
    senden an
    schicken an
    rechnung an
    rechnung für
    paket für
    paket an
    geschenk für
    geschenk von
    nachricht von
    gekauft von
    im namen von
    angefertigt für
    z. hd
    zu händen
    hier ist
    empfänger
    empfängerin
    commande de
    commande pour
    commandé par
    commandée par
    commandé pour
    livraison à
    livraison pour
    livré à
    livrer à
    livrée à
    envoyé à
    envoyer à
    expédié à
    expédier à
    colis pour
    facture pour
    facture à
    cadeau pour
    cadeau de
    message de
    acheté par
    de la part de
    destinataire
    à l'attention de
    pedido de
    pedido para
    pedido por
    encargo de
    encargo para
    entrega a
    entregar a
    entregado a
    enviar a
    enviado a
    envío a
    envío para
    paquete para
    factura para
    factura a
    regalo para
    regalo de
    mensaje de
    comprado por
    a la atención de
    de parte de
    destinatario
    destinataria
    ordine di
    ordine per
    ordine da
    ordinato da
    ordinato per
    consegna a
    consegnare a
    consegnato a
    spedire a
    spedito a
    spedizione a
    inviare a
    inviato a
    pacco per
    fattura a
    fattura per
    regalo per
    regalo da
    regalo di
    messaggio di
    messaggio da
    acquistato da
    all'attenzione di
    da parte di
    bestelling van
    bestelling voor
    bestelling door
    besteld door
    besteld voor
    bezorgen bij
    bezorgd bij
    bezorging aan
    leveren aan
    geleverd aan
    levering aan
    verzenden naar
    verzonden aan
    verzonden naar
    verstuurd aan
    sturen naar
    opsturen naar
    pakket voor
    pakje voor
    factuur voor
    factuur aan
    cadeau voor
    cadeau van
    bericht van
    gekocht door
    ter attentie van
    t.a.v
    ontvanger
    zamówienie dla
    zamówienie od
    zamówienie na
    zamówienie
    zamówione przez
    zamówił
    zamówiła
    zamówione dla
    dostawa do
    dostawa dla
    dostarczyć do
    dostarczono do
    dostarczyć dla
    wysłać do
    wysłano do
    wysyłka do
    przesyłka dla
    przesyłka do
    paczka dla
    paczka do
    faktura dla
    faktura na
    prezent dla
    prezent od
    wiadomość od
    kupione przez
    w imieniu
    odbiorca
    encomenda de
    encomenda para
    encomendado por
    encomendada por
    pedido feito por
    entrega para
    entregar a
    entregue a
    enviar para
    enviado para
    envio para
    pacote para
    fatura para
    fatura de
    presente para
    presente de
    prenda para
    mensagem de
    comprado por
    ao cuidado de
    destinatário
    destinatária
    da parte de
    """
)
_GREETINGS = cues(
    """
    dear
    hello
    hi
    hey
    good morning
    good afternoon
    good evening
    liebe
    lieber
    liebste
    geehrte
    geehrter
    sehr geehrte
    sehr geehrter
    hallo
    guten tag
    guten morgen
    moin
    servus
    chère
    cher
    bonjour
    bonsoir
    salut
    estimado
    estimada
    querido
    querida
    apreciado
    apreciada
    hola
    buenos días
    buenas tardes
    gentile
    gentilissimo
    gentilissima
    egregio
    egregia
    caro
    cara
    ciao
    salve
    buongiorno
    beste
    geachte
    goedemorgen
    goedemiddag
    goedendag
    hoi
    drogi
    droga
    szanowny
    szanowna
    szanowni
    witaj
    cześć
    dzień dobry
    caro
    cara
    prezado
    prezada
    exmo
    exma
    olá
    bom dia
    boa tarde
    """
)
_REGARDS = cues(
    """
    regards
    sincerely
    yours truly
    yours faithfully
    respectfully
    grüße
    grüßen
    grüsse
    grüssen
    gruesse
    gruessen
    grueße
    grueßen
    gruß
    mfg
    hochachtungsvoll
    cordialement
    bien à vous
    salutations distinguées
    sincères salutations
    amicalement
    bien cordialement
    saludos
    saludos cordiales
    atentamente
    un saludo
    cordialmente
    cordiali saluti
    distinti saluti
    saluti
    vriendelijke groet
    vriendelijke groeten
    groet
    groeten
    groetjes
    mvg
    hoogachtend
    pozdrawiam
    pozdrowienia
    z poważaniem
    z wyrazami szacunku
    atenciosamente
    atentamente
    cumprimentos
    com os melhores cumprimentos
    abraço
    """
)
_LEAVINGS = cues(
    """
    wishes
    thanks
    thank you
    cheers
    love from
    with love
    much love
    all my love
    lots of love
    danke
    vielen dank
    dankeschön
    merci
    merci beaucoup
    bises
    gracias
    muchas gracias
    besos
    grazie
    grazie mille
    baci
    bedankt
    alvast bedankt
    dank u
    liefs
    dziękuję
    dzięki
    obrigado
    obrigada
    beijos
    """
)
# Words that much else may follow: only a common given name is believed.
_VAGUE = cues(
    """
    made for
    present for
    gift for
    contact
    customer
    client
    buyer
    soy
    kunde
    kundin
    kunden
    cliente
    clienta
    klant
    klient
    klientka
    klienta
    namens
    hier ist
    pan
    """
)
# "Order #1001 for Jane Miller", "Bestellung: Jana Meier".
_ORDER = cues(
    """
    order
    bestellung
    auftrag
    commande
    pedido
    ordine
    bestelling
    zamówienie
    zamówienia
    encomenda
    """
)
_NUMBERED = r"(?:\s{1,2}(?i:(?:no|nr|n)[.°º]{0,2}\s?)?#?[\w/-]{0,14}\d[\w/-]{0,14}|\s\[order\])?"
_OF = r"(?:\s?[:(–-]\s?|\s(?i:for|of|from|by|to|von|für|durch|an|de|pour|par|para|por|di|per|da|van|voor|door|dla|od|na)\s)"
# "Jane Miller ordered two".
_ORDERED = cues(
    """
    placed an order
    has ordered
    has bought
    received the order
    hat bestellt
    hat gekauft
    hat eine bestellung
    a commandé
    a acheté
    a passé commande
    ha pedido
    pidió
    compró
    ha comprado
    encargó
    ha ordinato
    ordinò
    ha acquistato
    ha comprato
    heeft besteld
    heeft gekocht
    heeft een bestelling
    zamówił
    zamówiła
    kupił
    kupiła
    encomendou
    comprou
    pediu
    fez uma encomenda
    fez um pedido
    """
)
# ... or what is said of things as well: "a kettle by Black & Decker bought in May".
_BOUGHT = cues(
    """
    ordered
    bought
    purchased
    bestellte
    kaufte
    kocht
    bestelde
    """
)
# "Herr Weber", "pani Kowalska"; "Miss" and "Dr." are brands' as well.
_TITLED = cues(
    """
    mr
    mrs
    ms
    herr
    herrn
    frau
    madame
    monsieur
    mme
    mlle
    sr
    sra
    señor
    señora
    signor
    signora
    sig
    sig.ra
    de heer
    mevrouw
    meneer
    dhr
    mevr
    mw
    pani
    panią
    pana
    panem
    panu
    senhor
    senhora
    dona
    """
)
_STOP = rf"\s{{0,3}}(?:[,–-]|\n|<br[^<>]{{0,9}}>){GAP}{{0,4}}"
_QUOTE = r"[\"'“„‚‘«]?"

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
    (_before(cues("made for"), r"\s", r"(?=\s(?:by|on|to)\sorder)"), 2),
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
_CAPITALISED = re.compile(rf"(?<!\w){CAPITAL}")
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
    is_given = first is not None and first[0].lower() in GIVEN_NAMES
    needed = max(2 if evidence == "sure" else 1, 1 if is_given else least)
    if parts < needed or (not title and _NOBODY.match(name)):
        return match[0]
    return f"{before}[name]{match[0][len(before) + end :]}"


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
    if first not in GIVEN_NAMES:
        return match[0]
    return f"{before}[name] {second}" if _NO_PART.match(second) else f"{before}[name]"
