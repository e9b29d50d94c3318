"""What a stage of a build has noted so far: variables, user, command, ports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath

from simulator.dockerfile import ExpansionError, Instruction, expand
from simulator.dockerfile.commands import duration_us
from simulator.dockerfile.settings import is_port
from simulator.subsystems.builds.errors import BuildError
from simulator.subsystems.containers.images import Healthcheck, ImageConfig
from simulator.subsystems.signals import NUMBERS

SHELL = ("/bin/sh", "-c")
_NAMES = {number: name for name, number in NUMBERS.items()}
Healths = Mapping[str, int]


@dataclass(slots=True)
class Settings:
    """Variables and configuration, as the next instruction finds them."""

    escape: str = "\\"
    env: dict[str, str] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    """Values of ARG that are in scope."""
    shell: tuple[str, ...] = SHELL
    workdir: str = "/"
    user: str = ""
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    has_cmd: bool = False
    """This stage has a CMD of its own, which ENTRYPOINT leaves alone."""
    ports: tuple[int, ...] = ()
    volumes: tuple[str, ...] = ()
    stop_signal: str = "SIGTERM"
    healthcheck: Healthcheck | None = None
    labels: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, config: ImageConfig, escape: str) -> "Settings":
        """Return what a stage begins with: the configuration of its base image."""
        env = dict(entry.partition("=")[::2] for entry in config.env)
        return cls(
            escape,
            env,
            {},
            SHELL,
            config.workdir,
            config.user,
            config.entrypoint,
            config.cmd,
            has_cmd=False,
            ports=config.exposed_ports,
            volumes=config.volumes,
            stop_signal=config.stop_signal,
            healthcheck=config.healthcheck,
            labels=dict(config.labels),
        )

    @property
    def variables(self) -> dict[str, str]:
        """All variables by name; ENV wins over ARG."""
        return {**self.args, **self.env}

    def expanded(self, word: str) -> str:
        """Replace the variables of a word; raise BuildError."""
        try:
            return expand(word, self.variables, self.escape)
        except ExpansionError as error:
            raise BuildError(f"failed to process {word!r}: {error}") from error

    def path(self, word: str) -> str:
        """Return an absolute path; a relative one begins at the working directory."""
        found = normpath(join(self.workdir, word))
        return f"/{found.lstrip('/')}"

    def config(self) -> ImageConfig:
        """Return the configuration of an image that is finished here."""
        return ImageConfig(
            self.entrypoint,
            self.cmd,
            tuple(f"{name}={value}" for name, value in self.env.items()),
            self.workdir,
            self.user,
            self.ports,
            self.volumes,
            self.stop_signal,
            self.healthcheck,
            tuple(self.labels.items()),
        )


def note(settings: Settings, instruction: Instruction) -> None:
    """Carry out an instruction that only notes something; raise BuildError."""
    _NOTES[instruction.keyword](settings, instruction)


def command_of(settings: Settings, instruction: Instruction) -> tuple[str, ...]:
    """Return a command as it is executed: the shell form goes to the shell."""
    if instruction.is_exec:
        return instruction.words
    return (*settings.shell, *instruction.words)


def _env(settings: Settings, instruction: Instruction) -> None:
    """All values of one line are made of what was there before it."""
    found = {
        settings.expanded(name): settings.expanded(value or "")
        for name, value in instruction.pairs
    }
    settings.env.update(found)


def _user(settings: Settings, instruction: Instruction) -> None:
    settings.user = settings.expanded(instruction.words[0])


def _shell(settings: Settings, instruction: Instruction) -> None:
    settings.shell = instruction.words


def _entrypoint(settings: Settings, instruction: Instruction) -> None:
    """A new entry point has nothing to do with the arguments of the base's."""
    settings.entrypoint = command_of(settings, instruction)
    if not settings.has_cmd:
        settings.cmd = ()


def _cmd(settings: Settings, instruction: Instruction) -> None:
    settings.cmd, settings.has_cmd = command_of(settings, instruction), True


def _expose(settings: Settings, instruction: Instruction) -> None:
    ports = dict.fromkeys(settings.ports)
    for word in instruction.words:
        for port in settings.expanded(word).split():
            if not is_port(port):
                raise BuildError(f"invalid containerPort: {port}")
            first, _, last = port.partition("/")[0].partition("-")
            ports.update(dict.fromkeys(range(int(first), int(last or first) + 1)))
    settings.ports = tuple(ports)


def _volume(settings: Settings, instruction: Instruction) -> None:
    found = [settings.path(settings.expanded(word)) for word in instruction.words]
    settings.volumes = tuple(dict.fromkeys((*settings.volumes, *found)))


def _stop_signal(settings: Settings, instruction: Instruction) -> None:
    word = settings.expanded(instruction.words[0]).upper()
    name = _NAMES.get(int(word)) if word.isascii() and word.isdigit() else None
    name = name or f"SIG{word.removeprefix('SIG')}"
    if name not in NUMBERS:
        raise BuildError(f"invalid signal: {word}")
    settings.stop_signal = name


def _healthcheck(settings: Settings, instruction: Instruction) -> None:
    if instruction.inner is None:
        settings.healthcheck = None
        return
    flags = dict(instruction.flags)
    usual = Healthcheck(())
    settings.healthcheck = Healthcheck(
        command_of(settings, instruction.inner),
        duration_us(flags.get("interval", "")) or usual.interval_us,
        duration_us(flags.get("timeout", "")) or usual.timeout_us,
        duration_us(flags.get("start-period", "")) or usual.start_period_us,
        int(flags.get("retries", "0")) or usual.retries,
    )


def _label(settings: Settings, instruction: Instruction) -> None:
    for name, value in instruction.pairs:
        settings.labels[settings.expanded(name)] = settings.expanded(value or "")


def _nothing(settings: Settings, instruction: Instruction) -> None:
    """MAINTAINER, which has long been given up: nobody in this model reads it."""


Note = Callable[[Settings, Instruction], None]
_NOTES: Mapping[str, Note] = {
    "ENV": _env,
    "USER": _user,
    "SHELL": _shell,
    "ENTRYPOINT": _entrypoint,
    "CMD": _cmd,
    "EXPOSE": _expose,
    "VOLUME": _volume,
    "STOPSIGNAL": _stop_signal,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _label,
    "MAINTAINER": _nothing,
}
NOTES = frozenset(_NOTES)
"""Instructions that change no file."""
