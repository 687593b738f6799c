"""Which names of columns, attributes and metafields stand for facts about a product.

An export holds what the shop and its apps keep for themselves beside what a shopper may read: ratings, advertising,
search, links to other products, stock, keys.  A name is judged by its words, and a metafield by its namespace too.
What is left out here is counted by whoever leaves it out, and said.
"""

import re
from functools import lru_cache

from shoptune_files.clean_text import clean_text

__all__ = ["METAFIELD", "NAMES", "fact_name", "is_fact_name"]

METAFIELD = re.compile(r"\(product\.metafields\.(?P<namespace>[^.()]+)\.(?P<key>[^()]+)\)$", re.IGNORECASE)
"""The end of a metafield's column: ``Material (product.metafields.custom.material)``."""

_NAMESPACES = re.compile(
    r"""
    shopify--.* | app--.* | \$app.* | (?:mm-)?google.* | reviews? | spr | judgeme.* | loox.* | yotpo.* | stamped.* |
    okendo.* | .*reviews | feefo.* | trustpilot.* | seo.* | global | klaviyo.* | facebook.* | instagram.* | tiktok.* |
    pinterest.* | (?:msft_?)?bing.* | snapchat.* | criteo.* | search.* | boost.* | algolia.* | recharge.* |
    subscriptions? | .*subscriptions | bold.* | appstle.* | loyalty.* | smile.* | rivo.* | wishlist.* | globo.* |
    inventory | stocky | erp.* | shipping.* | customs | tax.* | avalara.* | b2b | wholesale.* | theme.* | templates? |
    layout | discovery.* | upsell.* | related.* | recommend.* | analytics.* | tracking.*
    """,
    re.VERBOSE,
)
"""Namespaces of apps, and of what a shop keeps for itself."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORDS = _words(
    """
    rating ratings review reviews seo google googleshopping facebook instagram pinterest tiktok bing adwords upsell
    upsells crosssell crosssells noindex nofollow robots sitemap canonical sku skus ean gtin upc isbn asin mpn barcode
    uuid guid gid url urls slug permalink inventory warehouse supplier wholesale msrp rrp price prices cost costs
    margin taxable tax taxes vat tariff backorder backorders backordered preorder fulfillment fulfilment thumbnail
    swatch badge badges ribbon wishlist coupon discount sync synced erp template widget recommendation recommendations
    searchable metafield imported googlecheckout msrpenabled
    """
)
"""A name with one of these words stands for no fact."""

_FOREIGN = _words(
    """
    lagerbestand bestand lagerort lagerplatz lagerstand mindestbestand meldebestand einkaufspreis ekpreis lieferant
    lieferanten lieferantennummer lieferantenartikelnummer zolltarifnummer warennummer steuersatz steuerklasse mwst
    mehrwertsteuer lieferzeit lieferstatus liefertermin versandkosten versandklasse versandart wiedervorlage
    suchbegriff suchbegriffe suchwort suchwörter bewertung bewertungen sortierung sortierfolge verfügbarkeit rabatt
    artikelnummer artikelstatus bestellnummer bestellmenge mindestbestellmenge herstellernummer preis verkaufspreis
    uvp gewinnspanne angelegt änderungsdatum erstelldatum
    fournisseur fournisseurs entrepôt livraison remise promo avis tva prix
    proveedor proveedores almacén existencias envío descuento reseña reseñas valoración valoraciones iva precio
    entrega entregas
    fornitore fornitori magazzino giacenza spedizione consegna sconto recensione recensioni valutazione prezzo
    leverancier voorraad levertijd verzending korting beoordeling beoordelingen btw inkoopprijs magazijn prijs
    dostawca magazyn magazynowy dostawa rabat opinie ocena ocen cena vat
    fornecedor estoque frete envio desconto avaliação avaliações preço
    leverantör lagersaldo leveranstid inköpspris leverandør lagerbeholdning leveringstid pris moms
    dodavatel skladem sklad hodnocení dph поставщик остаток склад цена ндс доставка рейтинг отзывы
    """
)
"""The same in German, French, Spanish, Italian, Dutch, Polish, Portuguese, Scandinavian languages, Czech, Russian."""

_WHOLE = _words(
    """
    id position status active enabled visible visibility hidden featured new sale priority rank sort order index
    date created updated modified published qty quantity stock availability available image images img photo photos
    video videos media file files link links tag tags currency language locale store stores website websites
    keywords search label labels parent description content body summary related
    """
)
"""Names that stand for no fact where there is no other word in them."""

_PHRASES = re.compile(
    r"""
    \b(?:
      (?:related|complementary|recommended|similar|grouped|associated|linked)\ (?:products?|items?|skus?)\b.* |
      (?:frequently|also|often)\ bought.* | (?:cross|up)\ sells?\b.* | crosssell.* | upsell.* |
      (?:search|product)\ (?:product\ )?boosts? | search\ (?:boosts?|terms?|keywords?|weight|queries|ranking) |
      (?:is\ )?hidden\ (?:from|in) | (?:is|not)\ hidden | hide\ (?:from|in) |
      meta\ (?:titles?|descriptions?|keywords?|tags?|robots|data|fields?) | (?:title|description)\ tag | page\ title |
      custom\ (?:product|label|layout|design)\b.* | (?:sort|menu|display)\ (?:order|position) |
      page\ layout | layout\ update.* | (?:hs|hts|commodity|customs?)\ (?:code|number|tariff).* |
      shipping\ (?:class|template|profile|group|cost|time|method|weight|required) | requires\ shipping |
      (?:delivery|lead|handling|processing)\ (?:time|date|days?) | ships?\ (?:in|from|within) |
      (?:in|out\ of|low|manage|min|max)\ stock\b.* | stock\ (?:status|quantity|qty|level|data|availability).* |
      (?:min|max|minimum|maximum)\ (?:order|qty|quantity|sale|cart).* | order\ (?:qty|quantity) |
      is\ (?:featured|new|sale|in\ stock|active|enabled|published|returnable|decimal\ divided|imported|qty\ decimal) |
      (?:created|updated|modified|published|imported|exported)\ (?:at|on|by|date) |
      date\ (?:created|updated|modified|added|published) | (?:new|news|special|sale)\ (?:from|to|until)\b.* |
      (?:display|show|available|visible)\ (?:in|on|from|until)\b.* |
      gift\ (?:message|wrapping|card)\b.* | enable\b.* | (?:has|required)\ options | options\ container |
      links?\ (?:purchased|title|exist|related|upsell|crosssell|tier|associated).* | samples?\ title |
      (?:small|base|additional|swatch|thumbnail|hover|main)\ images?\b.* | image\ (?:label|alt|url|position|src).* |
      media\ (?:gallery|image|label|position|attribute).* | use\ config\b.* | allow\ backorders | notify\ on\b.* |
      attribute\ set.* | product\ (?:type|online|websites?|status|id|url|link|images?|videos?|tags?|handle) |
      tax\ class.* | ts\ (?:packaging|country)\b.* |
      (?:internal|interne[rs]?|interna)\ (?:codes?|notes?|numbers?|names?|use|notiz(?:en)?|nummer|bemerkung|referenz) |
      (?:notas?|notes?|códigos?|código|code|opmerking(?:en)?|uwagi)\ (?:intern[aeo]?s?|wewnętrzne) | mw\ st\b.* |
      (?:purchase|purchasing|buying|wholesale)\ (?:price|cost|note) | date\ d[eia]\ \w+ | délais?\ de\ livraison |
      stan\ magazynowy | quantity\ and\ stock.* | tier\ price.* | map\ (?:enabled|price) | configurable\ variations?.* |
      bundle\b.* | super\ (?:products?|attribute)\b.* | root\ category | store\ view\b.* | country\ code |
      (?:store|vendor|seller|merchant)\ (?:id|code|name) | last\ (?:modified|updated|sync).*
    )$
    """,
    re.VERBOSE,
)
"""Further names that stand for no fact: what they end in, words parted by spaces."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PARTS = re.compile(r"[^\W_]+")
_PREFIX = re.compile(r"(?:meta:\s*)?_*(?:attribute_(?=pa_))?(?:pa_)?", re.IGNORECASE)
"""What WooCommerce writes before the names of attributes and of fields."""
LONGEST = 80
"""Characters of a name that are looked at."""


NAMES = 2**17
"""Names that are remembered, since the same ones come in every row: more than any table has columns, since with fewer
each would be forgotten before it comes again."""


@lru_cache(maxsize=NAMES)
def is_fact_name(name: str) -> bool:
    """Say whether a column's or attribute's name stands for a fact about the product.

    >>> [is_fact_name(name) for name in ("Material", "Care label", "custom_label_0", "erp_id", "Related products")]
    [True, True, False, False, False]
    >>> is_fact_name("Hidden (product.metafields.seo.hidden)"), is_fact_name("Fit (product.metafields.custom.fit)")
    (False, True)
    """
    if match := METAFIELD.search(name):
        label, key = name[: match.start()], match["key"]
        return not _NAMESPACES.fullmatch(match["namespace"].lower()) and is_fact_name(key) and not _is_owned(label)
    return not _is_owned(name)


def _is_owned(name: str) -> bool:
    """Say whether a name is one of what the shop keeps for itself."""
    words = [word.casefold() for word in _PARTS.findall(_CAMEL.sub(" ", _bare(name)[:LONGEST]))]
    if not words:
        return False
    last_is_key = len(words) > 1 and words[-1] in {"id", "ids"}
    phrase = " ".join(words)
    owned = phrase in _WHOLE or not _WORDS.isdisjoint(words) or not _FOREIGN.isdisjoint(words)
    return last_is_key or owned or _PHRASES.search(phrase) is not None


@lru_cache(maxsize=NAMES)
def fact_name(name: str) -> str:
    """Return the name of a fact as prompts label it: small letters, words joined by ``_``; a metafield's is its key.

    >>> [fact_name(name) for name in ("Shoe Width (EU)", "pa_colour", "Care &amp; use:", "Meta: _fabric")]
    ['shoe_width_eu', 'colour', 'care_use', 'fabric']
    >>> fact_name("Material (product.metafields.custom.fabric-type)")
    'fabric_type'
    """
    match = METAFIELD.search(name)
    return "_".join(re.findall(r"\w+", (match["key"] if match else _bare(name)).lower())).strip("_")


def _bare(name: str) -> str:
    return _PREFIX.sub("", clean_text(name), count=1)
