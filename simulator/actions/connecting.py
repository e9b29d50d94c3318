"""The action that tries a connection, as an operator does with a client program."""

from typing import TYPE_CHECKING, Any

from simulator.actions.loading import serve
from simulator.actions.places import Arguments, no_kernel, places_of
from simulator.calibration import figure
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.container import Container
from simulator.subsystems.network.calls import call
from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.namespace import NetworkNamespace
from simulator.subsystems.network.stacks import OUTSIDE, stack_of
from simulator.subsystems.processes import Process
from simulator.world import Place, World, kernel_of

if TYPE_CHECKING:
    from simulator.subsystems.network.ways import Connection


def connect(world: World, arguments: Arguments, asked: int) -> Work:
    """Connect to a port, from a place or from outside; send requests if asked."""
    origin, to = arguments["from"], arguments["to"]
    targets = [to]
    if arguments["by"] == "address":
        targets = _addresses(world, to, asked)
    if origin is None:
        for target in targets:
            yield from _try(world, world.lan.outside(), target, arguments, asked)
        return
    for place in places_of(world, origin, asked):
        stack = stack_at(place)
        if stack is None:
            no_kernel(world, place, asked, "connect")
            continue
        for target in targets:
            yield from _try(world, stack, target, arguments, asked)


def stack_at(place: Place) -> NetworkNamespace | None:
    """Return the stack that programs at a place use; None when none can run."""
    kernel = kernel_of(place)
    if kernel is None:
        return None
    if isinstance(place, Container) and place.inside is not None:
        return stack_of(place.inside.namespaces.net)
    return stack_of(kernel.namespaces.net)


def _addresses(world: World, to: str, asked: int) -> list[str]:
    stacks = [stack_at(place) for place in places_of(world, to, asked)]
    return [stack.address for stack in stacks if stack is not None]


def _try(
    world: World, stack: NetworkNamespace, to: str, arguments: Arguments, asked: int
) -> Work:
    port = arguments["port"]
    actor = OUTSIDE if arguments["from"] is None else stack.name
    seen: dict[str, Any] = {"from": actor, "to": to, "port": port}
    publish = world.mechanisms["network.publish"]
    target = f"{to}:{port}"
    yield figure("fork_exec")
    try:
        found: Connection = yield from call(stack, to, port, publish)
    except NetworkError as error:
        world.connections.append(
            {**seen, "outcome": "failed", "errno_name": error.errno_name, "via": []}
        )
        world.engine.record(
            actor,
            "connect",
            FAILED,
            cause=asked,
            target=target,
            errno=error.errno,
            errno_name=error.errno_name,
            log=error.log,
        )
        return
    via, reached = list(found.via), found.namespace.name
    world.connections.append(
        {**seen, "outcome": "ok", "errno_name": "", "via": via, "reached": reached}
    )
    world.engine.record(
        actor, "connect", cause=asked, target=target, reached=reached, via=via
    )
    owner = found.socket.owner
    if arguments["requests"] and isinstance(owner, Process):
        yield from serve(world, owner, arguments["requests"])


VERBS = {"connect": connect}
