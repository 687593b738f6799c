"""What columns are called in shops' own tables: words, and which of our fields they mean."""

import re
import unicodedata
from collections.abc import Mapping

__all__ = ["ADMINISTRATIVE", "GROUP", "ID", "MEASURES", "SYNONYMS", "spellings", "words"]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(words(name)) for name in text.split(","))


def words(column: str) -> list[str]:
    """Return a column's name as words without case and accents.

    >>> words("Größe_EU"), words("longDescription"), words("Artikel-Nr.")
    (['grosse', 'eu'], ['long', 'description'], ['artikel', 'nr'])
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    plain = "".join(c for c in unicodedata.normalize("NFKD", parted.casefold()) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain)


def spellings(column: str) -> set[str]:
    """Return how a column's name can be read: as it stands, and without the words that say nothing in a catalogue.

    >>> sorted(spellings("Product description (HTML)"))
    ['description', 'product description html']
    """
    found = words(_FIRST_OF_SEVERAL.sub("", column))
    return {" ".join(found), " ".join(word for word in found if word not in _FILLERS)} - {""}


_FIRST_OF_SEVERAL = re.compile(r" \(1\)$")
"""How the first of several columns with one name is called."""
_FILLERS = frozenset(
    words(
        "product products item article produkt artikel the full main en eng english de deu deutsch german html text "
        "eur usd gbp chf net gross netto brutto"
    )
)

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "name": _listed(
        "name, title, bezeichnung, titel, produktname, produktbezeichnung, produkttitel, artikelname, "
        "artikelbezeichnung, nom, titre, désignation, nombre, título, nome, titolo, naam, nazwa, "
        "nazwa produktu, namn, navn, název, название, наименование, nimi, név, denumire, "
        "商品名, 名称, 제품명, product, artikel, item"
    ),
    "description": _listed(
        "description, long description, beschreibung, langbeschreibung, produktbeschreibung, artikelbeschreibung, "
        "beschreibungstext, langtext, produkttext, body, descripción, descrizione, omschrijving, beschrijving, "
        "descrição, opis, beskrivning, beskrivelse, popis, описание, kuvaus, leírás, descriere, 説明, 描述, 설명, "
        "text, details, copy, content, short description, kurzbeschreibung, kurztext"
    ),
    "brand": _listed(
        "brand, brand name, vendor, manufacturer, maker, marke, hersteller, marque, "
        "fabricant, marca, fabricante, merk, "
        "producent, marka, varumärke, tillverkare, značka, výrobce, бренд, производитель, ブランド, 品牌"
    ),
    "category": _listed(
        "category, categories, category name, category path, kategorie, kategorien, produktkategorie, warengruppe, "
        "catégorie, categoría, categoria, categorie, kategoria, kategori, категория, カテゴリー, 类别, type, "
        "produktart, department"
    ),
    "price": _listed(
        "price, unit price, regular price, retail price, preis, verkaufspreis, "
        "bruttopreis, einzelpreis, prix, prix ttc, "
        "precio, prezzo, prijs, preço, cena, cena brutto, pris, цена, 価格, 价格"
    ),
    "color": _listed("color, colour, farbe, couleur, colore, kleur, cor, kolor, färg, farve, barva, цвет, 色, 颜色"),
    "size": _listed("size, größe, groesse, taille, talla, taglia, maat"),
    "material": _listed(
        "material, materials, fabric, materialien, stoff, matière, materiale, materiaal, materiał, материал, 素材, 材质"
    ),
    "sku": _listed(
        "sku, article number, article no, item number, stock code, artikelnummer, "
        "artikelnr, artikel nr, bestellnummer, "
        "référence, referencia, codice, código, kod, varenummer, артикул, 商品コード"
    ),
    "attributes": _listed("attributes, specifications, specs, properties, attribute, eigenschaften, merkmale"),
}
"""Our field -> what it is called, the surest first: of a long and a short description, the long one is read."""

_PRODUCT = _listed("id, product id, produkt id, handle, slug")

ID = (*_PRODUCT, *SYNONYMS["sku"], *_listed("number, nummer, nr, no, code"))
"""What a column is called that identifies a row, the surest first."""

GROUP = (*_listed("item group id, group id, parent sku, parent id, parent, group"), *_PRODUCT)
"""What a column is called that identifies a product with all its variants, the surest first."""

ADMINISTRATIVE = frozenset(
    words(
        """
        active availability available barcode bestand canonical code condition cost count created currency date datum
        ean einkaufspreis featured gtin hs id image images img index inventory isbn keywords language lagerbestand
        lieferant link locale margin meta modified mpn mwst no nr number nummer photo picture policy position price
        preis prix published quantity rank rating ratings returns reviews score seo shipping sku slug status steuer
        stock store supplier tag tags tax thumbnail timestamp title updated upc url vat verfügbar versand video
        visibility warehouse währung
        """
    )
)
"""Words that tell a column for the shop's own use, of which a description says nothing."""

MEASURES = frozenset(
    words(
        """
        area breite capacity depth diameter dicke durchmesser füllmenge gewicht height höhe inhalt kapazität länge
        leistung length load pages power speed thickness tiefe volt voltage volume volumen watt wattage weight width
        """
    )
)
"""Words that make a bare number a fact about the product."""
