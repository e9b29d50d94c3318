"""The stages of a container's start, as its runtime goes through them."""

from collections.abc import Mapping
from functools import cache

from simulator.calibration import figure

WHOLE = {"crun": "crun_runtime"}
"""The measured time of a runtime, where it is not that of runc."""


@cache
def runtime_spans(runtime: str) -> Mapping[str, int]:
    """Split a runtime's measured time into stages, in microseconds.

    Namespaces and exec are measured alone; the rest is divided by this model.
    """
    whole = figure(WHOLE.get(runtime, "container_runtime"))
    rest = whole - figure("namespaces") - figure("fork_exec")
    return {
        "namespaces": figure("namespaces"),
        "cgroup": rest // 3,
        "rootfs": rest - rest // 3,
    }
