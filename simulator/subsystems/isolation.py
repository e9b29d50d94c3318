"""How an engine isolates a container: namespaces of its own, a user, capabilities."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.calibration import figure
from simulator.subsystems.files import FileTree
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.namespaces import KINDS, Namespaces, Wanted, unshared
from simulator.subsystems.users import (
    CONTAINER_CAPABILITIES,
    Credentials,
    IdRange,
    UserNamespace,
)

SUBORDINATE = (IdRange(0, 100_000, 65_536),)
"""The first range that ``/etc/subuid`` gives to a user who has none yet."""
OWN_MOUNTS = ("/proc", "/dev", "/sys")
"""What a runtime mounts inside a container, besides its root file system."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """What is asked for one container, where that is not the engine's habit."""

    host_namespaces: tuple[str, ...] = ()
    """Kinds that it shares with its host, as ``--pid=host`` does."""
    uid_map: tuple[IdRange, ...] = ()
    """Users of a user namespace of its own; none: users are the host's."""
    boottime_offset_us: int | None = None
    """With a value it has a time namespace, whose clock is off by so much."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """What the processes of one container see, and who they are."""

    namespaces: Namespaces
    credentials: Credentials
    hostname: str


DEFAULT = Isolation()
_LEFT = frozenset(CONTAINER_CAPABILITIES)
GRACE_S = figure("stop_grace") // 1_000_000
"""Seconds from SIGTERM to SIGKILL when nobody asks for another time."""


def isolate(
    kernel: Kernel,
    name: str,
    root: FileTree,
    kinds: Sequence[str],
    wanted: Isolation = DEFAULT,
) -> Confinement:
    """Make the namespaces of a container called ``name``.

    ``kinds`` are those that its engine makes anew unless the host's are asked for.
    """
    above = kernel.namespaces
    new = _new_kinds(kinds, wanted)
    first = kernel.new_numbers(len(KINDS))
    user = above.user
    if "user" in new:
        number = first + KINDS.index("user")
        ranges = wanted.uid_map or SUBORDINATE
        user = UserNamespace(number, user, kernel.superuser.uid, ranges)
    made = unshared(above, Wanted(new, root, name, user), first)
    _mount(made, above, name)
    if "net" in new:
        made.net.interfaces.append("eth0")
    if "time" in new:
        made.time.boottime_offset_us = wanted.boottime_offset_us or 0
    credentials = Credentials(user.to_kernel(0) or 0, user, _LEFT, devices=False)
    return Confinement(made, credentials, made.uts.hostname)


def spared_us(kinds: Sequence[str]) -> int:
    """Return what is spared by making these kinds only; two of all cost much."""
    return sum([figure(name) for kind, name in _COSTLY.items() if kind not in kinds])


_COSTLY = {"net": "network_namespace", "pid": "pid_namespace"}


def _new_kinds(kinds: Sequence[str], wanted: Isolation) -> tuple[str, ...]:
    asked = {*kinds}
    if wanted.uid_map:
        asked.add("user")
    if wanted.boottime_offset_us is not None:
        asked.add("time")
    asked.difference_update(wanted.host_namespaces)
    return tuple(filter(asked.__contains__, KINDS))


def _mount(made: Namespaces, above: Namespaces, name: str) -> None:
    """Mount the root where the host sees it, and what belongs into it.

    Without a mount namespace of its own the rest shows up on the host as well.
    """
    root = f"/run/containers/{name}"
    above.mnt.mounts.append(root)
    prefix = root if made.mnt is above.mnt else ""
    made.mnt.mounts += [f"{prefix}{mount}" for mount in OWN_MOUNTS]
