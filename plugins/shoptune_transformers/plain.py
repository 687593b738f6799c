"""The switch that does without every fast path and private API: ``SHOPTUNE_PLAIN=1``.

With it models answer and learn in the libraries' public ways alone: transformers' `generate`, a full forward pass per
choice, TRL's own losses.  That is slower and gives the same results but for rounding (what is *sampled* comes from
another stream of random numbers).  Take it where a new version of a library breaks a fast path, or to see whether a
fast path is to blame.

It is a part of a model's fingerprint, since in bfloat16 rounding can decide a token: plain answers and fast ones lie
side by side in the store and are never mixed.
"""

from __future__ import annotations

import os

__all__ = ["PLAIN", "plain"]

PLAIN = "SHOPTUNE_PLAIN"


def plain() -> bool:
    """Whether the environment asks for public APIs alone."""
    return os.environ.get(PLAIN, "").strip() not in ("", "0")
