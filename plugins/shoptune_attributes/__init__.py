"""How well attribute values are read from product text."""
