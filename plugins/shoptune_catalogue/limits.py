"""What a marketplace does not allow in a description: HTML, links, prices, promotions, claims that need evidence.

Profiles are dated readings of published rules, in ``profiles.yaml`` with their sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

import regex
import yaml

__all__ = ["PROFILE_NAMES", "Profile", "ProfileName", "Violation", "profile", "violations"]

ProfileName = Literal["plain", "amazon", "merchant_center"]

PROFILE_NAMES: tuple[ProfileName, ...] = get_args(ProfileName)


@dataclass(frozen=True, slots=True)
class Profile:
    """The limits of one marketplace."""

    name: ProfileName
    date: date
    """When the profile was written."""
    source: str
    max_characters: int
    rules: Mapping[str, regex.Pattern[str]]
    """Rule -> what breaks it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule, and what breaks it: `text[start:end]`."""

    rule: str
    """A rule's name in ``profiles.yaml``, or ``length``."""
    text: str
    start: int
    end: int


def violations(text: str, profile_name: ProfileName) -> list[Violation]:
    """Return what breaks a profile's limits, in order; for a text that is too long, what is too much of it."""
    limits = profile(profile_name)
    found = [
        Violation(rule, match[0], match.start(), match.end())
        for rule, pattern in limits.rules.items()
        for match in pattern.finditer(text)
    ]
    if len(text) > limits.max_characters:
        found.append(Violation("length", text[limits.max_characters :], limits.max_characters, len(text)))
    return sorted(found, key=lambda violation: (violation.start, violation.end))


@cache
def profile(name: ProfileName) -> Profile:
    """Load a profile."""
    content: dict[str, Any] = yaml.safe_load(
        (resources.files(__package__) / "profiles.yaml").read_text(encoding="utf-8")
    )
    chosen = content["profiles"][name]
    return Profile(
        name=name,
        date=chosen["date"],
        source=chosen["source"],
        max_characters=chosen["max_characters"],
        rules={rule: regex.compile("|".join(content["rules"][rule]), regex.I) for rule in chosen["rules"]},
    )
