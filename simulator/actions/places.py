"""Where an action takes place, and what is recorded when it cannot."""

from collections.abc import Mapping
from typing import Any

from simulator.events import FAILED
from simulator.subsystems.container import Container
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.virtualization import VirtualMachine
from simulator.world import Place, Software, World

Arguments = Mapping[str, Any]


def places_of(world: World, name: str, cause: int) -> list[Place]:
    """Return the parts that a plan's ``on`` names; record it when there are none."""
    places = world.places.get(name, [])
    if not places:
        world.engine.record(
            name, "find", FAILED, cause=cause, log=f"nothing called {name} is there"
        )
    return places


def no_kernel(world: World, place: Place, cause: int, action: str) -> None:
    """Record that no operating system runs there; its cause is why that is so."""
    log = "no operating system is running here that could do it"
    because = cause if place.state_seq is None else place.state_seq
    world.engine.record(place.name, action, FAILED, cause=because, log=log)


def not_running(world: World, container: Container, action: str) -> None:
    """Record that a container has ended; its cause is that end."""
    log = f"container {container.name} is not running"
    world.engine.record(
        container.name, action, FAILED, cause=container.state_seq, log=log
    )


def no_file(world: World, kernel: Kernel, path: str, cause: int, action: str) -> None:
    """Record that a file is not in the tree that a place sees."""
    world.engine.record(
        kernel.name,
        action,
        FAILED,
        cause=cause,
        target=path,
        errno=ERRNO["ENOENT"],
        errno_name="ENOENT",
        log=f"{path}: no such file",
    )


def not_privileged(
    world: World, container: Container, software: Software, asked: int
) -> None:
    """Record that a container's root is not the root of the machine."""
    world.engine.record(
        container.name,
        "install",
        FAILED,
        cause=asked,
        target=software.name,
        errno=ERRNO["EPERM"],
        errno_name="EPERM",
        log="a container has no right to the devices and namespaces that this needs",
    )


def service_at(place: Place, kind: type[Any], name: str | None = None) -> Any:
    """Return the running hypervisor or engine of a place, of one name when given."""
    if isinstance(place, Container):
        return None
    found: list[object] = [place.occupant]
    kernel = place.occupant if isinstance(place, VirtualMachine) else place.kernel
    if kernel is not None:
        found = [*kernel.guests, *found]
    return next(
        (
            service
            for service in found
            if isinstance(service, kind)
            and service.state == "running"
            and name in {None, service.name}
        ),
        None,
    )
