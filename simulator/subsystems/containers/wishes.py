"""What is asked for one container, beyond its image: command, mounts, policy."""

import re
from dataclasses import dataclass, replace

from simulator.subsystems.containers.images import Healthcheck, ImageConfig
from simulator.subsystems.environment import Environment
from simulator.subsystems.files import FileTree, Program
from simulator.subsystems.users import ALL_CAPABILITIES, Credentials, UserNamespace

SHELL = "/bin/sh"
SEARCH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Where a command without a slash is looked for, in this order."""
FIRST_UID = 1000
"""The number of a user who is known by name only."""
POLICIES = ("no", "on-failure", "always", "unless-stopped")
_AND_THEN = re.compile(r"\s*(?:&&|;)\s*")
_INIT_PATH = "/sbin/docker-init"


@dataclass(frozen=True, slots=True)
class Mounting:
    """A volume of the engine, or a directory of its host, seen at a path."""

    target: str
    volume: str = ""
    source: str = ""
    read_only: bool = False
    uid: int = 0
    """The kernel's number of the owner of the host's directory."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for one container; what is left out is as its image says."""

    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    env: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    """Where its first program begins; as the image says when empty."""
    mounts: tuple[Mounting, ...] = ()
    read_only: bool = False
    """It may not write into its own layer."""
    init: bool = False
    """A small init of the engine is its first process."""
    restart: str = "no"
    """One of ``POLICIES``."""
    retries: int = 0
    """After how many restarts ``on-failure`` gives up; 0: never."""
    healthcheck: Healthcheck | None = None
    privileged: bool = False
    """All capabilities, and all devices of the host."""
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    runtime: str = "runc"
    """What runs it: on the host's kernel, or on one of its own."""
    isolation: str = "default"
    """Of a Windows container: ``process`` or ``hyperv``; the host has its habit."""


ORDINARY = Wish()


def words_of(config: ImageConfig, wish: Wish) -> tuple[str, ...]:
    """Return the words that a container runs: entrypoint, then command.

    An entrypoint of the wish drops the image's command, as engines do.
    """
    entry = config.entrypoint if wish.entrypoint is None else wish.entrypoint
    command = wish.command
    if command is None:
        command = config.cmd if wish.entrypoint is None else ()
    return (*entry, *command)


def command_of(words: tuple[str, ...], root: FileTree) -> tuple[str, tuple[str, ...]]:
    """Return the path of the program to run, and its arguments.

    A line for a shell is taken apart into its commands; words after it would be its
    parameters, which no command here reads.
    """
    first, *rest = words
    if _is_shell(first, root) and "-c" in rest[:-1]:
        commands = _AND_THEN.split(rest[rest.index("-c") + 1].strip())
        found = tuple(_located(command, root) for command in commands)
        return first, ("-c", *found)
    return found_at(first, root), tuple(rest)


def _is_shell(path: str, root: FileTree) -> bool:
    program = root.files.get(path)
    return path == SHELL or (program is not None and program.acts_as == "shell")


def found_at(word: str, root: FileTree) -> str:
    """Return the path of a command; the word itself when it is not to be found."""
    if "/" in word:
        return word
    paths = (f"{directory}/{word}" for directory in SEARCH)
    return next((path for path in paths if path in root.files), word)


def with_init(
    root: FileTree, arch: str, path: str, arguments: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """Put the engine's own init in front: it forwards signals and reaps orphans."""
    root.files[_INIT_PATH] = Program(
        "docker-init",
        _INIT_PATH,
        "elf",
        arch,
        signals=(("SIGTERM", "forward"), ("SIGINT", "forward")),
        reaps=True,
        acts_as="init",
        links="static",
    )
    return _INIT_PATH, ("--", path, *arguments)


def environment(config: ImageConfig, wish: Wish) -> Environment:
    """Return what a container's processes begin with.

    Their variables are the image's, then those asked for; their directory likewise.
    """
    pairs = (entry.partition("=") for entry in (*config.env, *wish.env))
    found = {name: value for name, _, value in pairs}
    return Environment(found, wish.workdir or config.workdir)


def with_rights(credentials: Credentials, wish: Wish, kind: str) -> Credentials:
    """Return the capabilities and devices of a container's root.

    ``kind`` is the mechanism ``container.privileged``.
    """
    if not (wish.privileged or wish.cap_add or wish.cap_drop):
        return credentials
    if wish.privileged and kind == "host":
        return replace(credentials, capabilities=ALL_CAPABILITIES, devices=True)
    kept = {*credentials.capabilities, *wish.cap_add} - {*wish.cap_drop}
    return replace(credentials, capabilities=frozenset(kept))


def as_user(credentials: Credentials, user: str) -> Credentials:
    """Return who a container's processes are when its image or wish names a user.

    Anyone but root has no capability.
    """
    if user in {"", "0", "root"}:
        return credentials
    inside = int(user) if user.isdigit() else FIRST_UID
    namespace: UserNamespace = credentials.user
    kernel_uid = namespace.to_kernel(inside)
    uid = inside if kernel_uid is None else kernel_uid
    return Credentials(uid, namespace, NOTHING, devices=False)


NOTHING: frozenset[str] = frozenset()


def _located(command: str, root: FileTree) -> str:
    words = command.split()
    at = 1 if words[0] == "exec" and len(words) > 1 else 0
    words[at] = found_at(words[at], root)
    return " ".join(words)
