"""The transformers backend: finds, loads and runs models."""
