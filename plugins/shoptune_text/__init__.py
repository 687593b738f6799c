"""Metrics of text: overlap, copying, diversity, length."""
