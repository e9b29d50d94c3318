"""Mechanisms of memory: sharing, limits, reclaim, the OOM killer."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS = {
    "kernel.page_sharing": Mechanism(
        "on", ("on", "off"), "one copy in RAM of a file that several processes map"
    ),
    "kernel.overcommit": Mechanism(
        "heuristic",
        ("heuristic", "never", "always"),
        "Linux promises memory that may not be there, never does, or always",
    ),
    "kernel.swap": Mechanism(
        "on", ("on", "off"), "cold private pages move to swap where there is any"
    ),
    "kernel.oom_choice": Mechanism(
        "badness",
        ("badness", "newest", "asker"),
        "the OOM killer takes the largest, the youngest, or the one that asked",
    ),
    "cgroup.memory_max": Mechanism(
        "kill",
        ("kill", "refuse", "off"),
        "at memory.max a process is killed, or gets an error, or goes on",
    ),
    "cgroup.memory_high": Mechanism(
        "throttle",
        ("throttle", "kill", "off"),
        "above memory.high processes sleep, or are killed, or go on",
    ),
    "cgroup.page_cache": Mechanism(
        "first",
        ("first", "root"),
        "pages of a file count for the group that read them first, or for none",
    ),
}
