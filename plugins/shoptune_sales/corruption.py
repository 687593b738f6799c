"""Labelled synthetic pairs: a product's own description, and the same text with exactly one fault put into it.

They teach what to avoid where no A/B test says what sells.  A fault is one that `shoptune_catalogue` can see, so what
was taught can be measured.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, tee

from shoptune.data import Example, PreferencePair
from shoptune.languages import languages_of
from shoptune_catalogue.claims import find_claims, unsupported
from shoptune_catalogue.limits import violations
from shoptune_sales.phrasebook import LIMIT_BREAKERS, UNSUPPORTED_CLAIMS

__all__ = ["FAULTS", "synthetic_pairs"]

WEIGHT = 0.25
"""Less than that of a typical A/B test: a fault is beyond doubt, but nobody bought more for its absence."""

MAX_VALUES = 50
"""Values that are remembered of a category's fact."""

MAX_TRIES = 5
"""Values that are tried in place of a fact's own."""

NAMES = frozenset({"name", "brand", "category"})
"""Facts that say which product it is; another product's would be another story, not a changed fact."""

FactValues = Mapping[tuple[str, str], Sequence[str]]
"""(category, fact) -> values that make a claim (a number with a unit, a colour, a material), in the order found."""


@dataclass(frozen=True, slots=True)
class _Original:
    """A description, and what is needed to put a fault into it."""

    text: str
    language: str
    """ISO 639-1."""
    facts: Mapping[str, str]
    others: FactValues
    """What other products have."""
    rng: random.Random


@dataclass(frozen=True, slots=True)
class _Fault:
    text: str
    """The description with the fault."""
    changed: str
    """What was done, in words."""


def synthetic_pairs(examples: Iterable[Example], count: int, seed: int = 0) -> Iterator[PreferencePair]:
    """Yield up to `count` pairs per example, each with another kind of fault (`FAULTS`); passes over them twice.

    The product's id and the seed decide which.  Faults that are already in the description are in both texts of a pair,
    so it says nothing of them.
    """
    values = _fact_values(examples)
    described, same = tee(example for example in examples if example.references)
    for example, language in zip(described, languages_of(e.references[0] for e in same), strict=True):
        rng = random.Random(f"{seed}/{example.id}")  # noqa: S311 - no secret
        original = _Original(example.references[0], language, example.facts, values, rng)
        kinds = rng.sample(sorted(FAULTS), len(FAULTS))
        made = ((kind, fault) for kind in kinds if (fault := FAULTS[kind](original)))
        yield from (_pair(example, kind, fault) for kind, fault in islice(made, count))


def _fact_values(examples: Iterable[Example]) -> FactValues:
    """Collect what products of each category have for each fact, as far as a wrong value could be seen in a text."""
    values: dict[tuple[str, str], dict[str, None]] = {}
    for example in examples:
        for name in example.facts.keys() - NAMES:
            known = values.setdefault((example.facts.get("category", ""), name), {})
            value = example.facts[name]
            if len(known) < MAX_VALUES and value not in known and find_claims(value):
                known[value] = None
    return {key: list(known) for key, known in values.items()}


def _pair(example: Example, kind: str, fault: _Fault) -> PreferencePair:
    return PreferencePair(
        id=f"{example.id}/{kind}",
        messages=example.messages,
        chosen=example.references[0],
        rejected=fault.text,
        group=example.group,
        weight=WEIGHT,
        evidence={"source": f"synthetic: {kind}", "changed": fault.changed},
        origin=example.origin,
    )


def _changed_fact(original: _Original) -> _Fault | None:
    """Replace a fact's value, wherever the text states it, by one of another product of its category."""
    text, facts = original.text, original.facts
    made_up = len(unsupported(text, facts))
    for name in original.rng.sample(list(facts), len(facts)):
        stated = re.compile(rf"(?<!\w){re.escape(facts[name])}(?!\w)", re.IGNORECASE)
        others = original.others.get((facts.get("category", ""), name), ())
        if not others or not stated.search(text):
            continue
        for other in original.rng.sample(others, min(MAX_TRIES, len(others))):
            changed = _replaced(stated, other, text)
            if len(unsupported(changed, facts)) > made_up:
                return _Fault(changed, f"{name}: {facts[name]} -> {other}")
    return None


def _replaced(stated: re.Pattern[str], new: str, text: str) -> str:
    """Replace what is stated, with a capital where it has one: "Waxed cotton ..." becomes "Felt ..."."""
    return stated.sub(lambda old: new[:1].upper() + new[1:] if old[0][:1].isupper() else new, text)


def _unsupported_claim(original: _Original) -> _Fault | None:
    """Add a sentence that claims what the facts don't."""
    return _with_sentence(
        original,
        UNSUPPORTED_CLAIMS,
        lambda sentence: bool(unsupported(sentence, original.facts) or violations(sentence, "plain")),
    )


def _broken_limit(original: _Original) -> _Fault | None:
    """Add a sentence that marketplaces forbid."""
    return _with_sentence(original, LIMIT_BREAKERS, lambda sentence: bool(violations(sentence, "amazon")))


def _with_sentence(
    original: _Original, sentences: Mapping[str, Sequence[str]], is_fault: Callable[[str], bool]
) -> _Fault | None:
    """Add a sentence of the text's language; one of another would only teach a model to keep to its own."""
    known = [s for s in sentences.get(original.language, ()) if s not in original.text and is_fault(s)]
    if not known:
        return None
    sentence = original.rng.choice(known)
    return _Fault(f"{original.text.rstrip()} {sentence}", f"added: {sentence}")


def _broken_markup(original: _Original) -> _Fault:
    """Open a tag and never close it, or leave a space as it is written in HTML."""
    text = original.text
    gaps = [match.start() for match in re.finditer(r"(?<=\S) (?=\S)", text)]
    kind = original.rng.choice(("<p>", "<b>", "&nbsp;")) if gaps else "<p>"
    if kind == "<p>":
        return _Fault(f"<p>{text}", "<p> is never closed")
    gap = original.rng.choice(gaps)
    if kind == "<b>":
        return _Fault(f"{text[:gap]} <b>{text[gap + 1 :]}", "<b> is never closed")
    return _Fault(f"{text[:gap]}&nbsp;{text[gap + 1 :]}", "a space is written as &nbsp;")


FAULTS: Mapping[str, Callable[[_Original], _Fault | None]] = {
    "changed fact": _changed_fact,
    "unsupported claim": _unsupported_claim,
    "broken markup": _broken_markup,
    "broken limit": _broken_limit,
}
"""Kind of fault -> what puts it into a description, or None where it can't be."""
