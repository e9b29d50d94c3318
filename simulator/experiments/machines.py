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
    ram_kib,
    request_ns,
    requests,
    span,
)
from simulator.trace import Run


def guest_boot() -> int:
    """From the machine's creation to the application's execve in it."""
    run = carried_out([*TYPE_2, guests()])
    return span(of(run, "create_vm")[0], of(run, "execve", target="/srv/app")[0])


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
    return one_more(empty)


def vmm_start() -> int:
    """From the creation of a machine to the start of its monitor."""
    return monitor_start(carried_out([*TYPE_1, guests()]))


def monitor_start(run: Run) -> int:
    """From the creation of the first machine of a run to the start of its monitor."""
    return span(of(run, "create_vm")[0], of(run, "start_monitor")[0])


def idle_guest_memory() -> int:
    """RAM of an idle guest, less its monitor's."""
    return one_more({}) - vmm_memory()


def idle_guest_to_container() -> int:
    """An idle machine's RAM in thousandths of an idle container's."""
    return one_more({}) * 1000 // container_memory()


def one_more(parts: Parts, below: tuple[Step, ...] = TYPE_2) -> int:
    """RAM of one more guest."""
    two, one = (carried_out([*below, guests(count)], parts) for count in (2, 1))
    return ram_kib(two) - ram_kib(one)


EXPERIMENTS = {
    "guest_boot": guest_boot,
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
    "idle_guest_memory": idle_guest_memory,
    "idle_guest_to_container": idle_guest_to_container,
}
