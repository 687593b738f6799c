"""Metrics of catalogue text: coverage, unsupported claims, limits."""
