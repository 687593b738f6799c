"""Text within a limit: what matters most gets room first, tables are cut between rows, and the text says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Block", "fit", "length"]

_FIRST_ROWS = 10
"""So many rows of each block get room before any block gets more."""

_CUT = "\n_{left} of {total} left out here._\n"
_LEFT_OUT = "\n_Left out, since a comment may not be longer: {names}. The HTML report has it all._\n"
_NAMED = 1000
"""Room for the names of what is left out."""


@dataclass(frozen=True)
class Block:
    """A part of a text, in Markdown: it is there or it isn't, but its rows may be cut from their end."""

    name: str
    """What the reader is told of it where it is left out."""
    head: str
    rows: Sequence[str] = ()
    """Each with its line end: the lines of a table or a list."""
    foot: str = ""
    rank: int = 0
    """The lower, the sooner it gets room."""


def length(text: str) -> int:
    """Return the length in UTF-16 units, which is how JavaScript, and so what posts comments, counts characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(blocks: Sequence[Block], limit: int) -> str:
    """Return the blocks in their order, an empty line between them, in at most `limit` UTF-16 units.

    Room is given by rank: first to every block with its first rows, then to further rows.  A block whose head and
    first row find no room is left out, and named at the end.
    """
    ranked = sorted(range(len(blocks)), key=lambda place: blocks[place].rank)
    room = limit - length(_LEFT_OUT) - _NAMED
    shown: dict[int, int] = {}
    for place in ranked:
        block = blocks[place]
        least = _fixed(block) + sum(map(length, block.rows[:1]))
        if least <= room:
            shown[place], room = _more(block, min(1, len(block.rows)), _FIRST_ROWS, room - least)
    for place in ranked:
        if place in shown:
            shown[place], room = _more(blocks[place], shown[place], len(blocks[place].rows), room)
    left_out = [block.name for place, block in enumerate(blocks) if place not in shown]
    text = "\n".join(_text(blocks[place], rows) for place, rows in sorted(shown.items()))
    return text + (_LEFT_OUT.format(names=_listed(left_out)) if left_out else "")


def _fixed(block: Block) -> int:
    """Return what a block takes beside its rows: head, foot, a line between blocks, and the remark on a cut."""
    total = len(block.rows)
    return length(block.head) + length(block.foot) + 1 + (length(_CUT.format(left=total, total=total)) if total else 0)


def _more(block: Block, shown: int, at_most: int, room: int) -> tuple[int, int]:
    """Show further rows while there is room; return how many are shown now, and what room is left."""
    for row in block.rows[shown:at_most]:
        if length(row) > room:
            break
        shown, room = shown + 1, room - length(row)
    return shown, room


def _text(block: Block, shown: int) -> str:
    left, total = len(block.rows) - shown, len(block.rows)
    return block.head + "".join(block.rows[:shown]) + (_CUT.format(left=left, total=total) if left else "") + block.foot


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(names)
    while length(listed) > _NAMED:
        names = names[: len(names) // 2]
        listed = f"{', '.join(names)} and more"
    return listed
