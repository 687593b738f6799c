"""Answer as the shop's own instruction data does."""
