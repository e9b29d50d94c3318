"""Process 1 of a sandbox: carries out a plan of fixed steps and tells what happened.

It runs in an interpreter of its own, with nothing but the standard library, and reads
one JSON document. Every path in it was made by this project, every number was checked.
"""

import json
import os
import resource
import signal
import sys

from simulator.live.inside import linux, seccomp
from simulator.live.inside.machine import Machine
from simulator.live.inside.steps import STEPS

_ROOT = "/tmp"  # noqa: S108  the mount point of the sandbox's own root
_SANDBOX = ("user", "pid", "mnt", "uts", "ipc", "net")


def enter_sandbox(machine: Machine) -> None:
    """Leave everything behind; come back as process 1 of the sandbox."""
    user, group = os.geteuid(), os.getegid()
    linux.unshare(linux.CLONE["user"])
    machine.tell("unshared", pid=os.getpid())
    if machine.request["maps_itself"]:
        _map_one_user(user, group)
    sys.stdin.buffer.read(1)  # the users are mapped now
    os.setgid(0)
    os.setuid(0)
    # Else /proc would show this process and its children as another user's.
    linux.prctl(linux.PR_SET_DUMPABLE, 1)
    # The kernel forgets this whenever a process becomes another user.
    linux.die_with_parent(machine.request["parent"])
    linux.unshare(sum(linux.CLONE[k] for k in _SANDBOX if k != "user"))
    if os.fork():
        _, status = os.wait()
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    linux.die_with_parent(0)
    # Process 1 gets no signal that it has no handler for, not even an alarm.
    signal.signal(signal.SIGALRM, lambda *_: os._exit(1))
    signal.alarm(machine.request["seconds"])
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("tmpfs", _ROOT, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=64m")
    for part in ("proc", "images", "containers"):
        os.mkdir(f"{_ROOT}/{part}")
    flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("proc", f"{_ROOT}/proc", "proc", flags)
    linux.enter_root(_ROOT)
    linux.set_hostname("machine")
    linux.raise_loopback()
    seccomp.forbid(seccomp.FORBIDDEN_CALLS)


def _map_one_user(user: int, group: int) -> None:
    """As an ordinary user: root of the sandbox is oneself, and there is nobody else."""
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"0 {user} 1"),
        ("gid_map", f"0 {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def _bound() -> None:
    """Bound what this process and all that it starts may use."""
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))


LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_CPU: 20,
    resource.RLIMIT_FSIZE: 64 << 20,
    resource.RLIMIT_AS: 1 << 30,
    resource.RLIMIT_NOFILE: 256,
    resource.RLIMIT_MEMLOCK: 0,
}
"""Bytes, seconds and counts for each process of a sandbox."""


def main() -> None:
    """Read the request, enter the sandbox, carry the plan out."""
    machine = Machine(json.loads(sys.stdin.buffer.readline()))
    try:
        _bound()
        enter_sandbox(machine)
        machine.tell("ready")
        for step in machine.request["plan"]:
            STEPS[step["do"]](machine, step)
        machine.tell("done")
    except Exception as error:  # noqa: BLE001  whoever waits outside must hear of it
        machine.tell("failed", log=f"{type(error).__name__}: {error}")
        os._exit(1)
    os._exit(0)
