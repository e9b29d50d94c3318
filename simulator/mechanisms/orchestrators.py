"""Mechanisms of orchestrators."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS: dict[str, Mechanism] = {
    "orchestrator.replacement": Mechanism(
        "clone",
        ("clone", "repair"),
        "a container that ended is made anew from its image, or started again as it is",
    ),
    "orchestrator.backoff": Mechanism(
        "doubling",
        ("doubling", "constant"),
        "waits between restarts double up to a limit, or are all alike",
    ),
    "orchestrator.lease": Mechanism(
        "expires",
        ("expires", "none"),
        "a node that is not heard of is given up, or waited for for ever",
    ),
    "orchestrator.scheduling": Mechanism(
        "spread",
        ("spread", "pack"),
        "equal pods go to different nodes, or fill one node after the other",
    ),
    "orchestrator.endpoints": Mechanism(
        "ready",
        ("ready", "running"),
        "a service sends requests to pods that are ready, or to all that run",
    ),
    "orchestrator.rollout": Mechanism(
        "rolling",
        ("rolling", "recreate"),
        "an update replaces pods one by one, or deletes all old ones first",
    ),
}
