"""A plan, carried out verb by verb."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.actions.changing import (
    install,
    install_libraries,
    make_executable,
    power_on,
    register_format,
    wait,
)
from simulator.actions.loading import load
from simulator.actions.places import Arguments
from simulator.actions.starting import execute, start_container, start_vm
from simulator.engine import Work
from simulator.events import ASKED
from simulator.world import World

OPERATOR = "operator"
Verb = Callable[[World, Arguments, int], Work]


def carry_out(world: World, plan: tuple[tuple[str, Arguments], ...]) -> Work:
    """Do the actions of a plan one after the other; a failure stops none of them."""
    for verb, arguments in plan:
        target = arguments.get("on") or arguments.get("machine") or ""
        what = next((arguments[key] for key in _SUBJECTS if arguments.get(key)), target)
        detail: dict[str, Any] = {"target": what}
        if target not in {"", what}:
            detail["on"] = target
        asked = world.engine.record(OPERATOR, verb, ASKED, **detail)
        yield from VERBS[verb](world, arguments, asked)


_SUBJECTS = ("what", "program", "name", "machine")


VERBS: Mapping[str, Verb] = {
    "power_on": power_on,
    "install": install,
    "install_libraries": install_libraries,
    "make_executable": make_executable,
    "register_format": register_format,
    "start_vm": start_vm,
    "start_container": start_container,
    "exec": execute,
    "load": load,
    "wait": wait,
}
