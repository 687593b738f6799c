"""Invented titles and descriptions of things on sale that look like personal data and are none."""

from __future__ import annotations

from random import Random

__all__ = ["descriptions", "titles"]

_TITLES = (
    """
Dear {thing} picture book|{n} {place} Street|{n} {place} Lane (Blu-ray)|Tasse Liebe {kin}|Poster Liebe Glaube {place}|{thing} Lieber Opa
Cher {thing} (LP)|{n} Rue {place} eau de parfum|Phone case for Phone 11 12 13 14 15|Handy Halter {n}00 {m}00 {k}00|Sneaker 36 38 40 42 44 46 48
Book ISBN 978-3-16-148410-0|Mask DIN EN 149:2001+A1:2009|Cable 010-10823-0{n}|With Love, {kin} card|Message from {place} (book)|Mr {thing} machine
Dr. {place} boots|Miss {place}|Customer: A {thing}|Ordered by {place} poster|Part no. 645-234-567{n}|Order for {thing} (paperback)|Villa {n} Via {place} 00184 Roma
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
_SENTENCES = (
    """
Sizes 36 38 40 42 44 46 48 and 50.|Fits phones 11, 12, 13 and 14; call button on the side.|Handy Halter 2000 3000 4000 mAh|Works via Bluetooth 5.0 and USB 3.2
Article no. 915-00003{n}, replaces 33200-0000{m}.|Model 010-10823-0{n}|EAN 4006381333931|{n} x {m} x {k} cm, 1{n}0 W|Made for Summer Nights and for {thing}s.
Order by Friday, shipped on Monday.|A gift for the whole family.|Made for {place} lovers.|Firmware 2.1.{n}.{m}, router at 192.168.1.1|Engraving: Laser|Colour: {place}
ISO 9001:2015 and DIN EN 149:2001+A1:2009|Dear {thing} is its name.|Set of {n}, 1{m}000 lumen, {k}00 hours|Reads cards of 4 GB to 512 GB|Via {place} {n}, a scent
Pin: brass. Password-free.|Born in 19{n}{m} as a workshop.|The {place} Avenue collection, {n} colours|Batteries 1.50 1.25 3.75 V|Fax paper 210 216 297 mm|Tel-Aviv style, size {n}
Contact Cement {n}00 ml|Network Client Photo Viewer|Soy Protein, Rolled Oats|Pan Head screws M{n}|LG, Nokia, Sony and others|MS Money {n}|Passport radar detector 8500 X{n}0
The point of it is comfort.|Best served at 8.5 °C.|Ring sizes 52 54 56 58 60 62 64|{n} Harbour View prints|Kunde zufrieden, Auftrag erledigt|Pedido mínimo: {n} piezas
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
_WORDS = {
    "thing": ("Kettle", "Zoo", "Umbrella", "Lantern", "Basket", "Clock", "Murder", "Coffee", "Novel"),
    "place": ("Jump", "Cloverfield", "Faubourg", "Nam", "Roma", "Chaos", "Martens", "Dior", "Harbour", "Hoffnung"),
    "kin": ("Mama", "Opa", "Grandma", "Papa", "Oma"),
}


def _filled(rng: Random, form: str) -> str:
    words = {name: rng.choice(choices) for name, choices in _WORDS.items()}
    return form.format(**words, n=rng.randrange(1, 10), m=rng.randrange(1, 10), k=rng.randrange(1, 10))


def titles(count: int = 1200, seed: int = 12) -> list[str]:
    """Return invented titles; the same for the same seed."""
    rng = Random(seed)
    return [_filled(rng, rng.choice(_TITLES)) for _ in range(count)]


def descriptions(count: int = 1200, seed: int = 12) -> list[str]:
    """Return invented descriptions of a few sentences each; the same for the same seed."""
    rng = Random(seed)
    return [_filled(rng, ". ".join(rng.sample(_SENTENCES, 3))) for _ in range(count)]
