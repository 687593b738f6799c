"""A rich console that shows what would act on the terminal; see `shoptune.terminal`."""

from __future__ import annotations

from collections.abc import Iterable

import rich.console
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

from shoptune.terminal import visible

__all__ = ["Console"]


class Console(rich.console.Console):
    """Prints tables, progress and marked-up text; what rich itself sends to steer the terminal stays."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does, with the text of every segment visible."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)
