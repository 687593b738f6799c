"""Personal data goes no further than this: personal fields are dropped, personal data in text is masked.

The core calls `without_personal_data` on every record between its adapter and its task, before anything is stored,
whichever plugin read it.  No option turns it off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from shoptune.components import Recogniser
from shoptune.data import Record
from shoptune.dataset.personal_data.emails import mask_emails
from shoptune.dataset.personal_data.fields import is_identifier, is_personal, squeezed
from shoptune.dataset.personal_data.masking import mask
from shoptune.dataset.personal_data.recognised import mask_recognised
from shoptune.dataset.personal_data.rules import Source, Text, source_of, text_of
from shoptune.plugins import Registered

__all__ = ["is_personal", "mask", "without_personal_data"]

_EMPTY: tuple[object, ...] = (None, "", [], {}, ())
_LABELS, _VALUES = ("name", "key", "label", "attribute"), ("value", "values", "content")
_TITLES = ("name", "title", "product_title", "product_name", "Title", "Name")
_SHORTEST_TITLE = 5
COLUMNS = 2**17
"""Names of fields that are remembered, more than any table has columns: with fewer than those of a row, each would be
forgotten before it comes again.  Some 60 MB where all are used."""
_TARGETS = ("attributes", "target", "targets", "targetscores", "labels")


def without_personal_data(
    record: Record,
    masked: Counter[str],
    fields: Counter[str],
    recognisers: Sequence[Registered[Recogniser]] = (),
) -> Record:
    """Return `record` without personal data; the same object where nothing had to be changed.

    At any depth of mappings and lists, fields whose name is personal are left out (`is_personal`, also of the name with
    that of the mapping around it: ``shipping: {city: ...}``, and of ``{name: Birthday, value: ...}``), and strings are
    masked (`mask`): which kinds depends on whether a text is a title, a product's or people's (`rules`).  Numbers stay
    as they are.  In identifiers (``sku``, ``barcode``, ``product_id``, ``url``, ...) only e-mail addresses are masked:
    tables are joined by them, and one barcode in ten would pass for a card number.

    What a product is called is no personal data where its description repeats it.

    The record's own id and group are treated as identifiers.  So two customers' records under their e-mail addresses
    become two records with the id ``[email]``, and whoever needs ids to differ will refuse them: an adapter should
    name its records by something else.

    Args:
        record: As its adapter read it; it isn't changed.
        masked: Kind of data (``email``, ``phone``, ...) -> how often it was masked; counted up.
        fields: Personal field (a nested one as ``customer.email``) -> in how many records it had a value; counted up.
        recognisers: Plugins' own, asked of texts after the core's rules; not of identifiers, nor of names of fields.

    Raises:
        PluginError: A recogniser raised, or found something that can't be.

    """
    source = _source(frozenset(record.fields))
    titles = _titles(record.fields) if source == "product" else ()
    masking = _Masking(masked, set(), titles, recognisers)
    kept = masking.mapping(record.fields, (), source)
    fields.update(masking.dropped)
    identity, group = mask_emails(record.id, masked), mask_emails(record.group, masked)
    if kept is record.fields and identity is record.id and group is record.group:
        return record
    return replace(record, id=identity, group=group, fields=kept)


@lru_cache(maxsize=1024)
def _source(names: frozenset[str]) -> Source:
    return source_of([squeezed(name) for name in names])


def _titles(fields: Mapping[str, object]) -> tuple[str, ...]:
    """Return what a product is called: what its description may repeat."""
    values = (fields.get(name) for name in _TITLES)
    return tuple(value.strip() for value in values if isinstance(value, str) and len(value.strip()) >= _SHORTEST_TITLE)


class _Field(NamedTuple):
    label: str
    """Its name without personal data."""
    is_personal: bool
    """By its name alone."""
    is_persons: bool
    """By its name and that of the field around it: the number of a customer."""
    is_identifier: bool
    text: Text


@lru_cache(maxsize=COLUMNS)
def _field(name: str, around: str, source: Source) -> _Field:
    """Judge a field by its name, alone and with that of the field around it (empty: there is none).

    A field named by an e-mail address is personal, and is counted as ``[email]``; in the names of attributes, which
    some shops' customers write, personal data is masked as in text.
    """
    label = mask(name, Counter(), "product" if source == "product" else "people") if around else name
    label = mask_emails(label, Counter())
    return _Field(
        label,
        is_personal(label),
        is_personal(f"{around} {label}"),
        is_identifier(label),
        text_of(squeezed(label), source),
    )


def _are_values(values: Mapping[str, object], path: tuple[str, ...]) -> bool:
    """Whether a mapping's keys are an attribute's values and no names: ``target_scores: {Brand: {BIC: 1}}``.

    Those of a target itself are if they all have scores: ``labels: {BIC: 1}``, and no telephone number.
    """
    is_target = bool(path) and squeezed(path[0]) in _TARGETS
    if len(path) > 1:
        return is_target or all(isinstance(value, int | float) for value in values.values())
    return is_target and all(isinstance(value, int | float) and 0 <= value <= 1 for value in values.values())


@dataclass(frozen=True)
class _Masking:
    """The walk through a record's fields."""

    masked: Counter[str]
    dropped: set[str]
    """Personal fields that had a value."""
    titles: tuple[str, ...]
    """What the product is called, in its texts left as it is."""
    recognisers: Sequence[Registered[Recogniser]]

    def mapping(self, values: Mapping[str, object], path: tuple[str, ...], source: Source) -> Mapping[str, object]:
        """Return the mapping itself, or a copy without what is personal; `path` are the fields around it."""
        kept: dict[str, object] = {}
        changed = False
        are_values = _are_values(values, path)
        told = next((str(values[label]) for label in _LABELS if label in values), "")
        for name, value in values.items():
            field = _field(str(name), path[-1] if path else "", source)
            personal = field.is_persons or (field.is_personal and not are_values)
            if personal or (name in _VALUES and told and is_personal(told)):
                changed = True
                if value not in _EMPTY:
                    self.dropped.add(".".join((*path, field.label)))
                continue
            kept[field.label] = clean = self.value(value, field, (*path, field.label), source)
            changed = changed or clean is not value or field.label != name
        return kept if changed else values

    def value(self, value: object, field: _Field, path: tuple[str, ...], source: Source) -> object:
        """Return a field's value, or a copy without what is personal in it."""
        if isinstance(value, str):
            return mask_emails(value, self.masked) if field.is_identifier else self.text(value, field.text)
        if isinstance(value, Mapping):
            return self.mapping(value, path, "people" if field.text == "people" else source)
        if isinstance(value, list | tuple):
            clean = [self.value(item, field, path, source) for item in value]
            return value if all(new is old for new, old in zip(clean, value, strict=True)) else clean
        return value

    def text(self, text: str, kind: Text) -> str:
        """Mask a text; where a product's repeats what it is called, that is masked as a title is."""
        found: Counter[str] = Counter()
        clean = self.masked_in(text, found, kind)
        title = next((title for title in self.titles if title in text), None) if found and kind == "product" else None
        if title is not None:
            found.clear()
            between = [self.masked_in(piece, found, kind) for piece in text.split(title)]
            clean = self.masked_in(title, found, "title").join(between)
        self.masked.update(found)
        return clean

    def masked_in(self, text: str, found: Counter[str], kind: Text) -> str:
        """Mask what the core's rules find, then what the plugins' recognisers do."""
        return mask_recognised(mask(text, found, kind), found, kind, self.recognisers)
