"""The cgroups of a kernel, as their files show them."""

from typing import Any

from simulator.subsystems.cgroups import Cgroup
from simulator.subsystems.kernel import Kernel


def see_cgroups(kernel: Kernel) -> dict[str, Any]:
    """Return what the files of each cgroup hold, by the group's path."""
    groups = kernel.cgroups.groups
    return {path: _see(group) for path, group in groups.items()}


def _see(group: Cgroup) -> dict[str, Any]:
    return {
        "cpu": {"weight": group.cpu.weight, **group.cpu.stat()},
        "memory": {
            "current_kib": group.memory_current,
            "peak_kib": group.memory_peak,
            "high_kib": group.memory_high,
            "max_kib": group.memory_max,
            "swap_kib": group.swap_current,
            "events": dict(group.events),
        },
        "pids": {"current": group.pids_current, "refused": group.pids_refused},
        "frozen": group.is_frozen,
    }
