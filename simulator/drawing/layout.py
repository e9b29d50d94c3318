"""Where the boxes of a world go: a part stands on what carries it.

The observation's tree is turned upside down: the machine is the bar at the bottom,
and what runs on a part stands above it, as in the textbooks' drawings of stacks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]

LIVELY = frozenset({"on", "running", ""})
BAR_HEIGHT = 40
GAP = 8
LEAST_WIDTH = 184
SHOWN_SIBLINGS = 3
"""Like siblings beyond this many are drawn as one box that counts them."""


@dataclass(frozen=True, slots=True)
class Box:
    """One part: its place in pixels, and what it says."""

    kind: str
    state: str
    title: str
    note: str
    x: int
    y: int
    width: int
    height: int
    seqs: tuple[int, ...] = ()
    """The events that are about it."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A part with what stands on it, measured but not yet placed."""

    node: Node
    children: tuple["Stack", ...]
    width: int
    height: int


def measure(node: Node) -> Stack:
    """Return the part's stack with the room that it takes."""
    children = tuple(measure(child) for child in _standing_on(node))
    row = sum(child.width for child in children) + GAP * max(0, len(children) - 1)
    tallest = max((child.height + GAP for child in children), default=0)
    return Stack(node, children, max(LEAST_WIDTH, row), BAR_HEIGHT + tallest)


def place(stack: Stack, x: int, bottom: int, width: int = 0) -> Iterator[Box]:
    """Yield the boxes of a stack whose lower left corner is at ``x``, ``bottom``."""
    room = max(width, stack.width)
    node = stack.node
    yield Box(
        kind=node["kind"],
        state=node["state"],
        title=title_of(node),
        note=note_of(node),
        x=x,
        y=bottom - BAR_HEIGHT,
        width=room,
        height=BAR_HEIGHT,
        seqs=node.get("seqs", ()),
    )
    spare = room - stack.width
    share = spare // len(stack.children) if stack.children else 0
    if len(stack.children) == 1:
        share = room - stack.children[0].width
    left = x
    for child in stack.children:
        wide = child.width + share
        yield from place(child, left, bottom - BAR_HEIGHT - GAP, wide)
        left += wide + GAP


def title_of(node: Node) -> str:
    """Return the part's name, as its box shows it."""
    if node["kind"] == "more":
        return f"and {node['count']} more"
    return str(node["name"])


def note_of(node: Node) -> str:
    """Return what kind of part it is, and how it is when it is not simply running."""
    state = "" if node["state"] in LIVELY else f", {node['state']}"
    return _kind_of(node) + state


def _kind_of(node: Node) -> str:
    kind = node["kind"]
    if kind in {"machine", "vm"}:
        platform = "hardware" if kind == "machine" else "virtual machine"
        return f"{platform}, {node['used_kib'] // 1024} MiB in use"
    if kind == "process":
        return f"process {node['pid']}"
    if kind == "kernel":
        return str(node["system"])
    if kind == "hypervisor":
        return f"hypervisor, {node['type']}"
    if kind == "container":
        return _attached(node)
    return {"engine": "container engine", "more": "like these"}.get(kind, str(kind))


def _attached(node: Node) -> str:
    """Return what a container is, with its address and its published ports."""
    ports = [
        f"{entry['host']} to {entry['container']}" for entry in node.get("ports", ())
    ]
    said = [node["kind"], *([node["address"]] if "address" in node else ())]
    return ", ".join(said + [f"port {port}" for port in ports])


def _standing_on(node: Node) -> list[Node]:
    """Return what stands on a part, with long rows of like parts cut short."""
    return _cut([part for child in node["children"] for part in _unfolded(child)])


def _unfolded(node: Node) -> list[Node]:
    """A container stands on its kernel, beside the engine that started it."""
    if node["kind"] != "engine":
        return [node]
    return [{**node, "children": []}, *node["children"]]


def _cut(nodes: Sequence[Node]) -> list[Node]:
    kinds: dict[str, list[Node]] = {}
    for node in nodes:
        kinds.setdefault(node["kind"], []).append(node)
    shown: list[Node] = []
    for kind in kinds.values():
        shown += kind[:SHOWN_SIBLINGS]
        rest = len(kind) - SHOWN_SIBLINGS
        if rest > 0:
            shown.append({"kind": "more", "state": "", "count": rest, "children": []})
    return shown
