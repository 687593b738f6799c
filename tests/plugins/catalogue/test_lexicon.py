"""The lexicon files: that they say what they seem to say."""

from __future__ import annotations

import itertools

import pytest

from shoptune_catalogue.lexicon import KINDS, TermKind, lexicon


@pytest.mark.parametrize("kind", KINDS)
def test_every_broader_term_exists_or_is_a_plain_kind(kind: TermKind) -> None:
    known = set(lexicon(kind).concepts.values())
    wider = set(itertools.chain.from_iterable(lexicon(kind).broader.values()))
    assert wider - known <= {"stone", "foam"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_spelling_is_found(kind: TermKind) -> None:
    terms = lexicon(kind)
    for spelling, concept in terms.concepts.items():
        (term, *_) = terms.mentioned(terms.names.get(spelling, spelling))
        assert term.concept == concept, spelling


def test_no_word_that_needs_no_context_is_of_two_kinds() -> None:
    plain = [
        {spelling for spelling, concept in lexicon(kind).concepts.items() if concept not in lexicon(kind).ambiguous}
        for kind in KINDS
    ]
    for one, other in itertools.combinations(plain, 2):
        assert not one & other


def test_implied_climbs_all_the_way() -> None:
    assert lexicon("material").implied("bone china") == {"bone china", "porcelain", "ceramic"}
    assert lexicon("colour").implied("black") == {"black"}


def test_german_endings_and_hyphens() -> None:
    colours = lexicon("colour")
    assert [term.concept for term in colours.claimed("schwarzer, moss-green und dunkelblaues")] == [
        "black",
        "moss green",
        "navy",
    ]
