"""Experiments with hypervisors and virtual machines."""

from simulator.experiments.containers import container_memory
from simulator.experiments.processes import CALLING, CALLS
from simulator.experiments.worlds import (
    EMULATOR,
    NATIVE,
    TYPE_1,
    TYPE_2,
    Parts,
    Step,
    carried_out,
    guests,
    of,
    origin,
    ram_kib,
    request_ns,
    requests,
    span,
)
from simulator.trace import Run

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


def guest_boot() -> int:
    """From the machine's creation to the application's execve in it."""
    run = carried_out([*TYPE_2, guests()])
    return span(of(run, "create_vm")[0], of(run, "execve", target="/srv/app")[0])


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


def exit_in_kernel() -> int:
    """What one device operation costs more in a guest of type 1 than natively."""
    return _operation(TYPE_1) - _native() * assisted_cpu() // 1000


def exit_to_user() -> int:
    """The same under type 2, less its way through the host kernel's scheduler."""
    hosted = _operation(TYPE_2) - _native() * assisted_cpu() // 1000
    return hosted - _through_host()


def exit_ratio() -> int:
    """The price of an exit to user space in thousandths of one in the kernel."""
    return exit_to_user() * 1000 // exit_in_kernel()


def context_switch() -> int:
    """What is left of the way through a host kernel without its system call."""
    return _through_host() - _native()


def _through_host() -> int:
    """Nanoseconds of a host kernel for an operation of an emulator, which has no exit.

    The guest's own system call is interpreted, and taken off.
    """
    return _operation(EMULATOR) - _native() * emulated_cpu() // 1000


def _native() -> int:
    return request_ns(carried_out([*NATIVE, requests()], CALLING)) // CALLS


def _operation(below: tuple[Step, ...]) -> int:
    """Return nanoseconds of one device operation in a guest, CPU work aside."""
    return request_ns(carried_out([*below, guests(), requests()], CALLING)) // CALLS


def assisted_cpu() -> int:
    """CPU time in an assisted guest in thousandths of the bare machine's."""
    return _slowdown(TYPE_1)


def assisted_share() -> int:
    """How much of the bare machine's speed an assisted guest has."""
    return 1_000_000 // assisted_cpu()


def emulated_cpu() -> int:
    """CPU time in an interpreted guest in thousandths of the bare machine's."""
    return _slowdown(EMULATOR)


def _slowdown(below: tuple[Step, ...]) -> int:
    calm = {"programs": {"app": {"operations": 0}}}
    base = request_ns(carried_out([*NATIVE, requests()], calm))
    guest = request_ns(carried_out([*below, guests(), requests()], calm))
    return guest * 1000 // base


def vmm_memory() -> int:
    """RAM of one more machine whose system needs none."""
    empty: Parts = {"systems": {"linux": {"kernel_mib": 0, "drivers_mib": 0}}}
    return _one_more(empty)


def vmm_start() -> int:
    """From the creation of a machine to the start of its monitor."""
    return _monitor_start(carried_out([*TYPE_1, guests()]))


def _monitor_start(run: Run) -> int:
    return span(of(run, "create_vm")[0], of(run, "start_monitor")[0])


def micro_vmm_memory() -> int:
    """RAM of one more micro machine whose system needs none."""
    system = {"kernel_mib": 0, "drivers_mib": 0, "boot": "micro"}
    return _one_more({**MICRO, "systems": {"linux": system}}, TYPE_1)


def micro_vmm_start() -> int:
    """From the creation of a micro machine to the start of its monitor."""
    return _monitor_start(carried_out([*TYPE_1, guests()], MICRO))


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
    return HOST_KIB // _one_more(UNIKERNEL, TYPE_1)


def idle_guest_memory() -> int:
    """RAM of an idle guest, less its monitor's."""
    return _one_more({}) - vmm_memory()


def idle_guest_to_container() -> int:
    """An idle machine's RAM in thousandths of an idle container's."""
    return _one_more({}) * 1000 // container_memory()


def _one_more(parts: Parts, below: tuple[Step, ...] = TYPE_2) -> int:
    two, one = (carried_out([*below, guests(count)], parts) for count in (2, 1))
    return ram_kib(two) - ram_kib(one)


EXPERIMENTS = {
    "guest_boot": guest_boot,
    "microvm_boot": microvm_boot,
    "microvm_boot_p99": microvm_boot_p99,
    "exit_in_kernel": exit_in_kernel,
    "exit_to_user": exit_to_user,
    "exit_ratio": exit_ratio,
    "context_switch": context_switch,
    "assisted_cpu": assisted_cpu,
    "assisted_share": assisted_share,
    "ring3_share": assisted_share,
    "emulated_cpu": emulated_cpu,
    "vmm_memory": vmm_memory,
    "vmm_start": vmm_start,
    "micro_vmm_memory": micro_vmm_memory,
    "micro_vmm_bound": micro_vmm_memory,
    "micro_vmm_start": micro_vmm_start,
    "micro_vmm_cpu": micro_vmm_cpu,
    "unikernel_boot": unikernel_boot,
    "unikernels_per_host": unikernels_per_host,
    "idle_guest_memory": idle_guest_memory,
    "idle_guest_to_container": idle_guest_to_container,
}
