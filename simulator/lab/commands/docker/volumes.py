"""``docker volume``: files of an engine that outlive the containers that see them."""

import json

from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.columns import table
from simulator.lab.commands.docker.engine import (
    DAEMON,
    at_least,
    digits,
    grouped,
    identifier,
    read_options,
)
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.files import FileTree


def _list(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    found = read_options("volume ls", words, ("q", "quiet"), status=1)
    names = sorted(engine.store.volumes)
    rows = [("DRIVER", "VOLUME NAME"), *(("local", name) for name in names)]
    for line in names if found.has("q", "quiet") else table(rows):
        call.line(line)
    return 0


def _create(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    found = read_options("volume create", words, (), ("name",), status=1)
    volumes, storage = engine.store.volumes, engine.store.storage
    unnamed = digits(engine, "volume", str(len(volumes)), str(call.lab.engine.now))
    name = next(iter(found.rest), found.value("name") or unnamed)
    if name not in volumes:
        volumes[name] = FileTree(device=f"volume {name}", storage=storage)
    call.line(name)
    return 0


def _inspect(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    at_least("volume inspect", words)
    documents = [_described(engine, name) for name in words]
    call.line(json.dumps(documents, indent=4))
    return 0


def _described(engine: ContainerEngine, name: str) -> dict[str, str]:
    _look_up(engine, name)
    path = f"/var/lib/docker/volumes/{name}/_data"
    return {"Driver": "local", "Mountpoint": path, "Name": name, "Scope": "local"}


def _remove(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    found = read_options("volume rm", words, ("f", "force"), status=1)
    at_least("volume rm", found.rest)
    for name in found.rest:
        tree = _look_up(engine, name)
        users = [
            identifier(engine, container)
            for container in engine.containers
            if any(mount.tree is tree for mount in container.root.mounts.values())
        ]
        if users:
            said = f"remove {name}: volume is in use - [{', '.join(users)}]"
            raise CommandError(f"{DAEMON}{said}")
        del engine.store.volumes[name]
        engine.store.storage.release(tree.device)
        call.line(name)
    return 0


def _look_up(engine: ContainerEngine, name: str) -> FileTree:
    tree = engine.store.volumes.get(name)
    if tree is None:
        raise CommandError(f"{DAEMON}get {name}: no such volume")
    return tree


_VERBS = {"create": _create, "inspect": _inspect, "ls": _list, "rm": _remove}
VERBS = {"volume": grouped("volume", _VERBS)}
