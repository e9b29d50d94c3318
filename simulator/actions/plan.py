"""A plan, carried out verb by verb."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.actions import (
    breaking,
    building,
    changing,
    clouds,
    connecting,
    containers,
    ending,
    images,
    infecting,
    limiting,
    loading,
    moving,
    orchestrating,
    overcommitting,
    powering,
    starting,
    steering,
    tracing,
)
from simulator.actions.places import Arguments
from simulator.engine import Work
from simulator.events import ASKED
from simulator.world import World

OPERATOR = "operator"
Verb = Callable[[World, Arguments, int], Work]


def carry_out(world: World, plan: tuple[tuple[str, Arguments], ...]) -> Work:
    """Do the actions of a plan one after the other; a failure stops none of them."""
    for verb, arguments in plan:
        target = arguments.get("on") or arguments.get("machine") or ""
        what = _subject(arguments, target)
        detail: dict[str, Any] = {"target": what}
        if target not in {"", what}:
            detail["on"] = target
        asked = world.engine.record(OPERATOR, verb, ASKED, **detail)
        yield from VERBS[verb](world, arguments, asked)


def _subject(arguments: Arguments, target: str) -> str:
    for key in _SUBJECTS:
        if subject := arguments.get(key):
            return str(subject)
    return target


_SUBJECTS = (
    "what",
    "program",
    "name",
    "machine",
    "tag",
    "image",
    "cloud",
    "to",
    "orchestrator",
)
"""Arguments that say what an action is about, the first that is there counts."""

_KINDS = (
    changing,
    powering,
    starting,
    steering,
    containers,
    images,
    building,
    ending,
    limiting,
    loading,
    tracing,
    breaking,
    infecting,
    moving,
    overcommitting,
    clouds,
    connecting,
    orchestrating,
)
VERBS: Mapping[str, Verb] = {
    verb: action for kind in _KINDS for verb, action in kind.VERBS.items()
}
"""Every action, one module per kind."""
