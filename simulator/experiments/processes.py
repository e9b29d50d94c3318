"""Experiments with kernels and processes."""

from simulator.experiments.worlds import (
    NATIVE,
    carried_out,
    of,
    request_ns,
    requests,
    span,
)

CALLS = 1000
"""Device operations of a request that does nothing else."""
CALLING = {"programs": {"app": {"cpu_us": 0, "operations": CALLS}}}


def fork_exec() -> int:
    """From the wish to run a program to its execve, on an idle machine."""
    run = carried_out(NATIVE)
    return span(of(run, "exec")[-1], of(run, "execve", target="/srv/app")[0])


def system_call() -> int:
    """One system call of a program that does nothing else."""
    return request_ns(carried_out([*NATIVE, requests()], CALLING)) // CALLS


EXPERIMENTS = {"fork_exec": fork_exec, "system_call": system_call}
