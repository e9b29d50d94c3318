"""What a client shows of containers: lists, numbers, output, all that is known."""

import json
import re
from typing import Any

from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.columns import binary, span, table
from simulator.lab.commands.docker import describing, images
from simulator.lab.commands.docker.engine import (
    at_least,
    find,
    identifier,
    processes_of,
    read_options,
    record_of,
    short_id,
)
from simulator.lab.commands.processes import COLUMNS
from simulator.lab.files.proc import resident_kib
from simulator.lab.view import View
from simulator.subsystems.container import Container, ContainerEngine

SHOWN = 20
"""Characters of a command that a list shows."""
_FIELD = re.compile(r"\{\{\s*(?:json\s+)?\.([\w.]*)\s*\}\}")


def ps(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """List containers, only those that run unless all are asked for."""
    flags = ("a", "all", "q", "quiet", "l", "latest", "no-trunc")
    found = read_options("ps", words, flags, ("format",), status=1)
    containers = [
        container
        for container in reversed(engine.containers)
        if container.state == "running" or found.has("a", "all", "l", "latest")
    ]
    if found.has("l", "latest"):
        containers = containers[:1]
    form = found.value("format")
    if found.has("q", "quiet"):
        form = "{{.ID}}"
    heads = ("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES")
    keys = ("ID", "Image", "Command", "CreatedAt", "Status", "Ports", "Names")
    rows = [_row(call, engine, container) for container in containers]
    if form is not None:
        for row in rows:
            call.line(_filled(form, row))
        return 0
    for line in table([heads, *([row[key] for key in keys] for row in rows)]):
        call.line(line)
    return 0


def _row(call: Call, engine: ContainerEngine, container: Container) -> dict[str, str]:
    now = call.lab.engine.now
    record = record_of(call, container)
    return {
        "ID": short_id(engine, container),
        "Image": image_name(engine, container),
        "Command": quoted(" ".join(record.words)),
        "CreatedAt": f"{span(now - record.created_us)} ago",
        "Status": status_of(call, container),
        "Ports": ", ".join(
            f"0.0.0.0:{host}->{port}/tcp" for host, port in container.attachment.ports
        ),
        "Names": container.name,
        "State": container.state,
    }


def quoted(text: str) -> str:
    """Return a command as a list shows it: in quotes, its end left out if long."""
    return f'"{text}"' if len(text) <= SHOWN else f'"{text[: SHOWN - 1]}…"'


def image_name(engine: ContainerEngine, container: Container) -> str:
    """Return the tag of a container's image, or its name when it has none."""
    tags = (tag for tag, image in engine.store.tags.items() if image is container.image)
    return next(tags, container.image.name).removesuffix(":latest")


def status_of(call: Call, container: Container) -> str:
    """Return state and time since then, as a list shows them."""
    events = call.lab.engine.events
    since = events[container.state_seq].time if container.state_seq is not None else 0
    ago = span(call.lab.engine.now - since)
    main = container.main
    if container.state == "running" and main is not None:
        up = span(call.lab.engine.now - call.view.started_us(main))
        if is_paused(container):
            return f"Up {up} (Paused)"
        return f"Up {up} ({container.health})" if container.health else f"Up {up}"
    if container.state == "restarting":
        return f"Restarting ({container.exit_status or 0}) {ago} ago"
    if container.state in {"created", "failed"}:
        return "Created"
    return f"Exited ({container.exit_status or 0}) {ago} ago"


def is_paused(container: Container) -> bool:
    """Return whether a container's processes stand still."""
    return container.cgroup is not None and container.cgroup.is_frozen


def logs(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Write what the first process of a container has written."""
    found = read_options("logs", words, ("f", "follow", "t"), ("n", "tail"), status=1)
    at_least("logs", found.rest)
    lines = find(engine, found.rest[0]).log
    count = found.value("n", "tail")
    if count is not None and count.isdigit():
        lines = lines[-int(count) :] if int(count) else []
    for line in lines:
        call.line(line)
    return 0


def top(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """List the processes of a container by the numbers that the host knows."""
    at_least("top", words)
    container = find(engine, words[0])
    if container.state != "running":
        number = identifier(engine, container)
        raise CommandError(
            f"Error response from daemon: container {number} is not running"
        )
    names = ("uid", "pid", "ppid", "c", "stime", "tty", "time", "fullcmd")
    outside = _host_view(call, container)
    rows = [[COLUMNS[name][0] for name in names]]
    rows += [
        [COLUMNS[name][2](outside, process) for name in names]
        for process in processes_of(container)
    ]
    for line in table(rows, gap=0, least=20):
        call.line(line)
    return 0


def _host_view(call: Call, container: Container) -> View:
    """Return the view of the kernel's own first process."""
    init = container.kernel.init
    return View(call.lab, init) if init is not None else call.view


def stats(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Write what each running container uses, once."""
    found = read_options("stats", words, ("no-stream", "a", "all"), status=1)
    wanted = [find(engine, word) for word in found.rest]
    rows = [("CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "PIDS")]
    for container in wanted or engine.containers:
        if container.state != "running":
            continue
        used, limit = memory_of(container)
        rows.append(
            (
                short_id(engine, container),
                container.name,
                f"{cpu_share(container):.2f}%",
                f"{binary(used)} / {binary(limit)}",
                f"{used * 100 / limit:.2f}%",
                str(len(processes_of(container))),
            )
        )
    for line in table(rows):
        call.line(line)
    return 0


def memory_of(container: Container) -> tuple[int, int]:
    """Return the memory of a container's processes and what it may have, in KiB."""
    capacity = container.kernel.platform.memory.capacity_kib
    group = container.cgroup
    if group is None:
        return sum(resident_kib(p) for p in processes_of(container)), capacity
    return group.memory_current, min(group.hard_limit or capacity, capacity)


def cpu_share(container: Container) -> float:
    """Return what a container has of the processors now, in percent of one core."""
    return sum(process.share_permille for process in processes_of(container)) / 10


def inspect(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Write all that is known of containers or images, as JSON or in a format."""
    found = read_options("inspect", words, (), ("f", "format"), status=1)
    at_least("inspect", found.rest)
    documents = []
    for word in found.rest:
        document = _known(call, engine, word)
        if document is None:
            call.line("[]")
            call.err(f"Error: No such object: {word}\n")
            return 1
        documents.append(document)
    form = found.value("f", "format")
    if form is None:
        call.line(json.dumps(documents, indent=4))
        return 0
    for document in documents:
        call.line(_filled(form, document))
    return 0


def _known(call: Call, engine: ContainerEngine, word: str) -> Any:
    """Return what is known of a container or, when there is none, of an image."""
    try:
        return described(call, engine, find(engine, word))
    except CommandError:
        image = images.here(call, engine, word)
        return None if image is None else describing.described(image)


def described(call: Call, engine: ContainerEngine, container: Container) -> Any:
    """Return what is known of a container, under the names that Docker uses."""
    record, main = record_of(call, container), container.main
    is_running = container.state == "running"
    inside = container.inside
    return {
        "Id": identifier(engine, container),
        "Created": call.view.clock(record.created_us).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Path": record.words[0] if record.words else "",
        "Args": list(record.words[1:]),
        "State": {
            "Status": "exited" if container.state == "dead" else container.state,
            "Running": is_running,
            "Paused": is_paused(container),
            "OOMKilled": was_killed_for_memory(call, container),
            "Pid": main.pid if is_running and main is not None else 0,
            "ExitCode": container.exit_status or 0,
        },
        "RestartCount": container.restarts,
        "Image": container.image.digest,
        "Name": f"/{container.name}",
        "Driver": "overlay2",
        "Config": {
            "Hostname": inside.namespaces.uts.hostname if inside else "",
            "Env": [f"{k}={v}" for k, v in container.environment.variables.items()],
            "Cmd": list(container.image.config.cmd),
            "Image": image_name(engine, container),
            "WorkingDir": container.environment.directory,
            "Entrypoint": list(container.image.config.entrypoint),
            "Labels": dict(container.image.config.labels),
        },
    }


def was_killed_for_memory(call: Call, container: Container) -> bool:
    """Return whether the out-of-memory killer ended the first process."""
    main = container.main
    if main is None or main.alive:
        return False
    events = call.lab.engine.events
    seq: int | None = main.state_seq
    while seq is not None:
        if events[seq].action == "oom_kill":
            return True
        seq = events[seq].cause
    return False


def _filled(form: str, document: Any) -> str:
    """Fill values into a format such as ``{{.State.Pid}}``."""

    def value(match: re.Match[str]) -> str:
        found: Any = document
        for key in filter(None, match[1].split(".")):
            if not isinstance(found, dict) or key not in found:
                raise CommandError(f"template: no entry for key {key!r}")
            found = found[key]
        if isinstance(found, str):
            return found
        return json.dumps(found)

    return _FIELD.sub(value, form.replace("\\t", "\t"))


def info(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Write what the engine knows of itself and of its host."""
    at_least("info", words, 0)
    states = [container.state for container in engine.containers]
    host = engine.host
    running = states.count("running")
    rows = [
        ("Containers", len(states)),
        (" Running", running),
        (" Stopped", len(states) - running),
        ("Images", len(engine.store.tags)),
        ("Storage Driver", "overlay2"),
        ("Cgroup Version", 2),
        ("Kernel Version", host.system.version),
        ("Operating System", host.system.name),
        ("OSType", host.system.family),
        ("Architecture", host.platform.arch),
        ("CPUs", host.platform.cores.count),
        ("Total Memory", binary(host.platform.memory.capacity_kib)),
        ("Name", host.platform.name),
    ]
    for name, value in rows:
        call.line(f"{name}: {value}")
    return 0


VERBS = {
    "info": info,
    "inspect": inspect,
    "logs": logs,
    "ps": ps,
    "stats": stats,
    "top": top,
}
