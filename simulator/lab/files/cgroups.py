"""``/sys/fs/cgroup``: the tree of control groups as files, read and written."""

from collections.abc import Callable, Mapping
from functools import partial

from simulator.lab.files.nodes import File, FileError, Folder, Node, text
from simulator.lab.view import View
from simulator.subsystems.cgroups import PERIOD_US, Cgroup
from simulator.subsystems.processes import Process
from simulator.subsystems.sharing import CORE

KIB = 1024
MAX = "max"
_WEIGHTS = range(1, 10_001)
_OWN_ROOT = "cgroup"
"""The kind of namespace that makes a process see its own group as the root."""


def cgroup_folder(view: View) -> Folder:
    """Return the hierarchy as this process has it mounted: its own root and below."""
    return _folder(view, root_of(view))


def root_of(view: View) -> Cgroup | None:
    """Return the group that a process sees as the root; None: the kernel's own."""
    if view.namespaces.cgroup is view.kernel.namespaces.cgroup:
        return None
    init = view.namespaces.pid.init
    group: Cgroup | None = view.process.cgroup if init is None else init.cgroup
    return group


def path_of(view: View, process: Process) -> str:
    """Return the path that ``/proc/PID/cgroup`` shows for a process."""
    group, root = process.cgroup, root_of(view)
    full = "/" if group is None else f"/{group.name}"
    if root is None:
        return full
    below = full.removeprefix(f"/{root.name}")
    return (below or "/") if full != below else f"/..{full}"


def make_group(view: View, name: str) -> None:
    """Make a group by its path below the root; raise FileError without the right."""
    if not view.process.credentials.may("SYS_ADMIN", view.kernel.namespaces.user):
        raise FileError("EPERM")
    view.kernel.cgroups.make(name)


def _folder(view: View, group: Cgroup | None) -> Folder:
    return Folder(partial(_entries, view, group), is_virtual=True)


def _entries(view: View, group: Cgroup | None) -> Mapping[str, Node]:
    found: dict[str, Node] = {
        child.name.rpartition("/")[2]: _folder(view, child)
        for child in view.kernel.cgroups.groups.values()
        if child.parent is group
    }
    found["cgroup.controllers"] = text("cpu io memory pids\n")
    found["cgroup.procs"] = File(
        partial(_members, view, group), partial(_enter, view, group)
    )
    if group is not None:
        found |= {
            name: File(partial(read, group), _writer(view, group, name))
            for name, read in READ.items()
        }
    return found


def _members(view: View, group: Cgroup | None) -> str:
    numbers = [view.pid(p) for p in view.processes() if p.cgroup is group]
    return "".join(f"{number}\n" for number in numbers)


def _enter(view: View, group: Cgroup | None, content: str) -> None:
    """Move a process into a group, with the memory that it has."""
    word = content.strip()
    process = view.process if word == "0" else None
    if word.isdigit() and process is None:
        process = view.find(int(word))
    if process is None:
        raise FileError("ESRCH" if word.isdigit() else "EINVAL")
    _check_right(view)
    space = view.kernel.pages.spaces.get(process)
    resident, swapped = (space.resident, space.swapped) if space else (0, 0)
    before: Cgroup | None = process.cgroup
    if before is not None:
        before.leave(process)
        before.charge(-resident)
        before.charge_swap(-swapped)
    process.cgroup = group
    if group is not None:
        group.enter(process)
        group.charge(resident)
        group.charge_swap(swapped)


def _check_right(view: View) -> None:
    if not view.process.credentials.may("SYS_ADMIN", view.kernel.namespaces.user):
        raise FileError("EACCES")


def _writer(view: View, group: Cgroup, name: str) -> Callable[[str], None] | None:
    change = WRITE.get(name)
    if change is None:
        return None

    def write(content: str) -> None:
        _check_right(view)
        change(group, content.strip())
        if name.startswith("cpu."):
            group.platform.cores.change()

    return write


def _bytes(kib: int | None) -> str:
    return f"{MAX if kib is None else kib * KIB}\n"


def _kib(word: str) -> int | None:
    """Read a size: bytes, or with K, M, G; ``max`` is no limit."""
    if word == MAX:
        return None
    units = {"K": 1, "M": KIB, "G": KIB * KIB}
    unit = word[-1:].upper()
    number = word[:-1] if unit in units else word
    if not number.isdigit():
        raise FileError("EINVAL")
    return int(number) * units[unit] if unit in units else int(number) // KIB


def _table(values: Mapping[str, int]) -> str:
    return "".join(f"{name} {value}\n" for name, value in values.items())


def _cpu_max(group: Cgroup) -> str:
    stat = group.cpu
    quota = MAX if stat.quota is None else str(stat.quota // CORE)
    return f"{quota} {stat.period_us or PERIOD_US}\n"


def _set_cpu_max(group: Cgroup, word: str) -> None:
    quota, _, period = word.partition(" ")
    if quota == MAX:
        group.cpu.quota, group.cpu.throttled = None, False
        return
    if not quota.isdigit() or not (period or "1").isdigit() or int(quota) < KIB:
        raise FileError("EINVAL")
    group.limit({"cpu_quota_us": int(quota), "cpu_period_us": int(period or PERIOD_US)})


def _set_weight(group: Cgroup, word: str) -> None:
    if not word.isdigit() or int(word) not in _WEIGHTS:
        raise FileError("EINVAL")
    group.cpu.weight = int(word)


def _set_memory(name: str, group: Cgroup, word: str) -> None:
    setattr(group, name, _kib(word))


def _set_pids(group: Cgroup, word: str) -> None:
    if word != MAX and not word.isdigit():
        raise FileError("EINVAL")
    group.pids_max = None if word == MAX else int(word)


def _set_flag(group: Cgroup, word: str) -> None:
    if word not in {"0", "1"}:
        raise FileError("EINVAL")
    group.oom_group = word == "1"


def _set_freeze(group: Cgroup, word: str) -> None:
    if word not in {"0", "1"}:
        raise FileError("EINVAL")
    if word == "1":
        group.freeze()
    else:
        group.thaw()


READ: Mapping[str, Callable[[Cgroup], str]] = {
    "cgroup.freeze": lambda group: f"{int(group.frozen)}\n",
    "cpu.max": _cpu_max,
    "cpu.stat": lambda group: _table(group.cpu.stat()),
    "cpu.weight": lambda group: f"{group.cpu.weight}\n",
    "memory.current": lambda group: _bytes(group.memory_current),
    "memory.events": lambda group: _table({"low": 0, **group.events}),
    "memory.high": lambda group: _bytes(group.memory_high),
    "memory.max": lambda group: _bytes(group.memory_max),
    "memory.oom.group": lambda group: f"{int(group.oom_group)}\n",
    "memory.peak": lambda group: _bytes(group.memory_peak),
    "memory.swap.current": lambda group: _bytes(group.swap_current),
    "memory.swap.max": lambda group: _bytes(group.swap_max),
    "pids.current": lambda group: f"{group.pids_current}\n",
    "pids.events": lambda group: f"max {group.pids_refused}\n",
    "pids.max": lambda group: f"{MAX if group.pids_max is None else group.pids_max}\n",
}
"""Files of a group, by the text that each gives."""
WRITE: Mapping[str, Callable[[Cgroup, str], None]] = {
    "cgroup.freeze": _set_freeze,
    "cpu.max": _set_cpu_max,
    "cpu.weight": _set_weight,
    "memory.high": partial(_set_memory, "memory_high"),
    "memory.max": partial(_set_memory, "memory_max"),
    "memory.oom.group": _set_flag,
    "memory.swap.max": partial(_set_memory, "swap_max"),
    "pids.max": _set_pids,
}
"""What writing to one changes."""
