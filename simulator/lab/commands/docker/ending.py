"""What ends containers, and what is left of them."""

from collections.abc import Generator

from simulator.engine import Gate
from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.commands.docker.engine import (
    DAEMON,
    at_least,
    find,
    identifier,
    read_options,
    record_of,
)
from simulator.lab.commands.docker.running import forget
from simulator.lab.commands.processes import signal_named
from simulator.subsystems.container import Container, ContainerEngine

GRACE_S = 10


def stop(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Ask containers to end; kill those that do not in time."""
    found = read_options("stop", words, (), ("t", "time", "timeout"), status=1)
    at_least("stop", found.rest)
    grace = found.value("t", "time", "timeout") or str(GRACE_S)
    if not grace.isdigit():
        raise CommandError(f'invalid argument "{grace}" for "-t, --timeout" flag')
    status = 0
    for word in found.rest:
        container = _known(call, engine, word)
        if container is None:
            status = 1
            continue
        cause = call.view.process.start_seq
        yield from container.stop(int(grace) * 1_000_000, cause)
        call.line(word)
    return status


def kill(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Send a signal to the first process of containers, SIGKILL unless told."""
    found = read_options("kill", words, (), ("s", "signal"), status=1)
    at_least("kill", found.rest)
    signal = signal_named(found.value("s", "signal") or "KILL")
    status = 0
    yield 0
    for word in found.rest:
        container = _known(call, engine, word)
        if container is None:
            status = 1
            continue
        if container.main is None or container.state != "running":
            number = identifier(engine, container)
            call.err(
                f"{DAEMON}cannot kill container: {word}: container {number}"
                " is not running\n"
            )
            status = 1
            continue
        container.stopped_by_hand = True
        container.kernel.signal(container.main, signal, call.view.process.start_seq)
        call.line(word)
    return status


def remove(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Remove containers that have ended; running ones only by force."""
    found = read_options("rm", words, ("f", "force", "v", "volumes"), status=1)
    at_least("rm", found.rest)
    status = 0
    yield 0
    for word in found.rest:
        container = _known(call, engine, word)
        if container is None:
            status = 0 if found.has("f", "force") else 1
            continue
        if container.state == "running":
            if not found.has("f", "force"):
                call.err(
                    f'{DAEMON}cannot remove container "/{container.name}": container is'
                    " running: stop the container before removing or force remove\n"
                )
                status = 1
                continue
            container.stopped_by_hand = True
            _force(call, container)
        forget(call, engine, container)
        call.line(word)
    return status


def _force(call: Call, container: Container) -> None:
    if container.main is None:
        raise AssertionError
    container.kernel.signal(container.main, "SIGKILL", call.view.process.start_seq)


def wait(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Wait until containers have ended; write their exit statuses."""
    at_least("wait", words)
    for word in words:
        container = find(engine, word)
        if container.main is not None and container.main.alive:
            yield container.main.ended
        call.line(str(container.exit_status or 0))
    return 0


def pause(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Let all processes of containers stand still."""
    return _frozen(call, engine, "pause", words)


def unpause(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Let them go on."""
    return _frozen(call, engine, "unpause", words)


def _frozen(call: Call, engine: ContainerEngine, verb: str, words: list[str]) -> Answer:
    at_least(verb, words)
    status = 0
    yield 0
    for word in words:
        container = _known(call, engine, word)
        group = None if container is None else container.cgroup
        done = group is not None and (
            group.freeze() if verb == "pause" else group.thaw()
        )
        if done:
            call.line(word)
        elif container is not None:
            state = "already paused" if verb == "pause" else "not paused"
            call.err(f"{DAEMON}Container {word} is {state}\n")
        status = status if done else 1
    return status


def start(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Start containers again that have ended; what they wrote is still there."""
    at_least("start", words)
    status = 0
    for word in words:
        container = _known(call, engine, word)
        if container is None:
            status = 1
            continue
        if container.state != "running":
            yield from _again(call, engine, container)
        call.line(word)
    return status


def restart(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Stop containers and start them again."""
    at_least("restart", words)
    status = 0
    cause = call.view.process.start_seq
    for word in words:
        container = _known(call, engine, word)
        if container is None:
            status = 1
            continue
        yield from container.stop(GRACE_S * 1_000_000, cause)
        yield from _again(call, engine, container)
        call.line(word)
    return status


def _again(
    call: Call, engine: ContainerEngine, container: Container
) -> Generator[int | Gate, None, None]:
    """Start a container again; its first process does what its program does."""
    yield from engine.start_again(container, call.view.process.start_seq)
    keep = record_of(call, container).keep
    if keep is not None and container.state == "running":
        call.lab.engine.spawn(keep())


def _known(call: Call, engine: ContainerEngine, word: str) -> Container | None:
    """Return a container, or say that there is none."""
    try:
        return find(engine, word)
    except CommandError as error:
        call.err(f"{error.message}\n")
        return None


VERBS = {
    "kill": kill,
    "pause": pause,
    "restart": restart,
    "rm": remove,
    "start": start,
    "stop": stop,
    "unpause": unpause,
    "wait": wait,
}
