"""What a process sees of the machine: looked at from inside its namespaces."""

import json
import os
import socket
import time
from contextlib import suppress
from typing import Any

from simulator.live.inside import linux
from simulator.live.inside.containers import fork_beside, join

KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")


def look_at(pid: int, own: list[str], now: float) -> dict[str, Any]:
    """Return what the process ``pid`` sees, and what the machine sees of it.

    ``own`` names the namespaces in which it is not where this process is; ``now`` is
    the instant of all looks, in seconds of the monotonic clock.
    """
    status = _status(pid)
    inside = int(status["NSpid"].split()[-1])
    view = _from_inside(pid, own, inside)
    if "since_boot_ms" in view:
        view["uptime_us"] = (int(now * 1000) + view.pop("since_boot_ms")) * 1000
    view["pid_outside"] = pid
    view["namespaces"] = {kind: _number(pid, kind) for kind in KINDS}
    view["own"] = own
    view["pid_inside"] = inside
    view["uid_outside"] = int(status["Uid"].split()[0])
    view["uid_map"] = [int(word) for word in _read(f"/proc/{pid}/uid_map").split()]
    return view


def kinds_of_its_own(pid: int) -> list[str]:
    """Return the kinds of namespaces that a process does not share with this one."""
    me = os.getpid()
    return [kind for kind in KINDS if _number(pid, kind) != _number(me, kind)]


def _number(pid: int, kind: str) -> int:
    with suppress(OSError):
        return int(os.readlink(f"/proc/{pid}/ns/{kind}").split("[")[1].rstrip("]"))
    return 0


def _from_inside(pid: int, own: list[str], inside: int) -> dict[str, Any]:
    """Let a child enter the namespaces and tell what it finds there."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            inner = fork_beside(pid)
            if inner == 0:
                join(pid, [kind for kind in own if kind != "pid"])
                os.write(writing, json.dumps(_see(inside)).encode())
                os._exit(0)
            os.waitpid(inner, 0)
        except OSError as error:
            os.write(writing, json.dumps({"errno": error.errno}).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        seen: dict[str, Any] = json.loads(pipe.read() or b"{}")
    with suppress(ChildProcessError):
        os.waitpid(child, 0)
    return seen


def _see(looked_at: int) -> dict[str, Any]:
    if not os.path.exists("/proc/self"):
        _mount_proc()
    lookers = {os.getpid(), os.getppid()}
    pids = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
    rows = [_row(pid) for pid in pids if pid not in lookers]
    mounts = [line.split()[4] for line in _read("/proc/self/mountinfo").splitlines()]
    return {
        "hostname": socket.gethostname(),
        "uid_inside": int(_status(looked_at).get("Uid", "0").split()[0]),
        "processes": [row for row in rows if row],
        "mounts": sorted(mounts),
        "interfaces": sorted(name for _, name in socket.if_nameindex()),
        "shared_memory": _segments(),
        "since_boot_ms": _since_boot_ms(),
        "files": sorted(name for name in os.listdir("/") if name.startswith("p")),
        "kernel": os.uname().release,
        "boot_id": _read("/proc/sys/kernel/random/boot_id").strip(),
    }


def _mount_proc() -> None:
    """Show this PID namespace to whoever looks, where its processes see no /proc."""
    linux.unshare(linux.CLONE["mnt"])
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("proc", "/proc", "proc", flags)


def _segments() -> list[int]:
    """Return the keys of this IPC namespace's shared memory."""
    rows = _read("/proc/sysvipc/shm").splitlines()[1:]
    return sorted(int(row.split()[0]) for row in rows)


def _since_boot_ms() -> int:
    """Return how much longer the system has been up than the monotonic clock says.

    To the millisecond: so much lies between two looks at clocks.
    """
    longer = time.clock_gettime(time.CLOCK_BOOTTIME)
    return round((longer - time.clock_gettime(time.CLOCK_MONOTONIC)) * 1000)


def _row(pid: int) -> dict[str, Any]:
    """Return one line of what ``ps`` shows; nothing when the process is gone."""
    head, _, tail = _read(f"/proc/{pid}/stat").rpartition(") ")
    if not head:
        return {}
    state, parent, *_ = tail.split()
    program = ""
    with suppress(OSError):
        program = os.readlink(f"/proc/{pid}/exe")
    return {"pid": pid, "ppid": int(parent), "state": state, "exe": program}


def _status(pid: int) -> dict[str, str]:
    lines = _read(f"/proc/{pid}/status").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""
