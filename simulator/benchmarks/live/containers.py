"""From the wish for a container to the first word of its program."""

import base64
import time
from collections import defaultdict
from typing import Any

from simulator.benchmarks.live.commands import (
    BWRAP,
    CRUN,
    PROGRAM,
    container_commands,
    missing,
)
from simulator.benchmarks.live.figures import Figures
from simulator.benchmarks.live.stopwatch import measure
from simulator.live.binaries.programs import Recipe, executable
from simulator.live.capabilities import Report
from simulator.live.sandbox import carry_out

WHAT, OURS = "container start", "ours"
WITH_SANDBOX = "ours in a sandbox made for it, to the end of both"
ROUNDS = 10
_SECONDS = 60.0


def container_figures(report: Report, *, count: int, rounds: int = ROUNDS) -> Figures:
    """Start so many containers in each way, in turns by rounds. The bar is crun.

    Ours is timed in a sandbox that stands, as an engine's daemon does for its
    containers; what a new sandbox costs is told beside it.
    """
    figures = Figures()
    capability = report.of("containers")
    if not capability.available:
        figures.note([f"containers of ours: {capability.reason}"])
    times: dict[str, list[float]] = defaultdict(list)
    whole: list[float] = []
    each = -(-count // rounds)
    with container_commands() as commands:
        figures.note(missing(commands, (CRUN, BWRAP)))
        for _ in range(rounds):
            if capability.available:
                times[OURS] += _ours(each)
                whole.append(_with_sandbox())
            figures.note(measure(commands, each, times))
    figures.compare(WHAT, times, ours=OURS, bars={CRUN: 1.0})
    if whole:
        figures.tell(WHAT, WITH_SANDBOX, whole)
    return figures


def _ours(count: int) -> list[float]:
    """Start containers one after the other; return the time that each took."""
    told = carry_out(_plan(count), seconds=_SECONDS)
    facts = [told.of(step) for step in range(1, count + 1)]
    return [fact["stages"]["first_report"] / 1e6 for fact in facts]


def _with_sandbox() -> float:
    began = time.perf_counter()
    carry_out(_plan(1), seconds=_SECONDS)
    return time.perf_counter() - began


def _plan(count: int) -> list[dict[str, Any]]:
    """Return steps that write a program and start it in so many containers."""
    content = executable(Recipe(1, (("exit", {"status": 0}),)))
    text = base64.b64encode(content).decode()
    path = f"/images/0{PROGRAM}"
    written = {"do": "write", "step": 0, "path": path, "content": text, "mode": 0o755}
    return [
        written,
        *(
            {
                "do": "contain",
                "step": number,
                "name": f"bench-{number}",
                "image": "0",
                "path": PROGRAM,
                "namespaces": ["pid", "mnt", "uts", "ipc", "net"],
                "uid_base": None,
                "boottime_offset_s": 0,
                "cgroups": [],
            }
            for number in range(1, count + 1)
        ),
    ]
