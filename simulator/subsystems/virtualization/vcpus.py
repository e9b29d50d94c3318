"""Virtual processors: threads of the level below, which its scheduler puts on cores.

There may be more of them than cores (overcommit). A thread that could run and does
not is time stolen from its guest: the guest's clock goes on, its work does not.
"""

from dataclasses import dataclass

from simulator.subsystems.cpu import DEFAULT_WEIGHT, Cores

PERIOD_US = 100_000
"""In each such period a capped machine gets its share once, then waits."""


@dataclass(frozen=True, slots=True)
class CpuShare:
    """What a machine gets of the cores of the level below."""

    vcpus: int | None = None
    """Virtual processors; by default as many as there are cores below."""
    weight: int = DEFAULT_WEIGHT
    """How much it counts against other machines when cores are short."""
    cap_percent: int | None = None
    """The most that it gets, in hundredths of one core, also when cores are idle."""


ALL_CORES = CpuShare()


def virtual_cores(name: str, below: Cores, share: CpuShare) -> Cores:
    """Return the virtual processors of a machine, on the cores of ``below``."""
    cores = below.part(name, share.vcpus or below.count)
    cores.group.weight = share.weight
    if share.cap_percent is not None:
        cap(cores, share.cap_percent)
    return cores


def cap(cores: Cores, percent: int) -> None:
    """Bound a machine to so many hundredths of one core."""
    cores.group.set_quota(percent * PERIOD_US // 100, PERIOD_US)


def uncap(cores: Cores) -> None:
    """Let a machine have all that it can use again."""
    if cores.group.quota is not None:
        cores.group.quota, cores.group.throttled = None, False
        cores.change()
