"""General file formats: CSV and its kin, JSON Lines, JSON."""
