"""What is printed: text of a stranger's file is shown in a terminal, and never steers it.

An error names keys, values and paths as they were found, and these may hold escape sequences that move the cursor or
change the window's title, and marks that turn the order of letters round.  All that commands print goes through here,
tables and progress through `shoptune.console`.
"""

from __future__ import annotations

import json
import re

import click

__all__ = ["say", "visible"]

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]")
"""Control characters but tab and newline, overrides of direction, halves of surrogate pairs, invisible tags."""


def visible(text: str) -> str:
    r"""Return the text with characters that would act on a terminal as JSON writes them.

    JSON stays the JSON that it is.

    >>> visible("red\x1b[2Jscarf\n")
    'red\\u001b[2Jscarf\n'
    """
    return _CONTROLS.sub(lambda found: json.dumps(found[0])[1:-1], text)


def say(text: object = "", *, err: bool = False, end: str = "\n") -> None:
    """Print a text as it is seen, to standard output or, with `err`, to standard error."""
    click.echo(visible(str(text)) + end, err=err, nl=False)
