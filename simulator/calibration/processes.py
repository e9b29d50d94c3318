"""Figures of kernels and processes."""

from simulator.calibration.figures import between, measured

FIGURES = {
    "fork_exec": measured(750, "us", "fork, exec and wait of true, p50", 25),
    "system_call": measured(171, "ns", "getppid", 25),
    "context_switch": measured(2_500, "ns", "pipe, same CPU, one way", 25),
    "oom_kill": between(
        40_000, 60_000, measured(50_000, "us", "32 MiB limit, fork to reaped", 0)
    ),
}
