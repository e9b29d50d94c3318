"""Cgroups: their limits, and what an operator does with them."""

import re

from simulator.scenario.fields import Record, Spec, flag, integer, may, need, text
from simulator.scenario.vocabulary.words import place

CGROUP = re.compile(r"[a-z][a-z0-9_.-]{0,40}(/[a-z][a-z0-9_.-]{0,40}){0,5}\Z")
_LIMIT = integer(1, 64 * 1024 * 1024)

cgroup = text(CGROUP, "a path such as services/web")
LIMITS = Record(
    {
        "cpu_weight": may(integer(1, 10_000), None),
        "cpu_quota_us": may(integer(1_000, 1_000_000_000), None),
        "cpu_period_us": may(integer(1_000, 1_000_000), None),
        "memory_max_mib": may(_LIMIT, None),
        "memory_high_mib": may(_LIMIT, None),
        "swap_max_mib": may(integer(0, 64 * 1024 * 1024), None),
        "oom_group": may(flag(), None),
        "pids_max": may(integer(1, 4_194_304), None),
    }
)
"""Files of a cgroup; what is left out has no limit, or stays as it is."""
NO_LIMITS: dict[str, object] = dict.fromkeys(LIMITS.fields)
_NAMED = {"on": need(place), "name": may(cgroup, "services")}

SECTIONS: dict[str, tuple[Spec, object]] = {}
VERBS = {
    "set_cgroup": Record({**_NAMED, "limits": need(LIMITS)}),
    "freeze": Record(_NAMED),
    "thaw": Record(_NAMED),
}
