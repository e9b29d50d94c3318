"""``docker run`` and ``docker exec``: processes in containers, watched or not."""

from collections.abc import Generator
from dataclasses import replace
from functools import partial

from simulator.engine import Gate
from simulator.lab.call import Answer, Call, CommandError, Options
from simulator.lab.commands.docker.asking import (
    FLAGS,
    VALUES,
    Asked,
    asked_for,
)
from simulator.lab.commands.docker.bridges import known
from simulator.lab.commands.docker.engine import (
    DAEMON,
    at_least,
    find,
    identifier,
    last_log,
    read_options,
    short_id,
)
from simulator.lab.commands.docker.images import obtain
from simulator.lab.commands.docker.sizes import refused
from simulator.lab.files import absolute
from simulator.lab.launch import NO_FILE, Launched, Where, launch
from simulator.lab.records import Record
from simulator.lab.state import PATH
from simulator.lab.userland import SHELLS, tool_of
from simulator.subsystems.container import Container, ContainerEngine
from simulator.subsystems.environment import Environment
from simulator.subsystems.processes import Attempt, Process

NO_SUCH_FILE = 127
CANNOT_EXECUTE = 126
FORMAT_STATUS = 255
WATCH_US = 50_000
"""How often one looks whether a container has been started again."""
CREATE = (
    "failed to create task for container: failed to create shim task: OCI runtime"
    " create failed: runc create failed: unable to start container process: "
)
EXEC = "OCI runtime exec failed: exec failed: unable to start container process: "


def run(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Create a container of an image and start it."""
    found = read_options("run", words, FLAGS, VALUES, stops=True)
    at_least("run", found.rest)
    name = found.value("name") or _invented(call, engine)
    taken = next((c for c in engine.containers if c.name == name), None)
    if taken is not None:
        raise refused(_conflict(engine, taken))
    image = yield from obtain(call, engine, found.rest[0], found.value("pull"))
    asked = asked_for(found, name, image, known(call, engine))
    return (yield from _start(call, engine, asked))


def _start(
    call: Call, engine: ContainerEngine, asked: Asked
) -> Generator[int | Gate, None, int]:
    created_us = call.lab.engine.now
    attempt: Attempt | None = yield from engine.start(
        asked.name,
        asked.image,
        asked.wish,
        call.view.process.start_seq,
        isolation=asked.isolation,
        limits=asked.limits,
        attachment=asked.attachment,
    )
    container = next((c for c in engine.containers if c.name == asked.name), None)
    if container is None:
        raise refused(last_log(call))
    call.lab.world.places[asked.name] = [container]
    record = Record(asked.words, created_us, is_removed_at_end=asked.options.has("rm"))
    call.lab.records[asked.name] = record
    if attempt is None:
        why = last_log(call)
        if record.is_removed_at_end:
            forget(call, engine, container)
        raise refused(why)
    if attempt.process is None:
        return _not_started(call, engine, container, attempt.errno_name)
    inner = _streams(call, container, asked)
    record.keep = partial(_kept, inner, engine, container, asked)
    if asked.is_detached:
        call.line(identifier(engine, container))
        call.lab.engine.spawn(_kept(inner, engine, container, asked))
        return 0
    return (yield from _kept(inner, engine, container, asked))


def _dress(
    call: Call, engine: ContainerEngine, container: Container, asked: Asked
) -> None:
    """Give a first process its words and its host the name that the client chose."""
    process = container.main
    if process is not None and not asked.wish.init:
        _type(call, process, asked)
    _name_host(engine, container, asked)


def _type(call: Call, process: Process, asked: Asked) -> None:
    process.arguments = asked.words[1:]
    call.lab.typed[process] = asked.words[0]


def _name_host(engine: ContainerEngine, container: Container, asked: Asked) -> None:
    inside = container.inside
    if inside is None or inside.namespaces.uts is container.kernel.namespaces.uts:
        return
    wanted = asked.options.value("h", "hostname")
    inside.namespaces.uts.hostname = wanted or short_id(engine, container)


def _streams(call: Call, container: Container, asked: Asked) -> Call:
    """Return the streams of a container's first process; the engine keeps a copy."""

    def out(text: str) -> None:
        container.log.extend(text.splitlines())
        if not asked.is_detached:
            call.out(text)

    def err(text: str) -> None:
        container.log.extend(text.splitlines())
        if not asked.is_detached:
            call.err(text)

    stdin = call.stdin if asked.is_interactive else ""
    return replace(call, words=asked.words, out=out, err=err, stdin=stdin)


def _kept(
    call: Call, engine: ContainerEngine, container: Container, asked: Asked
) -> Generator[int | Gate, None, int]:
    """Let a container's first process do what its program does, restarted or not."""
    _dress(call, engine, container, asked)
    status = yield from _ended(call, container, asked)
    while container.state in {"created", "restarting"}:
        yield WATCH_US
        if container.state == "running":
            _dress(call, engine, container, asked)
            status = yield from _ended(call, container, asked)
    record = call.lab.records.get(container.name)
    if record is not None and record.is_removed_at_end:
        forget(call, engine, container)
    return status


def _ended(
    call: Call, container: Container, asked: Asked
) -> Generator[int | Gate, None, int]:
    """Wait for the end of a process; one whose terminal nobody holds just waits."""
    process = container.main
    if process is None:
        raise AssertionError
    if asked.wish.init:
        return (yield from _ended_below(call, process, asked))
    is_shell = tool_of(process.program) in SHELLS and not process.arguments
    waits = asked.is_detached and asked.is_interactive and is_shell
    if not waits:
        return (
            yield from call.runner.attach(
                call.words, call, process, is_watched=not asked.is_detached
            )
        )
    yield process.ended
    return process.exit_status or 0


def _ended_below(
    call: Call, init: Process, asked: Asked
) -> Generator[int | Gate, None, int]:
    """Let the only child of the engine's init do what was asked for; await both."""
    while init.alive and not init.children:
        yield WATCH_US
    if init.alive:
        child = init.children[0]
        _type(call, child, asked)
        yield from call.runner.attach(
            call.words, call, child, is_watched=not asked.is_detached
        )
    if init.alive:
        yield init.ended
    return init.exit_status or 0


def forget(call: Call, engine: ContainerEngine, container: Container) -> None:
    """Remove a container that has ended."""
    engine.remove(container, call.view.process.start_seq, volumes=True)
    call.lab.records.pop(container.name, None)
    call.lab.world.places.pop(container.name, None)


def _not_started(
    call: Call, engine: ContainerEngine, container: Container, errno_name: str
) -> int:
    """Say why the first process could not be executed."""
    word = call.lab.records[container.name].words[0]
    record = call.lab.records[container.name]
    if errno_name == "ENOEXEC":
        line = f"exec {word}: exec format error"
        container.log.append(line)
        call.err(f"{line}\n")
        container.exit_status = FORMAT_STATUS
        status = FORMAT_STATUS
    else:
        status, why = _oci(word, errno_name, in_path="/" not in word)
        call.err(f"docker: {DAEMON}{CREATE}{why}.\n")
        container.state, container.exit_status = "created", status
    if record.is_removed_at_end:
        forget(call, engine, container)
    return status


def _oci(word: str, errno_name: str, *, in_path: bool) -> tuple[int, str]:
    """Return exit status and reason when a runtime cannot execute a program."""
    quoted = f'exec: "{word}": '
    if errno_name in {"ENOENT", NO_FILE, ""}:
        missing = "executable file not found in $PATH"
        where = missing if in_path else f"stat {word}: no such file or directory"
        return NO_SUCH_FILE, f"{quoted}{where}: unknown"
    if errno_name == "EACCES":
        return CANNOT_EXECUTE, f"{quoted}permission denied: unknown"
    if errno_name == "ENOEXEC":
        return CANNOT_EXECUTE, f"{quoted}exec format error: unknown"
    return CANNOT_EXECUTE, f"{quoted}{errno_name}: unknown"


def _invented(call: Call, engine: ContainerEngine) -> str:
    """Return a name for a container that was given none."""
    stream = call.lab.engine.streams.of("docker names")
    taken = {container.name for container in engine.containers}
    left, right = (names[stream.below(len(names))] for names in (ADJECTIVES, SURNAMES))
    name = f"{left}_{right}"
    numbers = (f"{name}{number}" for number in range(1, len(taken) + 1))
    return next((n for n in (name, *numbers) if n not in taken), name)


ADJECTIVES = ("brave", "calm", "eager", "gentle", "keen", "quiet", "swift", "wise")
SURNAMES = (
    "dijkstra",
    "goldberg",
    "hopper",
    "liskov",
    "popek",
    "ritchie",
    "thompson",
    "torvalds",
)


def _conflict(engine: ContainerEngine, taken: Container) -> str:
    return (
        f'Conflict. The container name "/{taken.name}" is already in'
        f' use by container "{identifier(engine, taken)}". You have to remove (or'
        " rename) that container to be able to reuse that name."
    )


def execute(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Run another program in a container that is running."""
    flags = ("i", "interactive", "t", "tty", "d", "detach", "privileged")
    values = ("u", "user", "w", "workdir", "e", "env")
    found = read_options("exec", words, flags, values, stops=True)
    at_least("exec", found.rest, 2)
    container = find(engine, found.rest[0])
    if container.state != "running" or container.main is None:
        number = identifier(engine, container)
        raise CommandError(f"{DAEMON}container {number} is not running")
    command = tuple(found.rest[1:])
    where = _as_asked(inside_of(container, call.view.process), found)
    launched = yield from launch(where, command)
    if launched.process is None:
        return _exec_failed(call, launched)
    stdin = call.stdin if found.has("i", "interactive") else ""
    inner = replace(call, words=command, stdin=stdin)
    if found.has("d", "detach"):
        call.lab.engine.spawn(
            call.runner.attach(command, inner, launched.process, is_watched=False)
        )
        return 0
    return (yield from call.runner.attach(command, inner, launched.process))


def _as_asked(where: Where, found: Options) -> Where:
    """Return the same place with the directory and the variables asked for."""
    before = where.environment
    words = found.values.get("e", []) + found.values.get("env", [])
    variables = {
        **before.variables,
        **dict(word.partition("=")[::2] for word in words),
    }
    directory = found.value("w", "workdir") or before.directory
    environment = Environment(variables, absolute(before.directory, directory))
    path = variables.get("PATH", PATH)
    return replace(where, environment=environment, path=path)


def inside_of(container: Container, parent: Process) -> Where:
    """Return where a further program of a container is started."""
    main = container.main
    if main is None:
        raise AssertionError
    return Where(
        main.kernel,
        container.root,
        main.place,
        main.namespaces,
        main.credentials,
        parent,
        main.cgroup,
        main.operation_ns,
        container.environment,
    )


def _exec_failed(call: Call, launched: Launched) -> int:
    in_path = "/" not in launched.word
    status, why = _oci(launched.word, launched.errno_name, in_path=in_path)
    call.err(f"{EXEC}{why}\n")
    return status


VERBS = {"exec": execute, "run": run}
