"""The topology of a run: who stands on whom at its end."""

from collections.abc import Iterator
from typing import Any

from simulator.drawing.layout import GAP, Box, Node, measure, note_of, place, title_of
from simulator.drawing.svg import MARGIN, drawing
from simulator.drawing.traced import Traced
from simulator.trace import Run


def draw_topology(run: Run) -> str:
    """Return the world at the end of a run as SVG, hardware at the bottom.

    The drawing is an image with a name and a description that says in words what
    stands on what; its classes are listed in ``simulator.drawing.svg``.
    """
    machines = Traced(run).machines(run)
    stacks = [measure(machine) for machine in machines]
    height = max(stack.height for stack in stacks) + 2 * MARGIN
    boxes: list[Box] = []
    left = MARGIN
    for stack in stacks:
        boxes += place(stack, left, height - MARGIN)
        left += stack.width + 2 * GAP
    return drawing(
        boxes,
        width=left - 2 * GAP + MARGIN,
        height=height,
        title="What stands on what at the end of the run",
        description=" ".join(" ".join(_sentences(machine)) for machine in machines),
    )


def _sentences(node: Node) -> Iterator[str]:
    """Say in words what stands on a part, from the bottom to the top."""
    if not node["children"]:
        yield f"Nothing stands on {title_of(node)} ({note_of(node)})."
        return
    yield f"On {title_of(node)} ({note_of(node)}): {_counted(node)}."
    for child in node["children"]:
        if child["children"]:
            yield from _sentences(child)
            if child["kind"] in {"vm", "container"}:
                break


def _counted(node: Node) -> str:
    """Count the parts on a part by kind, as in ``3 vm, 1 process``."""
    counts: dict[str, Any] = {}
    for child in node["children"]:
        counts[child["kind"]] = counts.get(child["kind"], 0) + 1
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())
