"""Figures of whole servers: consolidation, and what runs out first."""

from simulator.calibration.figures import between, taught

FIGURES = {
    "consolidation": between(
        8, 12, taught(10, "count", "some ten systems, each 10 % busy, on a machine", 0)
    ),
    "ram_before_cpu": between(
        1_000,
        100_000,
        taught(1_000, "permille", "RAM is the first bottleneck: its share : CPU's", 0),
    ),
}
