"""Figures of the memory behind guests: balloons, equal pages."""

from simulator.calibration.figures import between, published, told

FIGURES = {
    "balloon_retry": published(
        200_000, "us", "Firecracker docs/ballooning.md: out of puff, try again", 0
    ),
    "merged_guests": between(
        3_200,
        1_000_000,
        told(
            3_250,
            "permille",
            "Red Hat: 52 machines of 1 GB on 16 GB with equal pages merged",
            0,
        ),
    ),
    "merged_random": published(
        1_000,
        "permille",
        "kernel documentation, KSM: pages without an equal one stay as they are",
        0,
    ),
}
