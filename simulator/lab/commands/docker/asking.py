"""What ``docker run`` is asked for: its options, read into what an engine takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.lab.call import CommandError, Options
from simulator.lab.commands.docker.sizes import (
    PERIOD_US,
    REFUSED,
    mebibytes,
    quota_us,
    refused,
)
from simulator.lab.state import PATH
from simulator.lab.userland import SHELLS, look_up
from simulator.subsystems.containers.images import ContainerImage
from simulator.subsystems.containers.wishes import POLICIES, Mounting, Wish, words_of
from simulator.subsystems.isolation import Isolation
from simulator.subsystems.network.attaching import Attachment
from simulator.subsystems.network.bridges import HOST, NONE

FLAGS = (
    "d",
    "detach",
    "rm",
    "i",
    "interactive",
    "t",
    "tty",
    "init",
    "read-only",
)
VALUES = (
    "name",
    "h",
    "hostname",
    "e",
    "env",
    "entrypoint",
    "pid",
    "ipc",
    "uts",
    "network",
    "net",
    "pull",
    "m",
    "memory",
    "cpus",
    "pids-limit",
    "p",
    "publish",
    "v",
    "volume",
    "u",
    "user",
    "restart",
    "w",
    "workdir",
)
_HOST_OPTIONS = ("pid", "ipc", "uts")
"""Options that, set to ``host``, let a container share a namespace of its host."""
_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Asked:
    """What ``docker run`` was asked for."""

    options: Options
    name: str
    image: ContainerImage
    words: tuple[str, ...]
    """What runs, as people write it."""
    wish: Wish
    isolation: Isolation
    limits: Mapping[str, Any]
    attachment: Attachment

    @property
    def is_detached(self) -> bool:
        """The client does not wait for its end."""
        return self.options.has("d", "detach")

    @property
    def is_interactive(self) -> bool:
        """What is typed goes to it."""
        return self.options.has("i", "interactive")


def asked_for(
    options: Options, name: str, image: ContainerImage, networks: Mapping[str, bool]
) -> Asked:
    """Return what the options ask for; CommandError for what no engine would take.

    ``networks`` are those that there are; whether they have no way out.
    """
    entry = options.value("entrypoint")
    words = words_of(
        image.config,
        Wish(
            entrypoint=None if entry is None else (entry,),
            command=tuple(options.rest[1:]) or None,
        ),
    )
    if not words and image.tree.files:
        words = (next(iter(image.tree.files)),)
    if not words:
        raise refused("no command specified")
    return Asked(
        options,
        name,
        image,
        words,
        _wish(options, image, words),
        _isolation(options),
        _limits(options),
        _attachment(options, networks),
    )


def _wish(options: Options, image: ContainerImage, words: tuple[str, ...]) -> Wish:
    """Return command, mounts and policy; a shell gets its line from the client."""
    path = look_up(image.tree, PATH, words[0]) or words[0]
    is_shell = path.rpartition("/")[2] in SHELLS
    policy, _, retries = (options.value("restart") or "no").partition(":")
    if policy not in POLICIES or (retries and not retries.isdigit()):
        raise refused(f"invalid restart policy: unknown policy '{policy}'")
    return Wish(
        entrypoint=(path,),
        command=() if is_shell else words[1:],
        env=tuple(options.values.get("e", []) + options.values.get("env", [])),
        user=options.value("u", "user") or "",
        workdir=options.value("w", "workdir") or "",
        mounts=tuple(
            _mounting(word)
            for word in options.values.get("v", []) + options.values.get("volume", [])
        ),
        read_only=options.has("read-only"),
        init=options.has("init"),
        restart=policy,
        retries=int(retries or 0),
    )


def _mounting(word: str) -> Mounting:
    source, _, rest = word.partition(":")
    target, _, mode = rest.partition(":")
    if not target.startswith("/") or mode not in {"", "ro", "rw"}:
        raise CommandError(f'docker: invalid volume specification: "{word}"', REFUSED)
    is_path = source.startswith("/")
    return Mounting(
        target,
        volume="" if is_path else source,
        source=source if is_path else "",
        read_only=mode == "ro",
    )


def _isolation(options: Options) -> Isolation:
    kinds = [kind for kind in _HOST_OPTIONS if options.value(kind) == "host"]
    if options.value("network", "net") == HOST:
        kinds.append("net")
    return Isolation(host_namespaces=tuple(kinds))


def _attachment(options: Options, networks: Mapping[str, bool]) -> Attachment:
    network = options.value("network", "net") or "bridge"
    if network not in {*networks, HOST, NONE, "bridge"}:
        raise refused(f"network {network} not found")
    published = options.values.get("p", []) + options.values.get("publish", [])
    ports = tuple(_ports(word) for word in published)
    return Attachment(
        "bridge" if network == HOST else network,
        internal=networks.get(network, False),
        ports=ports,
    )


def _ports(word: str) -> tuple[int, int]:
    host, _, inside = word.partition(":")
    inside = inside.removesuffix("/tcp")
    if not all(p.isdigit() and 0 < int(p) <= _PORT for p in (host, inside)):
        raise CommandError(
            f'docker: invalid publish opts format: "{word}" (HOST:CONTAINER)', REFUSED
        )
    return int(host), int(inside)


def _limits(options: Options) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    memory, cpus = options.value("m", "memory"), options.value("cpus")
    if memory is not None:
        limits["memory_max_mib"] = mebibytes(memory)
    if cpus is not None:
        limits["cpu_quota_us"] = quota_us(cpus)
        limits["cpu_period_us"] = PERIOD_US
    pids = options.value("pids-limit")
    if pids is not None:
        if not pids.isdigit() or not int(pids):
            raise CommandError(f'docker: invalid argument "{pids}"', REFUSED)
        limits["pids_max"] = int(pids)
    return limits
