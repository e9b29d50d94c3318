"""What processes see: per place their numbers, host name, mounts, devices, users."""

from collections.abc import Mapping
from typing import Any

from simulator.subsystems.container import Container
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.namespaces import Namespaces, NetNamespace, PidNamespace
from simulator.subsystems.processes import Process
from simulator.world import Place, World, kernel_of

View = dict[str, Any]
Rows = dict[PidNamespace, list[View]]


def observe_views(world: World) -> dict[str, list[View]]:
    """Return what is seen at each place, by the group that a plan names.

    The first process of a place stands for it: a container's main one, a system's
    init. Where nothing runs there is a view all the same, of nobody.
    """
    rows: Rows = {}
    for kernel in world.kernels:
        if kernel.state == "running":
            _see_processes(kernel, rows)
    return {
        group: [_see(place, rows) for place in places]
        for group, places in world.places.items()
    }


def _see_processes(kernel: Kernel, rows: Rows) -> None:
    """Enter each process into the list of every namespace that it is seen from."""
    for process in kernel.everyone():
        if process.state == "gone":
            continue
        for namespace, pid in process.pids:
            rows.setdefault(namespace, []).append(_row(process, namespace, pid))


def _row(process: Process, namespace: PidNamespace, pid: int) -> View:
    parent = process.parent
    return {
        "pid": pid,
        "ppid": 0 if parent is None else parent.pid_in(namespace),
        "program": process.program.name,
        "state": process.state,
        "place": process.place,
        "seq": process.start_seq,
    }


def _see(place: Place, rows: Rows) -> View:
    kernel = kernel_of(place)
    main = _main(place, kernel)
    status = place.exit_status if isinstance(place, Container) else None
    if kernel is None or main is None:
        return {**_NO, "place": place.name, "state": place.state, "exit_status": status}
    seen = main.namespaces
    processes = rows.get(seen.pid, [])
    credentials = main.credentials
    return {
        "place": place.name,
        "on": kernel.platform.name,
        "state": place.state,
        "exit_status": status,
        "pid": main.pid_inside,
        "pid_outside": main.pid,
        "uid": credentials.uid_inside,
        "uid_outside": credentials.uid,
        "hostname": seen.uts.hostname,
        "mounts": list(seen.mnt.mounts),
        "interfaces": _interfaces(seen.net),
        "cgroup": _cgroup(place, seen, kernel.namespaces),
        "shared_memory": sorted(seen.ipc.segments),
        "uptime_us": _uptime(kernel, seen),
        "own": seen.own(kernel.namespaces),
        "namespaces": seen.numbers(),
        "processes": processes,
        "zombies": sum(row["state"] == "zombie" for row in processes),
    }


_NO: Mapping[str, Any] = {
    "on": "",
    "pid": 0,
    "pid_outside": 0,
    "uid": 0,
    "uid_outside": 0,
    "hostname": "",
    "mounts": [],
    "interfaces": [],
    "cgroup": "",
    "shared_memory": [],
    "uptime_us": 0,
    "own": [],
    "namespaces": {},
    "processes": [],
    "zombies": 0,
}
"""What is seen where nobody looks."""


def _main(place: Place, kernel: Kernel | None) -> Process | None:
    """Return the process that stands for a place, while it lives."""
    if isinstance(place, Container):
        main = place.main
        return main if main is not None and main.alive else None
    return None if kernel is None else kernel.init


def _interfaces(net: NetNamespace) -> list[str]:
    """Return the names of devices: what there is, and what was plugged in."""
    plugged = [] if net.stack is None else [d.name for d in net.stack.interfaces]
    return [*dict.fromkeys(net.interfaces + plugged)]


def _cgroup(place: Place, seen: Namespaces, host: Namespaces) -> str:
    """Return what ``/proc/self/cgroup`` shows: the root, seen from inside its own."""
    if not isinstance(place, Container) or seen.cgroup is not host.cgroup:
        return "/"
    return "/" if place.cgroup is None else f"/{place.cgroup.name}"


def _uptime(kernel: Kernel, seen: Namespaces) -> int:
    """Return what ``/proc/uptime`` shows, in microseconds."""
    now = kernel.platform.engine.now
    return now - kernel.started_us + seen.time.boottime_offset_us
