"""The tables of platforms that come with shoptune, unread: a file of `platforms` each."""

from collections.abc import Mapping
from pathlib import Path

__all__ = ["shipped"]


def shipped() -> Mapping[str, Path]:
    """Return adapter -> its platform's table."""
    folder = Path(__file__).parent / "platforms"
    return {f"{file.stem}_products": file for file in sorted(folder.glob("*.yaml"))}
