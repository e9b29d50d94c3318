"""The engine that a client reaches, and its containers by name or number."""

from collections.abc import Callable, Mapping
from hashlib import sha256

from simulator.lab.call import Answer, Call, CommandError, Options, options
from simulator.lab.records import Record
from simulator.subsystems.container import Container, ContainerEngine
from simulator.subsystems.processes import Process

Verb = Callable[[Call, ContainerEngine, list[str]], Answer]
SHORT = 12
"""Digits of an identifier that people are shown."""
NO_DAEMON = (
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker"
    " daemon running?"
)
DAEMON = "Error response from daemon: "


def engine_of(call: Call) -> ContainerEngine:
    """Return the engine that answers on this machine; CommandError when none does."""
    for guest in call.view.kernel.guests:
        if isinstance(guest, ContainerEngine) and guest.state == "running":
            return guest
    raise CommandError(NO_DAEMON)


def grouped(group: str, verbs: Mapping[str, Verb]) -> Verb:
    """Return the verb whose next word says what it does: ``docker network ls``."""

    def verb(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
        if not words or words[0] in {"--help", "help"}:
            call.line(f"Usage:  docker {group} COMMAND")
            call.line(f"Commands: {' '.join(sorted(verbs))}")
            return 0
        if words[0] not in verbs:
            help_line = f"Run 'docker {group} --help' for more information"
            raise CommandError(
                f"docker: unknown command: docker {group} {words[0]}\n\n{help_line}"
            )
        return verbs[words[0]](call, engine, words[1:])

    return verb


def digits(engine: ContainerEngine, *words: str) -> str:
    """Return the 64 digits that name something of an engine."""
    seed = " ".join((engine.host.name, engine.name, *words))
    return sha256(seed.encode()).hexdigest()


def identifier(engine: ContainerEngine, container: Container) -> str:
    """Return the 64 digits that name a container."""
    return digits(engine, container.name)


def short_id(engine: ContainerEngine, container: Container) -> str:
    """Return the digits that people are shown."""
    return identifier(engine, container)[:SHORT]


def find(engine: ContainerEngine, word: str) -> Container:
    """Return the container of a name or of the first digits of its identifier."""
    for container in engine.containers:
        if word == container.name:
            return container
    for container in engine.containers:
        if word and identifier(engine, container).startswith(word):
            return container
    raise CommandError(f"{DAEMON}No such container: {word}")


def record_of(call: Call, container: Container) -> Record:
    """Return what is known of how a container was asked for."""
    records = call.lab.records
    if container.name not in records:
        main, image = container.main, container.image
        words = image.config.entrypoint + image.config.cmd
        if main is not None:
            words = words or (main.program.path,)
        created = (
            call.view.started_us(main) if main is not None else call.lab.engine.now
        )
        records[container.name] = Record(words, created)
    return records[container.name]


def processes_of(container: Container) -> list[Process]:
    """Return the processes that live in a container."""
    return [
        process
        for process in container.kernel.processes
        if process.state != "gone" and process.root is container.root
    ]


def read_options(
    verb: str,
    words: list[str],
    flags: tuple[str, ...] = (),
    values: tuple[str, ...] = (),
    *,
    status: int = 125,
    stops: bool = False,
) -> Options:
    """Read the options of one verb; say of a wrong one what the client says."""
    try:
        return options(words, flags, values, stops=stops)
    except CommandError as error:
        message = error.message.replace("unrecognized option '", "unknown flag: ")
        message = message.replace("invalid option -- '", "unknown shorthand flag: '")
        message = message.rstrip("'") if "unknown flag" in message else message
        help_line = f"Run 'docker {verb} --help' for more information"
        raise CommandError(f"{message}\n\n{help_line}", status) from error


def at_least(verb: str, words: list[str], count: int = 1) -> None:
    """Raise CommandError when a verb got fewer arguments than it needs."""
    if len(words) < count:
        plural = "s" if count != 1 else ""
        raise CommandError(
            f"docker: 'docker {verb}' requires at least {count} argument{plural}"
        )


def last_log(call: Call) -> str:
    """Return what the last event that failed says."""
    events = call.lab.engine.events
    return next(
        (str(e.detail["log"]) for e in reversed(events) if "log" in e.detail), ""
    )
