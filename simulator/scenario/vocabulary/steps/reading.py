"""Reading a list of steps: what processes do of themselves after exec."""

from typing import Any

from simulator.scenario.fields import (
    KINDS,
    Context,
    Record,
    Schema,
    join,
    suggest,
)
from simulator.scenario.source import Node

MAX_STEPS = 100

STEPS: dict[str, Record] = {}
"""Every step: its name and its arguments. The modules beside this one fill it."""


class StepList:
    """A list of one-key mappings, step to arguments."""

    def read(self, node: Node, path: str, context: Context) -> tuple[Any, ...]:
        """Return pairs of step and arguments, without those that are wrong."""
        if node.kind != "list":
            context.report(node, path, f"a list expected, not {KINDS[node.kind]}")
            return ()
        if len(node.value) > MAX_STEPS:
            context.report(node, path, f"more than {MAX_STEPS} steps")
        steps = []
        for index, entry in enumerate(node.value[:MAX_STEPS]):
            place = f"{path}[{index}]"
            if entry.kind != "map" or len(entry.value) != 1:
                context.report(entry, place, "a step is one word with its arguments")
                continue
            ((kind, child),) = entry.value.items()
            if kind not in STEPS:
                hint = suggest(kind, STEPS)
                context.report(entry, place, f"unknown step {kind!r}", hint)
                continue
            steps.append((kind, STEPS[kind].read(child, join(place, kind), context)))
        return tuple(steps)

    def schema(self) -> Schema:
        """Return the JSON Schema of a list of steps."""
        return {"$ref": "#/$defs/steps"}
