"""Metrics of text: overlap, copying, diversity, length."""

__all__ = ["COPYING", "FORM", "OVERLAP"]

OVERLAP = ("rouge_1", "rouge_2", "rouge_l", "chrf")
"""Likeness to the references."""
COPYING = ("copy_rate", "longest_copy", "memorised_canaries")
"""Whether a model says by heart what it was tuned on."""
FORM = ("distinct_n", "output_length", "invalid_share", "cut_off_share")
"""Whether texts repeat themselves, how long they are, and whether they are whole."""
