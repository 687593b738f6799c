"""Where results are kept: the store, the fingerprints that name its steps, and lines of JSON."""
