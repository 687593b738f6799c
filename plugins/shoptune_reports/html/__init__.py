"""The page: its parts, its data."""
