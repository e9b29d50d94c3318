"""The networks of an engine, as its client sees them: addresses, and who is there."""

from collections.abc import Mapping
from typing import Any

from simulator.lab.call import Call, CommandError
from simulator.lab.commands.docker.engine import DAEMON, digits, identifier, short_id
from simulator.subsystems.container import Container, ContainerEngine
from simulator.subsystems.network.bridges import HOST, NONE
from simulator.subsystems.network.namespace import Network
from simulator.subsystems.network.stacks import stack_of

BUILT_IN = {HOST: "host", NONE: "null"}
"""Networks that are no bridge: name and driver."""


def known(call: Call, engine: ContainerEngine) -> Mapping[str, bool]:
    """Return the bridges that a container can be on: whether each has no way out."""
    declared = call.lab.world.spec["networks"]
    return {
        **{name: fields["internal"] for name, fields in declared.items()},
        **{name: engine.bridges.is_internal(name) for name in engine.bridges.networks},
    }


def described(engine: ContainerEngine, name: str) -> dict[str, Any]:
    """Return what is known of a network, under the names that Docker uses."""
    network = look_up(engine, name)
    document: dict[str, Any] = {
        "Name": name,
        "Id": digits(engine, "network", name),
        "Scope": "local",
        "Driver": BUILT_IN.get(name, "bridge"),
    }
    if network is None:
        return document
    rest = ".".join("0" * (4 - network.prefix.count(".")))
    subnet = f"{network.prefix}{rest}/{network.bits}"
    config = {"Subnet": subnet, "Gateway": next(iter(network.members))}
    return {
        **document,
        "IPAM": {"Config": [config]},
        "Internal": engine.bridges.is_internal(name),
        "Containers": {
            identifier(engine, container): {
                "Name": container.name,
                "IPv4Address": f"{address}/{network.bits}",
            }
            for container, address in members(engine, name)
        },
    }


def look_up(engine: ContainerEngine, name: str) -> Network | None:
    """Return a bridge, None for a network that is none; CommandError: not there."""
    if name in BUILT_IN:
        return None
    if name not in engine.bridges.networks:
        raise CommandError(f"{DAEMON}network {name} not found")
    return engine.bridges.networks[name]


def endpoints(engine: ContainerEngine, name: str) -> str:
    """Return who is on a network, as an engine names them; empty: nobody."""
    return ", ".join(
        f'name:"{container.name}" id:"{short_id(engine, container)}"'
        for container, _ in members(engine, name)
    )


def members(engine: ContainerEngine, name: str) -> list[tuple[Container, str]]:
    """Return the containers that run on a bridge, each with its address."""
    return [
        (container, stack_of(container.inside.namespaces.net).address)
        for container in engine.containers
        if container.state == "running"
        and container.inside is not None
        and container.attachment.network == name
        and container.inside.namespaces.net is not container.kernel.namespaces.net
    ]
