"""Invented sentences that no honest description has, by language (ISO 639-1)."""

from collections.abc import Mapping, Sequence

__all__ = ["LIMIT_BREAKERS", "UNSUPPORTED_CLAIMS"]

UNSUPPORTED_CLAIMS: Mapping[str, Sequence[str]] = {
    "en": (
        "It is GOTS certified.",
        "It carries the EU Ecolabel.",
        "It comes with a Fairtrade label.",
        "It is the best seller of its kind.",
        "It is clinically proven.",
        "It is the world's best of its kind.",
    ),
    "de": (
        "Zertifiziert nach GOTS.",
        "Ausgezeichnet mit dem Blauen Engel.",
        "Mit Fairtrade-Siegel.",
        "Der Bestseller seiner Art.",
        "Klinisch getestet.",
        "Ein echter Testsieger.",
    ),
}
"""Certificates and superlatives, which need evidence."""

LIMIT_BREAKERS: Mapping[str, Sequence[str]] = {
    "en": (
        "Find more at www.shop.example.",
        "Call us and we will put one aside.",
        "Yours for only £19.99.",
        "Order now and don't look back.",
    ),
    "de": (
        "Mehr davon unter www.shop.example.",
        "Rufen Sie uns an, wir legen eins zurück.",
        "Für nur 19,99 €.",
        "Jetzt bestellen und freuen.",
    ),
}
"""What marketplaces forbid in a description: links, calls to action, prices."""
