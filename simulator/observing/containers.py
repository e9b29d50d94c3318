"""Container engines and their containers."""

from simulator.observing.node import Node, See, node
from simulator.observing.processes import is_first
from simulator.subsystems.container import Container, ContainerEngine


def see_engine(engine: ContainerEngine, see: See) -> Node:
    """Return an engine with its containers."""
    containers = [see(container) for container in engine.containers]
    return node("engine", engine.name, engine.state, containers)


def see_container(container: Container, see: See) -> Node:
    """Return a container with its processes, or the machine of its own."""
    kernel = container.kernel
    children = [
        see(process)
        for process in kernel.processes
        if process.place == container.name and is_first(process)
    ]
    if container.machine is not None:
        children = [see(container.machine)]
    return node(
        "container",
        container.name,
        container.state,
        children,
        kernel=kernel.name,
        image=container.image.name,
        exit_status=container.exit_status,
        restarts=container.restarts,
        health=container.health,
        env=container.environment.variables,
        log=list(container.log),
        **see_network(container),
    )


def see_network(container: Container) -> Node:
    """Return a container's address and published ports, once it has used a network."""
    inside = container.inside
    stack = None if inside is None else inside.namespaces.net.stack
    if stack is None:
        return {}
    ports = container.attachment.ports
    return {
        "address": stack.address,
        "network": container.attachment.network,
        "ports": [{"host": host, "container": port} for host, port in ports],
    }
