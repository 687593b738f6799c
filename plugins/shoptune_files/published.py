"""Whether a shop shows a product, by what a cell of its table says in one of many languages."""

import re
from typing import Any

from shoptune.flags import NO, YES

__all__ = ["is_state_column", "says_published"]


def _words(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in text.replace("\n", " ").split(","))


_YES = _words("1, 1.0, x, on, an") | frozenset(YES)
_NO = _words("0, 0.0, off, aus") | frozenset(NO)
"""What means the opposite in a column such as "Hidden"; the words below name the state themselves."""
_SHOWN = _words(
    """
    active, published, publish, live, online, enabled, visible, listed, public, approved, for sale, on sale,
    aktiv, aktiviert, veröffentlicht, sichtbar, öffentlich, actif, active, publié, visible, en ligne, activé, activo,
    publicado, activado, attivo, pubblicato, visibile, attivato, actief, gepubliceerd, zichtbaar, aktywny,
    opublikowany, widoczny, ativo, visível, publicerad, synlig, udgivet, publiceret, publisert, aktivní, zveřejněno,
    активен, опубликован, опубликовано, 公開, 公開済み
    """
)
_NOT_SHOWN = _words(
    """
    inactive, unpublished, draft, hidden, invisible, archived, disabled, offline, pending, private, deleted,
    trash, discontinued, unlisted, retired, withdrawn, rejected, scheduled,
    inaktiv, deaktiviert, entwurf, versteckt, verborgen, unsichtbar, archiviert, gesperrt, gelöscht, ausgeblendet,
    inactif, brouillon, caché, masqué, archivé, désactivé, hors ligne, inactivo, borrador, oculto, archivado,
    desactivado, inattivo, non attivo, bozza, nascosto, archiviato, disattivato, inactief, concept, gearchiveerd,
    nieaktywny, szkic, ukryty, inativo, rascunho, arquivado, utkast, dold, kladde, skjult, neaktivní, koncept, skryto,
    черновик, скрыт, неактивен, 下書き, 非公開
    """
)
_COLUMN = re.compile(
    r"(?:is |product |item |ist |produkt|artikel)?(?:status|state|active|published|enabled|visible|visibility|"
    r"online|live|aktiv|aktiviert|veröffentlicht|sichtbar|sichtbarkeit|actif|publié|en ligne|statut|état|activo|"
    r"publicado|estado|attivo|pubblicato|visibile|stato|actief|gepubliceerd|zichtbaar|aktywny|aktywne|opublikowany|"
    r"ativo|publicada|situação|publicerad|synlig|udgivet|aktivní|stav|активен|статус|опубликован|ステータス|公開)"
    r"(?: status| in shop| online| im shop| \?)?"
)
_INVERSE = re.compile(
    r"(?:is |product |item |ist )?(?:hidden|archived|disabled|inactive|deleted|draft|discontinued|versteckt|inaktiv|"
    r"archiviert|gesperrt|gelöscht|ausgeblendet|caché|masqué|archivé|inactif|oculto|archivado|inactivo|nascosto|"
    r"archiviato|verborgen|gearchiveerd|ukryty|archiwalny|oculto|arquivado|dold|skjult)\??"
)
"""Names of columns in which a yes means that a product is not shown."""


def is_state_column(name: str) -> bool:
    """Say whether a column of this name tells which products a shop shows.

    >>> [is_state_column(name) for name in ("Is active", "Hidden?", "Sichtbar", "Stock status", "Active agent")]
    [True, True, True, False, False]
    """
    plain = _plain(name)
    return bool(_COLUMN.fullmatch(plain) or _INVERSE.fullmatch(plain))


def says_published(column: str, cell: Any) -> bool | None:
    """Say whether a product is shown, by the column's name and what stands in it; None where that is not known.

    An empty cell says nothing against it.

    >>> [says_published("Status", cell) for cell in ("Active", "draft", "", "seasonal")]
    [True, False, True, None]
    >>> says_published("Archived", "Y"), says_published("Hidden", False), says_published("Archiviert", "falsch")
    (False, True, True)
    >>> says_published("Hidden", "live"), says_published("Hidden", "draft")
    (True, False)
    """
    word = _plain(str(cell)) if cell is not None else ""
    if not word or word in _SHOWN:
        return True
    if word in _NOT_SHOWN:
        return False
    if word in _YES | _NO:
        return (word in _YES) is not bool(_INVERSE.fullmatch(_plain(column)))
    return None


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[_-]", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).casefold().split())
