"""What a program that has taken over one place can get at from there.

Nothing here names an attack. A place reaches what it rules: a system all that runs on
it, a container the processes beside it. It reaches what it stands on only where that
is not closed: by a right that it was given, or by a bug.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simulator.mechanisms import Value
from simulator.subsystems.container import Container, ContainerEngine
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.machine import Machine
from simulator.subsystems.virtualization import Hypervisor, VirtualMachine

Place = Machine | VirtualMachine | Container


@dataclass(frozen=True, slots=True)
class Way:
    """A way from one place to another, open or closed."""

    place: Place
    by: str
    closed: str = ""
    """What stands in the way; empty when nothing does."""


def ways_from(place: Place, mechanisms: Mapping[str, Value]) -> Iterator[Way]:
    """Go through the places next to this one: below it first, then above."""
    if isinstance(place, Container):
        yield from _out_of_container(place, mechanisms)
        return
    if isinstance(place, VirtualMachine):
        yield from _out_of_machine(place, mechanisms)
    kernel = place.occupant if isinstance(place, VirtualMachine) else place.kernel
    if kernel is not None:
        yield from _up_from(kernel)


def _out_of_container(
    container: Container, mechanisms: Mapping[str, Value]
) -> Iterator[Way]:
    if container.machine is not None:
        yield Way(container.machine, "its own kernel")
        return
    kernel = container.kernel
    below = kernel.platform
    if not isinstance(below, Machine | VirtualMachine):
        return
    inside = container.inside
    if inside is not None and inside.credentials.may(
        "SYS_ADMIN", kernel.namespaces.user
    ):
        yield Way(below, "CAP_SYS_ADMIN over the host")
    elif mechanisms["kernel.hole"] == "open":
        yield Way(below, "a bug of the shared kernel")
    else:
        log = "no capability over the host, and its namespaces hold"
        yield Way(below, "the shared kernel", log)


def _out_of_machine(
    machine: VirtualMachine, mechanisms: Mapping[str, Value]
) -> Iterator[Way]:
    monitor = machine.hypervisor
    closed = (
        ""
        if mechanisms["vm.escape"] == "open"
        else ("a guest reaches no more than its exits, and they hold")
    )
    host = monitor.host
    if host is not None and isinstance(host.platform, Machine | VirtualMachine):
        yield Way(host.platform, monitor.name, closed)
        return
    for other in monitor.machines:
        if other is not machine:
            yield Way(other, monitor.name, closed)


def _up_from(kernel: Kernel) -> Iterator[Way]:
    """Who is root of a kernel rules all containers and guests that run on it."""
    for service in kernel.guests:
        if isinstance(service, ContainerEngine):
            for container in service.containers:
                yield Way(container, kernel.name)
        elif isinstance(service, Hypervisor):
            for machine in service.machines:
                yield Way(machine, kernel.name)
