"""Figures of what guests do with the processor: nested exits, page tables, walks."""

from simulator.calibration.figures import measured, published, told

FIGURES = {
    "direct_cpu": measured(
        1_004, "permille", "user-mode loop under a software monitor", 1
    ),
    "guest_host_switch": published(
        1_376, "cycles", "LKML 2020-12, KVM on AMD EPYC: guest to host and back", 25
    ),
    "nested_exit": published(
        18_890, "cycles", "Linux commit 564ad0aa, CPUID in a nested guest", 10
    ),
    "nested_exit_shadowed": published(
        8_304, "cycles", "Linux commit 564ad0aa, the same with enlightened VMCS", 10
    ),
    "nested_walk": published(
        24, "count", "architecture: a 4-level walk through 4 levels, in references", 0
    ),
    "first_touch": measured(1_500, "ns", "minor fault, native", 25),
    "shadow_first_touch": measured(
        4_350, "ns", "minor fault in a guest on shadow tables", 25
    ),
    "walk_time": told(
        80, "ns", "course notes: what a 4 GiB set adds to a load in a guest", 25
    ),
}
