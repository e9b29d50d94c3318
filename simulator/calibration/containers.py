"""Figures of containers: start, memory, what their limits do."""

from simulator.calibration.figures import measured, taught

FIGURES = {
    "container_start": taught(100_000, "us", "a container starts in 0.1 s", 20),
    "container_runtime": measured(17_800, "us", "runc 1.1.5, p50", 30),
    "namespaces": measured(2_120, "us", "unshare -Urpfmn, p50", 25),
    "container_memory": measured(573, "KiB", "namespaces with network, 0.56 MiB", 25),
}
