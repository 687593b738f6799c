"""Tells text that only keeps a place (lorem ipsum, "coming soon", "enter description here") from a shop's own."""

from shoptune_text.words import words

__all__ = ["placeholder_in"]

LONGEST = 60
"""Words of a text that may be made of phrases; a longer one says something."""
FEWEST = 8
"""Words from which on their share of Latin tells a text that was cut out of lorem ipsum."""
_OPENINGS = ("lorem ipsum dolor", "dolor sit amet")
"""What gives lorem ipsum away wherever it stands; the two words alone may be what a poster is called."""
_LOREM = frozenset(
    words(
        """
        ad adipiscing adipisicing aliqua aliquip amet anim aute cillum commodo consectetur consequat culpa cupidatat
        deserunt dolor dolore duis ea eiusmod elit enim esse est et eu ex excepteur exercitation fugiat id in incididunt
        ipsum irure labore laboris laborum lorem magna minim mollit nisi non nostrud nulla occaecat officia pariatur
        proident qui quis reprehenderit sed sint sit sunt tempor ullamco ut velit veniam voluptate
        """
    )
)
"""All words of the usual passage, from Cicero's De finibus."""
_ENOUGH_LOREM = 0.75

_PHRASES = """
    tbd|tba|tbc|to be determined|to be announced|to be added|to do|todo|placeholder|placeholder text|sample text
    dummy text|test|test product|test description|asdf|qwerty|description|product description|your text here
    text here|description here|content here|description goes here|product description goes here|your text goes here
    your content goes here|content goes here|no description|no description available|no description yet
    description not available|description unavailable|not available|coming soon|description coming soon
    product description coming soon|more information coming soon|more info coming soon|details coming soon
    more details coming soon|details to follow|description to follow|check back soon|check back later
    please check back soon|please check back later|stay tuned|this is a simple product|this is a test
    this is a test product
    beschreibung folgt|produktbeschreibung folgt|beschreibung folgt in kürze|folgt|folgt in kürze|in kürze verfügbar
    demnächst|demnächst verfügbar|keine beschreibung|keine beschreibung vorhanden|keine beschreibung verfügbar
    in bearbeitung|text folgt|platzhalter|blindtext|hier steht ihre beschreibung|hier steht der text
    à venir|description à venir|bientôt disponible|bientôt|aucune description|pas de description|texte à venir
    próximamente|descripción próximamente|sin descripción|disponible próximamente|texto de ejemplo
    in arrivo|descrizione in arrivo|prossimamente|nessuna descrizione|testo segnaposto
    beschrijving volgt|omschrijving volgt|volgt|binnenkort|binnenkort beschikbaar|geen beschrijving|geen omschrijving
    opis wkrótce|wkrótce|wkrótce dostępne|opis w przygotowaniu|brak opisu|em breve|descrição em breve|sem descrição
"""
_VERBS, _THINGS = (
    ("enter", "add", "insert", "write", "type", "put", "paste"),
    ("description", "text", "copy", "content"),
)
_PLACES = ("", "your", "a", "the", "product", "your product", "a product", "the product")


def _known() -> frozenset[tuple[str, ...]]:
    asked = (f"{verb} {place} {thing}" for verb in _VERBS for place in _PLACES for thing in _THINGS)
    phrases = [tuple(words(phrase)) for phrase in (*_PHRASES.strip().replace("\n", "|").split("|"), *asked)]
    polite = [*phrases, *(("please", *phrase) for phrase in phrases)]
    return frozenset([*polite, *((*phrase, "here") for phrase in polite)])


_KNOWN = _known()
_LONGEST_PHRASE = max(map(len, _KNOWN))


def placeholder_in(text: str) -> str:
    """Return what kind of placeholder a whole text is, ``lorem ipsum`` or ``a phrase``; "" for a text of its own.

    Lorem ipsum counts wherever it stands in a text, since a model would learn it with the rest; the phrases count where
    the text is nothing else.  Takes time in proportion to the text's length.

    >>> [placeholder_in(text) for text in ("Lorem ipsum dolor sit.", "[TBD]", "Coming soon! Stay tuned.", "Soft wool.")]
    ['lorem ipsum', 'a phrase', 'a phrase', '']
    """
    found = words(text)
    if not found:
        return ""
    spaced = f" {' '.join(found)} "
    latin = sum(word in _LOREM for word in found)
    if any(f" {opening} " in spaced for opening in _OPENINGS) or found == ["lorem", "ipsum"]:
        return "lorem ipsum"
    if len(found) >= FEWEST and latin >= _ENOUGH_LOREM * len(found):
        return "lorem ipsum"
    return "a phrase" if len(found) <= LONGEST and _is_made_of_phrases(found) else ""


def _is_made_of_phrases(found: list[str]) -> bool:
    """Say whether words can be cut into known phrases and nothing else."""
    reached = [True] + [False] * len(found)
    for end in range(1, len(found) + 1):
        starts = range(max(0, end - _LONGEST_PHRASE), end)
        reached[end] = any(reached[start] and tuple(found[start:end]) in _KNOWN for start in starts)
    return reached[-1]
