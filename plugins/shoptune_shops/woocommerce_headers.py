"""What WooCommerce calls the columns of its product export: the names follow the language of whoever exports.

Source: the strings of ``WC_Product_CSV_Exporter`` in WooCommerce's public translation catalogues, as they stand in
exports of several years; English, German, French, Spanish, Italian, Dutch, Polish, Portuguese, Japanese.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from itertools import islice, product
from pathlib import Path

from shoptune_files.text_file import peek_text

__all__ = [
    "FIELDS",
    "attribute_part",
    "columns_of",
    "has_product_types",
    "is_meta",
    "is_own",
    "looks_like_export",
    "measure_of",
    "plain_name",
]


def plain_name(column: str) -> str:
    """Return a column's name without what differs between exports: case, kinds of blanks and of apostrophes."""
    return " ".join(column.casefold().replace("\u2019", "'").split())


def _names(*lines: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain_name(name) for line in lines for name in line.split("|")))


FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": _names("ID"),
    "type": _names("Type|Typ|Tipo|タイプ"),
    "sku": _names("SKU|Artikelnummer|UGS|COD|Código|Produktnummer|商品コード"),
    "gtin": _names(
        "GTIN, UPC, EAN, or ISBN|GTIN, UPC, EAN oder ISBN|GTIN, UPC, EAN ou ISBN|GTIN, UPC, EAN, ou ISBN",
        "GTIN, UPC, EAN o ISBN|GTIN, UPC, EAN, o ISBN|GTIN, UPC, EAN of ISBN|GTIN, UPC, EAN lub ISBN",
    ),
    "name": _names("Name|Nom|Nombre|Nome|Naam|Nazwa|名前"),
    "status": _names(
        "Published|Veröffentlicht|Publié|Publicado|Pubblicato|Gepubliceerd|Opublikowano|Opublikowany|公開済み"
    ),
    "visibility": _names(
        "Visibility in catalog|Sichtbarkeit im Katalog|Visibilité dans le catalogue|Visibilidad en el catálogo",
        "Visibilità nel catalogo|Zichtbaarheid in catalogus|Widoczność w katalogu|Visibilidade no catálogo",
        "カタログでの表示",
    ),
    "short_description": _names(
        "Short description|Kurzbeschreibung|Description courte|Descripción corta|Breve descrizione|Descrizione breve",
        "Korte omschrijving|Korte beschrijving|Krótki opis|Descrição curta|Breve descrição|簡単な説明",
    ),
    "description": _names(
        "Description|Beschreibung|Descripción|Descrizione|Beschrijving|Omschrijving|Opis|Descrição|説明"
    ),
    "price": _names(
        "Regular price|Regulärer Preis|Tarif régulier|Precio normal|Prezzo di listino|Reguliere prijs|Normale prijs",
        "Cena|Cena regularna|Cena podstawowa|Preço|Preço normal|標準価格|通常価格",
    ),
    "category": _names(
        "Categories|Kategorien|Catégories|Categorías|Categorie|Categorieën|Kategorie|Categorias|カテゴリー|カテゴリ"
    ),
    "brand": _names("Brands|Marken|Marques|Marcas|Marchi|Merken|Marki|ブランド"),
    "tags": _names("Tags|Schlagwörter|Étiquettes|Etiquetas|Tag|Etichette|Tagi|タグ"),
    "images": _names("Images|Bilder|Imágenes|Immagine|Immagini|Afbeeldingen|Obrazki|Imagens|画像"),
    "parent": _names(
        "Parent|Übergeordnet|Übergeordnetes Produkt|Superior|Principal|Genitore|Hoofd|Hoofdproduct|Bovenliggend",
        "Element nadrzędny|Nadrzędny|Ascendente|Produto ascendente|親",
    ),
}
"""Our field -> what it is called, first in English."""

_FURTHER = _names(
    "Is featured?|Ist hervorgehoben?|Mis en avant ?|Mis en avant?|¿Está destacado?|In primo piano?|Uitgelicht?",
    "Wyróżniony produkt?|Em destaque?|オススメですか ?",
    "Date sale price starts|Datum, an dem Angebotspreis beginnt|Date de début de promo|Startdatum actieprijs",
    "Día en que empieza el precio rebajado|Data di partenza del prezzo in saldo|Data rozpoczęcia promocji",
    "Data de preço promocional começa em|セール価格の開始日",
    "Date sale price ends|Datum, an dem Angebotspreis endet|Date de fin de promo|Einddatum actieprijs",
    "Día en que termina el precio rebajado|Data in cui termina l'offerta|Data zakończenia promocji",
    "Data de preço promocional termina em|セール価格の終了日",
    "Tax status|Steuerstatus|État de la TVA|Estado del impuesto|Stato delle imposte|Btw status|Status podatku",
    "Status do imposto|課税ステータス",
    "Tax class|Steuerklasse|Classe de TVA|Clase de impuesto|Aliquota di imposta|Belastingklasse|Klasa podatkowa",
    "Classe de imposto|税区分",
    "In stock?|Vorrätig?|En stock ?|En stock?|¿Existencias?|Op voorraad?|W magazynie?|Em estoque?|Em stock?|在庫の有無",
    "Stock|Bestand|Lager|Inventario|Magazzino|Voorraad|Stan magazynowy|Estoque|在庫",
    "Low stock amount|Geringe Lagermenge|Montant de stock faible|Cantidad de bajo inventario|Lage voorraad",
    "Quantità in magazzino bassa|Niski stan magazynowy|Quantidade baixa de estoque|在庫量わずか",
    "Backorders allowed?|Lieferrückstande erlaubt?|Lieferrückstände erlaubt?|Rückstände erlaubt?",
    "Autoriser les commandes de produits en rupture ?|¿Permitir reservas de productos agotados?",
    "Abilita gli ordini arretrati?|Nabestellingen toestaan?|São permitidas encomendas?|お取り寄せを許可する ?",
    "Sold individually?|Nur einzeln verkaufen?|Vendre individuellement ?|¿Vendido individualmente?",
    "Venduto singolarmente?|Wordt individueel verkocht?|Sprzedawany pojedynczo?|Vendido individualmente?",
    "個別に販売しますか ?",
    "Allow customer reviews?|Kundenrezensionen erlauben?|Kundenbewertungen erlauben?|Autoriser les avis clients ?",
    "¿Permitir valoraciones de clientes?|Permetti le recensioni clienti?|Klantbeoordelingen toestaan?",
    "Włącz opinie klientów?|Permitir avaliações de clientes?|カスタマーレビューを許可しますか ?",
    "Purchase note|Hinweis zum Kauf|Note de commande|Nota de compra|Nota di acquisto|Aankoopnotitie",
    "Notatka do zakupu|Observação de compra|注意事項",
    "Sale price|Angebotspreis|Tarif promo|Precio rebajado|Prezzo in offerta|Actieprijs|Cena promocyjna",
    "Preço promocional|セール価格",
    "Shipping class|Versandklasse|Classe d'expédition|Clase de envío|Classe di spedizione|Verzendklasse",
    "Klasa wysyłkowa|Classe de entrega|配送クラス",
    "Download limit|Downloadlimit|Limite de téléchargement|Límite de descargas|Limite di download|Downloadlimiet",
    "Limit pobrań|Limite de downloads|ダウンロード制限",
    "Download expiry days|Ablauftage des Downloads|Jours d'expiration du téléchargement|Ważność pobierania",
    "Días de caducidad de la descarga|Scarica i giorni di scadenza|Dagen vervaltijd download",
    "Dias para expirar o download|ダウンロード有効期限日",
    "Grouped products|Gruppierte Produkte|Groupes de produits|Productos agrupados|Prodotti raggruppati",
    "Gegroepeerde producten|Produkty grupowe|Grupo de produtos|セット販売商品",
    'Upsells|Zusatzverkäufe|Produits suggérés|Ventas dirigidas|Up-sell|Produkty "up-sell"|アップセル',
    "Cross-sells|Cross-Sells (Querverkäufe)|Ventes croisées|Ventas cruzadas|Cross-sell|Venda cruzada|クロスセル",
    'Produkty "Cross-sell"',
    "External URL|Externe URL|URL externe|URL externa|URL esterno|URL esterna|Zewnętrzny adres URL|外部 URL",
    "Button text|Button-Text|Libellé du bouton|Texto del botón|Testo del pulsante|Knop tekst|Tekst przycisku",
    "Texto do botão|ボタンのテキスト",
    "Position|Posición|Posizione|Positie|Pozycja|Posição|位置",
)
"""WooCommerce's other columns, which are not read."""

_EVERYDAY = {
    *(name for field in ("id", "type", "sku", "name", "description", "category", "tags") for name in FIELDS[field]),
    *(*FIELDS["images"], *FIELDS["brand"], *_names("Stock|Bestand|Lager|Position|Cena|Preço")),
}
"""Names that any table may have."""
SIGNS = 2
"""How many other columns of WooCommerce's make a file one of its exports ..."""
KNOWN = 0.6
"""... where so many of all columns are its own; plugins add some."""

LOOKED_AT = 200
"""Rows in which types of products are looked for."""
MOST_COLUMNS = 6
"""Columns in which they are looked for: the type is the second one."""
_TYPES = frozenset(
    ", ".join((kind, *more))
    for kind, more in product(
        ("simple", "variable", "variation", "grouped", "external"),
        ((), ("virtual",), ("downloadable",), ("downloadable", "virtual"), ("virtual", "downloadable")),
    )
)
"""What a WooCommerce product is, in every language."""

_FIELD_OF = {name: field for field, names in FIELDS.items() for name in names}
_OWN = frozenset((*_FIELD_OF, *_FURTHER))
_NUMBER = re.compile(r"\d{1,4}")
_ATTRIBUTE = re.compile(r"attribut|atribut|atrybut|eigenschap|kenmerk|属性")
_PARTS = {
    "default": re.compile(r"default|standa?a?rd|défaut|predeterminad|predefinit|domyśln|padrão|デフォルト|既定"),
    "visible": re.compile(r"visible|sichtbar|visibile|zichtba|widoczn|visível|visibilidade|表示|可視"),
    "global": re.compile(r"globa[al]|グローバル"),
    "value(s)": re.compile(r"value|wert|valeur|valor|valuta|waarde|wartoś|値"),
    "name": re.compile(r"name|nom|naam|nazwa|名"),
}
_MEASURES = {
    "weight": _names("weight|gewicht|poids|peso|waga|重量"),
    "length": _names("length|länge|longueur|longitud|lunghezza|lengte|długość|comprimento|長さ"),
    "width": _names("width|breite|largeur|anchura|ancho|larghezza|breedte|szerokość|largura|幅"),
    "height": _names("height|höhe|hauteur|altura|altezza|hoogte|wysokość|高さ"),
}
_META = re.compile(r"(?:meta|méta|metadati|metadado|metadados|pola|メタ) ?: ?")


def columns_of(header: Iterable[str]) -> dict[str, str]:
    """Return our field -> the column of a header in any of the languages; the first where two could be."""
    columns: dict[str, str] = {}
    for column in header:
        if field := _FIELD_OF.get(plain_name(column)):
            columns.setdefault(field, column)
    return columns


def attribute_part(column: str) -> tuple[int, str] | None:
    """Return which attribute a column is about, and what it says of it; None for another column.

    >>> [attribute_part(name) for name in ("Attribute 1 value(s)", "Nom de l’attribut 2", "Zichtbare eigenschap 1")]
    [(1, 'value(s)'), (2, 'name'), (1, 'visible')]
    """
    name = plain_name(column)
    number = _NUMBER.search(name)
    if number is None or len(name) > 60 or not _ATTRIBUTE.search(name):
        return None
    part = next((part for part, pattern in _PARTS.items() if pattern.search(name)), None)
    return (int(number[0]), part) if part else None


def measure_of(column: str) -> tuple[str, str] | None:
    """Return the measure and the unit of a column; None for another one.

    >>> measure_of("Gewicht (kg)"), measure_of("長さ(cm)"), measure_of("Weight")
    (('weight', 'kg'), ('length', 'cm'), None)
    """
    name, bracket, unit = column.strip().casefold().partition("(")
    word = plain_name(name)
    measure = next((measure for measure, names in _MEASURES.items() if word in names), None)
    return (measure, unit[:-1].strip()) if measure and bracket and unit.endswith(")") else None


def is_meta(column: str) -> bool:
    """Say whether a column holds a field of a plugin's: ``Meta: care``."""
    return _META.match(plain_name(column)) is not None


def is_own(column: str) -> bool:
    """Say whether a column is one of WooCommerce's."""
    return plain_name(column) in _OWN or attribute_part(column) is not None or measure_of(column) is not None


def has_product_types(path: Path) -> bool:
    """Say whether the first rows of a file name WooCommerce's types of products, in one column.  Never raises.

    Of an export whose columns were not chosen the first two are ID and type; in another one there have to be products
    with their variations, since "simple" alone may be anything.
    """
    text = peek_text(path).lstrip("\ufeff\r\n\t ")
    head = text.partition("\n")[0]
    try:
        rows = list(islice(csv.reader(StringIO(text), delimiter=max(",", ";", "\t", key=head.count)), LOOKED_AT))
    except csv.Error:
        return False
    if len(rows) < 2:
        return False
    kinds = [
        {row[place].casefold() for row in rows[1:-1] or rows[1:] if len(row) > place} for place in range(MOST_COLUMNS)
    ]
    if [name.strip('"').casefold() for name in rows[0][:1]] == ["id"] and kinds[1] and kinds[1] <= _TYPES:
        return len(rows[0]) >= MOST_COLUMNS
    return any({"variable", "variation"} <= found <= _TYPES for found in kinds)


def looks_like_export(header: Sequence[str]) -> bool:
    """Say whether a header is that of a product export, whichever columns were chosen, in whatever order."""
    columns = columns_of(header)
    named = [column for column in header if column and not is_meta(column)]
    own = [column for column in named if is_own(column)]
    signs = [column for column in own if plain_name(column) not in _EVERYDAY]
    whole = "name" in columns and not columns.keys().isdisjoint(("description", "short_description"))
    return whole and len(signs) >= SIGNS and len(own) >= KNOWN * len(named)
