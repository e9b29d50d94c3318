"""Experiments with kernels and processes."""

from simulator.experiments.worlds import (
    ENGINE,
    NATIVE,
    boxes,
    carried_out,
    of,
    request_ns,
    requests,
    span,
)

CALLS = 1000
"""Device operations of a request that does nothing else."""
LEAK = {"programs": {"app": {"does": [{"allocate": {"mib": 1024}}]}}}
CALLING = {"programs": {"app": {"cpu_us": 0, "operations": CALLS}}}


def fork_exec() -> int:
    """From the wish to run a program to its execve, on an idle machine."""
    run = carried_out(NATIVE)
    return span(of(run, "exec")[-1], of(run, "execve", target="/srv/app")[0])


def system_call() -> int:
    """One system call of a program that does nothing else."""
    return request_ns(carried_out([*NATIVE, requests()], CALLING)) // CALLS


def oom_kill() -> int:
    """From the start of a program that never stops taking memory to its end."""
    run = carried_out([*ENGINE, boxes(limits={"memory_max_mib": 32})], LEAK)
    return span(of(run, "mount_root")[0], of(run, "exit", exit_status=137)[0])


EXPERIMENTS = {
    "fork_exec": fork_exec,
    "system_call": system_call,
    "oom_kill": oom_kill,
}
