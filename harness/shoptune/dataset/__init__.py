"""A shop's records, examples and pairs: read, split, checked for leaks and duplicates, freed of personal data."""
