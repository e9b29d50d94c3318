"""Figures of small machines: monitors without a computer's devices, unikernels."""

from simulator.calibration.figures import FIRECRACKER, between, published, told

FIGURES = {
    "microvm_boot": published(
        125_000, "us", f"{FIRECRACKER}: InstanceStart to guest init, upper bound", 20
    ),
    "microvm_boot_p99": told(
        146_000, "us", "NSDI'20: p99 of 1,000 microVMs, 50 at a time", 20
    ),
    "micro_vmm_memory": told(
        3 * 1000 * 1000 // 1024, "KiB", "NSDI'20: memory of a Firecracker monitor", 20
    ),
    "micro_vmm_bound": between(
        0,
        5 * 1024,
        published(
            5 * 1024, "KiB", f"{FIRECRACKER}: memory of the monitor, upper bound", 0
        ),
    ),
    "micro_vmm_start": between(
        6_000,
        60_000,
        published(12_000, "us", f"{FIRECRACKER}: start of the monitor, wall clock", 0),
    ),
    "micro_vmm_cpu": between(
        0,
        8_000,
        published(
            8_000, "us", f"{FIRECRACKER}: start of the monitor, CPU time, bound", 0
        ),
    ),
    "unikernel_boot": published(
        2_300, "us", "LightVM, SOSP'17: boot of a unikernel", 20
    ),
    "unikernels_per_host": between(
        8_000,
        40_000,
        told(8_000, "count", "LightVM, SOSP'17: guests on one host, as many as ran", 0),
    ),
}
