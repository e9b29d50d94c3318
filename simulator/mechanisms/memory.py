"""Mechanisms of memory: sharing, limits, reclaim, the OOM killer."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS = {
    "kernel.page_sharing": Mechanism(
        "on", ("on", "off"), "one copy in RAM of a file that several processes map"
    ),
}
