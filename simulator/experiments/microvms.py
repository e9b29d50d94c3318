"""Experiments with small machines: monitors of few devices, unikernels."""

from simulator.experiments.machines import monitor_start, one_more
from simulator.experiments.worlds import (
    TYPE_1,
    Parts,
    carried_out,
    guests,
    of,
    origin,
    span,
)

MICRO: Parts = {
    "systems": {"linux": {"boot": "micro", "kernel_mib": 20, "drivers_mib": 4}},
    "machines": {"server": {"cores": 48}},
    "hypervisors": {"type_1": {"monitor": "micro"}},
}
"""A bare-metal server of a cloud and a guest without firmware of a general computer."""
UNIKERNEL: Parts = {
    **MICRO,
    "systems": {"linux": {"boot": "unikernel", "kernel_mib": 2, "drivers_mib": 0}},
}
"""A guest that is one program with the little of a system that it needs."""
HOST_KIB = 128 * 1024 * 1024
"""Memory of the host of that measurement."""
AT_A_TIME, IN_ALL = 50, 1000


def microvm_boot() -> int:
    """From the creation of a small machine to the end of its boot, alone."""
    return _boots(1, 1)[0]


def microvm_boot_p99() -> int:
    """The 99th percentile of 1,000 boots, 50 at a time: they share the cores."""
    spans = _boots(IN_ALL, AT_A_TIME)
    return spans[len(spans) * 99 // 100 - 1]


def _boots(in_all: int, at_a_time: int) -> list[int]:
    """Return the boot times of micro machines, in order of length."""
    rounds = [guests(at_a_time, ram_mib=128) for _ in range(in_all // at_a_time)]
    run = carried_out([*TYPE_1, *rounds], MICRO)
    return sorted(
        span(origin(run, event, "start_monitor"), event)
        for event in of(run, "boot_services")
    )


def micro_vmm_memory() -> int:
    """RAM of one more micro machine whose system needs none."""
    system = {"kernel_mib": 0, "drivers_mib": 0, "boot": "micro"}
    return one_more({**MICRO, "systems": {"linux": system}}, TYPE_1)


def micro_vmm_start() -> int:
    """From the creation of a micro machine to the start of its monitor."""
    return monitor_start(carried_out([*TYPE_1, guests()], MICRO))


def micro_vmm_cpu() -> int:
    """CPU time of that start: what is left when the guest's boot costs none."""
    run = carried_out([*TYPE_1, guests(ram_mib=1)], MICRO)
    used: int = run.metrics["cpu_us"]["server"]
    boot = run.observation["vms"]["guest-1"]["cpu_us"]
    return used - int(boot)


def unikernel_boot() -> int:
    """The boot of a system that is one program and little else."""
    run = carried_out([*TYPE_1, guests(ram_mib=16)], UNIKERNEL)
    return span(of(run, "start_monitor")[0], of(run, "boot_services")[0])


def unikernels_per_host() -> int:
    """How many unikernels fit into a host's memory, one after the other."""
    return HOST_KIB // one_more(UNIKERNEL, TYPE_1)


EXPERIMENTS = {
    "microvm_boot": microvm_boot,
    "microvm_boot_p99": microvm_boot_p99,
    "micro_vmm_memory": micro_vmm_memory,
    "micro_vmm_bound": micro_vmm_memory,
    "micro_vmm_start": micro_vmm_start,
    "micro_vmm_cpu": micro_vmm_cpu,
    "unikernel_boot": unikernel_boot,
    "unikernels_per_host": unikernels_per_host,
}
