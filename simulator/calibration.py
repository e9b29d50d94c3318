"""The figures that stand for real hardware: value, unit, public source.

``read`` says how a figure was got: ``measured`` on a 2-core cloud server (Linux
6.18, AMD EPYC), read at its ``source``, or taught by the ``course`` that this
project ships. Times are in nanoseconds or microseconds, memory in KiB. A figure
that the model splits into parts says so; the split is the model's own.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Figure:
    """One calibrated number."""

    value: int
    unit: str
    source: str
    read: str
    tolerance_percent: int


MEASURED_HERE = "own measurement, 2-core cloud server, Linux 6.18, AMD EPYC"
COURSE = "course 'Virtualization and Containers'"

CALIBRATION = MappingProxyType(
    {
        "guest_boot": Figure(45_000_000, "us", COURSE, "course", 20),
        "microvm_boot": Figure(
            125_000,
            "us",
            "Firecracker SPECIFICATION.md: InstanceStart to guest init, upper bound",
            "source",
            20,
        ),
        "container_start": Figure(100_000, "us", COURSE, "course", 20),
        "container_runtime": Figure(
            17_800, "us", f"{MEASURED_HERE}: runc 1.1.5, p50", "measured", 30
        ),
        "namespaces": Figure(
            2_120, "us", f"{MEASURED_HERE}: unshare -Urpfmn, p50", "measured", 25
        ),
        "fork_exec": Figure(
            750, "us", f"{MEASURED_HERE}: fork, exec and wait of true", "measured", 25
        ),
        "system_call": Figure(171, "ns", f"{MEASURED_HERE}: getppid", "measured", 25),
        "context_switch": Figure(
            2_500, "ns", f"{MEASURED_HERE}: pipe, same CPU, one way", "measured", 25
        ),
        "exit_in_kernel": Figure(
            2_370, "ns", f"{MEASURED_HERE}: CPUID exit, in kernel", "measured", 25
        ),
        "exit_to_user": Figure(
            7_200, "ns", f"{MEASURED_HERE}: OUT exit to a user VMM", "measured", 25
        ),
        "assisted_cpu": Figure(
            1_010, "permille", f"{COURSE}: 99 % of native", "course", 4
        ),
        "emulated_cpu": Figure(
            15_000,
            "permille",
            f"{MEASURED_HERE}: Unicorn 2.1.4, tight loop",
            "measured",
            50,
        ),
        "vmm_memory": Figure(
            14 * 1024, "KiB", f"{MEASURED_HERE}: idle QEMU, PSS", "measured", 20
        ),
        "idle_guest_memory": Figure(
            117 * 1024,
            "KiB",
            f"{MEASURED_HERE}: idle 128 MiB Linux guest in QEMU, less the VMM",
            "measured",
            20,
        ),
        "container_memory": Figure(
            573,
            "KiB",
            f"{MEASURED_HERE}: namespaces with network, 0.56 MiB",
            "measured",
            25,
        ),
    }
)


def figure(name: str) -> int:
    """Return the value of a figure, in the unit that the table names."""
    return CALIBRATION[name].value
