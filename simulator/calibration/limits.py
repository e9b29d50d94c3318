"""Figures of cgroups: what their limits do."""

from simulator.calibration.figures import between, measured

FIGURES = {
    "memory_high_excess": between(
        1,
        250,
        measured(137, "permille", "above memory.high 16 MiB after 4 s, no swap", 0),
    ),
    "memory_max_status": measured(137, "count", "exit status at memory.max", 0),
    "memory_max_kills": measured(1, "count", "oom_kill of one hog at memory.max", 0),
    "cpu_period": measured(100_000, "us", "period of a CPU quota by default", 0),
    "cpu_quota": measured(255, "permille", "of a core under a quota of 25 %", 3),
    "cpu_throttled": measured(
        1_000, "permille", "periods throttled under that quota, 20 of 20", 0
    ),
    "cpu_weights": measured(1_979, "permille", "CPU time by weights 2 : 1", 3),
}
