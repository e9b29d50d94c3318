"""``docker network``: the bridges of an engine, who is on them, and new ones."""

import json
from collections.abc import Mapping
from typing import Any

from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.columns import table
from simulator.lab.commands.docker.engine import (
    DAEMON,
    SHORT,
    Verb,
    at_least,
    digits,
    grouped,
    identifier,
    read_options,
    short_id,
)
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


def _list(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    found = read_options("network ls", words, ("q", "quiet", "no-trunc"), status=1)
    drivers = {**dict.fromkeys(engine.bridges.networks, "bridge"), **BUILT_IN}
    rows = [("NETWORK ID", "NAME", "DRIVER", "SCOPE")]
    rows += [
        (digits(engine, "network", name)[:SHORT], name, driver, "local")
        for name, driver in sorted(drivers.items())
    ]
    quiet = found.has("q", "quiet")
    for line in [row[0] for row in rows[1:]] if quiet else table(rows):
        call.line(line)
    return 0


def _create(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    found = read_options(
        "network create", words, ("internal",), ("d", "driver"), status=1
    )
    at_least("network create", found.rest)
    name, driver = found.rest[0], found.value("d", "driver") or "bridge"
    if driver != "bridge":
        raise CommandError(f'{DAEMON}could not find plugin "{driver}"')
    if name in engine.bridges.networks or name in BUILT_IN:
        raise CommandError(f"{DAEMON}network with name {name} already exists")
    engine.bridges.create(name, internal=found.has("internal"))
    call.line(digits(engine, "network", name))
    return 0


def _remove(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    at_least("network rm", words)
    for name in words:
        _look_up(engine, name)
        if name in {*BUILT_IN, "bridge"}:
            raise CommandError(
                f"{DAEMON}{name} is a pre-defined network and cannot be removed"
            )
        users = _members(engine, name)
        if users:
            ends = ", ".join(
                f'name:"{c.name}" id:"{short_id(engine, c)}"' for c, _ in users
            )
            raise CommandError(
                f"{DAEMON}error while removing network: network {name} has active"
                f" endpoints ({ends})"
            )
        engine.bridges.remove(name)
        call.line(name)
    return 0


def _inspect(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    at_least("network inspect", words)
    documents = [_described(engine, name) for name in words]
    call.line(json.dumps(documents, indent=4))
    return 0


def _described(engine: ContainerEngine, name: str) -> dict[str, Any]:
    network = _look_up(engine, name)
    document: dict[str, Any] = {
        "Name": name,
        "Id": digits(engine, "network", name),
        "Scope": "local",
        "Driver": BUILT_IN.get(name, "bridge"),
    }
    if network is None:
        return document
    whole = network.prefix + ".".join("0" * (4 - network.prefix.count(".")))
    subnet = f"{whole}/{network.bits}"
    return {
        **document,
        "IPAM": {
            "Config": [{"Subnet": subnet, "Gateway": next(iter(network.members))}]
        },
        "Internal": engine.bridges.is_internal(name),
        "Containers": {
            identifier(engine, container): {
                "Name": container.name,
                "IPv4Address": f"{address}/{network.bits}",
            }
            for container, address in _members(engine, name)
        },
    }


def _look_up(engine: ContainerEngine, name: str) -> Network | None:
    """Return a bridge, None for a network that is none; CommandError: not there."""
    if name in BUILT_IN:
        return None
    if name not in engine.bridges.networks:
        raise CommandError(f"{DAEMON}network {name} not found")
    return engine.bridges.networks[name]


def _members(engine: ContainerEngine, name: str) -> list[tuple[Container, str]]:
    """Return the containers that run on a bridge, each with its address."""
    return [
        (container, stack_of(container.inside.namespaces.net).address)
        for container in engine.containers
        if container.state == "running"
        and container.inside is not None
        and container.attachment.network == name
        and container.inside.namespaces.net is not container.kernel.namespaces.net
    ]


VERBS: Mapping[str, Verb] = {
    "network": grouped(
        "network",
        {"create": _create, "inspect": _inspect, "ls": _list, "rm": _remove},
    )
}
