"""Figures of chapters, drawn once per process from runs of the simulator."""

from functools import cache

from django.utils.safestring import SafeString, mark_safe

import simulator


@cache
def figure_svg(name: str) -> SafeString:
    """The SVG of a figure; empty for a chapter that names none."""
    if name != "two-towers":
        return SafeString("")
    # Our own drawing: the simulator escapes every text that it puts in.
    return mark_safe(simulator.draw_two_towers())  # noqa: S308
