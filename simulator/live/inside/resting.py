"""Whether anything in a sandbox can still happen by itself, or has yet to.

Seen from process 1: every other process has ended, was stopped, or waits in a system
call that only somebody else can end. The kernel says so in ``/proc/<pid>/syscall``,
see proc(5); where it does not, nothing ever counts as at rest.
"""

import os

WAITING_CALLS = {"0": "read", "34": "pause", "43": "accept", "61": "wait4"}
"""Calls of x86-64 that last until another process does something."""
_HELD = frozenset("ZTX")
"""States of ``/proc/<pid>/stat``: zombie, stopped, dead."""
_ABLE = frozenset("RD")
"""Those of processes that run, or wait for a processor or a disk."""
_HARDLY = 5
"""Clock ticks, 50 ms: starting takes less, going round in circles soon more."""


def at_rest() -> bool:
    """Return whether no process of this PID namespace but us can go on by itself."""
    me = os.getpid()
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return all(_waits(pid) for pid in pids if pid != me)


def held_up() -> bool:
    """Return whether a process could go on and has hardly had a processor yet.

    On a busy machine it waits for one: that it tells nothing means nothing.
    """
    me = str(os.getpid())
    pids = [name for name in os.listdir("/proc") if name.isdigit() and name != me]
    return any(_is_held_up(pid) for pid in pids)


def _is_held_up(pid: str) -> bool:
    try:
        fields = _first(f"/proc/{pid}/stat").rpartition(") ")[2].split()
    except OSError:
        return False
    return fields[0] in _ABLE and int(fields[11]) + int(fields[12]) < _HARDLY


def _waits(pid: int) -> bool:
    """Return whether a process waits for others; True for one that is gone."""
    try:
        state = _first(f"/proc/{pid}/stat").rpartition(") ")[2][:1]
    except OSError:
        return True
    if state in _HELD:
        return True
    try:
        return _first(f"/proc/{pid}/syscall").partition(" ")[0] in WAITING_CALLS
    except OSError:
        return False


def _first(path: str) -> str:
    with open(path) as file:
        return file.readline().strip()
