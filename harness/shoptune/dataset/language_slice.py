"""The slice `language`: a shop in several languages wants to know in which of them a model does worse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shoptune.data import Example
from shoptune.languages import BEGINNING, LANGUAGE_SLICE, UNKNOWN

__all__ = ["with_language"]


def with_language(example: Example, language_of: Callable[[str], str]) -> Example:
    """Return the example with its language (ISO 639-1) as a slice, unless its task gives one or the text is too short.

    It is that of the shop's own words in it: `Example.content`, or the first reference.  `language_of` is a
    `shoptune.languages.language_finder`.
    """
    text = example.content or next(iter(example.references), "")
    language = UNKNOWN if LANGUAGE_SLICE in example.slices else language_of(text[:BEGINNING])
    return example if language == UNKNOWN else replace(example, slices={**example.slices, LANGUAGE_SLICE: language})
