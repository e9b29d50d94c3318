"""Programs that do something, and what became of their processes."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.subsystems.container import Container
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.processes import Process
from simulator.world import World
from tests.simulator.worlds import BOOT, ENGINE, Step, box, execute, install, live

WAIT: Step = {"wait": {"seconds": 60}}
CHILD = "child"


def does(*steps: Step, child: Sequence[Step] = (), **more: Any) -> dict[str, Any]:
    """A world whose `app` does these steps, and whose `child` does others.

    Keyword arguments with a prefix `child_` are fields of the child.
    """
    fields = {key: value for key, value in more.items() if key[:6] != "child_"}
    of_child = {key[6:]: value for key, value in more.items() if key[:6] == "child_"}
    return {
        "programs": {
            "app": {"does": list(steps), **fields},
            CHILD: {
                "path": "/srv/child",
                "format": "elf",
                "does": list(child),
                **of_child,
            },
        },
        "images": {"app_image": {"programs": ["app", CHILD]}},
    }


def on_host(
    world: Mapping[str, Any], plan: Sequence[Step] = (WAIT,), **more: Any
) -> World:
    """The world after `app` was run on the server, the child's file beside it."""
    before = [*BOOT, install("app"), install(CHILD), execute("app")]
    return live([*before, *plan], world=world, **more)


def in_box(
    world: Mapping[str, Any],
    plan: Sequence[Step] = (WAIT,),
    asked: Step | None = None,
    **more: Any,
) -> World:
    """The world after a container with `app` was started."""
    return live([*ENGINE, asked or box(), *plan], world=world, **more)


def kernel(world: World) -> Kernel:
    return world.kernels[0]


def processes(world: World, program: str = "app") -> list[Process]:
    return [p for p in kernel(world).processes if p.program.name == program]


def states(world: World, program: str = "app") -> list[str]:
    return [process.state for process in processes(world, program)]


def boxes(world: World) -> list[Container]:
    return [found for found in world.places["box"] if isinstance(found, Container)]


def step(kind: str, **arguments: Any) -> Step:
    return {kind: arguments}


EXIT = step("exit")
SLEEP = step("sleep", ms=1000)


def spawn(program: str = CHILD, *, wait: bool = False) -> Step:
    return step("spawn", program=program, wait=wait)


def fork(*steps: Step, count: int = 1) -> Step:
    return step("fork", count=count, steps=list(steps))
