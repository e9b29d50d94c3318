"""Experiments with the memory behind guests."""

from simulator.experiments.worlds import (
    TYPE_2,
    Parts,
    Step,
    carried_out,
    guests,
    of,
    ram_kib,
    span,
)

COUNT = 8
MERGE: Step = {"merge_pages": {"on": "server"}}
RANDOM: Parts = {
    "systems": {"linux": {"kernel_mib": 0, "drivers_mib": 0}},
    "programs": {"app": {"ram_mib": 500}},
}


def balloon_retry() -> int:
    """Between two complaints of a balloon that finds no page in its guest."""
    grow: Step = {"set_balloon": {"on": "guest", "mib": 2048}}
    run = carried_out([*TYPE_2, guests(balloon=True), grow])
    return span(*of(run, "balloon")[:2])


def merged_guests() -> int:
    """Memory of idle guests of one system, apart and merged, monitors aside."""
    return _factor({})


def merged_random() -> int:
    """The same for guests in which only a program has memory, all its own."""
    return _factor(RANDOM)


def _factor(parts: Parts) -> int:
    plan = (*TYPE_2, guests(COUNT))
    host = ram_kib(carried_out(TYPE_2, parts))
    seen = carried_out(plan, parts)
    used = sum(int(vm["used_kib"]) for vm in seen.observation["vms"].values())
    monitors = ram_kib(seen) - host - used
    merged = ram_kib(carried_out([*plan, MERGE], parts)) - host - monitors
    return used * 1000 // merged


EXPERIMENTS = {
    "balloon_retry": balloon_retry,
    "merged_guests": merged_guests,
    "merged_random": merged_random,
}
