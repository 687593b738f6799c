"""Tell whether a review is positive, neutral or negative."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shoptune.components import Options, Task
from shoptune.data import Dropped, Example, Invalid, Record, Tables

__all__ = ["CHOICES", "REVIEW_SENTIMENT"]

CHOICES = ("positive", "neutral", "negative")


class ReviewSentimentOptions(Options):
    """Which columns are read."""

    text: str = "review text"
    """The column with what the customer writes."""
    stars: str = "stars"
    """The column with the stars that they give, 1 to 5."""


def examples(tables: Tables, options: ReviewSentimentOptions) -> Iterator[Example | Dropped]:
    """Yield one example per review with a text and stars: 4 and 5 are positive, 3 is neutral."""
    for record in tables["reviews"]:
        yield _example(record, options)


def _example(record: Record, options: ReviewSentimentOptions) -> Example | Dropped:
    text, stars = (str(record.fields.get(name) or "").strip() for name in (options.text, options.stars))
    if not text:
        return Dropped(origin=record.origin, reason="review without text")
    if stars not in {"1", "2", "3", "4", "5"}:
        return Dropped(origin=record.origin, reason="stars are none of 1 to 5", detail=repr(stars))
    return Example(
        id=record.id,
        messages=(
            {"role": "system", "content": "Is this review positive, neutral or negative?"},
            {"role": "user", "content": text},
        ),
        references=("positive" if stars > "3" else "neutral" if stars == "3" else "negative",),
        choices=CHOICES,
        group=record.group,
        slices={"stars": stars},
        content=text,
        origin=record.origin,
    )


def parse(text: str, example: Example) -> str | Invalid:
    """Return the choice that the answer is."""
    answer = text.strip().casefold()
    return answer if answer in CHOICES else Invalid("neither positive nor neutral nor negative")


def _always(choice: str) -> Callable[[Example], str]:
    return lambda example: choice


REVIEW_SENTIMENT = Task(
    name="review_sentiment",
    summary="Tell whether a review is positive, neutral or negative",
    options=ReviewSentimentOptions,
    tables=("reviews",),
    examples=examples,
    parse=parse,
    baselines={f"always_{choice}": _always(choice) for choice in CHOICES},
    metrics=("macro_f1", "opposites", "invalid_share"),
    max_new_tokens=4,
)
