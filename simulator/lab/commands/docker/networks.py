"""``docker network``: the bridges of an engine, who is on them, and new ones."""

import json

from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.columns import table
from simulator.lab.commands.docker.bridges import (
    BUILT_IN,
    described,
    endpoints,
    look_up,
)
from simulator.lab.commands.docker.engine import (
    DAEMON,
    SHORT,
    at_least,
    digits,
    grouped,
    read_options,
)
from simulator.subsystems.container import ContainerEngine


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
        look_up(engine, name)
        if name in {*BUILT_IN, "bridge"}:
            raise CommandError(
                f"{DAEMON}{name} is a pre-defined network and cannot be removed"
            )
        ends = endpoints(engine, name)
        if ends:
            raise CommandError(
                f"{DAEMON}error while removing network: network {name} has active"
                f" endpoints ({ends})"
            )
        engine.bridges.remove(name)
        call.line(name)
    return 0


def _inspect(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    at_least("network inspect", words)
    call.line(json.dumps([described(engine, name) for name in words], indent=4))
    return 0


_VERBS = {"create": _create, "inspect": _inspect, "ls": _list, "rm": _remove}
VERBS = {"network": grouped("network", _VERBS)}
