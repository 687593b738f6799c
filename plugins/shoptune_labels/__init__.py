"""Metrics for answers that are one of a few labels, and what tasks that ask for such answers share."""
