"""Experiments with whole servers."""

from simulator.experiments.worlds import (
    NATIVE,
    TYPE_1,
    Parts,
    carried_out,
    guests,
    ram_kib,
    request_ns,
    requests,
)

ONE_CORE: Parts = {"machines": {"server": {"cores": 1}}}
BUSY_TENTHS = 1
"""A server that is 10 % busy works one tenth of the time that passes."""
TEN = 10
CORES, RAM_PER_CORE_MIB, APPLICATION_MIB = 8, 4096, 1024
"""A common shape of a server, and of a service on it."""


def consolidation() -> int:
    """How many servers that are 10 % busy fit as guests on one such server.

    They fit while all their work of a period is done before the period ends.
    """
    alone = request_ns(carried_out([*NATIVE, requests()], ONE_CORE)) * 100
    period = alone * 10 // BUSY_TENTHS
    count = 0
    while _work_ns(count + 1) <= period:
        count += 1
    return count


def _work_ns(count: int) -> int:
    """Return how long so many guests on one core take for the work of a period."""
    run = carried_out([*TYPE_1, guests(count), requests()], ONE_CORE)
    return (run.events[-1].time - run.events[-1 - count].time) * 1000


def ram_before_cpu() -> int:
    """Ten such servers as guests: share of RAM in use in thousandths of the CPU's."""
    parts: Parts = {
        "machines": {"server": {"cores": CORES, "ram_mib": CORES * RAM_PER_CORE_MIB}},
        "programs": {"app": {"ram_mib": APPLICATION_MIB}},
    }
    plan = (*TYPE_1, guests(TEN))
    idle, busy = carried_out(plan, parts), carried_out([*plan, requests()], parts)
    ram = ram_kib(idle) * 1000 // (CORES * RAM_PER_CORE_MIB * 1024)
    alone = request_ns(carried_out([*NATIVE, requests()])) * 100
    period_us = alone * 10 // BUSY_TENTHS // 1000
    work: int = busy.metrics["cpu_us"]["server"] - idle.metrics["cpu_us"]["server"]
    return ram * 1000 // (work * 1000 // (CORES * period_us))


EXPERIMENTS = {"consolidation": consolidation, "ram_before_cpu": ram_before_cpu}
