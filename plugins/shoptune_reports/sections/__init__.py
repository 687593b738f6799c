"""Sections of reports that several formats share."""
