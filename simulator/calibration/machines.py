"""Figures of hypervisors and virtual machines: boot, exits, speed, memory."""

from simulator.calibration.figures import (
    FIRECRACKER,
    between,
    measured,
    published,
    taught,
)

FIGURES = {
    "guest_boot": taught(45_000_000, "us", "a virtual machine boots in 45 s", 20),
    "exit_in_kernel": measured(2_370, "ns", "CPUID exit, in kernel", 25),
    "exit_to_user": measured(7_200, "ns", "OUT exit to a user VMM", 25),
    "exit_ratio": between(
        2_000, 5_000, measured(3_040, "permille", "exit to user : exit in kernel", 0)
    ),
    "assisted_cpu": taught(1_010, "permille", "99 % of native", 4),
    "assisted_share": between(
        950,
        1_000,
        published(
            950,
            "permille",
            f"{FIRECRACKER}: CPU-bound, more than 95 % of bare metal",
            0,
        ),
    ),
    "ring3_share": between(
        950, 1_000, measured(996, "permille", "CPU-bound in ring 3 of a guest", 0)
    ),
    "emulated_cpu": between(
        8_000, 30_000, measured(15_000, "permille", "Unicorn 2.1.4, tight loop", 0)
    ),
    "vmm_memory": measured(14 * 1024, "KiB", "idle QEMU, PSS", 20),
    "vmm_start": measured(15_900, "us", "qemu-system-x86_64 --version, p50", 25),
    "idle_guest_memory": measured(
        117 * 1024, "KiB", "idle 128 MiB Linux guest in QEMU, less the VMM", 20
    ),
    "idle_guest_to_container": between(
        150_000,
        300_000,
        measured(220_000, "permille", "memory, idle Linux guest : idle container", 0),
    ),
}
