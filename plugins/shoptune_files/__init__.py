"""General file formats: CSV and its kin, JSON Lines, JSON, Parquet, Hugging Face datasets; compressed ones too."""
