"""Figures of orchestrators: how long a container that keeps ending has to wait."""

from simulator.calibration.figures import published

_BOOK = "Kubernetes in Action, 2nd ed.: CrashLoopBackOff"

FIGURES = {
    "restart_wait": published(10_000_000, "us", f"{_BOOK}, second restart", 0),
    "restart_wait_sixth": published(160_000_000, "us", f"{_BOOK}, sixth restart", 0),
    "restart_wait_longest": published(300_000_000, "us", f"{_BOOK}, upper limit", 0),
    "restart_reset": published(
        600_000_000, "us", f"{_BOOK}, reset after a run of ten minutes", 0
    ),
}
