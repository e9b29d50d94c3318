"""Figures of whole workloads in guests: what exits, faults and walks add up to."""

from simulator.calibration.figures import between, published

BUILD = "Alex Ellis, 2025: a kernel build, page-table heavy"
VMWARE = "VMware, 2009: performance of nested paging"

FIGURES = {
    "type_2_cpu": between(
        990,
        1_010,
        published(
            1_000,
            "permille",
            "IFIP'13, four hypervisors: no constant lies between the types",
            0,
        ),
    ),
    "nested_cpu": between(
        1_022,
        1_110,
        published(1_070, "permille", "Turtles: CPU-bound, nested over one level", 0),
    ),
    "platform_api": between(
        1_300,
        5_000,
        published(
            1_560,
            "permille",
            "MicrosoftDocs/WSL#798: an upgrade in a guest, 9 to 14 minutes",
            0,
        ),
    ),
    "nested_paging_gain": between(
        1_001,
        1_480,
        published(
            1_480, "permille", f"{VMWARE}, applications: shadow : nested, at most", 0
        ),
    ),
    "nested_paging_micro": between(
        1_480,
        7_000,
        published(7_000, "permille", f"{VMWARE}, fault microbenchmarks, at most", 0),
    ),
    "nested_paging_loss": between(
        1_001,
        6_000,
        published(
            1_001, "permille", f"{VMWARE}: TLB-missing loads, nested : shadow", 0
        ),
    ),
    "huge_walk": published(
        19, "count", "architecture: the same walk with 2 MiB pages of the host", 0
    ),
    "build_hardware": between(
        1_200,
        1_460,
        published(1_330, "permille", f"{BUILD}, hardware virtualization", 0),
    ),
    "build_shadow": between(
        1_740, 2_200, published(1_970, "permille", f"{BUILD}, PVM (shadow tables)", 0)
    ),
}
