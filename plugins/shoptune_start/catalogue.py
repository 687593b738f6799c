"""What init needs to know of the products: how many there are, in which language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from shoptune.data import Dropped, Record
from shoptune.errors import DataError
from shoptune.languages import UNKNOWN, languages_of
from shoptune_catalogue.metrics import LANGUAGES, NOT_ATTRIBUTES
from shoptune_product_description.task import facts_of, options_among
from shoptune_start.shop_file import ShopFile

__all__ = ["COUNTED", "FEWEST", "Catalogue", "look_through"]

COUNTED = 100_000
"""Rows that are read to count products; a larger shop gets the settings of one of this size."""
FEWEST = 20
"""Products below which a random split may leave a part empty, and no difference could ever show."""
HEARD = 50
"""Descriptions by which the language is told."""
ENGLISH = "en"


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The products, counted with all their variants as one."""

    products: int
    """Those with a name and a description."""
    texts: int
    """How many of their descriptions differ."""
    whole: bool
    """Whether there are no more than were counted."""
    bad: int
    """Rows that can't be used."""
    language: str
    """Of most descriptions (ISO 639-1)."""
    attributes: bool
    """Whether most products have any that a description has to state: of few nothing can be shown."""

    @property
    def checkable(self) -> bool:
        """Whether claims that the facts do not support can be told in this language."""
        return self.language in LANGUAGES

    @property
    def count(self) -> str:
        """How many products there are, for people."""
        more = "" if self.whole else " or more"
        same = f" ({self.texts:,} different ones)" if self.texts < self.products else ""
        return f"{self.products:,}{more} products with a name and a description{same}"


def look_through(file: ShopFile) -> Catalogue:
    """Read the products' file, at most `COUNTED` rows of it; raises DataError where there are too few products."""
    groups, texts = set[str](), set[int]()
    bad = rows = 0
    for row in islice(file.rows(), COUNTED):
        rows += 1
        if isinstance(row, Dropped):
            bad += row.bad
        elif isinstance(row, Record) and _is_complete(row):
            groups.add(row.group)
            texts.add(hash(row.fields["description"]))
    if min(len(groups), len(texts)) < FEWEST:
        raise DataError(
            f"{file.path}: {len(groups)} products with a name and a description were found, with {len(texts)} "
            f"different texts; with fewer than {FEWEST}, a test could not show anything"
        )
    return Catalogue(
        products=len(groups),
        texts=len(texts),
        whole=rows < COUNTED,
        bad=bad,
        language=_language(file.first),
        attributes=2 * sum(map(_has_attributes, file.first)) > len(file.first),
    )


def _is_complete(record: Record) -> bool:
    return all(str(record.fields.get(field) or "").strip() for field in ("name", "description"))


def _has_attributes(record: Record) -> bool:
    facts = facts_of(record)
    return not facts.keys() <= {*NOT_ATTRIBUTES, *options_among(facts, record)}


def _language(records: Sequence[Record]) -> str:
    texts = [str(r.fields["description"]) for r in records if _is_complete(r)][:HEARD]
    heard = Counter(languages_of(texts))
    del heard[UNKNOWN]
    return heard.most_common(1)[0][0] if heard else ENGLISH
