"""A rich console whose styles reach the terminal, and whose texts are printable."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from quoth.views import make_printable


class PrintableConsole(Console):
    """Prints text without the characters that a terminal would obey; its own styles remain."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the segments of a renderable, whose texts are printable."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield segment._replace(text=make_printable(segment.text))
