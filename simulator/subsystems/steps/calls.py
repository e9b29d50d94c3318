"""Steps that ask something of the kernel which it may refuse."""

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.namespaces import KINDS, Namespaces, Wanted, unshared
from simulator.subsystems.processes import Process
from simulator.subsystems.users import (
    ALL_CAPABILITIES,
    Credentials,
    IdRange,
    UserNamespace,
)

Arguments = Mapping[str, Any]

PRIVILEGED: Mapping[str, tuple[str, str]] = {
    "sethostname": ("SYS_ADMIN", "uts"),
    "mount": ("SYS_ADMIN", "mnt"),
    "add_interface": ("NET_ADMIN", "net"),
    "mknod": ("MKNOD", ""),
    "init_module": ("SYS_MODULE", ""),
    "clock_settime": ("SYS_TIME", ""),
}
"""Per call: the capability that it needs, and the namespace whose owner counts;
without one it is the kernel's first, for what is not in any namespace."""


def kill(process: Process, arguments: Arguments) -> Work:
    """Send a signal to a process by its number, or to all of a program."""
    yield 0
    name, kernel = arguments["signal"], process.kernel
    cause = process.last_seq
    targets = list(_targets(process, arguments))
    for target in targets:
        process.last_seq = kernel.signal(target, name, cause, process)
    if not targets:
        log = "kill: No such process"
        _refused(process, "kill", "ESRCH", log, target=arguments["pid"])


def _targets(process: Process, arguments: Arguments) -> Iterable[Process]:
    """Return the processes that are meant, among those that can be seen from here."""
    seen = process.namespaces.pid
    for other in process.kernel.everyone():
        if other.state == "gone" or not other.pid_in(seen):
            continue
        path = arguments.get("path")
        if other.program.path == path or other.pid_in(seen) == arguments["pid"]:
            yield other


def unshare(process: Process, arguments: Arguments) -> Work:
    """Leave some namespaces for new ones; a new PID namespace is for the children."""
    yield 0
    kinds, credentials = arguments["kinds"], process.credentials
    user, log = None, ""
    if "user" in kinds:
        user, log = _new_user_namespace(process, arguments["uid_map"])
    elif not process.may("SYS_ADMIN", credentials.user):
        log = "unshare: Operation not permitted"
    if log:
        _refused(process, "unshare", "EPERM", log, target=process.program.path)
        return
    if user is not None:
        process.credentials = Credentials(credentials.uid, user, ALL_CAPABILITIES)
    _move(process, kinds, user)
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        "unshare",
        cause=process.last_seq,
        target=process.program.path,
        pid=process.pid,
        kinds=list(kinds),
    )


def _new_user_namespace(
    process: Process, entries: Iterable[Mapping[str, int]]
) -> tuple[UserNamespace | None, str]:
    """Return a user namespace below the process's own, or why there is none.

    user_namespaces(7): without CAP_SETUID outside one may map oneself and nobody
    else.
    """
    above, uid = process.credentials.user, process.credentials.uid
    own = process.credentials.uid_inside
    allowed = process.kernel.mechanisms["kernel.user_namespaces"] == "unprivileged"
    if not allowed and not process.may("SYS_ADMIN", above):
        return None, "unshare: Operation not permitted"
    ranges = tuple(IdRange(**entry) for entry in entries) or (IdRange(0, own, 1),)
    is_oneself = [(r.outside, r.count) for r in ranges] == [(own, 1)]
    if not is_oneself and not process.may("SETUID", above):
        return None, "write /proc/self/uid_map: Operation not permitted"
    number = process.kernel.new_numbers(1)
    return UserNamespace(number, above, uid, ranges), ""


def _move(process: Process, kinds: tuple[str, ...], user: UserNamespace | None) -> None:
    """Put a process into new namespaces, with copies of what it saw before."""
    old = process.namespaces
    number = process.kernel.new_numbers(len(KINDS))
    wanted = Wanted(kinds, process.root, old.uts.hostname, user)
    made = unshared(old, wanted, number)
    if made.mnt is not old.mnt:
        made.mnt.mounts = list(old.mnt.mounts)
    process.namespaces = made._replace(pid=old.pid)
    process.children_in = made if made.pid is not old.pid else None


def set_user(process: Process, arguments: Arguments) -> Work:
    """Become another user; whoever is not root after it has no capabilities."""
    yield 0
    uid, credentials = arguments["uid"], process.credentials
    wanted = credentials.as_user(uid)
    if wanted is None:
        log = f"setuid {uid}: Invalid argument"
        _refused(process, "setuid", "EINVAL", log, target=uid)
        return
    if wanted.uid != credentials.uid and not process.may("SETUID", credentials.user):
        log = f"setuid {uid}: Operation not permitted"
        _refused(process, "setuid", "EPERM", log, target=uid)
        return
    process.credentials = wanted
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        "setuid",
        cause=process.last_seq,
        target=uid,
        pid=process.pid,
        uid_outside=wanted.uid,
    )


def system_call(process: Process, arguments: Arguments) -> Work:
    """Make a system call that only the privileged may make."""
    yield 0
    name = arguments["name"]
    capability, kind = PRIVILEGED[name]
    own, kernel = process.namespaces, process.kernel
    owner = getattr(own, kind).owner if kind else kernel.namespaces.user
    if not process.may(capability, owner):
        log = f"{name}: Operation not permitted"
        _refused(process, "system_call", "EPERM", log, target=name)
        return
    _EFFECTS.get(name, _no_effect)(own, arguments["value"])
    process.last_seq = kernel.platform.engine.record(
        kernel.name,
        "system_call",
        cause=process.last_seq,
        target=name,
        pid=process.pid,
        value=arguments["value"],
    )


def _set_hostname(own: Namespaces, value: str) -> None:
    own.uts.hostname = value


def _mount(own: Namespaces, value: str) -> None:
    own.mnt.mounts.append(value)


def _add_interface(own: Namespaces, value: str) -> None:
    own.net.interfaces.append(value)


def _no_effect(own: Namespaces, value: str) -> None:
    """Change nothing that this model has."""


_EFFECTS = {
    "sethostname": _set_hostname,
    "mount": _mount,
    "add_interface": _add_interface,
}


def make_segment(process: Process, arguments: Arguments) -> Work:
    """Make a piece of shared memory that others can find by its key."""
    yield 0
    segments, key = process.namespaces.ipc.segments, arguments["key"]
    if key in segments:
        log = "shmget: File exists"
        _refused(process, "shmget", "EEXIST", log, target=key)
        return
    segments[key] = process.credentials.uid
    _found(process, key)


def find_segment(process: Process, arguments: Arguments) -> Work:
    """Look for a piece of shared memory by its key."""
    yield 0
    key = arguments["key"]
    if key in process.namespaces.ipc.segments:
        _found(process, key)
        return
    log = "shmget: No such file or directory"
    _refused(process, "shmget", "ENOENT", log, target=key)


def _found(process: Process, key: int) -> None:
    process.last_status = 0
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        "shmget",
        cause=process.last_seq,
        target=key,
        pid=process.pid,
    )


def meet_bug(process: Process, arguments: Arguments) -> Work:
    """Make a system call that runs into a bug of the kernel."""
    yield 0
    met = None if arguments["in_interrupt"] else process
    process.kernel.bug(met, process.last_seq)


def _refused(
    process: Process, action: str, errno_name: str, log: str, **detail: Any
) -> None:
    """Record that the kernel said no; the process goes on, with status 1 in mind."""
    process.last_status = 1
    process.last_seq = process.kernel.platform.engine.record(
        process.kernel.name,
        action,
        FAILED,
        cause=process.last_seq,
        **detail,
        pid=process.pid,
        errno=ERRNO[errno_name],
        errno_name=errno_name,
        log=log,
    )


STEPS = {
    "kill": kill,
    "unshare": unshare,
    "set_user": set_user,
    "system_call": system_call,
    "make_segment": make_segment,
    "find_segment": find_segment,
    "meet_bug": meet_bug,
}
