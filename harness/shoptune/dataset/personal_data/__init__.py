"""Personal data goes no further than this: personal fields are dropped, personal data in text is masked.

The core calls `without_personal_data` on every record between its adapter and its task, before anything is stored,
whichever plugin read it.  No option turns it off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from shoptune.data import Record
from shoptune.dataset.personal_data.fields import is_identifier, is_personal
from shoptune.dataset.personal_data.patterns import mask, mask_emails

__all__ = ["is_personal", "mask", "without_personal_data"]

_EMPTY: tuple[object, ...] = (None, "", [], {}, ())


def without_personal_data(record: Record, masked: Counter[str], fields: Counter[str]) -> Record:
    """Return `record` without personal data; the same object where nothing had to be changed.

    At any depth of mappings and lists, fields whose name is personal are left out (`is_personal`, also of the name with
    that of the mapping around it: ``shipping: {city: ...}``), and strings are masked (`mask`).  Numbers stay as they
    are.  In identifiers (``sku``, ``barcode``, ``product_id``, ``url``, ...) only e-mail addresses are masked: tables
    are joined by them, and one barcode in ten would pass for a card number.

    The record's own id and group are treated as identifiers.  So two customers' records under their e-mail addresses
    become two records with the id ``[email]``, and whoever needs ids to differ will refuse them: an adapter should
    name its records by something else.

    Args:
        record: As its adapter read it; it isn't changed.
        masked: Kind of data (``email``, ``phone``, ...) -> how often it was masked; counted up.
        fields: Personal field (a nested one as ``customer.email``) -> in how many records it had a value; counted up.

    """
    dropped: set[str] = set()
    kept = _mapping(record.fields, (), masked, dropped)
    fields.update(dropped)
    identity, group = mask_emails(record.id, masked), mask_emails(record.group, masked)
    if kept is record.fields and identity is record.id and group is record.group:
        return record
    return replace(record, id=identity, group=group, fields=kept)


class _Field(NamedTuple):
    label: str
    """Its name without e-mail addresses."""
    is_personal: bool
    is_identifier: bool


@lru_cache(maxsize=8192)
def _field(name: str, around: str) -> _Field:
    """Judge a field by its name, alone and with that of the field around it (empty: there is none).

    A field named by an e-mail address is personal, and is counted as ``[email]``.
    """
    label = mask_emails(name, Counter())
    return _Field(label, is_personal(label) or is_personal(f"{around} {label}"), is_identifier(label))


def _mapping(
    values: Mapping[str, object], path: tuple[str, ...], masked: Counter[str], dropped: set[str]
) -> Mapping[str, object]:
    """Return the mapping itself, or a copy without what is personal; `path` are the names of the fields around it."""
    kept: dict[str, object] = {}
    changed = False
    for name, value in values.items():
        field = _field(name, path[-1] if path else "")
        if field.is_personal:
            changed = True
            if value not in _EMPTY:
                dropped.add(".".join((*path, field.label)))
            continue
        kept[field.label] = clean = _value(value, field, (*path, field.label), masked, dropped)
        changed = changed or clean is not value or field.label != name
    return kept if changed else values


def _value(value: object, field: _Field, path: tuple[str, ...], masked: Counter[str], dropped: set[str]) -> object:
    """Return a field's value, or a copy without what is personal in it."""
    if isinstance(value, str):
        return (mask_emails if field.is_identifier else mask)(value, masked)
    if isinstance(value, Mapping):
        return _mapping(value, path, masked, dropped)
    if isinstance(value, list | tuple):
        clean = [_value(item, field, path, masked, dropped) for item in value]
        return value if all(new is old for new, old in zip(clean, value, strict=True)) else clean
    return value
