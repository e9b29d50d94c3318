"""Experiments with an orchestrator: how long it waits before it restarts."""

from simulator.experiments.worlds import ENGINE, Parts, Step, carried_out, of

SECOND = 1_000_000
RUNS_S = (300, 590, 599, 600, 610, 700)
"""Lengths of a container's run, one of which makes the count start anew."""
LONG_S = 2000


def _ending(run_s: int) -> Parts:
    """Return a world whose container ends after so many seconds, again and again."""
    steps = [{"sleep": {"ms": run_s * 1000}}, {"exit": {"status": 1}}]
    return {
        "programs": {"app": {"does": steps}},
        "orchestrators": {"control": {"nodes": ["server"]}},
        "deployments": {
            "service": {
                "orchestrator": "control",
                "image": "image",
                "run": "app",
                "replicas": 1,
            }
        },
    }


def _plan(seconds: int) -> tuple[Step, ...]:
    return (
        *ENGINE,
        {"start_orchestrator": {"orchestrator": "control"}},
        {"deploy": {"name": "service"}},
        {"wait": {"seconds": seconds}},
    )


def _waits(run_s: int, seconds: int) -> list[int]:
    """Return the waits before restarts of such a container, in microseconds."""
    run = carried_out(_plan(seconds), _ending(run_s))
    return [event.detail["delay_s"] * SECOND for event in of(run, "back_off")]


def second_wait() -> int:
    """The first restart is at once; return the wait before the second."""
    return _waits(0, LONG_S)[0]


def sixth_wait() -> int:
    """Return the wait before the sixth restart."""
    return _waits(0, LONG_S)[4]


def longest_wait() -> int:
    """Return the wait that does not grow any more."""
    return max(_waits(0, LONG_S))


def reset() -> int:
    """Return the shortest of some runs after which no restart has to wait."""
    return next(run_s for run_s in RUNS_S if not _waits(run_s, LONG_S)) * SECOND


EXPERIMENTS = {
    "restart_wait": second_wait,
    "restart_wait_sixth": sixth_wait,
    "restart_wait_longest": longest_wait,
    "restart_reset": reset,
}
