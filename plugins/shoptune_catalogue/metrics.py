"""The plugin's metrics: what a text states, what it makes up, and what it may not say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import numpy as np
from pydantic import Field

from shoptune.components import AdditiveMetric, Evaluation, FloatArray, Options
from shoptune.data import Highlight, Sample
from shoptune.reductions import ratio
from shoptune_catalogue.claims import CLAIM_KINDS, Claim, ClaimKind, find_claims, is_supported
from shoptune_catalogue.coverage import covered
from shoptune_catalogue.highlights import highlight_claims, highlight_facts
from shoptune_catalogue.limits import ProfileName, violations

__all__ = [
    "ATTRIBUTE_COVERAGE",
    "LANGUAGES",
    "MARKETPLACE_LIMITS",
    "NOT_ATTRIBUTES",
    "UNSUPPORTED_CLAIMS",
    "UNSUPPORTED_CLAIM_SHARE",
    "CoverageOptions",
    "LimitsOptions",
    "UnsupportedOptions",
]

LANGUAGES = frozenset({"de", "en"})
"""Those of ``lexicon/`` and ``profiles.yaml``: what these know no word of, they would find faultless."""

NOT_ATTRIBUTES = (
    "availability",
    "barcode",
    "brand",
    "category",
    "compare_at_price",
    "currency",
    "description",
    "gtin",
    "handle",
    "id",
    "image",
    "link",
    "mpn",
    "name",
    "price",
    "product_type",
    "sale_price",
    "sku",
    "tags",
    "title",
    "type",
    "url",
    "vendor",
)
"""Facts that name, file or sell a product: they stand beside its description, which need not repeat them."""


class CoverageOptions(Options):
    """Which facts are attributes that a text should state."""

    attributes: tuple[str, ...] | None = None
    """The attributes that count; if none are named, all facts but the ignored and those that a text may leave out, such
    as the sizes that a product comes in."""
    ignore: tuple[str, ...] = NOT_ATTRIBUTES
    """Facts that are no attributes, where `attributes` names none."""


class UnsupportedOptions(Options):
    """Which claims are checked."""

    kinds: tuple[ClaimKind, ...] = Field(default=CLAIM_KINDS, min_length=1)
    """The kinds of claim to check."""


class LimitsOptions(Options):
    """Whose limits."""

    profile: ProfileName = "plain"
    """The marketplace whose limits a text must keep."""


def _coverage_rows(evaluation: Evaluation, options: CoverageOptions) -> FloatArray:
    """Return (attributes stated, attributes) per sample; an answer that is invalid states nothing."""
    return _rows(evaluation, lambda sample: _coverage(sample, options))


def _coverage(sample: Sample, options: CoverageOptions) -> tuple[int, int]:
    states = covered(sample.text, _attributes(sample, options))
    return sum(states.values()), len(states)


def _coverage_highlights(sample: Sample, options: CoverageOptions) -> Iterable[Highlight]:
    return highlight_facts(sample, _attributes(sample, options))


def _attributes(sample: Sample, options: CoverageOptions) -> dict[str, str]:
    wanted = None if options.attributes is None else {_fold(name) for name in options.attributes}
    ignored = {_fold(name) for name in (*options.ignore, *sample.example.optional_facts)}
    return {
        name: value
        for name, value in sample.example.facts.items()
        if (_fold(name) not in ignored if wanted is None else _fold(name) in wanted)
    }


def _fold(attribute: str) -> str:
    return attribute.strip().casefold().replace(" ", "_").replace("-", "_")


def _unsupported_rows(evaluation: Evaluation, options: UnsupportedOptions) -> FloatArray:
    """Return (claims that no fact supports, 1) per sample."""

    def row(sample: Sample) -> tuple[int, int]:
        return (_claims(sample, options.kinds)[0], 1) if _can_be_checked(sample) else (0, 0)

    return _rows(evaluation, row)


def _unsupported_share_rows(evaluation: Evaluation, options: UnsupportedOptions) -> FloatArray:
    """Return (claims that no fact supports, claims) per sample."""

    def row(sample: Sample) -> tuple[int, int]:
        return _claims(sample, options.kinds) if _can_be_checked(sample) else (0, 0)

    return _rows(evaluation, row)


def _unsupported_highlights(sample: Sample, options: UnsupportedOptions) -> Iterable[Highlight]:
    return highlight_claims(sample, options.kinds) if _can_be_checked(sample) else ()


def _can_be_checked(sample: Sample) -> bool:
    """Tell whether there is a text and a fact: an empty text must not look faithful, nor one without facts made up."""
    return bool(sample.text.strip()) and any(value.strip() for value in sample.example.facts.values())


def _claims(sample: Sample, kinds: Collection[ClaimKind]) -> tuple[int, int]:
    """Count the unsupported claims, and all; a claim that is made again is one claim."""
    claims: dict[object, Claim] = {
        (claim.kind, claim.value): claim for claim in find_claims(sample.text) if claim.kind in kinds
    }
    return sum(not is_supported(claim, sample.example.facts) for claim in claims.values()), len(claims)


def _limits_rows(evaluation: Evaluation, options: LimitsOptions) -> FloatArray:
    """Return (1 if the text keeps all limits, 1) per sample; an empty or invalid text could not be listed."""
    return _rows(
        evaluation, lambda sample: (bool(sample.text.strip()) and not violations(sample.text, options.profile), 1)
    )


def _rows(evaluation: Evaluation, row: Callable[[Sample], tuple[int, int]]) -> FloatArray:
    return np.array([row(sample) for sample in evaluation.samples], dtype=np.float64).reshape(-1, 2)


ATTRIBUTE_COVERAGE = AdditiveMetric(
    name="attribute_coverage",
    summary="Share of the product's attributes that the text states, in any unit or spelling",
    options=CoverageOptions,
    rows=_coverage_rows,
    highlights=_coverage_highlights,
    reduce=ratio,
    higher_is_better=True,
    format="share",
    theme="faithfulness",
    distributions=("Pint", "regex"),
)

UNSUPPORTED_CLAIMS = AdditiveMetric(
    name="unsupported_claims",
    summary="Claims per text (numbers with units, materials, colours, certificates) that no fact supports",
    options=UnsupportedOptions,
    rows=_unsupported_rows,
    highlights=_unsupported_highlights,
    reduce=ratio,
    higher_is_better=False,
    format="score",
    theme="faithfulness",
    languages=LANGUAGES,
    distributions=("Pint", "regex", "py3langid"),
)

UNSUPPORTED_CLAIM_SHARE = AdditiveMetric(
    name="unsupported_claim_share",
    summary="Share of the claims made that no fact supports",
    options=UnsupportedOptions,
    rows=_unsupported_share_rows,
    highlights=_unsupported_highlights,
    reduce=ratio,
    higher_is_better=False,
    format="share",
    theme="faithfulness",
    languages=LANGUAGES,
    distributions=("Pint", "regex", "py3langid"),
)

MARKETPLACE_LIMITS = AdditiveMetric(
    name="marketplace_limits",
    summary="Share of texts that keep a marketplace's limits (length, HTML, links, prices, promotions, bold claims)",
    options=LimitsOptions,
    rows=_limits_rows,
    reduce=ratio,
    higher_is_better=True,
    format="share",
    theme="form",
    languages=LANGUAGES,
    distributions=("regex", "py3langid"),
)
