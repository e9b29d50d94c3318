"""Control groups (cgroup v2) of one kernel: what the processes in each may use.

The groups form a tree. A process is in one group; what it uses counts in that group
and in all above it, and each of them may have a limit. A process outside any group
is in the root, which has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.engine import Gate
from simulator.mechanisms import Value
from simulator.subsystems.cpu import CpuGroup
from simulator.subsystems.platform import Platform
from simulator.subsystems.processes import Process

KIB = 1024
PERIOD_US = 100_000
"""Length of a period of ``cpu.max`` when nobody sets it, as in the kernel."""
EVENTS = ("high", "max", "oom", "oom_kill")
"""The counters of ``memory.events``."""


@dataclass(slots=True, eq=False)
class Cgroup:
    """One group. Limits are None where there is none; memory in KiB."""

    name: str
    """Its path below the root, without the first slash."""
    parent: "Cgroup | None"
    platform: Platform
    mechanisms: Mapping[str, Value]
    cpu: CpuGroup
    """What its threads share; see ``cpu_group``."""
    memory_max: int | None = None
    memory_high: int | None = None
    swap_max: int | None = None
    oom_group: bool = False
    pids_max: int | None = None
    frozen: bool = False
    thawed: Gate = field(default_factory=Gate)
    memory_current: int = 0
    memory_peak: int = 0
    swap_current: int = 0
    pids_current: int = 0
    """Processes in here and below, zombies too: each holds its number."""
    pids_refused: int = 0
    """The counter ``max`` of ``pids.events``."""
    events: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EVENTS, 0))
    members: list[Process] = field(default_factory=list)
    chain: tuple["Cgroup", ...] = field(init=False, repr=False)
    """The group and all above it, from the inside out."""

    def __post_init__(self) -> None:
        """Find the groups above, once: a group never moves."""
        self.chain = (self, *(() if self.parent is None else self.parent.chain))

    @property
    def cpu_group(self) -> CpuGroup | None:
        """Where its threads get their time; None: they stand in no group."""
        return self.cpu if self._on("cgroup.cpu") else None

    @property
    def hard_limit(self) -> int | None:
        """The memory that it cannot have more of, in KiB; None: no limit."""
        if self.memory_max is None and self.memory_high is None:
            return None
        limits = []
        if self.memory_max is not None and self._on("cgroup.memory_max"):
            limits.append(self.memory_max)
        kills = self.mechanisms["cgroup.memory_high"] == "kill"
        if self.memory_high is not None and kills:
            limits.append(self.memory_high)
        return min(limits, default=None)

    @property
    def kills(self) -> bool:
        """True when the OOM killer comes at the limit, not only an error."""
        return self.mechanisms["cgroup.memory_max"] != "refuse"

    @property
    def over_high(self) -> int:
        """How far it is above ``memory.high``, in KiB; not above 0: it is not."""
        if self.memory_high is None:
            return 0
        if self.mechanisms["cgroup.memory_high"] != "throttle":
            return 0
        return self.memory_current - self.memory_high

    @property
    def is_frozen(self) -> bool:
        """True when it or one above it is frozen."""
        return any(group.frozen for group in self.chain)

    def holds(self, other: "Cgroup | None") -> bool:
        """Return whether ``other`` is this group or one below it."""
        return other is not None and any(group is self for group in other.chain)

    def limit(self, limits: Mapping[str, Any]) -> None:
        """Set the limits that are given; what is None stays as it is."""
        set_to = {name: value for name, value in limits.items() if value is not None}
        for name, mib in set_to.items():
            if name.endswith("_mib"):
                setattr(self, name.removesuffix("_mib"), mib * KIB)
        self.pids_max = set_to.get("pids_max", self.pids_max)
        self.oom_group = set_to.get("oom_group", self.oom_group)
        self.cpu.weight = set_to.get("cpu_weight", self.cpu.weight)
        if "cpu_quota_us" in set_to:
            period = set_to.get("cpu_period_us", PERIOD_US)
            self.cpu.set_quota(set_to["cpu_quota_us"], period)
        if self.cpu_group is not None:
            self.platform.cores.change()

    @property
    def has_pids_left(self) -> bool:
        """True while it and those above may have one more process."""
        return not self._on("cgroup.pids") or all(
            group.pids_max is None or group.pids_current < group.pids_max
            for group in self.chain
        )

    def may_fork(self) -> bool:
        """Return whether one more process fits; count it where it does not."""
        fits = self.has_pids_left
        self.pids_refused += not fits
        return fits

    def enter(self, process: Process) -> None:
        """Take in a process."""
        self.members.append(process)
        for group in self.chain:
            group.pids_current += 1

    def leave(self, process: Process) -> None:
        """Let a process go whose number is free again."""
        self.members.remove(process)
        for group in self.chain:
            group.pids_current -= 1

    def charge(self, kib: int) -> None:
        """Count so much more memory, here and above; less when negative."""
        for group in self.chain:
            group.memory_current += kib
            group.memory_peak = max(group.memory_peak, group.memory_current)

    def charge_swap(self, kib: int) -> None:
        """Count so much more swap space, here and above; less when negative."""
        for group in self.chain:
            group.swap_current += kib

    def count(self, event: str) -> None:
        """Count an event of ``memory.events``, here and above."""
        for group in self.chain:
            group.events[event] += 1

    def freeze(self) -> bool:
        """Let its processes stand still; False when they do already."""
        if self.frozen:
            return False
        self.frozen, self.thawed = True, Gate()
        self._hold()
        return True

    def thaw(self) -> bool:
        """Let its processes go on; False when nothing held them."""
        if not self.frozen:
            return False
        self.frozen = False
        self._hold()
        self.platform.engine.open(self.thawed)
        return True

    def _on(self, mechanism: str) -> bool:
        return self.mechanisms[mechanism] != "off"

    def _hold(self) -> None:
        self.cpu.frozen = self.frozen
        self.platform.cores.change()


class Cgroups:
    """The tree of one kernel, by path; the root has no entry and no limits."""

    __slots__ = ("_mechanisms", "_platform", "groups")

    def __init__(self, platform: Platform, mechanisms: Mapping[str, Value]) -> None:
        self._platform = platform
        self._mechanisms = mechanisms
        self.groups: dict[str, Cgroup] = {}

    def make(self, path: str) -> Cgroup:
        """Return the group at a path, made with those above it when not there."""
        known = self.groups.get(path)
        if known is not None:
            return known
        above, _, _ = path.rpartition("/")
        parent = self.make(above) if above else None
        cores = parent.cpu if parent else self._platform.cores.group
        group = Cgroup(
            path, parent, self._platform, self._mechanisms, CpuGroup(path, cores)
        )
        self.groups[path] = group
        return group
