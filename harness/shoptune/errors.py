"""What can go wrong, and the exit code that says so.

    ShoptuneError            exit code 3, unless a subclass says otherwise
    |- UsageError            2  the command line, the experiment file or an option is wrong
    |  `- DataError          2  a file of the shop is wrong: says file, row and field
    |     `- RowError        2  one of its rows is: can be counted and passed over
    |- PluginError           3  a plugin could not be loaded, or raised: names the plugin
    |- StoreError            3  the store can't be read or written
    `- StepError             3  a step of the run failed

An error message is for the person who reads it: what was found, where, and what to do.  The command line prints it
without a traceback unless ``--debug`` is given.
"""

import difflib
from collections.abc import Iterable

__all__ = [
    "DataError",
    "PluginError",
    "RowError",
    "ShoptuneError",
    "StepError",
    "StoreError",
    "UsageError",
    "did_you_mean",
]


COMPARED, LISTED, LONGEST = 2_000, 100, 100
"""How many names are looked at, and how many listed, and how long one is: a stranger's file may have 100,000 columns
with names of any length."""


class ShoptuneError(Exception):
    """An error that a person can act on."""

    exit_code = 3


class UsageError(ShoptuneError):
    """The command line, the experiment file or an option is wrong; nothing was run."""

    exit_code = 2


class DataError(UsageError):
    """A file of the shop can't be used as it is; the message says file, row, field and remedy."""


class RowError(DataError):
    """One row can't be used; the rest of its file can.

    Attributes:
        origin: Where the row stands: ``products.csv:118``.
        reason: What is wrong, as a short phrase that is the same for all rows with this fault, since it is counted.
        detail: What was found and what to do.

    """

    def __init__(self, origin: str, reason: str, detail: str = "") -> None:
        super().__init__(f"{origin}: {reason}" + (f": {detail}" if detail else ""))
        self.origin, self.reason, self.detail = origin, reason, detail

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle what it was made of: Exception's own way would give `__init__` the message."""
        return type(self), (self.origin, self.reason, self.detail), self.__dict__


class PluginError(ShoptuneError):
    """A plugin could not be loaded, or raised; the message names it."""


class StoreError(ShoptuneError):
    """The store can't be read or written."""


class StepError(ShoptuneError):
    """A step of the run failed; what earlier steps computed is kept."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the nearest of `known`, or the list of what there is.

    >>> did_you_mean("rogue_l", ["rouge_l", "chrf"])
    " Did you mean 'rouge_l'?"
    >>> did_you_mean("zzz", ["rouge_l", "chrf"])
    ' There are: chrf, rouge_l.'
    """
    names = sorted(known)
    folded = {n.casefold(): n for n in names[:COMPARED] if len(n) <= LONGEST}
    near = difflib.get_close_matches(name[:LONGEST].casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f" Did you mean {folded[near[0]]!r}?"
    more = f" and {len(names) - LISTED:,} more" if len(names) > LISTED else ""
    return f" There are: {', '.join(n[:LONGEST] for n in names[:LISTED])}{more}." if names else " There are none."
