"""How much may come out of a packed file before it is taken for a bomb."""

__all__ = ["RATIO", "is_bomb"]

HARMLESS = 2**26
"""Bytes that may come out of any file.  (A catalogue of one sentence a thousand times over is no bomb.)"""
RATIO = 200
"""How many times its packed size a larger file may have.  Product text has 3 to 20; deflate reaches 1,032."""


def is_bomb(unpacked: int, packed: int) -> bool:
    """Say whether so many bytes are too many to have come out of so few."""
    return unpacked > max(HARMLESS, RATIO * packed)
