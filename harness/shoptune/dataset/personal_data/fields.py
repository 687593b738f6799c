"""Which fields hold personal data, and which hold keys, judging by their names alone.

The names are those of order, customer and review exports of Shopify, WooCommerce, Magento and GA4, and of their common
export apps, and what such columns are called in German, French, Spanish and Italian.  Some words are a person's in an
order and a product's in a catalogue:

- `company`, `city`, `zip`, `country` alone are a maker, a place of origin or a zip fastener; after `billing`,
  `customer`, ... they are a person's.
- `notes`, `mobile` and `ip` alone are taken for a person's: a perfume that loses its notes is the smaller harm.
- `author`, `artist`, `brand`, `vendor` are published with the product.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = ["is_identifier", "is_personal", "squeezed"]


def _one_of(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


# In patterns, names stand as they are compared: small letters and digits without accents.

_BEFORE = _one_of("meta orders? checkout sales? transaction lineitem")
_PERSON = _one_of(
    """
    customers? clients? buyers? purchasers? shoppers? users? account billing billto shipping shipto delivery deliverto
    soldto recipients? receivers? senders? contacts? payers? cardholders? reviewers? members? subscribers? guests?
    visitors? persons? your address(?:es)?
    kunden? rechnungs? liefer lieferungs? versand empfaenger besteller adresse
    facturation livraison destinataire acheteur facturacion envio clientes? destinatario fatturazione spedizione
    """
)
_OF_PERSON = _one_of(
    """
    (?:full|first|last|middle|given|family|user|nick)?names? surname nachname nom prenom nombre apellidos? nome cognome
    company(?:name)? city town suburb district zip(?:code)? province(?:name|code)? state(?:name|code)? county region
    country(?:name|code|id)? latitude longitude location house apartment
    firma ort stadt land bundesland rue ville pays societe calle ciudad pais provincia empresa citta cap via
    cell portable handy
    ids? uid uuid number no num nummer nr login ip agent gender age tags
    notes? comments? message remarks? instructions
    """
)
_PERSONAL = _one_of(
    r"""
    .*email.* mail mailaddress courriel correo correoelectronico
    (?:full|first|last|middle|given|family|maiden|user|nick)name surname forename
    nachname vorname familienname kontoinhaber nomdefamille prenom apellidos? cognome
    customer client buyer purchaser shopper user recipient reviewer cardholder employee contactperson attn login
    kunden? kaeufer besteller empfaenger acheteur destinataire cliente comprador destinatario
    reviews?(?:author|user|username|customer|name)
    billing address(?:es)?(?:line)?\d? streetaddress street(?:line|name|number)?\d? house(?:number|no) post(?:al)?code
    zipcode adresse\d? adresszusatz strasse hausnummer plz postleitzahl codepostal direccion\d? codigopostal indirizzo
    phone(?:number|no)?\d? telephone(?:number)? mobile(?:phone|number|no)? cellphone fax(?:number)? whatsapp
    tel telefon(?:nummer)? telefono rufnummer handynummer mobilnummer movil numerodetelephone
    ip .*ipaddress ipv[46] (?:browser|remote|customer|client)ip .*useragent cookieid sessionid deviceid userpseudoid
    notes? .*noteattributes? gift(?:card)?(?:message|note)s? .*deliveryinstructions deliverynotes? specialinstructions
    (?:staff|private|internal|order)(?:notes?|comments?|remarks?)
    dob dateofbirth birth(?:day|date) geburts(?:datum|tag) datedenaissance fechadenacimiento datadinascita
    iban bic swiftcode bankaccount.* (?:bank)?accountnumber sortcode kontonummer bankverbindung
    (?:credit|debit|payment)?card(?:number|no|num|holder|name|last4|expiry) creditcard cc(?:number|last4|name|owner) cvv
    ssn socialsecuritynumber nationalid passport(?:number|no)? dni nif taxvat vat(?:number|id) ustid(?:nr)? taxid
    password(?:hash)? rptoken
    personali[sz]ation(?:text)? (?:engraving|gravur|custom)text
    """
)
# "Customer: Address 1", "billing_address.first_name", "meta:_billing_phone", "Customer gender", "notes".
_IS_PERSONAL = re.compile(rf"{_BEFORE}{{0,2}}{_PERSON}{{0,3}}{_PERSONAL}|{_BEFORE}{{0,2}}{_PERSON}{{1,3}}{_OF_PERSON}")

_IS_IDENTIFIER = re.compile(
    r"id|order|.*(?:sku|gtin\d*|ean\d*|upc|isbn\d*|asin|mpn|barcode|handle|url|uri|link|src|href|slug)"
    r"|(?:g|shop|(?:parent|inventory)?(?:product|variant|variation|item|line|lineitem)|order|group|itemgroup|parent|test"
    r"|transaction|category|collection)+(?:id|no|number|key|code)"
)


@lru_cache(maxsize=8192)
def is_personal(field: str) -> bool:
    """Return whether a field's name says that it holds personal data; case, spaces and punctuation don't count.

    >>> is_personal("Billing Address1"), is_personal("customer.first_name"), is_personal("shipping_weight")
    (True, True, False)
    """
    return _IS_PERSONAL.fullmatch(squeezed(field)) is not None


@lru_cache(maxsize=8192)
def is_identifier(field: str) -> bool:
    """Return whether a field's name says that it holds a key or an address on the web: ``sku``, ``variant_id``."""
    return _IS_IDENTIFIER.fullmatch(squeezed(field)) is not None


def squeezed(field: str) -> str:
    """Return a field's name as names are compared: its letters and digits, small and without accents."""
    german = field.lower().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"})
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", german[:_LONGEST])))


_LONGEST = 100  # a longer column name is no name, and the patterns' time grows with it
