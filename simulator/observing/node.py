"""The shape of every part in an observation: a node of the tree."""

from collections.abc import Callable
from typing import Any

Node = dict[str, Any]
See = Callable[[Any], Node]
"""Returns the node of any part: how a module shows parts of another kind."""


def node(kind: str, name: str, state: str, children: list[Node], **more: Any) -> Node:
    """Return a part as JSON: what it is, its name and state, what is in it."""
    return {"kind": kind, "name": name, "state": state, "children": children, **more}
